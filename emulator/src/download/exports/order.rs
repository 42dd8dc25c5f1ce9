//! The request that starts an export (PROTOCOL §9.3).

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::{MinistryPrivateKey, SymmetricKey};
use ksef_model::{CompressionType, ContextIdentifier, EncryptionInfo};
use serde::Deserialize;

use super::super::filters::{Filters, Period};
use crate::{
    auth::Subject,
    json::{Problems, RequestBody},
};

const IV_LENGTH: usize = 16;

/// `InvoiceExportRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExportRequest {
    pub(super) encryption: EncryptionInfo,
    pub(super) filters: Filters,
    pub(super) only_metadata: Option<bool>,
    pub(super) compression_type: Option<CompressionType>,
}

impl RequestBody for ExportRequest {
    const REQUIRED: &'static [&'static str] = &[
        "encryption",
        "encryption.encryptedSymmetricKey",
        "encryption.initializationVector",
        "filters",
        "filters.subjectType",
        "filters.dateRange",
        "filters.dateRange.dateType",
        "filters.dateRange.from",
    ];

    fn check(&self, problems: &mut Problems) {
        let mut bytes = |name: &str, text: &str| {
            let decoded = BASE64_STANDARD.decode(text).ok();
            if decoded.is_none() {
                problems.not_a_value(&format!("encryption.{name}"));
            }
            decoded
        };
        bytes("encryptedSymmetricKey", &self.encryption.encrypted_symmetric_key);
        let iv = bytes("initializationVector", &self.encryption.initialization_vector);
        if let Some(length) = iv.map(|iv| iv.len()).filter(|length| *length != IV_LENGTH) {
            problems.invalid(format!(
                "Nieprawidłowa długość wektora inicjującego (IV). Oczekiwano {IV_LENGTH} bajtów, otrzymano {length}."
            ));
        }
        if matches!(self.compression_type, Some(CompressionType::Unknown(_))) {
            problems.not_a_value("compressionType");
        }
    }
}

impl ExportRequest {
    /// The caller's key; `None` when it cannot be unwrapped, which shows only at processing.
    pub(super) fn key(&self, private_key: &MinistryPrivateKey) -> Option<SymmetricKey> {
        let wrapped = BASE64_STANDARD.decode(&self.encryption.encrypted_symmetric_key).ok()?;
        let iv = BASE64_STANDARD.decode(&self.encryption.initialization_vector).ok()?;
        Some(SymmetricKey::from_parts(private_key.unwrap(&wrapped).ok()?, iv.try_into().ok()?))
    }
}

/// What is to be exported, for whom.
#[derive(Debug)]
pub(crate) struct Order {
    pub(super) context: ContextIdentifier,
    pub(super) subject: Subject,
    pub(super) filters: Filters,
    /// The range as of the request.
    pub(super) period: Period,
    pub(super) only_metadata: bool,
    pub(super) compression: CompressionType,
    pub(super) key: Option<SymmetricKey>,
}

impl Order {
    /// What comes after the number of a part in its name.
    pub(super) fn extension(&self) -> &'static str {
        match self.compression {
            CompressionType::TarGz => "tar.gz.aes",
            _ => "zip.aes",
        }
    }
}
