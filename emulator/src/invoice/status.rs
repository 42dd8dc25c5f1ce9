//! Statuses of an invoice inside a session (PROTOCOL §2.9).

/// Why an invoice was refused: the final status codes other than 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RejectionCode {
    /// 405: the session itself failed.
    SessionFailed,
    /// 410: the sender may not issue for this seller.
    NotPermitted,
    /// 415: an attachment without consent or outside a batch.
    AttachmentNotAllowed,
    /// 430: declared hash or size, or the file as such.
    File,
    /// 435: the content cannot be decrypted.
    Decryption,
    /// 440: an accepted invoice has the same key.
    Duplicate,
    /// 450: the document breaks a verification rule.
    Semantics,
}

impl RejectionCode {
    /// The status code.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::SessionFailed => 405,
            Self::NotPermitted => 410,
            Self::AttachmentNotAllowed => 415,
            Self::File => 430,
            Self::Decryption => 435,
            Self::Duplicate => 440,
            Self::Semantics => 450,
        }
    }

    /// The wire description.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::SessionFailed => "Przetwarzanie anulowane z powodu błędu sesji",
            Self::NotPermitted => "Nieprawidłowy zakres uprawnień",
            Self::AttachmentNotAllowed => "Brak możliwości wysyłania faktury z załącznikiem",
            Self::File => "Błąd weryfikacji pliku faktury",
            Self::Decryption => "Błąd odszyfrowania pliku",
            Self::Duplicate => "Duplikat faktury",
            Self::Semantics => "Błąd weryfikacji semantyki dokumentu faktury",
        }
    }
}

/// The invoice that already holds the key of a duplicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Original {
    /// Session in which the original was sent.
    pub(crate) session: String,
    /// KSeF number of the original.
    pub(crate) ksef_number: String,
}

/// A refusal with all that its status says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// The reason.
    pub(crate) code: RejectionCode,
    /// Texts of `details`; empty means that the member is absent.
    pub(crate) details: Vec<String>,
    /// Content of `extensions`, only for duplicates.
    pub(crate) original: Option<Original>,
}

impl Rejection {
    /// A refusal with one detail text.
    pub(crate) fn new(code: RejectionCode, detail: impl Into<String>) -> Self {
        Self { code, details: vec![detail.into()], original: None }
    }

    /// A refusal without details.
    pub(crate) fn bare(code: RejectionCode) -> Self {
        Self { code, details: Vec::new(), original: None }
    }

    /// The refusal of a duplicate of `original`.
    pub(crate) fn duplicate(original: Original) -> Self {
        let detail = format!(
            "Duplikat faktury. Faktura o numerze KSeF: {} została już prawidłowo przesłana do systemu w sesji: {}",
            original.ksef_number, original.session
        );
        Self { code: RejectionCode::Duplicate, details: vec![detail], original: Some(original) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duplicate_names_its_original_in_text_and_fields() {
        let original = Original {
            session: "20250626-SO-2F14610000-242991F8C9-B4".into(),
            ksef_number: "5265877635-20250626-010080DD2B5E-26".into(),
        };
        let rejection = Rejection::duplicate(original.clone());
        assert_eq!(rejection.code.code(), 440);
        assert_eq!(
            rejection.details,
            ["Duplikat faktury. Faktura o numerze KSeF: 5265877635-20250626-010080DD2B5E-26 została już \
              prawidłowo przesłana do systemu w sesji: 20250626-SO-2F14610000-242991F8C9-B4"]
        );
        assert_eq!(rejection.original, Some(original));
    }
}
