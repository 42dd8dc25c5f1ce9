//! Public keys of the Ministry, for which symmetric keys and tokens are encrypted (PROTOCOL §4).

mod generated;

pub use generated::*;
