//! KSeF tokens (PROTOCOL §14).

mod store;

use axum::Router;

pub(crate) use store::TokenStore;

use crate::state::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
}
