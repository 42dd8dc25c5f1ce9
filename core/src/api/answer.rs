//! What an operation called by its name answers.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Result, texts};
use crate::http::Download;

/// The answer of an operation called by its name.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// Success, with nothing to say.
    Nothing,
    /// JSON of the type that [`operations`](crate::operations) names.
    Json(Value),
    /// A document, exactly as received, with the hash that KSeF declared for it.
    Document(Download),
}

impl Answer {
    pub(crate) fn of<T: Serialize>(answer: T) -> Result<Self> {
        let value = serde_json::to_value(answer);
        value.map(Self::Json).map_err(|error| Error::new(texts::INTERNAL).note(error.to_string()).sent(true))
    }

    /// The JSON, when the answer is JSON.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The document, when the answer is one.
    #[must_use]
    pub fn document(&self) -> Option<&Download> {
        match self {
            Self::Document(document) => Some(document),
            _ => None,
        }
    }

    /// The answer as bytes: JSON text, the document, or nothing.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::Json(value) => value.to_string().into(),
            Self::Document(document) => document.bytes,
        }
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::Json(_) => f.write_str("Json(…)"),
            Self::Document(document) => document.fmt(f),
        }
    }
}
