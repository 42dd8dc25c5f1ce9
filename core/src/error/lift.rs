//! Errors of the crates below become numbers of the catalogue.

use ksef_documents::FindingKind;
use ksef_model::{InvalidIdentifier, InvalidRequest};

use super::{Error, texts};

impl From<InvalidIdentifier> for Error {
    fn from(error: InvalidIdentifier) -> Self {
        let entry = match error.kind {
            "Nip" => texts::INVALID_NIP,
            "InternalId" => texts::INVALID_INTERNAL_ID,
            "NipVatUe" => texts::INVALID_NIP_VAT_UE,
            "PeppolId" => texts::INVALID_PEPPOL_ID,
            "Pesel" => texts::INVALID_PESEL,
            "Fingerprint" => texts::INVALID_FINGERPRINT,
            "ReferenceNumber" => texts::INVALID_REFERENCE_NUMBER,
            "KsefNumber" => texts::INVALID_KSEF_NUMBER,
            _ => texts::INVALID_ARGUMENT,
        };
        Self::new(entry).note(error.reason)
    }
}

impl From<InvalidRequest> for Error {
    fn from(error: InvalidRequest) -> Self {
        Self::new(texts::INVALID_REQUEST).note(error.to_string())
    }
}

impl From<ksef_crypto::Error> for Error {
    fn from(error: ksef_crypto::Error) -> Self {
        use ksef_crypto::Error as Crypto;
        let entry = match &error {
            Crypto::NotAKey { .. } | Crypto::UnsupportedEncryption { .. } => texts::KEY_UNREADABLE,
            Crypto::NotACertificate { .. } => texts::CERTIFICATE_UNREADABLE,
            Crypto::Malformed { what, .. } if what.contains("certificate") => texts::CERTIFICATE_UNREADABLE,
            Crypto::Malformed { what, .. } if what.contains("key") => texts::KEY_UNREADABLE,
            Crypto::WrongPassword | Crypto::PasswordRequired => texts::WRONG_PASSWORD,
            Crypto::KeyMismatch => texts::KEY_MISMATCH,
            Crypto::UnsupportedKey { .. } | Crypto::UnsupportedAlgorithm { .. } => texts::KEY_UNSUPPORTED,
            Crypto::InvalidSignature => texts::SIGNATURE_INVALID,
            _ => texts::CRYPTO_FAILED,
        };
        // The texts of these three say all that their entries say.
        let plain = matches!(error, Crypto::KeyMismatch | Crypto::WrongPassword | Crypto::InvalidSignature);
        let lifted = Self::new(entry);
        if plain { lifted } else { lifted.note(error.to_string()) }
    }
}

impl From<ksef_xades::SignError> for Error {
    fn from(error: ksef_xades::SignError) -> Self {
        match error {
            ksef_xades::SignError::Crypto(error) => Self::new(texts::SIGNING_FAILED).note(error.to_string()),
            other => Self::new(texts::SIGNING_FAILED).note(other.to_string()),
        }
    }
}

impl From<ksef_xades::VerifyError> for Error {
    fn from(error: ksef_xades::VerifyError) -> Self {
        Self::new(texts::SIGNATURE_INVALID).note(error.to_string())
    }
}

impl Error {
    /// What the byte rules found in a document, as one error: that of the first finding.
    pub(crate) fn of_findings(findings: &[ksef_documents::Finding]) -> Self {
        let Some(first) = findings.first() else { return Self::new(texts::DOCUMENT_REFUSED) };
        let entry = match first.kind {
            FindingKind::Empty => texts::EMPTY_DOCUMENT,
            FindingKind::ByteOrderMark => texts::BYTE_ORDER_MARK,
            FindingKind::NotUtf8 => texts::NOT_UTF8,
            FindingKind::DeclaredEncoding => texts::WRONG_ENCODING_DECLARED,
            FindingKind::ProcessingInstruction => texts::PROCESSING_INSTRUCTION,
            FindingKind::DiscouragedCharacter | FindingKind::ForbiddenCharacter => texts::FORBIDDEN_CHARACTER,
            FindingKind::NotWellFormed => texts::NOT_XML,
            FindingKind::DocumentType | FindingKind::XmlVersion | FindingKind::DeclarationWithoutVersion => {
                texts::DOCUMENT_REFUSED
            }
            _ => texts::DOCUMENT_REFUSED,
        };
        let more = findings.len() - 1;
        // The entries of these rules say what the finding says, so only its place is added.
        let tells_all = ![texts::DOCUMENT_REFUSED, texts::NOT_XML, texts::FORBIDDEN_CHARACTER]
            .contains(&entry)
            && first.encoding_hint().is_none();
        let (line, column) = (first.line, first.column);
        let (mut english, mut polish) = if tells_all {
            (format!("line {line}, column {column}"), format!("wiersz {line}, kolumna {column}"))
        } else {
            (first.to_string(), first.text_pl())
        };
        if more > 0 {
            english.push_str(&format!(" (and {more} more)"));
            polish.push_str(&format!(" (i {more} innych)"));
        }
        Self::new(entry).notes(english, polish)
    }

    /// A refusal by code built on this library: an argument of its caller is not valid (number 1001).
    #[must_use]
    pub fn invalid_argument(name: &str, reason: &str) -> Self {
        Self::new(texts::INVALID_ARGUMENT).note(format!("{name}: {reason}"))
    }

    /// A fault of code built on this library (number 9003). The text must hold nothing secret or personal.
    #[must_use]
    pub fn internal(text: &str) -> Self {
        Self::new(texts::INTERNAL).note(text)
    }
}
