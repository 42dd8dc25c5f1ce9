//! Finding, downloading and exporting invoices (PROTOCOL §9).

mod generated;

pub use generated::*;
