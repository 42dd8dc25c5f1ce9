//! Batch sessions: opening, upload of parts, closing, processing of packages (PROTOCOL §7).
//!
//! Parts, the archive and the invoices of a package lie in temporary files that the operating system removes with the
//! process; small ones stay in memory. While a package is processed, one decrypted part is in memory at a time.

mod package;
mod process;
mod requests;
mod routes;
mod unpack;
mod upload;

pub(crate) use package::{DeclaredPackage, Incomplete, Package, StoredPart};
pub(crate) use process::{Outcome, Work};
pub(crate) use routes::{router, storage_router};
pub(crate) use upload::MAX_UPLOAD;
