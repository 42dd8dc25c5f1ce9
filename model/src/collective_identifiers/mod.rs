//! Collective identifiers: one number for many invoices paid together (PROTOCOL §18).

mod generated;

pub use generated::*;
