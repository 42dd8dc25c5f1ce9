//! Validation of the bodies that open a session and send an invoice.

use ksef_model::{OpenOnlineSessionRequest, SendInvoiceRequest};

use super::checks;
use crate::json::{Problems, RequestBody};

impl RequestBody for OpenOnlineSessionRequest {
    const REQUIRED: &'static [&'static str] = &[
        "formCode",
        "formCode.systemCode",
        "formCode.schemaVersion",
        "formCode.value",
        "encryption",
        "encryption.encryptedSymmetricKey",
        "encryption.initializationVector",
    ];

    fn check(&self, problems: &mut Problems) {
        checks::encryption(problems, &self.encryption);
    }
}

impl RequestBody for SendInvoiceRequest {
    const REQUIRED: &'static [&'static str] = &[
        "invoiceHash",
        "invoiceSize",
        "encryptedInvoiceHash",
        "encryptedInvoiceSize",
        "encryptedInvoiceContent",
    ];

    fn check(&self, problems: &mut Problems) {
        checks::hash(problems, "invoiceHash", &self.invoice_hash);
        checks::hash(problems, "encryptedInvoiceHash", &self.encrypted_invoice_hash);
        checks::positive(problems, "invoiceSize", self.invoice_size);
        checks::positive(problems, "encryptedInvoiceSize", self.encrypted_invoice_size);
        if let Some(corrected) = &self.hash_of_corrected_invoice {
            checks::hash(problems, "hashOfCorrectedInvoice", corrected);
            if self.offline_mode != Some(true) {
                problems.invalid("HashOfCorrectedInvoice can only be provided for offline invoices");
            }
        }
    }
}
