//! `POST /auth/challenge` (PROTOCOL §3.2).

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::extract::client_ip;
use crate::{
    json::Reply,
    reference::{self, ReferenceKind},
    state::AppState,
    wire,
};

pub(super) async fn challenge(State(state): State<AppState>, request: Request) -> Reply<Value> {
    let now = state.now();
    let challenge = reference::issue(ReferenceKind::Challenge, now);
    state.store().auth.add_challenge(&challenge, now);
    let (parts, _) = request.into_parts();
    Reply(
        StatusCode::OK,
        json!({
            "challenge": challenge.as_str(),
            "timestamp": wire::timestamp(now),
            "timestampMs": now.as_millisecond(),
            "clientIp": client_ip(&parts).to_string(),
        }),
    )
}
