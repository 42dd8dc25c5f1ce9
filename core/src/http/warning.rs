//! Warnings that KSeF attaches to successful answers (PROTOCOL §1.5, header `X-System-Warning`).

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The number of distinct warnings that are kept.
const KEPT: usize = 100;

/// A non-fatal warning of KSeF: something that works today and will be refused one day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SystemWarning {
    /// KSeF's code, for example `xml-002`.
    pub code: String,
    /// KSeF's text, without Polish diacritics.
    pub message: String,
    /// The operation whose answer carried it last.
    pub operation: &'static str,
    /// When it was seen last, by the client's clock.
    pub seen_at: Timestamp,
    /// How many answers carried it.
    pub count: u64,
}

/// Splits the header `[code]: message | [code]: message`.
pub(crate) fn parse(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = header;
    while let Some(start) = rest.find('[') {
        rest = &rest[start + 1..];
        let Some((code, after)) = rest.split_once("]: ") else { break };
        let message = after.split('|').next().unwrap_or_default();
        if !code.is_empty() && !code.contains(']') && !message.is_empty() {
            found.push((code.to_owned(), message.trim().to_owned()));
        }
        rest = &after[message.len()..];
    }
    found
}

/// The warnings that a client has seen, the same one once.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    seen: Mutex<VecDeque<SystemWarning>>,
}

impl Warnings {
    pub(crate) fn collect(&self, header: &str, operation: &'static str, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (code, message) in parse(header) {
            if let Some(known) = seen.iter_mut().find(|known| known.code == code && known.message == message)
            {
                known.count += 1;
                known.seen_at = now;
                known.operation = operation;
                continue;
            }
            tracing::warn!(operation, code, message, "KSeF warns");
            if seen.len() == KEPT {
                seen.pop_front();
            }
            seen.push_back(SystemWarning { code, message, operation, seen_at: now, count: 1 });
        }
    }

    pub(crate) fn list(&self) -> Vec<SystemWarning> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_split_into_warnings() {
        assert_eq!(
            parse("[sig-001]: Podpis bez profilu BES | [xml-002]: Zabronione znaki Unicode"),
            [
                ("sig-001".to_owned(), "Podpis bez profilu BES".to_owned()),
                ("xml-002".to_owned(), "Zabronione znaki Unicode".to_owned())
            ]
        );
        assert_eq!(parse("[a]: x [nie kod] y|[b]: z").len(), 2);
        for nonsense in ["", "brak kodu", "[a]", "[a]:", "[]: x", "[a]: ", "|||", "[[a]: "] {
            assert!(parse(nonsense).is_empty(), "{nonsense}");
        }
    }

    #[test]
    fn the_same_warning_is_kept_once_and_the_oldest_leaves() {
        let warnings = Warnings::default();
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().expect("a timestamp");
        warnings.collect("[a]: x", "sessions.status", now);
        warnings.collect("[a]: x | [b]: y", "sessions.list", now);
        assert_eq!(warnings.list().len(), 2);
        assert_eq!((warnings.list()[0].count, warnings.list()[0].operation), (2, "sessions.list"));
        for number in 0..KEPT {
            warnings.collect(&format!("[n]: {number}"), "sessions.list", now);
        }
        assert_eq!(warnings.list().len(), KEPT);
    }
}
