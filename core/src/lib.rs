//! libksef: a client of KSeF 2.0, the Polish national e-invoicing system.
//!
//! * [`Client`] is one context in one [`Environment`]; it logs in by itself and stays logged in.
//! * [`OnlineSession`] sends invoices one by one. [`OnlineSession::send`] answers with what became of the invoice,
//!   whatever happened on the way; a lost answer never makes it send twice.
//! * [`blocking`] has the same names without `async`.
//! * [`Error`] has a stable number, texts in English and Polish, what KSeF said, and whether the request was sent.
//!
//! Every operation of the API is also there as a typed method, by area: [`Client::sessions`], [`Client::invoices`],
//! [`Client::tokens`] and so on, with the types of [`model`]; and by its name with JSON in and out: [`Client::call`] and
//! [`operations`]. Routes that this version does not know are reached by [`Client::raw`].
//!
//! The work is done on threads of the library, so that any asynchronous runtime can await it. Dropping a future stops
//! its work.

pub mod api;
mod auth;
pub mod blocking;
pub mod bridge;
mod client;
mod clock;
mod config;
mod environment;
mod error;
#[cfg(test)]
mod fake_ksef;
mod flight;
mod http;
mod keys;
mod latarnia;
mod long_operations;
mod paging;
mod poll;
pub mod raw;
mod runtime;
mod scope;
mod session;
pub mod test_identity;

pub use api::{Answer, InputDescription, OperationDescription, operations};
pub use auth::{BearerToken, Credentials};
pub use client::{Client, ClientBuilder};
pub use clock::{Clock, Sleep, SystemClock};
pub use config::{LoginOptions, Proxy, RetryOptions, Timeouts, TrustRoots};
pub use environment::{Environment, Hosts};
pub use error::{
    Error, ErrorEntry, ErrorKind, Explanation, KsefError, Language, Origin, Result, entries, entry, explain,
    explanations,
};
pub use http::Download;
pub use http::warning::SystemWarning;
pub use ksef_crypto::{Certificate, PrivateKey, Sha256, SigningIdentity, SymmetricKey};
pub use ksef_documents::{Form, InvoiceHeader};
/// The types of the API, by the names of its description.
pub use ksef_model as model;
pub use ksef_model::{
    ContextIdentifier, FormCode, InternalId, InvalidIdentifier, KsefNumber, Nip, NipVatUe, PeppolId,
    ReferenceNumber, SessionInvoiceStatusResponse, SessionStatusResponse,
};
pub use ksef_xades::Signer;
pub use latarnia::{Availability, Message, Silence};
pub use paging::{Items, Pages};
pub use scope::{CallOptions, CancelToken};
pub use session::{
    AcceptedInvoice, Conflict, DocumentCheck, OfflineMode, OnlineSession, OpenOptions, OriginalInvoice,
    RejectedInvoice, ResumeToken, SendOptions, SendOutcome, Upo, UpoDescription, UpoSignature, WaitPolicy,
    check_invoice,
};
