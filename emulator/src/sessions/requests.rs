//! Validation of the bodies that open a session and send an invoice.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::Sha256;
use ksef_model::{OpenOnlineSessionRequest, SendInvoiceRequest};

use crate::json::{Problems, RequestBody};

const IV_LENGTH: usize = 16;

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
        let encryption = &self.encryption;
        bytes(problems, "encryption.encryptedSymmetricKey", &encryption.encrypted_symmetric_key);
        if let Some(iv) =
            bytes(problems, "encryption.initializationVector", &encryption.initialization_vector)
            && iv.len() != IV_LENGTH
        {
            problems.invalid(format!(
                "Nieprawidłowa długość wektora inicjującego (IV). Oczekiwano {IV_LENGTH} bajtów, otrzymano {}.",
                iv.len()
            ));
        }
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
        hash(problems, "invoiceHash", &self.invoice_hash);
        hash(problems, "encryptedInvoiceHash", &self.encrypted_invoice_hash);
        positive(problems, "invoiceSize", self.invoice_size);
        positive(problems, "encryptedInvoiceSize", self.encrypted_invoice_size);
        if let Some(corrected) = &self.hash_of_corrected_invoice {
            hash(problems, "hashOfCorrectedInvoice", corrected);
            if self.offline_mode != Some(true) {
                problems.invalid("HashOfCorrectedInvoice can only be provided for offline invoices");
            }
        }
    }
}

/// The bytes of a `format: byte` member; a text that is not Base64 is unreadable to the server.
fn bytes(problems: &mut Problems, path: &str, text: &str) -> Option<Vec<u8>> {
    let decoded = BASE64_STANDARD.decode(text).ok();
    if decoded.is_none() {
        problems.not_a_value(path);
    }
    decoded
}

fn hash(problems: &mut Problems, name: &str, text: &str) {
    if Sha256::from_base64(text).is_err() {
        problems.invalid(format!("'{name}' must be a SHA-256 hash encoded in Base64 (44 characters)."));
    }
}

fn positive(problems: &mut Problems, name: &str, value: i64) {
    if value < 1 {
        problems.invalid(format!("'{name}' must be greater than or equal to '1'."));
    }
}
