//! Limits of data and of request rates that apply to the caller (PROTOCOL §16).

mod generated;

pub use generated::*;
