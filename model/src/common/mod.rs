//! Types shared by several areas: encryption, form codes, statuses.

mod generated;

pub use generated::*;
