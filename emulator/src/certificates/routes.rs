//! Certificates that were issued: retrieve, query, revoke (PROTOCOL §13.6), and their test data (PROTOCOL §17).

use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    middleware::from_fn_with_state,
    routing::{post, put},
};
use ksef_model::{
    QueryCertificatesRequest, RetrieveCertificatesRequest, RevokeCertificateRequest,
    TestDataUpdateCertificateRequest,
};
use serde_json::{Value, json};

use super::{
    at_present,
    registry::{CertificateKind, KsefCertificate},
    requests::check_serial,
};
use crate::{
    auth::{Authenticated, Proof},
    error::ApiError,
    exceptions,
    json::{self, Json, Problems, Reply, RequestBody},
    permissions::page::Page,
    state::AppState,
    test_data::only_on_test,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/certificates/retrieve", post(retrieve))
        .route("/certificates/query", post(query))
        .route("/certificates/{certificateSerialNumber}/revoke", post(revoke))
}

/// The test data, which only the environment TEST has.
pub(super) fn test_data(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/testdata/certificates/{serialNumber}", put(set_expiry))
        .route_layer(from_fn_with_state(state.clone(), only_on_test))
}

/// A body that may be absent.
fn optional<T: RequestBody + Default>(body: &Bytes) -> Result<T, ApiError> {
    if body.is_empty() { Ok(T::default()) } else { json::read(body) }
}

async fn retrieve(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(body): Json<RetrieveCertificatesRequest>,
) -> Reply<Value> {
    at_present(&state, |store, _| {
        let owners = store.permissions.registry.identifiers(&caller.subject);
        let certificates: Vec<Value> = store
            .certificates
            .of_owners(&owners)
            .filter(|one| body.certificate_serial_numbers.contains(&one.serial))
            .map(KsefCertificate::to_retrieved)
            .collect();
        Reply(StatusCode::OK, json!({ "certificates": certificates }))
    })
}

async fn query(
    State(state): State<AppState>,
    caller: Authenticated,
    RawQuery(parameters): RawQuery,
    body: Bytes,
) -> Result<Reply<Value>, ApiError> {
    let page = Page::read_within(parameters.as_deref().unwrap_or_default(), 10..=50)?;
    let filter: QueryCertificatesRequest = optional(&body)?;
    let kind = filter.kind.as_ref().and_then(CertificateKind::of);
    at_present(&state, |store, now| {
        let owners = store.permissions.registry.identifiers(&caller.subject);
        let wanted = store.certificates.of_owners(&owners).filter(|one| {
            filter.certificate_serial_number.as_ref().is_none_or(|serial| one.serial == *serial)
                && filter.name.as_ref().is_none_or(|part| one.name.contains(part.as_str()))
                && kind.is_none_or(|kind| one.kind == kind)
                && filter.status.as_ref().is_none_or(|status| one.status(now) == *status)
                && filter.expires_after.is_none_or(|after| one.expires() > after)
        });
        let (certificates, more) = page.cut(wanted);
        let certificates: Vec<Value> = certificates.into_iter().map(|one| one.to_item(now)).collect();
        Ok(Reply(StatusCode::OK, json!({"certificates": certificates, "hasMore": more})))
    })
}

async fn revoke(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(serial): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    if matches!(caller.proof, Proof::Token(_)) {
        return Err(ApiError::auth_method_not_allowed(caller.method_category));
    }
    serial_of("certificateSerialNumber", &serial)?;
    let _: RevokeCertificateRequest = optional(&body)?;
    at_present(&state, |store, now| {
        let owners = store.permissions.registry.identifiers(&caller.subject);
        let certificate = store
            .certificates
            .owned_mut(&owners, &serial)
            .ok_or_else(|| ApiError::exception(exceptions::CERTIFICATE_NOT_FOUND))?;
        if !certificate.is_active(now) {
            return Err(ApiError::exception(exceptions::CERTIFICATE_NOT_REVOCABLE));
        }
        certificate.revoke_at(now + store.processing.delay);
        Ok(StatusCode::NO_CONTENT)
    })
}

async fn set_expiry(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(serial): Path<String>,
    Json(body): Json<TestDataUpdateCertificateRequest>,
) -> Result<StatusCode, ApiError> {
    serial_of("serialNumber", &serial)?;
    at_present(&state, |store, _| {
        let owners = store.permissions.registry.identifiers(&caller.subject);
        let certificate = store
            .certificates
            .owned_mut(&owners, &serial)
            .ok_or_else(|| ApiError::exception(exceptions::CERTIFICATE_NOT_FOUND))?;
        if certificate.shorten(body.valid_to) {
            return Ok(StatusCode::OK);
        }
        Err(ApiError::exception(exceptions::VALIDATION)
            .with_detail("'validTo' must not be later than the current one."))
    })
}

fn serial_of(path: &str, serial: &str) -> Result<(), ApiError> {
    let mut problems = Problems::default();
    check_serial(&mut problems, path, serial);
    problems.into_result()
}
