//! The cryptography of KSeF 2.0: invoice encryption, key wrapping, private keys, certificates and signatures.
//!
//! The crate is pure: bytes in, bytes out. It reads no file, no clock and no environment; randomness comes from
//! the operating system where keys, IVs and signatures need it.
//!
//! - [`prepare`] turns an invoice into what an interactive session sends (PROTOCOL §5, §6.3).
//! - [`MinistryKey`] wraps the symmetric key and encrypts KSeF tokens (PROTOCOL §3.6, §4).
//! - [`SigningIdentity`] is a certificate with its private key; [`PrivateKey`] signs.
//! - [`verify_signature`] checks signatures on code that shares nothing with the signing path.
//! - [`self_signed`] and [`authority`] make certificates for the TEST environment, emulators and tests.
//!
//! ```
//! use ksef_crypto::{Sha256, SymmetricKey, prepare};
//!
//! # fn main() -> Result<(), ksef_crypto::Error> {
//! let key = SymmetricKey::generate()?;
//! let invoice = prepare(b"<Faktura/>", &key);
//! assert_eq!(invoice.invoice_hash, Sha256::of(b"<Faktura/>"));
//! assert_eq!(key.decrypt(&invoice.content)?, b"<Faktura/>");
//! # Ok(())
//! # }
//! ```

mod algorithm;
mod asn1;
pub mod authority;
mod certificate;
mod crc8;
mod digest;
mod ecdsa_encoding;
mod error;
mod identity;
mod ministry_key;
mod ministry_private_key;
mod pem;
mod prepare;
mod private_key;
mod public_key;
pub mod self_signed;
mod symmetric;
mod verify;

pub use algorithm::{HashAlgorithm, SignatureAlgorithm, SignatureScheme};
pub use authority::Authority;
pub use certificate::{Certificate, KeyUsage, SubjectIdentity, SubjectKind};
pub use crc8::crc8;
pub use digest::{Sha256, Sha256Stream};
pub use ecdsa_encoding::{ecdsa_der_from_raw, ecdsa_raw_from_der};
pub use error::{Error, Result};
pub use identity::SigningIdentity;
pub use ministry_key::MinistryKey;
pub use ministry_private_key::MinistryPrivateKey;
pub use prepare::{PreparedInvoice, prepare};
pub use private_key::PrivateKey;
pub use public_key::KeyKind;
pub use symmetric::SymmetricKey;
pub use verify::{verify_signature, verify_signature_with_salt};
