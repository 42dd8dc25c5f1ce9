//! How often each operation was called.

use std::collections::BTreeMap;

/// Requests per operation id, counted on arrival, faults included.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    counts: BTreeMap<&'static str, u64>,
    unknown: u64,
}

impl RequestLog {
    pub(crate) fn count(&mut self, operation: Option<&'static str>) {
        match operation {
            Some(id) => *self.counts.entry(id).or_default() += 1,
            None => self.unknown += 1,
        }
    }

    /// Counts by operation id.
    pub(crate) fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// Requests whose method and path are no operation.
    pub(crate) fn unknown(&self) -> u64 {
        self.unknown
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
