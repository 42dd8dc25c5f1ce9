//! Documents of KSeF 2.0 as bytes: checking, reading and building them, without any input or output of its own.
//!
//! - [`check`] applies the byte rules of the system before anything is hashed;
//! - [`InvoiceHeader`] reads what routing needs from an invoice of any form;
//! - [`fa3`] builds small FA(3) invoices;
//! - [`auth_request`] writes and reads the document that is signed to log in;
//! - [`upo`] writes and reads official confirmations of receipt.
//!
//! ```
//! use ksef_documents::fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate};
//! use ksef_documents::{Form, InvoiceHeader, check};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let seller = Seller {
//!     nip: "5265877635".parse()?,
//!     name: "Żuraw sp. z o.o.".to_owned(),
//!     address: Address::polish("ul. Ślusarska 7", "61-001 Poznań"),
//! };
//! let buyer = Buyer::with_nip("1111111111".parse()?, "Warsztat");
//! let bytes = InvoiceBuilder::new(seller, buyer, "FV/2026/02/1", "2026-02-02".parse()?)
//!     .line(Line::new("Śruba M6", "100".parse()?, "szt.", "0.45".parse()?, VatRate::Percent23))
//!     .build()?;
//!
//! assert_eq!(check(&bytes), Ok(()));
//! let header = InvoiceHeader::read(&bytes)?;
//! assert_eq!(header.form(), Form::Fa3);
//! assert_eq!(header.gross_amount.to_string(), "55.35");
//! # Ok(())
//! # }
//! ```

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
