//! Interactive and batch sessions, statuses of invoices, and UPO (PROTOCOL §6-§8).

mod generated;

pub use generated::*;
