//! The place where a sending is written down before anything leaves: in memory today. A durable journal takes the
//! place of this type; the order of its calls is already that of a write-ahead log.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ksef_model::ReferenceNumber;

use super::resume::ResumeToken;

/// The most entries kept of each kind; the oldest leave first. A program that submits without ever asking for results
/// must not grow without end.
const KEPT: usize = 10_000;

/// Sendings whose fate is not known.
#[derive(Default)]
pub(crate) struct Intents {
    open: Mutex<Vec<(u64, ResumeToken)>>,
    refused: Mutex<VecDeque<ReferenceNumber>>,
}

/// One sending on its way.
pub(super) struct Intent {
    id: u64,
}

impl Intents {
    fn open(&self) -> MutexGuard<'_, Vec<(u64, ResumeToken)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before the request: from here on the invoice may exist at KSeF.
    pub(super) fn begin(&self, token: ResumeToken) -> Intent {
        let mut open = self.open();
        let id = open.last().map_or(0, |(id, _)| id + 1);
        if open.len() == KEPT {
            open.remove(0);
        }
        open.push((id, token));
        Intent { id }
    }

    /// The same sending under another session or with the reference that KSeF gave it.
    pub(super) fn advance(&self, intent: &Intent, token: &ResumeToken) {
        if let Some((_, known)) = self.open().iter_mut().find(|(id, _)| *id == intent.id) {
            *known = token.clone();
        }
    }

    /// The fate is known, or nothing left.
    pub(super) fn end(&self, intent: &Intent) {
        self.open().retain(|(id, _)| *id != intent.id);
    }

    /// KSeF refused it. Its entry in the session stays and must not be taken for that of a later sending of the same
    /// bytes.
    pub(super) fn end_refused(&self, intent: &Intent, reference: &ReferenceNumber) {
        self.end(intent);
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() == KEPT {
            refused.pop_front();
        }
        refused.push_back(reference.clone());
    }

    /// The fate was learned by resuming.
    pub(super) fn settle(&self, token: &ResumeToken) {
        let same = |known: &ResumeToken| {
            known.session_reference() == token.session_reference()
                && known.invoice_hash() == token.invoice_hash()
                && (known.invoice_reference().is_none()
                    || known.invoice_reference() == token.invoice_reference())
        };
        let mut open = self.open();
        if let Some(at) = open.iter().position(|(_, known)| same(known)) {
            open.remove(at);
        }
    }

    /// Whether an invoice in a session is known to belong to another sending of this client.
    pub(super) fn is_taken(&self, intent: &Intent, reference: &ReferenceNumber) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).contains(reference);
        refused
            || self
                .open()
                .iter()
                .any(|(id, token)| *id != intent.id && token.invoice_reference() == Some(reference))
    }

    pub(crate) fn list(&self) -> Vec<ResumeToken> {
        self.open().iter().map(|(_, token)| token.clone()).collect()
    }
}

impl fmt::Debug for Intents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Intents({} open)", self.open().len())
    }
}
