//! XML canonicalisation, XML signatures and XAdES for KSeF 2.0. No I/O, no clock.
//!
//! * [`c14n`] — Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization;
//! * [`sign()`] — XAdES-BES enveloped signatures in the shape the service accepts (PROTOCOL §3.4), and that of a UPO (§8.3);
//! * [`mod@verify`] — verification as separate code, which also judges every signature made here.
//!
//! ```
//! use ksef_crypto::KeyKind;
//! use ksef_crypto::self_signed::{SealSubject, Validity, seal};
//! use ksef_xades::{SignOptions, VerifyOptions, sign, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now: jiff::Timestamp = "2026-02-01T10:00:00Z".parse()?;
//! let subject = SealSubject::with_nip("Kowalski sp. z o.o.", "5265877635");
//! let identity = seal(&subject, KeyKind::P256, Validity::days(now, 365)?)?;
//!
//! let signed = sign(b"<AuthTokenRequest/>", &identity, &SignOptions::request(now))?;
//! let verified = verify(&signed, &VerifyOptions { at: Some(now), ..VerifyOptions::default() })?;
//! assert_eq!(verified.certificate.fingerprint(), identity.certificate().fingerprint());
//! assert_eq!(verified.unsigned_document, b"<AuthTokenRequest></AuthTokenRequest>");
//! # Ok(())
//! # }
//! ```

pub mod c14n;
mod error;
mod names;
mod parse;
mod sign;
mod signer;
mod tree;
mod uris;
pub mod verify;

pub use error::{SignError, XmlError};
pub use sign::{Packaging, SignOptions, sign};
pub use signer::Signer;
pub use verify::{Verified, VerifyError, VerifyOptions, verify};
