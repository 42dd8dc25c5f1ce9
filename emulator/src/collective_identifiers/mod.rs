//! Collective identifiers: numbers that group invoices of one seller for a payment (PROTOCOL §18, API 2.9.0).

mod number;
mod requests;
mod routes;
mod store;

use axum::Router;

pub(crate) use store::CollectiveIdentifierStore;

use crate::state::AppState;

/// The operations under `/v2/collective-identifiers`.
pub(crate) fn router() -> Router<AppState> {
    routes::router()
}
