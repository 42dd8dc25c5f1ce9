//! The collective identifiers that were made.

use jiff::Timestamp;
use ksef_model::{CollectiveIdentifierInvoice, ContextIdentifier};

/// How many collective identifiers of one context an invoice may belong to.
pub(super) const MAX_PER_INVOICE: usize = 132;

/// One collective identifier.
#[derive(Clone, Debug)]
pub(super) struct CollectiveIdentifier {
    pub(super) number: String,
    pub(super) created: Timestamp,
    /// The context that made it.
    pub(super) context: ContextIdentifier,
    /// The seller of all its invoices.
    pub(super) seller_nip: String,
    pub(super) invoices: Vec<CollectiveIdentifierInvoice>,
}

impl CollectiveIdentifier {
    /// Whether the identifier is found by a query in the context: it was made there, or the context is the NIP of the
    /// seller.
    pub(super) fn is_listed_for(&self, context: &ContextIdentifier) -> bool {
        let sells = matches!(context, ContextIdentifier::Nip(nip) if nip.as_str() == self.seller_nip);
        self.context == *context || sells
    }

    pub(super) fn holds(&self, ksef_number: &str) -> bool {
        self.invoices.iter().any(|one| one.ksef_number.as_str() == ksef_number)
    }
}

/// All collective identifiers.
#[derive(Debug, Default)]
pub(crate) struct CollectiveIdentifierStore(Vec<CollectiveIdentifier>);

impl CollectiveIdentifierStore {
    pub(super) fn add(&mut self, identifier: CollectiveIdentifier) {
        self.0.push(identifier);
    }

    /// How many identifiers of the context hold the invoice.
    pub(super) fn uses(&self, context: &ContextIdentifier, ksef_number: &str) -> usize {
        self.0.iter().filter(|one| one.context == *context && one.holds(ksef_number)).count()
    }

    /// Those wanted, the newest first and equal ones by number, the greatest first.
    pub(super) fn newest_first(
        &self,
        wanted: impl Fn(&CollectiveIdentifier) -> bool,
    ) -> Vec<&CollectiveIdentifier> {
        let mut found: Vec<&CollectiveIdentifier> = self.0.iter().filter(|one| wanted(one)).collect();
        found.sort_by(|one, other| (other.created, &other.number).cmp(&(one.created, &one.number)));
        found
    }

    pub(super) fn by_number(&self, number: &str) -> Option<&CollectiveIdentifier> {
        self.0.iter().find(|one| one.number == number)
    }
}
