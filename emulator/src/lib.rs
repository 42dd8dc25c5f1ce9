//! An emulator of KSeF 2.0.

mod auth;
mod clock;
mod connection;
mod contexts;
mod error;
mod exceptions;
mod faults;

mod invoice;
mod json;
mod operations;
mod paging;
mod profile;
mod public_keys;
mod random;
mod reference;
mod request_log;
mod sessions;
mod state;
mod tokens;
mod trust;

mod upo;
mod wire;

pub use profile::{Profile, UnknownProfile};
