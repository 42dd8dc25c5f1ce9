//! What KSeF's codes mean, by code and operation: the same number means different things in different places
//! (PROTOCOL §2.6 to §2.12).

mod generated;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::{Error, ErrorEntry, Language, entry, texts};
use generated::ROWS;

/// What kind of code an explanation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// A number of this library, 1001 to 9999.
    Library,
    /// An exception: KSeF refused a request (PROTOCOL §2.6).
    Exception,
    /// The status of a login (PROTOCOL §2.7).
    Login,
    /// The status of an interactive session (PROTOCOL §2.8).
    InteractiveSession,
    /// The status of a batch session (PROTOCOL §2.8).
    BatchSession,
    /// The status of an invoice in a session (PROTOCOL §2.9).
    Invoice,
    /// The status of an export (PROTOCOL §2.10).
    Export,
    /// The status of an operation on permissions (PROTOCOL §2.11).
    PermissionOperation,
    /// The status of a certificate enrolment (PROTOCOL §2.12).
    CertificateEnrollment,
}

impl Origin {
    /// All of them, in the order in which explanations are listed.
    pub const ALL: &[Self] = &[
        Self::Library,
        Self::Exception,
        Self::Login,
        Self::InteractiveSession,
        Self::BatchSession,
        Self::Invoice,
        Self::Export,
        Self::PermissionOperation,
        Self::CertificateEnrollment,
    ];

    /// The name in snake case, as the other languages use it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Exception => "exception",
            Self::Login => "login",
            Self::InteractiveSession => "interactive_session",
            Self::BatchSession => "batch_session",
            Self::Invoice => "invoice",
            Self::Export => "export",
            Self::PermissionOperation => "permission_operation",
            Self::CertificateEnrollment => "certificate_enrollment",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        let (english, polish) = match self {
            Self::Library => ("error of libksef", "błąd libksef"),
            Self::Exception => ("refusal of KSeF", "odmowa KSeF"),
            Self::Login => ("status of a login", "status logowania"),
            Self::InteractiveSession => ("status of an interactive session", "status sesji interaktywnej"),
            Self::BatchSession => ("status of a batch session", "status sesji wsadowej"),
            Self::Invoice => ("status of an invoice", "status faktury"),
            Self::Export => ("status of an export", "status eksportu"),
            Self::PermissionOperation => {
                ("status of an operation on permissions", "status operacji na uprawnieniach")
            }
            Self::CertificateEnrollment => {
                ("status of an application for a certificate", "status wniosku o certyfikat")
            }
        };
        match language {
            Language::English => english,
            Language::Polish => polish,
        }
    }
}

/// Statuses are smaller than this, exceptions are not, apart from 500.
const FIRST_EXCEPTION: i32 = 1000;

struct Row {
    code: i32,
    origin: Origin,
    operations: &'static [&'static str],
    /// A narrower meaning that only the library itself can tell.
    case: Option<&'static str>,
    ksef: &'static str,
    retryable: bool,
    english: &'static str,
    english_advice: &'static str,
    polish: &'static str,
    polish_advice: &'static str,
}

impl Row {
    fn concerns(&self, operation: &str) -> bool {
        self.operations.is_empty()
            || self.operations.iter().any(|known| {
                *known == operation || known.strip_prefix(operation).is_some_and(|rest| rest.starts_with('.'))
            })
    }
}

/// What one code means in one place, for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The code.
    pub code: i32,
    /// What kind of code it is.
    pub origin: Origin,
    /// The operations that give the code this meaning, such as `sessions.send_invoice`. Empty: any operation.
    pub operations: &'static [&'static str],
    /// KSeF's fixed text, in Polish; empty for numbers of this library and for codes that it does not know.
    pub ksef_text: &'static str,
    /// Whether the same call or the same document can succeed later without any change.
    pub is_retryable: bool,
    /// Whether this version of the library knows the code.
    pub is_known: bool,
    english: &'static str,
    english_advice: &'static str,
    polish: &'static str,
    polish_advice: &'static str,
}

impl Explanation {
    /// What the code means: one line, lower case, no full stop.
    #[must_use]
    pub const fn text(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Polish => self.polish,
        }
    }

    /// What to do: one line.
    #[must_use]
    pub const fn advice(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english_advice,
            Language::Polish => self.polish_advice,
        }
    }

    /// The explanation as a JSON object: `code`, `origin`, `operations`, `ksefText`, `isRetryable`, `isKnown`, and
    /// `message` and `advice` by language.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "origin": self.origin.as_str(),
            "operations": self.operations,
            "ksefText": self.ksef_text,
            "isRetryable": self.is_retryable,
            "isKnown": self.is_known,
            "message": { "en": self.english, "pl": self.polish },
            "advice": { "en": self.english_advice, "pl": self.polish_advice },
        })
    }

    fn of_row(row: &Row) -> Self {
        Self {
            code: row.code,
            origin: row.origin,
            operations: row.operations,
            ksef_text: row.ksef,
            is_retryable: row.retryable,
            is_known: true,
            english: row.english,
            english_advice: row.english_advice,
            polish: row.polish,
            polish_advice: row.polish_advice,
        }
    }

    fn of_entry(entry: &ErrorEntry) -> Self {
        Self {
            code: i32::from(entry.number),
            origin: Origin::Library,
            operations: &[],
            ksef_text: "",
            is_retryable: entry.retryable,
            is_known: true,
            english: entry.text(Language::English),
            english_advice: entry.advice(Language::English),
            polish: entry.text(Language::Polish),
            polish_advice: entry.advice(Language::Polish),
        }
    }

    /// For a code that is newer than the library.
    fn unknown(code: i32, origin: Origin) -> Self {
        let (english, polish) = match origin {
            Origin::Invoice => ("KSeF refused the invoice", "KSeF odrzucił fakturę"),
            _ => (
                "KSeF gave a code that this version of the library does not know",
                "KSeF podał kod, którego ta wersja biblioteki nie zna",
            ),
        };
        Self {
            code,
            origin,
            operations: &[],
            ksef_text: "",
            is_retryable: false,
            is_known: false,
            english,
            english_advice: "read the text and the details that KSeF gave",
            polish,
            polish_advice: "przeczytaj opis i szczegóły podane przez KSeF",
        }
    }
}

/// All that a code can mean: a number of this library, an exception or a status of KSeF. With an operation
/// (`sessions.status`) or an area (`sessions`), only what it means there; an exception that is known from other
/// operations only is explained all the same. Empty for a code that this version does not know.
///
/// ```
/// let meanings = libksef::explain(440, Some("sessions.invoice_status"));
/// assert_eq!(meanings[0].text(libksef::Language::Polish), "fakturę o tym sprzedawcy, rodzaju i numerze już przyjęto");
/// ```
#[must_use]
pub fn explain(code: i32, operation: Option<&str>) -> Vec<Explanation> {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| row.code == code && row.case.is_none()).collect();
    let here: Vec<&Row> = match operation {
        None => rows.clone(),
        Some(operation) => rows.iter().copied().filter(|row| row.concerns(operation)).collect(),
    };
    let shown = if here.is_empty() {
        rows.into_iter().filter(|row| row.origin == Origin::Exception).take(1).collect()
    } else {
        here
    };
    let own = u16::try_from(code).ok().and_then(entry).map(Explanation::of_entry);
    let mut meanings: Vec<Explanation> =
        own.into_iter().chain(shown.into_iter().map(Explanation::of_row)).collect();
    meanings.sort_by_key(|meaning| meaning.origin);
    meanings
}

/// Everything that KSeF's codes can mean, without the numbers of this library: exceptions, then statuses by what they
/// are the status of, each by code.
#[must_use]
pub fn explanations() -> Vec<Explanation> {
    let mut all: Vec<Explanation> =
        ROWS.iter().filter(|row| row.case.is_none()).map(Explanation::of_row).collect();
    all.sort_by_key(|meaning| meaning.origin);
    all
}

/// The meaning of a status, by what it is the status of and by a narrower case if one is known.
pub(crate) fn of_status(origin: Origin, code: i32, case: Option<&str>) -> Explanation {
    let row = |case: Option<&str>| {
        ROWS.iter().find(|row| row.origin == origin && row.code == code && row.case == case)
    };
    let found = case.and_then(|case| row(Some(case))).or_else(|| row(None));
    found.map_or_else(|| Explanation::unknown(code, origin), Explanation::of_row)
}

impl Error {
    /// What the code that KSeF gave means; `None` when KSeF gave none. A code that is newer than the library is
    /// explained in general words ([`Explanation::is_known`]).
    #[must_use]
    pub fn explanation(&self) -> Option<Explanation> {
        let code = self.ksef_code()?;
        // The status of a session is reported by other operations than those that read it.
        let of_session =
            [texts::SESSION_STATUS, texts::SESSION_KEY_REFUSED, texts::SESSION_FAILED, texts::UPO_NOT_FOUND];
        if code < FIRST_EXCEPTION && of_session.into_iter().any(|entry| self.is(entry)) {
            return Some(of_status(Origin::InteractiveSession, code, None));
        }
        let refused = self.http_status().is_some_and(|status| status >= 400);
        let meanings = explain(code, self.operation());
        let meaning = meanings.into_iter().find(|meaning| match meaning.origin {
            Origin::Library => false,
            Origin::Exception => true,
            _ => !refused,
        });
        Some(meaning.unwrap_or_else(|| Explanation::unknown(code, Origin::Exception)))
    }

    /// The explanation where it says more than the catalogue entry: the entry for refusals without a number of
    /// their own says only that KSeF refused.
    pub(super) fn finer(&self) -> Option<Explanation> {
        let general =
            [texts::REQUEST_REFUSED, texts::OPERATION_FAILED].into_iter().any(|entry| self.is(entry));
        self.explanation().filter(|explanation| general && explanation.is_known)
    }
}
