//! The repository that queries and exports read: which invoices it holds, from when on it shows them, and up to which
//! instant it promises to be complete (PROTOCOL §9.4).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use ksef_crypto::Sha256;
use ksef_documents::{InvoiceHeader, PartyIdentifier};
use ksef_model::{ContextIdentifier, KsefNumber};

use super::roles;
use crate::{
    invoice::{Content, InvoicingMode, NumberSequence},
    random,
    sessions::{Progress, SessionStore},
};

/// Storage dates and the high-water mark are kept in whole microseconds, as the real ones are.
const TICK: SignedDuration = SignedDuration::from_micros(1);

/// The instant without what is below a microsecond.
pub(crate) fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_nanosecond().div_euclid(1000).try_into().unwrap_or(i64::MAX))
        .unwrap_or(at)
}

/// One invoice in permanent storage.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its number.
    pub(crate) ksef_number: KsefNumber,
    /// What the document says.
    pub(crate) header: InvoiceHeader,
    /// Hash of the original bytes.
    pub(crate) hash: Sha256,
    /// Hash of the invoice that it corrects technically.
    pub(crate) corrected: Option<Sha256>,
    /// When it was taken in (`invoicingDate`).
    pub(crate) received_at: Timestamp,
    /// When it was numbered (`acquisitionDate`).
    pub(crate) acquired_at: Timestamp,
    /// When it was stored for good (`permanentStorageDate`).
    pub(crate) stored_at: Timestamp,
    /// From when on queries show it: its storage date, or later for a late arrival.
    pub(crate) visible_at: Timestamp,
    /// Its mode.
    pub(crate) mode: InvoicingMode,
    /// Whether nobody sent it.
    pub(crate) deposited: bool,
    /// The original bytes.
    pub(crate) content: Content,
}

/// How the repository falls behind, set by `POST /download`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lag {
    /// How far the high-water mark is behind the clock.
    pub(crate) mark: SignedDuration,
    /// How long at most an invoice stays hidden after its storage date; each for a time of its own.
    pub(crate) arrival: SignedDuration,
}

/// All invoices in permanent storage, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Repository {
    entries: Vec<Arc<Entry>>,
    by_party: HashMap<String, Vec<usize>>,
    by_number: HashMap<String, usize>,
    /// Those that were hidden when they came, with the instant at which they came.
    late: Vec<(Timestamp, usize)>,
    /// How many of the stored invoices of sessions are here.
    absorbed: usize,
    numbers: NumberSequence,
}

impl Default for Repository {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            by_party: HashMap::new(),
            by_number: HashMap::new(),
            late: Vec::new(),
            absorbed: 0,
            numbers: NumberSequence::new(u64::from_be_bytes(random::bytes())),
        }
    }
}

/// An invoice to be put into the repository without a session.
#[derive(Debug)]
pub(crate) struct Deposit {
    /// What the document says.
    pub(crate) header: InvoiceHeader,
    /// The document.
    pub(crate) content: Vec<u8>,
    /// Its storage date.
    pub(crate) stored_at: Timestamp,
    /// How long it stays hidden after its storage date; `None` as long as the lag says.
    pub(crate) hidden_for: Option<SignedDuration>,
    /// Its mode.
    pub(crate) mode: InvoicingMode,
}

impl Repository {
    /// Takes over what sessions have stored since the last time.
    pub(crate) fn absorb(&mut self, sessions: &SessionStore, lag: Lag) {
        for &index in &sessions.stored()[self.absorbed..] {
            self.absorbed += 1;
            let invoice = &sessions.invoices()[index];
            let Progress::Accepted(accepted) = &invoice.progress else { continue };
            let Some(stored_at) = accepted.stored_at else { continue };
            let entry = Entry {
                ksef_number: accepted.ksef_number.clone(),
                header: accepted.header.clone(),
                hash: invoice.declared.hash,
                corrected: invoice.corrected,
                received_at: invoice.received_at,
                acquired_at: accepted.acquired_at,
                stored_at,
                visible_at: after(stored_at, delay(accepted.ksef_number.as_str(), lag.arrival)),
                mode: accepted.mode,
                deposited: false,
                content: accepted.content.clone(),
            };
            self.insert(entry, stored_at);
        }
    }

    /// Puts an invoice in, with a fresh number, and gives the number. It is visible now at the earliest, so a storage
    /// date far in the past comes late to those who asked already.
    pub(crate) fn deposit(&mut self, deposit: Deposit, now: Timestamp, lag: Lag) -> KsefNumber {
        let stored_at = whole_microseconds(deposit.stored_at);
        let received_at = after(stored_at, -SignedDuration::from_millis(200));
        let ksef_number = loop {
            let number = self.numbers.next(&deposit.header.seller_nip, received_at);
            if !self.by_number.contains_key(number.as_str()) {
                break number;
            }
        };
        let hidden = deposit.hidden_for.unwrap_or_else(|| delay(ksef_number.as_str(), lag.arrival));
        let entry = Entry {
            ksef_number: ksef_number.clone(),
            hash: Sha256::of(&deposit.content),
            corrected: None,
            received_at,
            acquired_at: after(stored_at, -SignedDuration::from_millis(100)),
            stored_at,
            visible_at: after(stored_at, hidden).max(now),
            mode: deposit.mode,
            deposited: true,
            content: deposit.content.into(),
            header: deposit.header,
        };
        self.insert(entry, now);
        ksef_number
    }

    fn insert(&mut self, entry: Entry, came_at: Timestamp) {
        let index = self.entries.len();
        let keys: HashSet<&str> = entry
            .header
            .parties()
            .filter_map(|party| match &party.identifier {
                PartyIdentifier::Nip(nip) => Some(nip.as_str()),
                PartyIdentifier::InternalId(id) => Some(id.as_str()),
                _ => None,
            })
            .collect();
        for key in keys {
            self.by_party.entry(key.to_owned()).or_default().push(index);
        }
        self.by_number.insert(entry.ksef_number.as_str().to_owned(), index);
        if entry.visible_at > came_at {
            self.late.push((came_at, index));
        }
        self.entries.push(Arc::new(entry));
    }

    /// The invoice with this number, whether visible to queries or not.
    pub(crate) fn by_number(&self, ksef_number: &str) -> Option<&Arc<Entry>> {
        self.by_number.get(ksef_number).map(|index| &self.entries[*index])
    }

    /// All invoices, in the order in which they came.
    pub(crate) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The invoices that name the context and are visible at `at`, in the order in which they came.
    pub(crate) fn of_context(
        &self,
        context: &ContextIdentifier,
        at: Timestamp,
    ) -> impl Iterator<Item = &Arc<Entry>> {
        let indices = roles::index_key(context).and_then(|key| self.by_party.get(key));
        indices
            .into_iter()
            .flatten()
            .map(|index| &self.entries[*index])
            .filter(move |entry| entry.visible_at <= at)
    }

    /// The high-water mark at `at`: no invoice with a storage date up to it becomes visible later.
    pub(crate) fn high_water_mark(&self, at: Timestamp, lag: Lag) -> Timestamp {
        let behind = after(whole_microseconds(at), -(lag.mark + TICK));
        let came =
            self.late.iter().filter(|(came_at, _)| *came_at <= at).map(|(_, index)| &self.entries[*index]);
        let hidden = came.filter(|entry| entry.visible_at > at);
        let first_hidden = hidden.map(|entry| after(entry.stored_at, -TICK)).min();
        first_hidden.map_or(behind, |hidden| hidden.min(behind))
    }
}

fn after(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.saturating_add(duration).unwrap_or(at)
}

/// How long the invoice with this number stays hidden, from nothing to `longest`: always the same for the same number.
fn delay(ksef_number: &str, longest: SignedDuration) -> SignedDuration {
    let hash = Sha256::of(ksef_number.as_bytes());
    let [a, b, ..] = *hash.as_bytes();
    let share = longest.as_micros() * i128::from(u16::from_be_bytes([a, b])) / i128::from(u16::MAX);
    SignedDuration::from_micros(i64::try_from(share).unwrap_or(i64::MAX))
}

#[cfg(test)]
#[path = "repository_tests.rs"]
mod tests;
