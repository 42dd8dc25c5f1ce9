//! Permissions as after the form ZAW-FA, consent to attachments, blocked contexts.

use axum::{extract::State, http::StatusCode};
use ksef_model::{
    AttachmentPermissionGrantRequest, AttachmentPermissionRevokeRequest, BlockContextAuthenticationRequest,
    ContextIdentifier, TestDataPermissionsGrantRequest, TestDataPermissionsRevokeRequest,
    UnblockContextAuthenticationRequest,
};

use super::requests::{context_of, pair_of};
use crate::{error::ApiError, invoice::warsaw, json::Json, permissions::grant::Holder, state::AppState};

/// `POST /testdata/permissions`.
pub(super) async fn grant(
    State(state): State<AppState>,
    Json(wanted): Json<TestDataPermissionsGrantRequest>,
) -> Result<StatusCode, ApiError> {
    let (context, subject) =
        pair_of(&wanted.context_identifier, &wanted.authorized_identifier).ok_or_else(ApiError::internal)?;
    let scopes = wanted
        .permissions
        .into_iter()
        .map(|one| (one.permission_type.as_str().to_owned(), one.description))
        .collect();
    let now = state.now();
    let mut store = state.store();
    store.permissions.settle(now);
    store.permissions.give_by_system(context, subject, scopes, now);
    Ok(StatusCode::OK)
}

/// `POST /testdata/permissions/revoke`: all that the subject has in the context.
pub(super) async fn revoke(
    State(state): State<AppState>,
    Json(wanted): Json<TestDataPermissionsRevokeRequest>,
) -> Result<StatusCode, ApiError> {
    let (context, subject) =
        pair_of(&wanted.context_identifier, &wanted.authorized_identifier).ok_or_else(ApiError::internal)?;
    let holder = Holder::Subject(subject);
    let now = state.now();
    let mut store = state.store();
    store.permissions.settle(now);
    store.permissions.take(|grant| grant.context == context && grant.holder == holder);
    Ok(StatusCode::OK)
}

/// `POST /testdata/attachment`.
pub(super) async fn allow_attachments(
    State(state): State<AppState>,
    Json(wanted): Json<AttachmentPermissionGrantRequest>,
) -> StatusCode {
    state.store().sessions.consent_to_attachments(ContextIdentifier::Nip(wanted.nip));
    StatusCode::OK
}

/// `POST /testdata/attachment/revoke`: at once, or when the given Polish day begins.
pub(super) async fn end_attachments(
    State(state): State<AppState>,
    Json(wanted): Json<AttachmentPermissionRevokeRequest>,
) -> StatusCode {
    let now = state.now();
    let end =
        wanted.expected_end_date.and_then(|date| date.to_zoned(warsaw()).ok().map(|start| start.timestamp()));
    let context = ContextIdentifier::Nip(wanted.nip);
    state.store().sessions.end_attachments(&context, end.unwrap_or(now));
    StatusCode::OK
}

/// `POST /testdata/context/block`.
pub(super) async fn block(
    State(state): State<AppState>,
    Json(wanted): Json<BlockContextAuthenticationRequest>,
) -> Result<StatusCode, ApiError> {
    let context = context_of(wanted.context_identifier.as_ref()).ok_or_else(ApiError::internal)?;
    state.store().contexts.block(context);
    Ok(StatusCode::OK)
}

/// `POST /testdata/context/unblock`.
pub(super) async fn unblock(
    State(state): State<AppState>,
    Json(wanted): Json<UnblockContextAuthenticationRequest>,
) -> Result<StatusCode, ApiError> {
    let context = context_of(wanted.context_identifier.as_ref()).ok_or_else(ApiError::internal)?;
    state.store().contexts.unblock(&context);
    Ok(StatusCode::OK)
}
