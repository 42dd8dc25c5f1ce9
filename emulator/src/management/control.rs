//! Commands of the management API.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::{Body, Wrong};
use crate::{
    commands::{
        CertificateRequest, Context, CreatedToken, GrantRequest, IssuedCertificate, ProcessingRequest,
        TokenRequest,
    },
    faults::{Fault, FaultKind},
    operations,
    public_keys::Rotation,
    state::{AppState, Store},
    wire,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Advance {
    advance_seconds: i64,
}

/// `POST /clock {"advanceSeconds": N}`.
pub(super) async fn clock(
    State(state): State<AppState>,
    Body(body): Body<Advance>,
) -> Result<Json<Value>, Wrong> {
    const CENTURY: i64 = 100 * 366 * 86_400;
    if body.advance_seconds.abs() > CENTURY {
        return Err(Wrong("advanceSeconds is more than a century".to_owned()));
    }
    state.clock().advance(SignedDuration::from_secs(body.advance_seconds));
    Ok(time(State(state)).await)
}

/// `GET /clock`.
pub(super) async fn time(State(state): State<AppState>) -> Json<Value> {
    Json(json!({
        "time": wire::timestamp(state.now()),
        "offsetSeconds": state.clock().offset().as_secs(),
    }))
}

/// `POST /faults`.
pub(super) async fn add_fault(
    State(state): State<AppState>,
    Body(fault): Body<Fault>,
) -> Result<(StatusCode, Json<Fault>), Wrong> {
    if let Some(id) = fault.operation.as_deref().filter(|id| !operations::is_known(id)) {
        return Err(Wrong(format!("there is no operation {id}")));
    }
    if fault.times == 0 {
        return Err(Wrong("times is at least 1".to_owned()));
    }
    let needs_status = fault.kind == FaultKind::Status;
    if needs_status && !fault.status.is_some_and(|status| (200..=599).contains(&status)) {
        return Err(Wrong("a fault of kind status needs a status from 200 to 599".to_owned()));
    }
    state.store().faults.add(fault.clone());
    Ok((StatusCode::CREATED, Json(fault)))
}

/// `GET /faults`: those that still wait.
pub(super) async fn faults(State(state): State<AppState>) -> Json<Vec<Fault>> {
    Json(state.store().faults.waiting().to_vec())
}

/// `DELETE /faults`.
pub(super) async fn clear_faults(State(state): State<AppState>) -> StatusCode {
    state.store().faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotate {
    mode: Rotation,
}

/// `POST /keys/rotate {"mode": "planned" | "emergency"}`; answers with the list that the API publishes now.
pub(super) async fn rotate_keys(
    State(state): State<AppState>,
    Body(body): Body<Rotate>,
) -> Result<Json<Vec<Value>>, Wrong> {
    state.keys().rotate(&state, body.mode).await?;
    Ok(Json(state.keys().published()))
}

/// `POST /tokens`.
pub(super) async fn create_token(
    State(state): State<AppState>,
    Body(body): Body<TokenRequest>,
) -> Result<(StatusCode, Json<CreatedToken>), Wrong> {
    Ok((StatusCode::CREATED, Json(body.run(&state)?)))
}

/// `DELETE /tokens/{ref}`.
pub(super) async fn revoke_token(
    State(state): State<AppState>,
    Path(reference): Path<String>,
) -> Result<StatusCode, Wrong> {
    let now = state.now();
    let mut store = state.store();
    let token = store
        .tokens
        .by_reference_mut(&reference)
        .ok_or_else(|| Wrong("there is no such token".to_owned()))?;
    token.revoke(now, SignedDuration::ZERO);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /permissions`.
pub(super) async fn grant(
    State(state): State<AppState>,
    Body(body): Body<GrantRequest>,
) -> Result<StatusCode, Wrong> {
    body.run(&state)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /certificates`.
pub(super) async fn issue_certificate(
    State(state): State<AppState>,
    Body(body): Body<CertificateRequest>,
) -> Result<(StatusCode, Json<IssuedCertificate>), Wrong> {
    if body.certificate_file.is_some() || body.key_file.is_some() {
        return Err(Wrong("only a seed writes files".to_owned()));
    }
    Ok((StatusCode::CREATED, Json(body.run(&state)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fingerprint {
    fingerprint: String,
}

/// `POST /certificates/revoke {"fingerprint": "…"}`.
pub(super) async fn revoke_certificate(
    State(state): State<AppState>,
    Body(body): Body<Fingerprint>,
) -> Result<StatusCode, Wrong> {
    let fingerprint = ksef_model::Fingerprint::try_from(body.fingerprint.to_ascii_uppercase().as_str())
        .map_err(|error| Wrong(error.to_string()))?;
    state.store().auth.revoke_certificate(fingerprint.as_str().to_owned());
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /authority`: the certificate of the emulator's authority, PEM.
pub(super) async fn authority(State(state): State<AppState>) -> impl IntoResponse {
    let pem = state.trust().authority().certificate().to_pem();
    ([(header::CONTENT_TYPE, "application/x-pem-file")], pem)
}

/// `POST /logins/revoke`: every login so far has status 425; access tokens work on until they expire.
pub(super) async fn revoke_logins(State(state): State<AppState>) -> StatusCode {
    state.store().auth.operations_mut().for_each(|operation| operation.revoked = true);
    StatusCode::NO_CONTENT
}

/// `POST /logins/forget`: every token so far gets 401.
pub(super) async fn forget_logins(State(state): State<AppState>) -> StatusCode {
    state.store().auth.forget_tokens();
    StatusCode::NO_CONTENT
}

/// `POST /processing`.
pub(super) async fn set_processing(
    State(state): State<AppState>,
    Body(body): Body<ProcessingRequest>,
) -> Json<ProcessingRequest> {
    let now = state.now();
    let mut store = state.store();
    let Store { sessions, processing, permissions, .. } = &mut *store;
    // What was due under the old settings is done before the new ones count.
    permissions.settle(now);
    sessions.advance(now, processing, permissions);
    body.apply(processing);
    sessions.advance(now, processing, permissions);
    Json(ProcessingRequest::of(processing))
}

/// `GET /processing`.
pub(super) async fn processing(State(state): State<AppState>) -> Json<ProcessingRequest> {
    Json(ProcessingRequest::of(&state.store().processing))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OneContext {
    context: Context,
}

/// `POST /contexts/block`.
pub(super) async fn block(State(state): State<AppState>, Body(body): Body<OneContext>) -> StatusCode {
    state.store().contexts.block(body.context.0);
    StatusCode::NO_CONTENT
}

/// `POST /contexts/unblock`.
pub(super) async fn unblock(State(state): State<AppState>, Body(body): Body<OneContext>) -> StatusCode {
    state.store().contexts.unblock(&body.context.0);
    StatusCode::NO_CONTENT
}

/// `POST /contexts/attachments`: the context may send invoices with attachments.
pub(super) async fn consent_to_attachments(
    State(state): State<AppState>,
    Body(body): Body<OneContext>,
) -> StatusCode {
    state.store().sessions.consent_to_attachments(body.context.0);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Warning {
    text: String,
}

/// `POST /warnings {"text": "[code]: message | …"}`: every good answer carries it as `X-System-Warning`.
pub(super) async fn set_warning(
    State(state): State<AppState>,
    Body(body): Body<Warning>,
) -> Result<StatusCode, Wrong> {
    if body.text.is_empty() || body.text.chars().any(char::is_control) {
        return Err(Wrong("text is one line that is not empty".to_owned()));
    }
    state.store().warning = Some(body.text);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /warnings`.
pub(super) async fn clear_warning(State(state): State<AppState>) -> StatusCode {
    state.store().warning = None;
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeppolProvider {
    id: String,
    name: String,
}

/// `POST /peppol-providers {"id": "PPL123456", "name": "…"}`: registers a provider without a login.
pub(super) async fn add_peppol_provider(
    State(state): State<AppState>,
    Body(body): Body<PeppolProvider>,
) -> Result<StatusCode, Wrong> {
    let id = ksef_model::PeppolId::try_from(body.id.as_str()).map_err(|error| Wrong(error.to_string()))?;
    let now = state.now();
    if state.store().peppol.register(id, &body.name, now) {
        return Ok(StatusCode::CREATED);
    }
    Err(Wrong("this provider is registered already".to_owned()))
}

/// `POST /reset`.
pub(super) async fn reset(State(state): State<AppState>) -> Result<StatusCode, Wrong> {
    state.reset()?;
    Ok(StatusCode::NO_CONTENT)
}
