//! What the bridges to other languages need and Rust programs seldom do: values from texts, errors of their own boundary,
//! errors as JSON.

use ksef_documents::{Form, UnknownForm};
use ksef_model::{ContextIdentifier, InvalidIdentifier, Nip};
use serde_json::json;

use crate::error::{Error, Language, Result, texts};

/// A pointer or object that must be there was not (number 1901).
#[must_use]
pub fn null_argument(name: &str) -> Error {
    Error::new(texts::NULL_ARGUMENT).note(name)
}

/// Text of the caller is not UTF-8 (number 1902).
#[must_use]
pub fn not_utf8_argument(name: &str) -> Error {
    Error::new(texts::NOT_UTF8_ARGUMENT).note(name)
}

/// A number, a name of a choice or a size of a record is not one that the function knows (number 1903).
#[must_use]
pub fn out_of_range_argument(name: &str) -> Error {
    Error::new(texts::ARGUMENT_OUT_OF_RANGE).note(name)
}

/// A panic was caught at the boundary (number 9001). Its text may hold data of the caller, so it is not told.
#[must_use]
pub fn panicked() -> Error {
    Error::new(texts::PANIC)
}

/// A context by its kind (`Nip`, `InternalId`, `NipVatUe`, `PeppolId`) and value. A NIP must have a valid checksum.
///
/// # Errors
/// 1001 for an unknown kind, 1002 to 1005 for a value that is not valid.
pub fn context(kind: &str, value: &str) -> Result<ContextIdentifier> {
    if kind == "Nip" {
        let nip: Nip = value.parse().map_err(|error: InvalidIdentifier| Error::from(error))?;
        return Ok(nip.into());
    }
    Ok(ContextIdentifier::new(kind, value)?)
}

/// A form of invoice by KSeF's system code, such as `FA (3)`.
///
/// # Errors
/// 1001 for a code that is not known.
pub fn form(system_code: &str) -> Result<Form> {
    Ok(system_code.parse::<Form>()?)
}

impl From<UnknownForm> for Error {
    fn from(_: UnknownForm) -> Self {
        Self::invalid_argument("form", "no form of invoice has this code")
    }
}

impl Error {
    /// All that is known about the error, as one JSON object: `number`, `name`, `kind`, `message` and `advice` by
    /// language, `ksefCode`, `reasonCode`, `details`, `httpStatus`, `traceId`, `operation`, `wasSent`, `isRetryable`,
    /// `retryAfterMs`, and `explanation` of KSeF's code (see [`Explanation::to_json`](crate::Explanation::to_json)) or null.
    /// The details may be personal.
    #[must_use]
    pub fn to_json(&self) -> String {
        let both = |text: &dyn Fn(Language) -> String| json!({ "en": text(Language::English), "pl": text(Language::Polish) });
        json!({
            "number": self.number(),
            "name": self.entry().name(),
            "kind": self.kind().as_str(),
            "message": both(&|language| self.message(language)),
            "advice": both(&|language| self.advice(language).to_owned()),
            "ksefCode": self.ksef_code(),
            "reasonCode": self.reason_code(),
            "details": self.details(),
            "httpStatus": self.http_status(),
            "traceId": self.trace_id(),
            "operation": self.operation(),
            "wasSent": self.was_sent(),
            "isRetryable": self.is_retryable(),
            "retryAfterMs": self.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            "explanation": self.explanation().map(|explanation| explanation.to_json()),
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_values_or_errors_with_numbers() {
        assert_eq!(context("Nip", "5265877635").expect("valid").value(), "5265877635");
        assert_eq!(context("Nip", "5265877636").expect_err("checksum").number(), 1002);
        assert_eq!(context("Pesel", "1").expect_err("kind").number(), 1001);
        assert_eq!(form("FA(3)").expect("valid"), Form::Fa3);
        assert_eq!(form("FA (9)").expect_err("unknown").number(), 1001);
    }

    #[test]
    fn an_error_as_json_has_both_languages() {
        let value: serde_json::Value = serde_json::from_str(&null_argument("out").to_json()).expect("JSON");
        assert_eq!((value["number"].as_u64(), value["kind"].as_str()), (Some(1901), Some("misuse")));
        assert_ne!(value["message"]["en"], value["message"]["pl"]);
        assert_eq!(value["wasSent"], false);
    }
}
