//! The operations that read limits, and those of the test data that set them.

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use ksef_model::{
    SetRateLimitsRequest, SetSessionLimitsRequest, SetSubjectLimitsRequest, SubjectIdentifierType,
};
use serde_json::Value;

use super::{
    context::{ContextLimits, SessionLimits},
    rates::Override,
    requests,
    subject::SubjectOverride,
};
use crate::{
    auth::{Authenticated, SubjectKind},
    error::ApiError,
    json::{Json, Reply},
    state::AppState,
    test_data::only_on_test,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/limits/context", get(context))
        .route("/limits/subject", get(subject))
        .route("/rate-limits", get(rates))
}

/// The test data, which only the environment TEST has.
pub(super) fn test_data(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/testdata/limits/context/session", post(set_context).delete(reset_context))
        .route("/testdata/limits/subject/certificate", post(set_subject).delete(reset_subject))
        .route("/testdata/rate-limits", post(set_rates).delete(reset_rates))
        .route("/testdata/rate-limits/production", post(use_production_rates))
        .route_layer(from_fn_with_state(state.clone(), only_on_test))
}

async fn context(State(state): State<AppState>, caller: Authenticated) -> Reply<Value> {
    Reply(StatusCode::OK, state.store().sessions.limits.of(&caller.context).to_json())
}

async fn subject(State(state): State<AppState>, caller: Authenticated) -> Reply<Value> {
    Reply(StatusCode::OK, state.store().limits.of_subject(&caller.subject).to_json())
}

async fn rates(State(state): State<AppState>, caller: Authenticated) -> Reply<Value> {
    let base = state.rate_limits();
    Reply(StatusCode::OK, state.store().limits.rates.to_json(&caller.context, base))
}

async fn set_context(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(body): Json<SetSessionLimitsRequest>,
) -> Result<StatusCode, ApiError> {
    // The validation of the body has seen to it that nothing is negative.
    let number = |value: i32| u32::try_from(value).unwrap_or_default();
    let (online, batch) = (&body.online_session, &body.batch_session);
    let limits = ContextLimits {
        online: SessionLimits {
            max_invoice_mb: number(online.max_invoice_size_in_mb),
            max_invoice_with_attachment_mb: number(online.max_invoice_with_attachment_size_in_mb),
            max_invoices: number(online.max_invoices),
        },
        batch: SessionLimits {
            max_invoice_mb: number(batch.max_invoice_size_in_mb),
            max_invoice_with_attachment_mb: number(batch.max_invoice_with_attachment_size_in_mb),
            max_invoices: number(batch.max_invoices),
        },
        collective_invoices: number(body.collective_identifier.max_invoices),
    };
    crate::sessions::at_present(&state, |sessions, _| sessions.limits.set(caller.context, limits));
    Ok(StatusCode::OK)
}

async fn reset_context(State(state): State<AppState>, caller: Authenticated) -> StatusCode {
    crate::sessions::at_present(&state, |sessions, _| sessions.limits.reset(&caller.context));
    StatusCode::OK
}

async fn set_subject(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(body): Json<SetSubjectLimitsRequest>,
) -> Result<StatusCode, ApiError> {
    let kind = match body.subject_identifier_type {
        Some(SubjectIdentifierType::Nip) => SubjectKind::Nip,
        Some(SubjectIdentifierType::Pesel) => SubjectKind::Pesel,
        Some(SubjectIdentifierType::Fingerprint) => SubjectKind::Fingerprint,
        Some(SubjectIdentifierType::Unknown(_)) | None => caller.subject.kind,
    };
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    let limits = SubjectOverride {
        max_enrollments: number(body.enrollment.and_then(|one| one.max_enrollments)),
        max_certificates: number(body.certificate.and_then(|one| one.max_certificates)),
    };
    state.store().limits.subjects.set(caller.subject, kind, limits);
    Ok(StatusCode::OK)
}

async fn reset_subject(State(state): State<AppState>, caller: Authenticated) -> StatusCode {
    state.store().limits.subjects.reset(&caller.subject);
    StatusCode::OK
}

async fn set_rates(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(body): Json<SetRateLimitsRequest>,
) -> Result<StatusCode, ApiError> {
    change_rates(&state, caller, Some(Override::Custom(requests::rates(&body.rate_limits))));
    Ok(StatusCode::OK)
}

async fn use_production_rates(State(state): State<AppState>, caller: Authenticated) -> StatusCode {
    change_rates(&state, caller, Some(Override::Production));
    StatusCode::OK
}

async fn reset_rates(State(state): State<AppState>, caller: Authenticated) -> StatusCode {
    change_rates(&state, caller, None);
    StatusCode::OK
}

/// What was counted under other limits does not count under the new ones.
fn change_rates(state: &AppState, caller: Authenticated, limits: Option<Override>) {
    let mut store = state.store();
    store.limits.meter.forget(&caller.context);
    match limits {
        Some(limits) => store.limits.rates.set(caller.context, limits),
        None => store.limits.rates.reset(&caller.context),
    }
}
