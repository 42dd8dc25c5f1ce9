//! Counts requests in sliding windows (PROTOCOL §16.3). Time comes as an argument.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
};

use jiff::{SignedDuration, Timestamp};
use ksef_model::ContextIdentifier;

use super::rates::Rate;

/// What one counter counts: requests of a context from an address to a group, or to one operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Counter {
    /// Absent for operations that are counted by address alone.
    pub(super) context: Option<ContextIdentifier>,
    pub(super) address: IpAddr,
    /// Group, or id of an operation that is counted for itself.
    pub(super) what: &'static str,
}

/// A length of time over which requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    Second,
    Minute,
    Hour,
}

impl Window {
    fn length(self) -> SignedDuration {
        match self {
            Self::Second => SignedDuration::from_secs(1),
            Self::Minute => SignedDuration::from_mins(1),
            Self::Hour => SignedDuration::from_hours(1),
        }
    }

    /// As it stands in "na …".
    pub(super) fn accusative(self) -> &'static str {
        match self {
            Self::Second => "sekundę",
            Self::Minute => "minutę",
            Self::Hour => "godzinę",
        }
    }
}

/// A limit that the next request would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    pub(super) limit: u32,
    pub(super) window: Window,
    /// Whole seconds after which a request would pass.
    pub(super) retry_after: u64,
}

/// The requests of the last hour. A refused request is not counted, so it makes no wait longer (FIELD-NOTES F35).
#[derive(Debug, Default)]
pub(super) struct Meter(HashMap<Counter, VecDeque<Timestamp>>);

impl Meter {
    /// Lets a request pass and counts it with every counter, or tells the longest wait.
    ///
    /// # Errors
    /// The limit to wait for.
    pub(super) fn admit(&mut self, counters: &[(Counter, Rate)], now: Timestamp) -> Result<(), Exceeded> {
        let limited = || counters.iter().filter(|(_, rate)| *rate != Rate::UNLIMITED);
        let refusal = limited()
            .filter_map(|(counter, rate)| exceeded(self.recent(counter, now), *rate, now))
            .max_by_key(|refusal| refusal.retry_after);
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        for (counter, _) in limited() {
            self.recent(counter, now).push_back(now);
        }
        Ok(())
    }

    /// Forgets what was counted for a context.
    pub(super) fn forget(&mut self, context: &ContextIdentifier) {
        self.0.retain(|counter, _| counter.context.as_ref() != Some(context));
    }

    fn recent(&mut self, counter: &Counter, now: Timestamp) -> &mut VecDeque<Timestamp> {
        let requests = self.0.entry(counter.clone()).or_default();
        // The clock of the emulator can be moved back: what lies in the future then has not happened.
        requests.retain(|at| *at <= now && now.duration_since(*at) < Window::Hour.length());
        requests
    }
}

fn exceeded(requests: &VecDeque<Timestamp>, rate: Rate, now: Timestamp) -> Option<Exceeded> {
    let windows =
        [(Window::Second, rate.per_second), (Window::Minute, rate.per_minute), (Window::Hour, rate.per_hour)];
    let refusals = windows.into_iter().filter_map(|(window, limit)| {
        let limit = limit?;
        // The request that has to leave the window before the next one may come.
        let blocking = requests.len().checked_sub(usize::try_from(limit).ok()?)?;
        let free_at = *requests.get(blocking)? + window.length();
        let wait = free_at.duration_since(now);
        let started = u64::from(wait.subsec_nanos() > 0);
        let retry_after = u64::try_from(wait.as_secs()).ok()? + started;
        (retry_after > 0).then_some(Exceeded { limit, window, retry_after })
    });
    refusals.max_by_key(|refusal| refusal.retry_after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: Some(2), per_minute: Some(3), per_hour: Some(4) };

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    fn counter(what: &'static str) -> Counter {
        Counter { context: None, address: IpAddr::from([127, 0, 0, 1]), what }
    }

    #[test]
    fn windows_slide_and_all_apply() {
        let mut meter = Meter::default();
        let counters = [(counter("a"), RATE)];
        assert_eq!(meter.admit(&counters, at(0)), Ok(()));
        assert_eq!(meter.admit(&counters, at(900)), Ok(()));
        let refusal = Exceeded { limit: 2, window: Window::Second, retry_after: 1 };
        assert_eq!(meter.admit(&counters, at(999)), Err(refusal));
        // The window is not aligned: the first request has left it, the second has not.
        assert_eq!(meter.admit(&counters, at(1000)), Ok(()));
        let refusal = Exceeded { limit: 3, window: Window::Minute, retry_after: 59 };
        assert_eq!(meter.admit(&counters, at(1500)), Err(refusal));
        assert_eq!(meter.admit(&counters, at(60_000)), Ok(()));
        let refusal = Exceeded { limit: 4, window: Window::Hour, retry_after: 3_480 };
        assert_eq!(meter.admit(&counters, at(120_000)), Err(refusal));
        assert_eq!(meter.admit(&counters, at(3_600_000)), Ok(()));
    }

    #[test]
    fn counters_are_apart_and_a_refusal_counts_nowhere() {
        let mut meter = Meter::default();
        let one = Rate { per_second: Some(1), ..Rate::UNLIMITED };
        assert_eq!(meter.admit(&[(counter("a"), one)], at(0)), Ok(()));
        assert!(meter.admit(&[(counter("a"), one), (counter("b"), one)], at(1)).is_err());
        assert_eq!(meter.admit(&[(counter("b"), one)], at(2)), Ok(()));
        assert_eq!(meter.admit(&[(counter("c"), Rate::UNLIMITED); 1], at(2)), Ok(()));
        assert!(!meter.0.contains_key(&counter("c")));
    }

    #[test]
    fn a_clock_that_was_moved_back_blocks_nobody() {
        let mut meter = Meter::default();
        let counters = [(counter("a"), Rate { per_second: Some(1), ..Rate::UNLIMITED })];
        assert_eq!(meter.admit(&counters, at(3_600_000)), Ok(()));
        assert_eq!(meter.admit(&counters, at(0)), Ok(()));
    }
}
