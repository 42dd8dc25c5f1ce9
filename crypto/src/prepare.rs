use std::fmt;

use crate::digest::Sha256;
use crate::symmetric::SymmetricKey;

/// An invoice ready for `POST /sessions/online/{ref}/invoices`: the ciphertext with the hashes and sizes that the
/// request declares. Source: PROTOCOL §6.3.
#[derive(Clone, PartialEq, Eq)]
pub struct PreparedInvoice {
    /// The encrypted invoice; the request carries it in Base64 as `encryptedInvoiceContent`.
    pub content: Vec<u8>,
    /// SHA-256 of the invoice as given, byte for byte.
    pub invoice_hash: Sha256,
    /// The size of the invoice in bytes.
    pub invoice_size: u64,
    /// SHA-256 of the ciphertext.
    pub encrypted_hash: Sha256,
    /// The size of the ciphertext in bytes.
    pub encrypted_size: u64,
}

impl fmt::Debug for PreparedInvoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedInvoice")
            .field("content", &format_args!("…"))
            .field("invoice_hash", &self.invoice_hash)
            .field("invoice_size", &self.invoice_size)
            .field("encrypted_hash", &self.encrypted_hash)
            .field("encrypted_size", &self.encrypted_size)
            .finish()
    }
}

/// Hashes, measures and encrypts an invoice. Every invoice goes through this one function, so that the declared
/// hash is always the hash of the bytes that were encrypted.
pub fn prepare(invoice: &[u8], key: &SymmetricKey) -> PreparedInvoice {
    let content = key.encrypt(invoice);
    PreparedInvoice {
        invoice_hash: Sha256::of(invoice),
        invoice_size: invoice.len() as u64,
        encrypted_hash: Sha256::of(&content),
        encrypted_size: content.len() as u64,
        content,
    }
}
