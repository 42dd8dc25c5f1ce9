//! XML canonicalisation, XML signatures and XAdES for KSeF 2.0. No I/O, no clock.
//!
//! * [`c14n`] — Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization;
//! * [`sign`] — XAdES-BES enveloped signatures in the shape the service accepts (PROTOCOL §3.4), and that of a UPO (§8.3);
//! * [`verify`] — verification as separate code, which also judges every signature made here.

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
