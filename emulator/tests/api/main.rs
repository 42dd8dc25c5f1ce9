//! The emulator judged from outside: requests signed by xmlsec1, tokens encrypted by openssl, connections watched on
//! the wire.

#![allow(clippy::unwrap_used, reason = "a failed assumption of a test is a failed test")]

mod binary;
mod errors;
mod faults;
mod judges;
mod logins;
mod management;
mod token_login;
mod tokens;
mod world;
mod xades_login;
