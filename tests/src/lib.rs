//! The conformance driver: scenarios as data, one interpreter, a thin runner per language.
//!
//! `tests/README.md` describes the scenario format and the protocol spoken with runners. The driver owns every
//! expectation; runners only do what they are told.

pub mod driver;
pub mod error_docs;
pub mod house;
pub mod management;
pub mod matching;
pub mod materials;
pub mod matrix;
pub mod runner;
pub mod scenario;
pub mod variables;

/// What can go wrong in a scenario, as text for the person who reads the report.
pub type Problem = String;

/// The repository's root directory.
#[must_use]
pub fn repository_root() -> std::path::PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    std::fs::canonicalize(root).unwrap_or_else(|_| root.into())
}
