//! State machine of an interactive session (PROTOCOL §6.5), free of HTTP, clocks and randomness.

use jiff::{SignedDuration, Timestamp};

use super::pace::Pace;

/// Fixed lifetime of an interactive session.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// States with the codes of PROTOCOL §2.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionState {
    /// 100: open for sending.
    Open,
    /// 170: closed, its results are being gathered.
    Closed,
    /// 200: processed, at least one invoice accepted.
    Processed,
    /// 415: the wrapped symmetric key could not be decrypted.
    KeyRefused,
    /// 440: closed without invoices.
    Cancelled,
    /// 445: no invoice was accepted.
    NoValidInvoice,
}

/// Coarse state used by the filter of the session list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CoarseState {
    /// Active.
    InProgress,
    /// Processed.
    Succeeded,
    /// Failed while opening or closing.
    Failed,
    /// Closed without invoices.
    Cancelled,
}

impl CoarseState {
    /// Reads the wire word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "InProgress" => Some(Self::InProgress),
            "Succeeded" => Some(Self::Succeeded),
            "Failed" => Some(Self::Failed),
            "Cancelled" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

impl SessionState {
    /// Wire code.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Open => 100,
            Self::Closed => 170,
            Self::Processed => 200,
            Self::KeyRefused => 415,
            Self::Cancelled => 440,
            Self::NoValidInvoice => 445,
        }
    }

    /// Wire description.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Open => "Sesja interaktywna otwarta",
            Self::Closed => "Sesja interaktywna zamknięta",
            Self::Processed => "Sesja interaktywna przetworzona pomyślnie",
            Self::KeyRefused => "Błąd odszyfrowania dostarczonego klucza",
            Self::Cancelled => "Sesja anulowana",
            Self::NoValidInvoice => "Błąd weryfikacji, brak poprawnych faktur",
        }
    }

    /// Wire details, where the state has them.
    pub(crate) fn details(self) -> Option<&'static str> {
        match self {
            Self::KeyRefused => Some("Rozszyfrowania klucza symetrycznego zakończone błędem"),
            Self::Cancelled => Some("Nie przesłano faktur"),
            _ => None,
        }
    }

    /// Whether the session never leaves this state.
    pub(crate) fn is_terminal(self) -> bool {
        self.code() >= 200
    }

    /// The word of the list filter.
    pub(crate) fn coarse(self) -> CoarseState {
        match self {
            Self::Open | Self::Closed => CoarseState::InProgress,
            Self::Processed => CoarseState::Succeeded,
            Self::KeyRefused | Self::NoValidInvoice => CoarseState::Failed,
            Self::Cancelled => CoarseState::Cancelled,
        }
    }
}

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
    state: SessionState,
    opened_at: Timestamp,
    updated_at: Timestamp,
    closed_at: Option<Timestamp>,
    close_due: Timestamp,
    key_due: Timestamp,
    key_usable: bool,
    tally: Tally,
}

impl SessionMachine {
    /// A session opened at `now`. Whether its key is usable shows only when the key check is due.
    pub(crate) fn open(now: Timestamp, key_usable: bool, pace: &Pace) -> Self {
        Self {
            state: SessionState::Open,
            opened_at: now,
            updated_at: now,
            closed_at: None,
            close_due: Timestamp::MAX,
            key_due: pace.due(now),
            key_usable,
            tally: Tally::default(),
        }
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
        self.opened_at.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX)
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
        self.state = SessionState::Closed;
        self.closed_at = Some(at);
        self.close_due = pace.due(at);
        self.updated_at = self.updated_at.max(at);
        true
    }

    /// Ends the lifetime when it has passed.
    pub(crate) fn expire(&mut self, now: Timestamp, pace: &Pace) {
        let end = self.valid_until();
        if self.state == SessionState::Open && end <= now {
            self.close(end, pace);
        }
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
        if self.state != SessionState::Closed || !self.tally.is_final() {
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
        assert_eq!(empty.state().details(), Some("Nie przesłano faktur"));

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
    fn closing_twice_is_refused() {
        let mut session = SessionMachine::open(second(0), true, &pace());
        assert!(session.close(second(1), &pace()));
        assert!(!session.close(second(2), &pace()));
    }
}
