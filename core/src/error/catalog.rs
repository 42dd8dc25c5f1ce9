//! Every error number with its texts. Numbers are append-only: other languages and people's notes rely on them.

use super::texts::ALL;
use super::{ErrorKind, Language};

/// One row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorEntry {
    /// The stable number.
    pub number: u16,
    /// Whether repeating the same call later can succeed without changing anything.
    pub retryable: bool,
    pub(super) constant: &'static str,
    pub(super) english: &'static str,
    pub(super) polish: &'static str,
    pub(super) english_advice: &'static str,
    pub(super) polish_advice: &'static str,
}

impl ErrorEntry {
    /// The name in snake case, as stable as the number.
    #[must_use]
    pub fn name(&self) -> String {
        self.constant.to_ascii_lowercase()
    }

    /// The kind, by thousands.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::of_number(self.number)
    }

    /// What happened, one line, lower case, no full stop.
    #[must_use]
    pub const fn text(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Polish => self.polish,
        }
    }

    /// What to do about it, one line.
    #[must_use]
    pub const fn advice(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english_advice,
            Language::Polish => self.polish_advice,
        }
    }
}

/// The row of a number, if the number is in use.
#[must_use]
pub fn entry(number: u16) -> Option<&'static ErrorEntry> {
    ALL.iter().copied().find(|entry| entry.number == number)
}

/// All rows in the order of their numbers.
#[must_use]
pub fn entries() -> &'static [&'static ErrorEntry] {
    ALL
}
