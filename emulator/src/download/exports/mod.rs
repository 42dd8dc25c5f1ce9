//! Exports of invoices: encrypted packages, made in the background (PROTOCOL §9.3).

mod archive;
mod order;
mod package;
mod routes;
mod storage;
mod store;
mod view;

pub(super) use routes::router;
pub(super) use storage::router as storage_router;
pub(crate) use store::{ExportStore, ExportsRequest};
