//! Peppol service providers known to KSeF (PROTOCOL §20.1).

mod generated;

pub use generated::*;
