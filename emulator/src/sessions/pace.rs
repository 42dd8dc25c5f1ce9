//! How fast the emulator processes what it receives: a delay, and a gate that holds everything back.

use jiff::{SignedDuration, Timestamp};

/// The speed of asynchronous processing as it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    delay: SignedDuration,
    hold: bool,
    released_at: Timestamp,
}

/// The shortest time between a KSeF number and permanent storage.
const STORAGE_LAG: SignedDuration = SignedDuration::from_millis(10);

impl Default for Pace {
    fn default() -> Self {
        Self::new(SignedDuration::ZERO)
    }
}

impl Pace {
    /// Everything is done `delay` after it was received.
    pub(crate) fn new(delay: SignedDuration) -> Self {
        Self { delay, hold: false, released_at: Timestamp::MIN }
    }

    /// Takes over settings at `now`. Work held back so far is done no earlier than the release.
    pub(crate) fn change(&mut self, delay: SignedDuration, hold: bool, now: Timestamp) {
        if self.hold && !hold {
            self.released_at = now;
        }
        self.delay = delay;
        self.hold = hold;
    }

    /// When a thing received at `received` is due.
    pub(crate) fn due(&self, received: Timestamp) -> Timestamp {
        received.saturating_add(self.delay).unwrap_or(Timestamp::MAX)
    }

    /// The moment at which a thing due at `due` was done, or `None` while it is not.
    pub(crate) fn done_at(&self, due: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let at = due.max(self.released_at);
        (!self.hold && at <= now).then_some(at)
    }

    /// When an invoice numbered at `acquired` is due to be stored for good: half a delay later.
    pub(crate) fn storage_due(&self, acquired: Timestamp) -> Timestamp {
        acquired.saturating_add((self.delay / 2).max(STORAGE_LAG)).unwrap_or(Timestamp::MAX)
    }

    /// When an invoice received at `received` is seen to be in processing (150): after half of its delay.
    pub(crate) fn started_at(&self, received: Timestamp) -> Timestamp {
        received.saturating_add(self.delay / 2).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(n: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + n).unwrap()
    }

    #[test]
    fn work_is_done_when_due_and_not_before() {
        let pace = Pace::new(SignedDuration::from_secs(10));
        let due = pace.due(second(0));
        assert_eq!(due, second(10));
        assert_eq!(pace.done_at(due, second(9)), None);
        assert_eq!(pace.done_at(due, second(500)), Some(second(10)));
        assert_eq!(pace.started_at(second(0)), second(5));
        assert_eq!(pace.storage_due(second(10)), second(15));
    }

    #[test]
    fn held_work_is_done_at_the_release() {
        let mut pace = Pace::default();
        pace.change(SignedDuration::from_secs(1), true, second(0));
        assert_eq!(pace.done_at(second(1), second(3600)), None);
        pace.change(SignedDuration::from_secs(1), false, second(3600));
        assert_eq!(pace.done_at(second(1), second(3601)), Some(second(3600)));
    }
}
