//! Documents of KSeF 2.0 as bytes: checking, reading and building them, without any input or output of its own.
//!
//! - [`check`] applies the byte rules of the system before anything is hashed;
//! - [`InvoiceHeader`] reads what routing needs from an invoice of any form;
//! - [`fa3`] builds small FA(3) invoices;
//! - [`auth_request`] writes and reads the document that is signed to log in;
//! - [`upo`] writes and reads official confirmations of receipt.

pub mod auth_request;
mod check;
mod error;
pub mod fa3;
mod form;
mod header;
pub mod upo;
mod xml;

pub use check::{EncodingHint, Finding, FindingKind, MAX_FINDINGS, check, without_byte_order_mark};
pub use error::Error;
pub use form::{Form, UnknownForm};
pub use header::{InvoiceHeader, Party, PartyIdentifier};
