//! What the tests over all types share: reading and writing by name, and walking a value along its schema.
#![allow(dead_code, unused_imports, reason = "every test file uses a part of it")]

pub(crate) mod description;
mod generated;

use std::path::PathBuf;

pub(crate) use generated::by_name;
use ksef_model::{InvalidRequest, Validate};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What came of reading some JSON as a type.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The JSON written again, or why it could not be read.
    pub(crate) again: Result<Value, String>,
    /// The result of the checks; `None` for types that are not sent.
    pub(crate) checked: Option<Result<(), InvalidRequest>>,
    /// How `Debug` shows the value.
    pub(crate) shown: String,
}

pub(crate) fn read_back<T: DeserializeOwned + Serialize + std::fmt::Debug>(json: &Value) -> Outcome {
    match T::deserialize(json) {
        Ok(value) => Outcome {
            again: serde_json::to_value(&value).map_err(|error| error.to_string()),
            checked: None,
            shown: format!("{value:?}"),
        },
        Err(error) => Outcome { again: Err(error.to_string()), checked: None, shown: String::new() },
    }
}

pub(crate) fn checked<T: DeserializeOwned + Serialize + std::fmt::Debug + Validate>(json: &Value) -> Outcome {
    let checked = T::deserialize(json).ok().map(|value| value.validate());
    Outcome { checked, ..read_back::<T>(json) }
}

/// A file or directory of the reference pack; `None`, with a line on the terminal, when the pack is not at hand.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn reference(test: &str, path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec")).join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("SKIPPED {test}: the reference pack is not at hand ({})", found.display());
    None
}

pub(crate) fn read_json(path: &std::path::Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
