//! Shaping the data of the TEST environment (PROTOCOL §17).

mod generated;

pub use generated::*;
