//! KSeF tokens: long-lived secrets with a fixed set of permissions (PROTOCOL §14).

mod generated;

pub use generated::*;
