//! The C ABI of libksef.
//!
//! Every function checks its pointers, converts, calls one function of `libksef`, and converts back. The rules that a C
//! programmer needs (ownership, NULL, threads, errors) stand at the top of `include/ksef.h`, written once in
//! `cbindgen.toml`; the comments here become the comments there, so they speak C.
// The types carry their C names, so that the header needs no renaming rules.
#![allow(non_camel_case_types)]

mod bytes;
mod call;
mod client;
mod config;
mod error;
mod explain;
mod guard;
mod identity;
mod operations;
mod outcome;
mod session;
mod upo;
mod version;

pub use bytes::*;
pub use call::*;
pub use client::*;
pub use config::*;
pub use error::*;
pub use explain::*;
pub use identity::*;
pub use operations::*;
pub use outcome::*;
pub use session::*;
pub use upo::*;
pub use version::*;
