//! Operations called by their names: the whole API without a method for each operation.

use libksef::{Error, Language};
use serde_json::Value;

use crate::error::KsefError;

/// What an operation answered: JSON text, a document, or neither.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answer {
    /// The JSON of the answer, with the names of the API.
    pub json: Option<String>,
    /// The document of an operation that answers with one: its exact bytes.
    pub document: Option<Vec<u8>>,
}

impl From<libksef::Answer> for Answer {
    fn from(answer: libksef::Answer) -> Self {
        match answer {
            libksef::Answer::Json(value) => Self { json: Some(value.to_string()), document: None },
            libksef::Answer::Document(document) => {
                Self { json: None, document: Some(document.bytes.to_vec()) }
            }
            _ => Self { json: None, document: None },
        }
    }
}

/// The arguments out of their JSON text.
pub(crate) fn arguments(input: Option<String>) -> Result<Value, KsefError> {
    let Some(text) = input else { return Ok(Value::Null) };
    let refused = |error: serde_json::Error| Error::invalid_argument("input", &error.to_string());
    Ok(serde_json::from_str(&text).map_err(refused)?)
}

/// All operations of the API as a JSON array: id, summary, method, path, inputs, request and response types, permissions.
#[uniffi::export]
pub fn operations() -> Result<String, KsefError> {
    let failed = |error: serde_json::Error| Error::internal(&error.to_string());
    Ok(serde_json::to_string(&libksef::operations()).map_err(failed)?)
}

/// What one code means in one place, for a person.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Explanation {
    /// The code.
    pub code: i32,
    /// The operations that give the code this meaning; empty for any operation.
    pub operations: Vec<String>,
    /// KSeF's fixed text, in Polish; empty for numbers of this library and codes that it does not know.
    pub ksef_text: String,
    /// What it means, in English.
    pub english: String,
    /// What to do about it, in English.
    pub english_advice: String,
    /// What it means, in Polish.
    pub polish: String,
    /// What to do about it, in Polish.
    pub polish_advice: String,
    /// Whether the same call or document can succeed later without any change.
    pub is_retryable: bool,
}

/// What a code of KSeF, or a number of this library, means; an operation such as `sessions.send_invoice` narrows it down.
#[uniffi::export]
#[must_use]
pub fn explain(code: i32, operation: Option<String>) -> Vec<Explanation> {
    let explained = libksef::explain(code, operation.as_deref());
    explained
        .iter()
        .map(|one| Explanation {
            code: one.code,
            operations: one.operations.iter().map(|&id| id.to_owned()).collect(),
            ksef_text: one.ksef_text.to_owned(),
            english: one.text(Language::English).to_owned(),
            english_advice: one.advice(Language::English).to_owned(),
            polish: one.text(Language::Polish).to_owned(),
            polish_advice: one.advice(Language::Polish).to_owned(),
            is_retryable: one.is_retryable,
        })
        .collect()
}
