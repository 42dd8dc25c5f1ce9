//! Batches in the store: parts come in, a package goes out to be processed, its invoices come back.

use jiff::Timestamp;

use super::{
    machine::SessionMachine,
    records::{Invoice, Opening, Pending, Progress, SessionIndex},
    state::SessionState,
    store::SessionStore,
};
use crate::{
    batch::{DeclaredPackage, Incomplete, Outcome, Package, StoredPart, Work},
    reference::{self, ReferenceKind},
};

/// Why a batch cannot be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CloseRefusal {
    /// The session is in this state (21180).
    State(SessionState),
    /// It was cancelled, because its time is over (21208).
    Expired,
    /// Parts are missing or have the wrong size; they may still be uploaded.
    Incomplete(Incomplete),
}

impl SessionStore {
    /// Opens a batch.
    pub(crate) fn open_batch(
        &mut self,
        opening: Opening,
        declared: DeclaredPackage,
        now: Timestamp,
    ) -> SessionIndex {
        let reference = reference::issue(ReferenceKind::BatchSession, now);
        let machine = SessionMachine::open_batch(now, declared.window());
        self.add(reference, opening, machine, Some(Package::new(declared, now)))
    }

    /// Whether a part with this ordinal number may be uploaded.
    pub(crate) fn takes_part(&self, session: &str, ordinal: usize) -> bool {
        let session = self.find(session).map(|index| self.session(index));
        session.is_some_and(|session| {
            session.machine.state() == SessionState::Open
                && session.package.as_ref().is_some_and(|package| package.has_part(ordinal))
        })
    }

    /// Keeps an uploaded part; `false` when it came too late.
    pub(crate) fn store_part(&mut self, session: &str, ordinal: usize, part: StoredPart) -> bool {
        if !self.takes_part(session, ordinal) {
            return false;
        }
        let index = self.find(session);
        let package = index.and_then(|index| self.sessions[index].package.as_mut());
        package.is_some_and(|package| package.store(ordinal, part))
    }

    /// Closes a batch and gives the work that is to be done now; its result is to be delivered.
    ///
    /// # Errors
    /// A batch that is not open, whose time is over or whose parts are not all there.
    pub(crate) fn close_batch(&mut self, index: SessionIndex, now: Timestamp) -> Result<Work, CloseRefusal> {
        let limits = self.limits.of(&self.sessions[index].opening.context).batch;
        let session = &mut self.sessions[index];
        let state = session.machine.state();
        let Some(package) = session.package.as_mut().filter(|_| state == SessionState::Open) else {
            // Of a package that nobody closed in time no invoice is known: that is how it differs from an empty one.
            let expired =
                state == SessionState::Cancelled && session.machine.details() != state.details().as_slice();
            return Err(if expired { CloseRefusal::Expired } else { CloseRefusal::State(state) });
        };
        match package.check() {
            Ok(()) => {}
            Err(Incomplete::Missing(_)) if package.window_end <= now => {
                package.discard();
                session.machine.cancel(now);
                return Err(CloseRefusal::Expired);
            }
            Err(incomplete) => return Err(CloseRefusal::Incomplete(incomplete)),
        }
        let sizes = limits.sizes();
        let work = Work {
            session: session.reference.as_str().to_owned(),
            key: session.opening.key.clone(),
            declared: package.declared.clone(),
            parts: package.take_parts(),
            max_invoices: limits.max_invoices,
            max_invoice_size: sizes.plain.max(sizes.with_attachment),
        };
        session.machine.close(now, &self.pace);
        Ok(work)
    }

    /// Takes the result of a package. It shows when it is due; a session that is gone by now needs none.
    pub(crate) fn deliver(&mut self, session: &str, outcome: Outcome, now: Timestamp) {
        let index = self.find(session);
        if let Some(package) = index.and_then(|index| self.sessions[index].package.as_mut()) {
            package.outcome = Some((now, outcome));
        }
    }

    /// Takes the invoices of a package in when half of the delay is over, or fails the session when all of it is.
    pub(super) fn unpack(&mut self, index: SessionIndex, now: Timestamp) {
        let session = &mut self.sessions[index];
        let machine = &mut session.machine;
        let Some(package) = session.package.as_mut() else { return };
        if machine.state().is_terminal() {
            package.discard();
        }
        let (Some((ready_at, outcome)), true) = (&package.outcome, machine.waits_for_package()) else {
            return;
        };
        let seen = match outcome {
            Ok(_) => self.pace.started_at(machine.closed_at().unwrap_or(now)),
            Err(_) => machine.close_due(),
        };
        let Some(at) = self.pace.done_at(seen.max(*ready_at), now) else { return };
        match package.outcome.take().map(|(_, outcome)| outcome) {
            Some(Ok(invoices)) => {
                let due = machine.close_due().max(at);
                for unpacked in invoices {
                    let invoice = self.invoices.len();
                    let reference = reference::issue(ReferenceKind::Invoice, at);
                    let ordinal = machine.take_invoice(at);
                    session.invoices.push(invoice);
                    self.invoice_index.insert(reference.as_str().to_owned(), invoice);
                    self.due.insert((due, invoice));
                    self.invoices.push(Invoice {
                        reference,
                        session: index,
                        ordinal,
                        // All invoices of a batch count as received when it was opened.
                        received_at: machine.opened_at(),
                        started_at: at,
                        declared: unpacked.declared,
                        offline: package.declared.offline,
                        corrected: None,
                        file_name: Some(unpacked.file_name),
                        progress: Progress::Pending(Pending::Unpacked(unpacked.document)),
                    });
                }
                machine.note_unpacked();
            }
            Some(Err(failure)) => machine.fail(failure.state(), failure.details(), at),
            None => {}
        }
    }
}
