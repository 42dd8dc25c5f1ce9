//! Uniqueness of invoices: seller, kind and number (PROTOCOL §6.8).

use std::collections::HashMap;

use ksef_documents::InvoiceHeader;

use super::status::Original;

/// What makes an invoice unique, across all contexts and sessions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DuplicateKey {
    /// NIP of the seller.
    pub(crate) seller_nip: String,
    /// `RodzajFaktury` (or the document type of the other forms).
    pub(crate) invoice_type: String,
    /// Number given by the issuer.
    pub(crate) invoice_number: String,
}

impl DuplicateKey {
    /// The key of an invoice.
    pub(crate) fn of(header: &InvoiceHeader) -> Self {
        Self {
            seller_nip: header.seller_nip.as_str().to_owned(),
            invoice_type: header.invoice_type.as_str().to_owned(),
            invoice_number: header.invoice_number.clone(),
        }
    }
}

/// The keys held by accepted invoices.
#[derive(Debug, Default)]
pub(crate) struct DuplicateRegistry {
    held: HashMap<DuplicateKey, Original>,
}

impl DuplicateRegistry {
    /// The accepted invoice that holds `key`.
    pub(crate) fn original(&self, key: &DuplicateKey) -> Option<&Original> {
        self.held.get(key)
    }

    /// Lets an accepted invoice hold `key`. The first holder stays.
    pub(crate) fn occupy(&mut self, key: DuplicateKey, original: Original) {
        self.held.entry(key).or_insert(original);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seller: &str, kind: &str, number: &str) -> DuplicateKey {
        DuplicateKey { seller_nip: seller.into(), invoice_type: kind.into(), invoice_number: number.into() }
    }

    #[test]
    fn each_part_of_the_key_counts() {
        let first = Original { session: "S1".into(), ksef_number: "K1".into() };
        let mut registry = DuplicateRegistry::default();
        registry.occupy(key("1", "VAT", "A"), first.clone());
        assert_eq!(registry.original(&key("1", "VAT", "A")), Some(&first));
        for other in [key("2", "VAT", "A"), key("1", "KOR", "A"), key("1", "VAT", "B"), key("1", "VAT", "A ")]
        {
            assert_eq!(registry.original(&other), None, "{other:?}");
        }
    }

    #[test]
    fn the_first_holder_stays() {
        let first = Original { session: "S1".into(), ksef_number: "K1".into() };
        let mut registry = DuplicateRegistry::default();
        registry.occupy(key("1", "VAT", "A"), first.clone());
        registry.occupy(key("1", "VAT", "A"), Original { session: "S2".into(), ksef_number: "K2".into() });
        assert_eq!(registry.original(&key("1", "VAT", "A")), Some(&first));
    }
}
