//! State machine of a session (PROTOCOL §6.5, §7.5), free of HTTP, clocks and randomness.

use jiff::{SignedDuration, Timestamp};

use super::{
    pace::Pace,
    state::{SessionKind, SessionState},
};

/// How long a session may stay open.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// How many invoices a session has, by result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// All that were taken in.
    pub(crate) total: u32,
    /// Accepted.
    pub(crate) accepted: u32,
    /// Refused.
    pub(crate) rejected: u32,
}

impl Tally {
    /// Whether every invoice has a final status.
    pub(crate) fn is_final(self) -> bool {
        self.accepted + self.rejected == self.total
    }
}

/// The life of one session.
#[derive(Debug, Clone)]
pub(crate) struct SessionMachine {
    kind: SessionKind,
    state: SessionState,
    details: Vec<String>,
    opened_at: Timestamp,
    updated_at: Timestamp,
    closed_at: Option<Timestamp>,
    valid_until: Timestamp,
    close_due: Timestamp,
    key_due: Timestamp,
    key_usable: bool,
    unpacked: bool,
    tally: Tally,
}

impl SessionMachine {
    /// An interactive session opened at `now`. Whether its key is usable shows only when the key check is due.
    pub(crate) fn open(now: Timestamp, key_usable: bool, pace: &Pace) -> Self {
        Self {
            kind: SessionKind::Online,
            state: SessionState::Open,
            details: Vec::new(),
            opened_at: now,
            updated_at: now,
            closed_at: None,
            valid_until: now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX),
            close_due: Timestamp::MAX,
            key_due: pace.due(now),
            key_usable,
            unpacked: true,
            tally: Tally::default(),
        }
    }

    /// A batch opened at `now`, whose parts may be uploaded for `window`. It may be closed for as long, and for 12 hours
    /// at least. Its key shows with its package.
    pub(crate) fn open_batch(now: Timestamp, window: SignedDuration) -> Self {
        Self {
            kind: SessionKind::Batch,
            valid_until: now.saturating_add(LIFETIME.max(window)).unwrap_or(Timestamp::MAX),
            unpacked: false,
            ..Self::open(now, true, &Pace::default())
        }
    }

    /// How its invoices come in.
    pub(crate) fn kind(&self) -> SessionKind {
        self.kind
    }

    /// The state, as of the last look at the clock.
    pub(crate) fn state(&self) -> SessionState {
        self.state
    }

    /// When it was opened.
    pub(crate) fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    /// Last activity.
    pub(crate) fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// When it was closed, by the client or by time.
    pub(crate) fn closed_at(&self) -> Option<Timestamp> {
        self.closed_at
    }

    /// End of its lifetime.
    pub(crate) fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// What the status says beside its description.
    pub(crate) fn details(&self) -> Vec<String> {
        match self.state.details() {
            Some(text) if self.details.is_empty() => vec![text.to_owned()],
            _ => self.details.clone(),
        }
    }

    /// When the results of a closed session are due.
    pub(crate) fn close_due(&self) -> Timestamp {
        self.close_due
    }

    /// Counts of its invoices.
    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether the client may still send.
    pub(crate) fn accepts_invoices(&self) -> bool {
        self.state == SessionState::Open
    }

    /// Takes an invoice in and gives its ordinal number.
    pub(crate) fn take_invoice(&mut self, now: Timestamp) -> u32 {
        self.tally.total += 1;
        self.updated_at = self.updated_at.max(now);
        self.tally.total
    }

    /// Notes the final status of one invoice.
    pub(crate) fn note_result(&mut self, accepted: bool, at: Timestamp) {
        if accepted {
            self.tally.accepted += 1;
        } else {
            self.tally.rejected += 1;
        }
        self.updated_at = self.updated_at.max(at);
    }

    /// Closes an open session; `false` when it is not open.
    pub(crate) fn close(&mut self, at: Timestamp, pace: &Pace) -> bool {
        if self.state != SessionState::Open {
            return false;
        }
        self.state = match self.kind {
            SessionKind::Online => SessionState::Closed,
            SessionKind::Batch => SessionState::Processing,
        };
        self.closed_at = Some(at);
        self.close_due = pace.due(at);
        self.updated_at = self.updated_at.max(at);
        true
    }

    /// Whether a closed batch waits for the contents of its package.
    pub(crate) fn waits_for_package(&self) -> bool {
        self.state == SessionState::Processing && !self.unpacked
    }

    /// The package is unpacked, its invoices are taken in.
    pub(crate) fn note_unpacked(&mut self) {
        self.unpacked = true;
    }

    /// Ends a session for a reason that lies not in its invoices.
    pub(crate) fn fail(&mut self, state: SessionState, details: Vec<String>, at: Timestamp) {
        self.state = state;
        self.details = details;
        self.closed_at.get_or_insert(at);
        self.updated_at = self.updated_at.max(at);
    }

    /// Ends the lifetime when it has passed: an interactive session is closed, a batch cancelled.
    pub(crate) fn expire(&mut self, now: Timestamp, pace: &Pace) {
        let end = self.valid_until;
        if self.state != SessionState::Open || now < end {
            return;
        }
        match self.kind {
            SessionKind::Online => {
                self.close(end, pace);
            }
            SessionKind::Batch => self.cancel(end),
        }
    }

    /// Cancels a batch that was not closed in time.
    pub(crate) fn cancel(&mut self, at: Timestamp) {
        self.fail(SessionState::Cancelled, vec!["Przekroczono czas wysyłki".to_owned()], at);
    }

    /// Moves to 415 when the key check is due and the key unusable; gives the moment of the failure.
    pub(crate) fn check_key(&mut self, now: Timestamp, pace: &Pace) -> Option<Timestamp> {
        if self.key_usable || self.state.is_terminal() {
            return None;
        }
        let at = pace.done_at(self.key_due, now)?;
        self.state = SessionState::KeyRefused;
        self.updated_at = self.updated_at.max(at);
        Some(at)
    }

    /// Moves a closed session, all of whose invoices are final, to its last state; gives the moment of the change.
    pub(crate) fn finish(&mut self, now: Timestamp, pace: &Pace) -> Option<Timestamp> {
        let waits = matches!(self.state, SessionState::Closed | SessionState::Processing);
        if !waits || !self.unpacked || !self.tally.is_final() {
            return None;
        }
        let at = pace.done_at(self.close_due, now)?.max(self.updated_at);
        self.state = match self.tally {
            Tally { total: 0, .. } => SessionState::Cancelled,
            Tally { accepted: 0, .. } => SessionState::NoValidInvoice,
            _ => SessionState::Processed,
        };
        self.updated_at = at;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(n: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + n).unwrap()
    }

    fn pace() -> Pace {
        Pace::new(SignedDuration::from_secs(5))
    }

    #[test]
    fn an_accepted_invoice_leads_to_200_after_processing() {
        let mut session = SessionMachine::open(second(0), true, &pace());
        assert_eq!(session.take_invoice(second(1)), 1);
        session.note_result(true, second(6));
        assert!(session.close(second(10), &pace()));
        assert_eq!(session.state().code(), 170);
        assert_eq!(session.finish(second(14), &pace()), None);
        assert_eq!(session.finish(second(60), &pace()), Some(second(15)));
        assert_eq!(session.state(), SessionState::Processed);
        assert_eq!(session.updated_at(), second(15));
    }

    #[test]
    fn a_session_waits_for_its_last_invoice() {
        let mut session = SessionMachine::open(second(0), true, &pace());
        session.take_invoice(second(1));
        session.close(second(2), &pace());
        assert_eq!(session.finish(second(100), &pace()), None);
        session.note_result(true, second(101));
        assert_eq!(session.finish(second(102), &pace()), Some(second(101)));
    }

    #[test]
    fn no_invoice_is_440_and_no_valid_one_445() {
        let mut empty = SessionMachine::open(second(0), true, &pace());
        empty.close(second(1), &pace());
        empty.finish(second(6), &pace());
        assert_eq!(empty.state(), SessionState::Cancelled);
        assert_eq!(empty.details(), ["Nie przesłano faktur"]);

        let mut refused = SessionMachine::open(second(0), true, &pace());
        refused.take_invoice(second(1));
        refused.note_result(false, second(2));
        refused.close(second(3), &pace());
        refused.finish(second(9), &pace());
        assert_eq!(refused.state(), SessionState::NoValidInvoice);
    }

    #[test]
    fn a_bad_key_shows_only_after_processing() {
        let mut session = SessionMachine::open(second(0), false, &pace());
        assert_eq!(session.check_key(second(4), &pace()), None);
        assert!(session.accepts_invoices());
        assert_eq!(session.check_key(second(7), &pace()), Some(second(5)));
        assert_eq!(session.state(), SessionState::KeyRefused);
        assert!(!session.accepts_invoices());
        assert!(!session.close(second(8), &pace()));
        assert_eq!(session.check_key(second(9), &pace()), None);
    }

    #[test]
    fn twelve_hours_close_a_session() {
        let mut session = SessionMachine::open(second(0), true, &pace());
        let end = second(12 * 3600);
        session.expire(second(12 * 3600 - 1), &pace());
        assert!(session.accepts_invoices());
        session.expire(second(13 * 3600), &pace());
        assert_eq!(session.state(), SessionState::Closed);
        assert_eq!(session.closed_at(), Some(end));
        assert_eq!(session.valid_until(), end);
    }

    #[test]
    fn a_batch_is_processed_only_when_its_package_is_unpacked() {
        let window = SignedDuration::from_mins(20);
        let mut batch = SessionMachine::open_batch(second(0), window);
        assert_eq!(batch.valid_until(), second(12 * 3600));
        assert!(batch.close(second(1), &pace()));
        assert_eq!(batch.state().code(), 150);
        assert!(batch.waits_for_package());
        assert_eq!(batch.finish(second(100), &pace()), None);
        batch.note_unpacked();
        batch.take_invoice(second(3));
        batch.note_result(true, second(6));
        assert_eq!(batch.finish(second(100), &pace()), Some(second(6)));
        assert_eq!(batch.state(), SessionState::Processed);
    }

    #[test]
    fn a_batch_that_nobody_closes_is_cancelled() {
        let mut batch = SessionMachine::open_batch(second(0), SignedDuration::from_hours(16));
        batch.expire(second(16 * 3600 - 1), &pace());
        assert_eq!(batch.state(), SessionState::Open);
        batch.expire(second(20 * 3600), &pace());
        assert_eq!(batch.state(), SessionState::Cancelled);
        assert_eq!(batch.details(), ["Przekroczono czas wysyłki"]);
        assert_eq!(batch.closed_at(), Some(second(16 * 3600)));
    }

    #[test]
    fn closing_twice_is_refused() {
        let mut session = SessionMachine::open(second(0), true, &pace());
        assert!(session.close(second(1), &pace()));
        assert!(!session.close(second(2), &pace()));
    }
}
