//! Small things that need no client.

use std::sync::OnceLock;

use libksef::{Error, Language};

use crate::error::KsefError;

/// The version of the library.
#[uniffi::export]
#[must_use]
pub fn library_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A number that differs between two copies of the library in one process; packages must show the same one everywhere.
#[uniffi::export]
#[must_use]
pub fn runtime_id() -> u64 {
    static PLACE: OnceLock<Box<u8>> = OnceLock::new();
    std::ptr::from_ref::<u8>(PLACE.get_or_init(|| Box::new(0))).addr() as u64
}

/// Checks the bytes of an invoice as `send` does (PROTOCOL §19, rules 1 to 5).
#[uniffi::export]
pub fn check_invoice(invoice: &[u8]) -> Result<(), KsefError> {
    Ok(libksef::check_invoice(invoice)?)
}

/// A certificate with its key, as PEM text.
#[derive(Clone, uniffi::Record)]
pub struct TestIdentity {
    /// The certificate.
    pub certificate_pem: String,
    /// The private key, not encrypted.
    pub key_pem: String,
}

/// Makes a self-signed company seal for the Test environment and the emulator (PROTOCOL §3.5), valid for two years.
/// The key is on the curve P-256, or RSA with 2048 bits.
#[uniffi::export]
pub fn test_seal(nip: String, name: String, rsa: bool) -> Result<TestIdentity, KsefError> {
    use libksef::test_identity::{KeyKind, seal};
    let kind = if rsa { KeyKind::Rsa { bits: 2048 } } else { KeyKind::P256 };
    let identity = seal(&nip.parse().map_err(Error::from)?, &name, kind)?;
    Ok(TestIdentity {
        certificate_pem: identity.certificate().to_pem(),
        key_pem: identity.key().to_pkcs8_pem().to_string(),
    })
}

/// What is known about an error number without an error at hand.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ErrorText {
    /// The number.
    pub number: u16,
    /// The stable name of the number, in snake case.
    pub name: String,
    /// What happened, in English: one line.
    pub english: String,
    /// What happened, in Polish: one line.
    pub polish: String,
    /// What to do about it, in English.
    pub english_advice: String,
    /// What to do about it, in Polish.
    pub polish_advice: String,
}

/// The texts of an error number; nothing for a number that is not in use.
#[uniffi::export]
#[must_use]
pub fn error_text(number: u16) -> Option<ErrorText> {
    let entry = libksef::entry(number)?;
    Some(ErrorText {
        number: entry.number,
        name: entry.name(),
        english: entry.text(Language::English).to_owned(),
        polish: entry.text(Language::Polish).to_owned(),
        english_advice: entry.advice(Language::English).to_owned(),
        polish_advice: entry.advice(Language::Polish).to_owned(),
    })
}
