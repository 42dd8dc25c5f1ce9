//! The sessions of the emulator. Time comes as an argument; what is due is done when somebody looks.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use ksef_crypto::Sha256;
use ksef_documents::upo::{SendingMode, UpoDocument};
use ksef_model::{ContextIdentifier, ReferenceNumber};

use super::{
    judge::{Verdict, judge},
    machine::SessionMachine,
    pace::Pace,
    records::{
        Accepted, Invoice, InvoiceIndex, Opening, Pending, Progress, Session, SessionIndex, Submission,
        UpoPage,
    },
    state::{SessionKind, SessionState},
};
use crate::{
    batch::Package,
    download::whole_microseconds,
    invoice::{
        DuplicateKey, DuplicateRegistry, InvoicingMode, NumberSequence, Original, Rejection, RejectionCode,
    },
    limits::ContextTable,
    permissions::{AttachmentConsents, PermissionStore},
    random,
    reference::{self, ReferenceKind},
    state::Processing,
    upo::{LinkKey, SealPlace, UpoSlot},
};

/// Why an invoice is not even taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SendRefusal {
    /// The session is in this state (21180).
    Closed(SessionState),
    /// The session holds as many invoices as it may (21155).
    Full(u32),
    /// A technical correction of this invoice was accepted already (21166).
    AlreadyCorrected,
    /// The invoice to be corrected was accepted (21167).
    NothingToCorrect,
}

/// Sessions, invoices, numbers and UPOs.
#[derive(Debug)]
pub(crate) struct SessionStore {
    pub(super) sessions: Vec<Session>,
    session_index: HashMap<String, SessionIndex>,
    pub(super) invoices: Vec<Invoice>,
    pub(super) invoice_index: HashMap<String, InvoiceIndex>,
    by_number: HashMap<String, InvoiceIndex>,
    active: BTreeSet<SessionIndex>,
    pub(super) due: BTreeSet<(Timestamp, InvoiceIndex)>,
    unstored: BTreeSet<(Timestamp, InvoiceIndex)>,
    stored: Vec<InvoiceIndex>,
    duplicates: DuplicateRegistry,
    accepted_hashes: HashSet<Sha256>,
    corrected_hashes: HashSet<Sha256>,
    consents: AttachmentConsents,
    numbers: NumberSequence,
    pub(super) pace: Pace,
    seal: SealPlace,
    links: LinkKey,
    /// Sizes and numbers of invoices that contexts may send (PROTOCOL §16.1).
    pub(crate) limits: ContextTable,
}

impl Default for SessionStore {
    fn default() -> Self {
        Self {
            sessions: Vec::new(),
            session_index: HashMap::new(),
            invoices: Vec::new(),
            invoice_index: HashMap::new(),
            by_number: HashMap::new(),
            active: BTreeSet::new(),
            due: BTreeSet::new(),
            unstored: BTreeSet::new(),
            stored: Vec::new(),
            duplicates: DuplicateRegistry::default(),
            accepted_hashes: HashSet::new(),
            corrected_hashes: HashSet::new(),
            consents: AttachmentConsents::default(),
            numbers: NumberSequence::new(u64::from_be_bytes(random::bytes())),
            pace: Pace::default(),
            seal: SealPlace::default(),
            links: LinkKey::new(random::bytes()),
            limits: ContextTable::default(),
        }
    }
}

impl SessionStore {
    /// Takes over the settings of processing and does all that is due at `now`, under the permissions of that moment.
    pub(crate) fn advance(&mut self, now: Timestamp, processing: &Processing, permissions: &PermissionStore) {
        self.pace.change(processing.delay, processing.hold, now);
        let active: Vec<SessionIndex> = self.active.iter().copied().collect();
        for index in &active {
            let session = &mut self.sessions[*index];
            session.machine.expire(now, &self.pace);
            if let Some(at) = session.machine.check_key(now, &self.pace) {
                self.fail_invoices(*index, at);
            }
            self.unpack(*index, now);
        }
        while let Some(&(due, index)) = self.due.first() {
            let Some(at) = self.pace.done_at(due, now) else { break };
            self.due.pop_first();
            self.process(index, at, permissions);
        }
        while let Some(&(due, index)) = self.unstored.first() {
            let Some(at) = self.pace.done_at(due, now) else { break };
            self.unstored.pop_first();
            if let Progress::Accepted(accepted) = &mut self.invoices[index].progress {
                accepted.stored_at = Some(whole_microseconds(at));
                self.stored.push(index);
            }
        }
        for index in active {
            if let Some(at) = self.sessions[index].machine.finish(now, &self.pace) {
                self.confirm(index, at);
            }
            if self.sessions[index].machine.state().is_terminal() {
                self.active.remove(&index);
            }
        }
    }

    /// Opens an interactive session.
    pub(crate) fn open(&mut self, opening: Opening, now: Timestamp) -> &Session {
        let reference = reference::issue(ReferenceKind::OnlineSession, now);
        let machine = SessionMachine::open(now, opening.key.is_some(), &self.pace);
        let index = self.add(reference, opening, machine, None);
        &self.sessions[index]
    }

    pub(super) fn add(
        &mut self,
        reference: ReferenceNumber,
        opening: Opening,
        machine: SessionMachine,
        package: Option<Package>,
    ) -> SessionIndex {
        let index = self.sessions.len();
        self.session_index.insert(reference.as_str().to_owned(), index);
        self.active.insert(index);
        let (invoices, pages) = (Vec::new(), Vec::new());
        self.sessions.push(Session { reference, opening, machine, invoices, pages, package });
        index
    }

    /// Takes an invoice in.
    ///
    /// # Errors
    /// What KSeF says at once; everything about the plaintext shows only at processing.
    pub(crate) fn send(
        &mut self,
        session: SessionIndex,
        submission: Submission,
        now: Timestamp,
    ) -> Result<ReferenceNumber, SendRefusal> {
        let index = self.invoices.len();
        let target = &mut self.sessions[session];
        if !target.machine.accepts_invoices() {
            return Err(SendRefusal::Closed(target.machine.state()));
        }
        let limit = self.limits.of(&target.opening.context).online.max_invoices;
        if target.machine.tally().total >= limit {
            return Err(SendRefusal::Full(limit));
        }
        if let Some(corrected) = &submission.corrected {
            if self.corrected_hashes.contains(corrected) {
                return Err(SendRefusal::AlreadyCorrected);
            }
            if self.accepted_hashes.contains(corrected) {
                return Err(SendRefusal::NothingToCorrect);
            }
        }
        let reference = reference::issue(ReferenceKind::Invoice, now);
        let ordinal = target.machine.take_invoice(now);
        target.invoices.push(index);
        self.invoice_index.insert(reference.as_str().to_owned(), index);
        self.due.insert((self.pace.due(now), index));
        self.invoices.push(Invoice {
            reference: reference.clone(),
            session,
            ordinal,
            received_at: now,
            started_at: self.pace.started_at(now),
            declared: submission.declared,
            offline: submission.offline,
            corrected: submission.corrected,
            file_name: None,
            progress: Progress::Pending(Pending::Encrypted(submission.encrypted)),
        });
        Ok(reference)
    }

    /// Closes an open session.
    ///
    /// # Errors
    /// The state in which the session is, when it is not open.
    pub(crate) fn close(&mut self, session: SessionIndex, now: Timestamp) -> Result<(), SessionState> {
        let machine = &mut self.sessions[session].machine;
        if machine.close(now, &self.pace) { Ok(()) } else { Err(machine.state()) }
    }

    /// Index of the session with this reference.
    pub(crate) fn find(&self, reference: &str) -> Option<SessionIndex> {
        self.session_index.get(reference).copied()
    }

    /// A session.
    pub(crate) fn session(&self, index: SessionIndex) -> &Session {
        &self.sessions[index]
    }

    /// All sessions, the oldest first.
    pub(crate) fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The invoices of a session, by ordinal number.
    pub(crate) fn invoices_of<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = &'a Invoice> {
        session.invoices.iter().map(|index| &self.invoices[*index])
    }

    /// The invoice of a session with this reference.
    pub(crate) fn invoice_in(&self, session: &Session, reference: &str) -> Option<&Invoice> {
        let index = self.invoice_index.get(reference)?;
        session.invoices.binary_search(index).is_ok().then(|| &self.invoices[*index])
    }

    /// The accepted invoice with this KSeF number and its session.
    pub(crate) fn by_number(&self, ksef_number: &str) -> Option<(SessionIndex, &Accepted)> {
        let invoice = &self.invoices[*self.by_number.get(ksef_number)?];
        match &invoice.progress {
            Progress::Accepted(accepted) => Some((invoice.session, accepted)),
            _ => None,
        }
    }

    /// Lets a context send attachments (PROTOCOL §15.9).
    pub(crate) fn consent_to_attachments(&mut self, context: ContextIdentifier) {
        self.consents.allow(context);
    }

    /// Ends the consent of a context.
    pub(crate) fn end_attachments(&mut self, context: &ContextIdentifier, at: Timestamp) {
        self.consents.end(context, at);
    }

    /// Who may send attachments.
    pub(crate) fn attachment_consents(&self) -> &AttachmentConsents {
        &self.consents
    }

    /// All invoices, in the order of sending.
    pub(crate) fn invoices(&self) -> &[Invoice] {
        &self.invoices
    }

    /// The invoices in permanent storage, in the order in which they came there.
    pub(crate) fn stored(&self) -> &[InvoiceIndex] {
        &self.stored
    }

    /// The place of the seal that signs UPOs.
    pub(crate) fn seal(&self) -> SealPlace {
        self.seal.clone()
    }

    /// The key of presigned links.
    pub(crate) fn links(&self) -> &LinkKey {
        &self.links
    }

    fn fail_invoices(&mut self, session: SessionIndex, at: Timestamp) {
        let invoices = &self.invoices;
        self.due.retain(|(_, index)| invoices[*index].session != session);
        for index in self.sessions[session].invoices.clone() {
            if matches!(self.invoices[index].progress, Progress::Pending(_)) {
                self.reject(index, Rejection::bare(RejectionCode::SessionFailed), None, at);
            }
        }
    }

    fn process(&mut self, index: InvoiceIndex, at: Timestamp, permissions: &PermissionStore) {
        let invoice = &self.invoices[index];
        let session = &self.sessions[invoice.session];
        let consent = self.consents.allows(&session.opening.context, invoice.received_at);
        let kind = session.machine.kind();
        let limits = self.limits.of(&session.opening.context);
        let sizes = match kind {
            SessionKind::Online => limits.online.sizes(),
            SessionKind::Batch => limits.batch.sizes(),
        };
        match judge(invoice, kind, &session.opening, consent, sizes, permissions) {
            Err(refused) => self.reject(index, refused.rejection, refused.invoice_number, at),
            Ok(verdict) => {
                let key = DuplicateKey::of(&verdict.header);
                match self.duplicates.original(&key).cloned() {
                    Some(original) => {
                        let number = Some(verdict.header.invoice_number);
                        self.reject(index, Rejection::duplicate(original), number, at);
                    }
                    None => self.accept(index, verdict, key, at),
                }
            }
        }
    }

    fn accept(&mut self, index: InvoiceIndex, verdict: Verdict, key: DuplicateKey, at: Timestamp) {
        let invoice = &mut self.invoices[index];
        let session = &mut self.sessions[invoice.session];
        let ksef_number = self.numbers.next(&verdict.header.seller_nip, invoice.received_at);
        let document = UpoDocument {
            seller_nip: verdict.header.seller_nip.clone(),
            ksef_number: ksef_number.clone(),
            invoice_number: verdict.header.invoice_number.clone(),
            issue_date: verdict.header.issue_date,
            sent_at: invoice.received_at,
            numbered_at: at,
            invoice_hash: invoice.declared.hash.to_base64(),
            mode: Some(match verdict.mode {
                InvoicingMode::Online => SendingMode::Online,
                InvoicingMode::Offline => SendingMode::Offline,
            }),
        };
        let upo = UpoSlot::of_invoice(&session.reference, &session.opening, document, at);
        self.by_number.insert(ksef_number.as_str().to_owned(), index);
        self.duplicates.occupy(
            key,
            Original {
                session: session.reference.as_str().to_owned(),
                ksef_number: ksef_number.as_str().to_owned(),
            },
        );
        self.accepted_hashes.insert(invoice.declared.hash);
        self.corrected_hashes.extend(invoice.corrected);
        self.unstored.insert((self.pace.storage_due(at), index));
        session.machine.note_result(true, at);
        invoice.progress = Progress::Accepted(Box::new(Accepted {
            upo,
            header: verdict.header,
            ksef_number,
            acquired_at: at,
            stored_at: None,
            mode: verdict.mode,
            content: verdict.content,
        }));
    }

    fn reject(
        &mut self,
        index: InvoiceIndex,
        rejection: Rejection,
        invoice_number: Option<String>,
        at: Timestamp,
    ) {
        let invoice = &mut self.invoices[index];
        invoice.progress = Progress::Rejected { rejection, invoice_number };
        self.sessions[invoice.session].machine.note_result(false, at);
    }

    fn confirm(&mut self, index: SessionIndex, at: Timestamp) {
        let session = &self.sessions[index];
        if session.machine.state() != SessionState::Processed {
            return;
        }
        let documents: Vec<UpoDocument> = self
            .invoices_of(session)
            .filter_map(|invoice| match &invoice.progress {
                Progress::Accepted(accepted) => Some(accepted.upo.documents()),
                _ => None,
            })
            .flatten()
            .cloned()
            .collect();
        let pages = UpoSlot::pages(&session.reference, &session.opening, &documents, at);
        self.sessions[index].pages = pages
            .into_iter()
            .map(|upo| UpoPage { reference: reference::issue(ReferenceKind::UpoPage, at), upo })
            .collect();
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
