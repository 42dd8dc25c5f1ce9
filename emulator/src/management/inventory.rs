//! What the emulator holds, and what it was asked.

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use crate::{download, sessions, state::AppState};

/// `GET /invoices`: every invoice that has a KSeF number, in the order of sending, and then those that nobody sent.
pub(super) async fn invoices(State(state): State<AppState>) -> Json<Vec<Value>> {
    let mut invoices = sessions::held_invoices(&state);
    invoices.extend(download::deposited(&state));
    Json(invoices)
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
