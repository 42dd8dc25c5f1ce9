//! What the emulator holds, and what it was asked.

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use crate::{sessions, state::AppState};

/// `GET /invoices`: every invoice that has a KSeF number, in the order of sending.
pub(super) async fn invoices(State(state): State<AppState>) -> Json<Vec<Value>> {
    Json(sessions::held_invoices(&state))
}

/// `GET /requests`: how often each operation was called.
pub(super) async fn requests(State(state): State<AppState>) -> Json<Value> {
    let store = state.store();
    Json(json!({"operations": store.requests.counts(), "unknown": store.requests.unknown()}))
}

/// `DELETE /requests`: counts from zero again.
pub(super) async fn clear_requests(State(state): State<AppState>) -> StatusCode {
    state.store().requests.clear();
    StatusCode::NO_CONTENT
}
