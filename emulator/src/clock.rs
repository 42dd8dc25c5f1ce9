//! The virtual clock: real time plus an offset that the management API moves.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Every instant the emulator uses comes from here, so that a test can move a twelve-hour session
/// to its end without waiting.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    /// The emulator's present, cut to 100 ns because KSeF prints seven fractional digits.
    pub(crate) fn now(&self) -> Timestamp {
        let shifted = Timestamp::now() + self.offset();
        let cut = shifted.as_nanosecond() / 100 * 100;
        Timestamp::from_nanosecond(cut).unwrap_or(shifted)
    }

    /// How far the clock is from real time.
    pub(crate) fn offset(&self) -> SignedDuration {
        SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Moves the clock; a negative duration moves it back.
    pub(crate) fn advance(&self, by: SignedDuration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(0);
        self.offset_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Back to real time.
    pub(crate) fn reset(&self) {
        self.offset_ms.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_by_what_it_is_told_and_back() {
        let clock = Clock::default();
        let before = clock.now();
        clock.advance(SignedDuration::from_hours(12));
        let after = clock.now();
        assert!(after.duration_since(before) >= SignedDuration::from_hours(12));
        clock.reset();
        assert!(clock.now().duration_since(before) < SignedDuration::from_hours(1));
        assert_eq!(after.as_nanosecond() % 100, 0);
    }
}
