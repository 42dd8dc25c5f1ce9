//! The face of libksef for Kotlin, Swift and Python.
//!
//! Objects are live state, records are data, enums are closed unless they carry `unknown`. Every function can fail with
//! `KsefError`, whose variant is the kind and whose `info` holds the rest. Asynchronous methods only wait here: their work
//! runs on the engine's own threads, and dropping or cancelling the wait aborts it.

#![allow(
    clippy::result_large_err,
    reason = "errors cross the boundary by value, and calls take milliseconds"
)]

mod blocking;
mod calls;
mod cancel;
mod client;
mod config;
mod error;
mod outcome;
mod records;
mod session;
mod tools;
mod upo;

pub use blocking::{BlockingClient, BlockingOnlineSession};
pub use calls::{Answer, Explanation, explain, operations};
pub use cancel::{CallLimits, CancelToken};
pub use client::Client;
pub use config::{ClientConfig, Context, Environment, Login};
pub use error::{ErrorInfo, KsefError};
pub use outcome::{Outcome, OutcomeKind, SendSettings, Wait};
pub use records::{AuthSession, InvoiceStatus, SessionStatus, Warning};
pub use session::OnlineSession;
pub use tools::{ErrorText, TestIdentity, check_invoice, error_text, library_version, runtime_id, test_seal};
pub use upo::{Upo, UpoDocument, VerifiedUpo, verify_upo};

uniffi::setup_scaffolding!();
