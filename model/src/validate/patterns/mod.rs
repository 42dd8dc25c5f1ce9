//! The regular expressions of the API description.

mod generated;

use std::sync::OnceLock;

pub(crate) use generated::*;
use regex_lite::Regex;

/// A regular expression, compiled when it is first needed.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) const fn new(text: &'static str) -> Pattern {
        Pattern { text, compiled: OnceLock::new() }
    }

    /// Whether the text has this form. A test sees to it that every pattern compiles.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.compiled().is_none_or(|regex| regex.is_match(text))
    }

    fn compiled(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(self.text).ok()).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_is_anchored() {
        for pattern in ALL {
            assert!(pattern.compiled().is_some(), "{}", pattern.text);
            assert!(pattern.text.starts_with('^') && pattern.text.ends_with('$'), "{}", pattern.text);
            assert!(!pattern.matches(""), "{}", pattern.text);
        }
    }

    #[test]
    fn patterns_tell_good_from_bad() {
        assert!(CERTIFICATE_SERIAL_NUMBER.matches("01F20A5D352AE590"));
        assert!(!CERTIFICATE_SERIAL_NUMBER.matches("01f20a5d352ae590"));
        assert!(!CERTIFICATE_SERIAL_NUMBER.matches("01F20A5D352AE590\n"));
        assert!(NIP.matches("5265877635"));
        assert!(!NIP.matches("0265877635"));
    }
}
