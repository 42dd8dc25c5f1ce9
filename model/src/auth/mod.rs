//! Logging in, access tokens and the list of logins (PROTOCOL §3).

mod generated;

pub use generated::*;
