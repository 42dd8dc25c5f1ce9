//! KSeF 2.0 data types: identifiers, requests, responses and the table of operations. No I/O.
//!
//! The types of each area are generated from the API description 2.9.0 and stand in a module of their own; all of them
//! can also be named from the root of the crate. They read servers of API 2.6 to 2.9: unknown fields are ignored,
//! enums keep values they do not know, and fields that an older server does not send are optional.
//!
//! What goes to KSeF implements [`Validate`], so that a request that cannot be accepted is refused before it is sent.

pub mod auth;
pub mod certificates;
pub mod collective_identifiers;
pub mod common;
pub mod context;
pub mod errors;
#[cfg(feature = "uniffi")]
mod foreign;
mod hidden;
pub mod ids;
pub mod invoices;
pub mod limits;
mod open_enum;
pub mod operations;
pub mod peppol;
pub mod permissions;
pub mod public_keys;
pub mod sessions;
pub mod test_data;
pub mod tokens;
pub mod validate;
mod wire;

pub use auth::*;
pub use certificates::*;
pub use collective_identifiers::*;
pub use common::*;
pub use context::ContextIdentifier;
pub use errors::*;
pub use ids::{
    CollectiveIdentifier, Fingerprint, InternalId, InvalidIdentifier, KsefNumber, Nip, NipVatUe, PeppolId,
    Pesel, ReferenceNumber,
};
pub use invoices::*;
pub use limits::*;
pub use peppol::*;
pub use permissions::*;
pub use public_keys::*;
pub use sessions::*;
pub use test_data::*;
pub use tokens::*;
pub use validate::{Check, InvalidRequest, Problem, Validate, Violation};

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("ksef_model");
