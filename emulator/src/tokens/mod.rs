//! KSeF tokens (PROTOCOL §14).

mod generate;
mod list;
mod store;

use axum::{
    Router,
    routing::{get, post},
};

pub(crate) use store::{NewToken, TokenStatus, TokenStore};

use crate::state::AppState;

/// The operations under `/v2/tokens`.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/tokens", post(generate::generate).get(list::list))
        .route("/tokens/{referenceNumber}", get(list::one).delete(list::revoke))
}
