//! An emulator of KSeF 2.0: it decrypts, verifies signatures, numbers invoices and signs UPOs for real, on your desk,
//! with no account.
//!
//! [`Emulator::start`] serves the API on one port and a management API on another, which makes things happen: moves
//! the clock, loses answers, rotates keys, revokes tokens. The binary `ksef-emulator` does the same for other languages.
//!
//! The operations that it lacks answer HTTP 501; `GET /` of the management API lists all of them with yes or no.

mod auth;
mod batch;
mod certificates;
mod clock;
mod collective_identifiers;
mod commands;
mod config;
mod connection;
mod contexts;
mod download;
mod emulator;
mod error;
mod exceptions;
mod fault_layer;
mod faults;
mod invoice;
mod json;
mod limits;
mod management;
mod operations;
mod paging;
mod peppol;
mod permissions;
mod profile;
mod public_keys;
mod random;
mod reference;
mod request_log;
mod routes;
mod seed;
mod server;
mod sessions;
mod state;
mod storage;
mod test_data;
mod tls;
mod tokens;
mod trust;
mod upo;
mod wire;

pub use commands::CommandError;
pub use config::{EmulatorConfig, RateLimits, UnknownRateLimits};
pub use emulator::{Emulator, StartError};
pub use profile::{Profile, UnknownProfile};
pub use seed::{Seed, SeedError};
