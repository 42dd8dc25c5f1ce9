//! Queries and exports: settings, fates of exports, invoices that nobody sent.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::{Body, Wrong};
use crate::{
    download::{self, DepositRequest, ExportsRequest, SettingsRequest},
    state::AppState,
};

/// `POST /download`; answers with all settings.
pub(super) async fn change(
    State(state): State<AppState>,
    Body(body): Body<SettingsRequest>,
) -> Result<Json<SettingsRequest>, Wrong> {
    Ok(Json(download::change_settings(&state, body)?))
}

/// `GET /download`: the settings, the high-water mark, and how many invoices are in permanent storage.
pub(super) async fn describe(State(state): State<AppState>) -> Json<Value> {
    Json(download::describe(&state))
}

/// `POST /exports`.
pub(super) async fn command_exports(
    State(state): State<AppState>,
    Body(body): Body<ExportsRequest>,
) -> Result<StatusCode, Wrong> {
    download::command_exports(&state, body)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /exports`: every export with its status.
pub(super) async fn exports(State(state): State<AppState>) -> Json<Vec<Value>> {
    Json(download::list_exports(&state))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Cancel {
    reference_number: Option<String>,
}

/// `POST /exports/cancel`: one export that is under way, or all.
pub(super) async fn cancel_exports(State(state): State<AppState>, Body(body): Body<Cancel>) -> Json<Value> {
    Json(json!({"cancelled": download::cancel_exports(&state, body.reference_number.as_deref())}))
}

/// `POST /invoices`. Many documents take their time, which other requests need not wait for.
pub(super) async fn deposit(
    State(state): State<AppState>,
    Body(body): Body<DepositRequest>,
) -> Result<(StatusCode, Json<Value>), Wrong> {
    let made = tokio::task::spawn_blocking(move || body.run(&state)).await;
    let numbers = made.map_err(|error| Wrong(error.to_string()))??;
    Ok((StatusCode::CREATED, Json(json!({ "ksefNumbers": numbers }))))
}
