//! Granting, revoking and finding permissions (PROTOCOL §15).

mod generated;

pub use generated::*;
