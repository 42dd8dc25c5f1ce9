//! The blocking twins of every operation of the API.

mod generated;

pub use generated::*;
