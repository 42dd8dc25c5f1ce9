//! Asking for a certificate: limits, data, request, status (PROTOCOL §13.2-§13.5).

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::SignedDuration;
use ksef_model::EnrollCertificateRequest;
use serde_json::{Value, json};

use super::{
    at_present,
    csr::{CertificationRequest, CsrProblem},
    identity::Identity,
    registry::CertificateKind,
    store::Application,
};
use crate::{
    auth::{Authenticated, Proof},
    error::ApiError,
    exceptions,
    json::{Json, Reply},
    sessions::reference_of,
    state::{AppState, Store},
    wire,
};

/// How long the outcome of an enrolment can be asked for (PROTOCOL §1.9).
const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/certificates/limits", get(limits))
        .route("/certificates/enrollments/data", get(data))
        .route("/certificates/enrollments", post(enroll))
        .route("/certificates/enrollments/{referenceNumber}", get(status))
}

async fn limits(State(state): State<AppState>, caller: Authenticated) -> Reply<Value> {
    at_present(&state, |store, now| {
        let limits = store.limits.of_subject(&caller.subject);
        let enrolled = store.certificates.enrolled(&caller.subject);
        let active = store.certificates.active(&caller.subject, now);
        let left = |limit: u32, used: u32| limit.saturating_sub(used);
        let enrollments = left(limits.max_enrollments, enrolled);
        let certificates = left(limits.max_certificates, active);
        Reply(
            StatusCode::OK,
            json!({
                "canRequest": enrollments > 0 && certificates > 0,
                "enrollment": {"remaining": enrollments, "limit": limits.max_enrollments},
                "certificate": {"remaining": certificates, "limit": limits.max_certificates},
            }),
        )
    })
}

async fn data(State(state): State<AppState>, caller: Authenticated) -> Result<Reply<Value>, ApiError> {
    let identity = identity_of(&state.store(), &caller);
    let identity = identity.ok_or_else(|| ApiError::exception(exceptions::NO_ENROLLMENT_DATA))?;
    Ok(Reply(StatusCode::OK, identity.to_json()))
}

/// Whom the certificate used to log in names. There is none after a login by token.
fn identity_of(store: &Store, caller: &Authenticated) -> Option<Identity> {
    if matches!(caller.proof, Proof::Token(_)) {
        return None;
    }
    Identity::of_login(&store.auth.operation(&caller.session)?.subject_details)
}

async fn enroll(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(body): Json<EnrollCertificateRequest>,
) -> Result<Reply<Value>, ApiError> {
    // The validation of the body has seen to both.
    let kind = CertificateKind::of(&body.certificate_type).unwrap_or(CertificateKind::Authentication);
    let csr = BASE64_STANDARD.decode(&body.csr).unwrap_or_default();
    at_present(&state, |store, now| {
        let identity = identity_of(store, &caller);
        let identity = identity.ok_or_else(|| ApiError::exception(exceptions::NO_ENROLLMENT))?;
        let request = CertificationRequest::read(&csr).map_err(refusal)?;
        if !request.name.is_some_and(|name| identity.is_named_by(&name)) {
            return Err(ApiError::exception(exceptions::CSR_DATA));
        }
        let limits = store.limits.of_subject(&caller.subject);
        if store.certificates.enrolled(&caller.subject) >= limits.max_enrollments {
            return Err(ApiError::exception(exceptions::ENROLLMENT_LIMIT));
        }
        if store.certificates.active(&caller.subject, now) >= limits.max_certificates {
            return Err(ApiError::exception(exceptions::CERTIFICATE_LIMIT));
        }
        let application = Application {
            owner: caller.subject,
            identity,
            name: body.certificate_name,
            kind,
            spki_der: request.spki_der,
            valid_from: body.valid_from,
        };
        let due = now + store.processing.delay;
        let reference = store.certificates.apply(application, now, due);
        Ok(Reply(
            StatusCode::ACCEPTED,
            json!({"referenceNumber": reference.as_str(), "timestamp": wire::timestamp(now)}),
        ))
    })
}

fn refusal(problem: CsrProblem) -> ApiError {
    ApiError::exception(match problem {
        CsrProblem::Malformed => exceptions::CSR_FORMAT,
        CsrProblem::Key => exceptions::CSR_KEY,
        CsrProblem::Algorithm => exceptions::CSR_ALGORITHM,
    })
}

async fn status(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Result<Reply<Value>, ApiError> {
    reference_of("referenceNumber", &reference)?;
    at_present(&state, |store, now| {
        let owners = store.permissions.registry.identifiers(&caller.subject);
        let enrollment = store
            .certificates
            .enrollment(&reference)
            .filter(|one| owners.contains(&one.application.owner))
            .ok_or_else(|| ApiError::exception(exceptions::ENROLLMENT_NOT_FOUND))?;
        if now.duration_since(enrollment.requested) > RETENTION {
            return Err(ApiError::gone());
        }
        Ok(Reply(StatusCode::OK, enrollment.to_json()))
    })
}
