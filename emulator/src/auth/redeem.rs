//! Status, redeeming and refreshing of an authentication (PROTOCOL §3.7, §3.8).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jiff::{SignedDuration, Timestamp};
use ksef_model::ReferenceNumber;
use serde_json::{Value, json};

use super::{
    extract::{Bearer, Proof},
    jwt::{Claims, TokenType},
    status::Outcome,
    store::Operation,
};
use crate::{
    error::ApiError,
    exceptions,
    json::Reply,
    state::{AppState, Store},
    tokens::TokenStatus,
    wire,
};

/// How long the result of a login can be asked for (PROTOCOL §1.9).
const RETENTION: SignedDuration = SignedDuration::from_hours(7 * 24);

/// `GET /auth/{referenceNumber}`.
pub(super) async fn status(
    State(state): State<AppState>,
    bearer: Bearer,
    Path(reference): Path<String>,
) -> Result<Reply<Value>, ApiError> {
    let claims = bearer.demand(&[TokenType::Authentication])?;
    let now = state.now();
    let store = state.store();
    let wanted = ReferenceNumber::try_from(reference.as_str()).map_err(|_| unknown(&reference))?;
    let operation = store.auth.operation(&wanted).ok_or_else(|| unknown(&reference))?;
    if now.duration_since(operation.started) > RETENTION {
        return Err(ApiError::gone());
    }
    if wanted != claims.arn {
        return Err(ApiError::insufficient_resource_access());
    }
    Ok(Reply(StatusCode::OK, to_json(operation, now)))
}

/// What `GET /auth/{ref}` and `GET /auth/sessions` tell about an operation.
pub(super) fn to_json(operation: &Operation, now: Timestamp) -> Value {
    let mut body = json!({
        "startDate": wire::timestamp(operation.started),
        "authenticationMethod": operation.method.as_str(),
        "authenticationMethodInfo": {
            "category": operation.method.category(),
            "code": operation.method.code(),
            "displayName": operation.method.display_name(),
        },
        "status": operation.outcome_at(now).to_json(),
        "isTokenRedeemed": operation.redeemed,
    });
    if let Some(at) = operation.last_refresh {
        body["lastTokenRefreshDate"] = wire::timestamp(at).into();
    }
    if let Some(until) = operation.refresh_valid_until {
        body["refreshTokenValidUntil"] = wire::timestamp(until).into();
    }
    body
}

/// `POST /auth/token/redeem`.
pub(super) async fn redeem(State(state): State<AppState>, bearer: Bearer) -> Result<Reply<Value>, ApiError> {
    let claims = bearer.demand(&[TokenType::Authentication])?;
    let now = state.now();
    let mut store = state.store();
    store.permissions.settle(now);
    let operation = usable(&store, &claims.arn, now, "pobranie tokenów")?;
    if operation.redeemed {
        return Err(ApiError::exception(exceptions::NO_AUTHORIZATION).with_detail(format!(
            "Tokeny dla operacji uwierzytelniania {} zostały już pobrane.",
            claims.arn.as_str()
        )));
    }
    let access = access_token(&store, operation, &state, now);
    let refresh = refresh_token(&store, operation, &state, now);
    if let Some(operation) = store.auth.operation_mut(&claims.arn) {
        operation.redeemed = true;
        operation.refresh_valid_until = Some(now + TokenType::Refresh.lifetime());
    }
    Ok(Reply(StatusCode::OK, json!({"accessToken": access, "refreshToken": refresh})))
}

/// `POST /auth/token/refresh`: a new access token with the permissions of the moment; the refresh token stays.
pub(super) async fn refresh(State(state): State<AppState>, bearer: Bearer) -> Result<Reply<Value>, ApiError> {
    let claims = bearer.demand(&[TokenType::Refresh])?;
    let now = state.now();
    let mut store = state.store();
    store.permissions.settle(now);
    let operation = usable(&store, &claims.arn, now, "odświeżenie tokenu dostępowego")?;
    let access = access_token(&store, operation, &state, now);
    if let Some(operation) = store.auth.operation_mut(&claims.arn) {
        operation.last_refresh = Some(now);
    }
    Ok(Reply(StatusCode::OK, json!({"accessToken": access})))
}

fn unknown(reference: &str) -> ApiError {
    ApiError::exception(exceptions::NO_AUTHENTICATION).with_detail(format!(
        "Operacja uwierzytelniania o numerze referencyjnym {reference} nie została znaleziona."
    ))
}

/// The operation, when its status and its KSeF token allow tokens to be given.
fn usable<'a>(
    store: &'a Store,
    reference: &ReferenceNumber,
    now: Timestamp,
    purpose: &str,
) -> Result<&'a Operation, ApiError> {
    let operation = store.auth.operation(reference).ok_or_else(|| unknown(reference.as_str()))?;
    let outcome = operation.outcome_at(now);
    if outcome != Outcome::Succeeded {
        return Err(ApiError::exception(exceptions::NO_AUTHORIZATION)
            .with_detail(format!("Status uwierzytelniania ({}) nie pozwala na {purpose}.", outcome.code())));
    }
    if operation.subject.as_ref().is_some_and(|subject| store.permissions.registry.is_deceased(subject)) {
        return Err(ApiError::exception(exceptions::DECEASED));
    }
    if let Proof::Token(token) = &operation.proof {
        let revoked = store
            .tokens
            .by_reference(token.as_str())
            .is_none_or(|token| matches!(token.status(now), TokenStatus::Revoking | TokenStatus::Revoked));
        if revoked {
            return Err(ApiError::exception(exceptions::NO_AUTHORIZATION)
                .with_detail("Token KSeF został unieważniony."));
        }
    }
    Ok(operation)
}

fn access_token(store: &Store, operation: &Operation, state: &AppState, now: Timestamp) -> Value {
    let held = match (&operation.proof, &operation.subject) {
        (Proof::Token(token), _) => store
            .tokens
            .by_reference(token.as_str())
            .map(|token| token.permissions.clone())
            .unwrap_or_default(),
        (Proof::Document(_), Some(subject)) => store.permissions.effective(subject, &operation.context),
        (Proof::Document(_), None) => Vec::new(),
    };
    let mut details = json!({"subjectIdentifier": operation.subject});
    if let (Some(details), Some(more)) = (details.as_object_mut(), operation.subject_details.as_object()) {
        details.extend(more.clone());
    }
    let mut claims =
        Claims::new(TokenType::Access, operation.reference.clone(), state.profile().issuer(), now);
    claims.cit = Some(operation.context.kind().to_owned());
    claims.civ = Some(operation.context.value().to_owned());
    claims.aum = Some(operation.method.as_str().to_owned());
    claims.sud = Some(details.to_string());
    claims.per = Some(json!(held).to_string());
    claims.pec = Some("[]".to_owned());
    claims.rol = Some("[]".to_owned());
    claims.pep = Some("[]".to_owned());
    claims.iop = Some("[]".to_owned());
    claims.ipp = (!operation.policy.is_empty()).then(|| json!(operation.policy).to_string());
    token(store, &claims, now)
}

fn refresh_token(store: &Store, operation: &Operation, state: &AppState, now: Timestamp) -> Value {
    let mut claims =
        Claims::new(TokenType::Refresh, operation.reference.clone(), state.profile().issuer(), now);
    claims.cit = Some(operation.context.kind().to_owned());
    claims.civ = Some(operation.context.value().to_owned());
    token(store, &claims, now)
}

fn token(store: &Store, claims: &Claims, now: Timestamp) -> Value {
    json!({"token": store.auth.key().sign(claims), "validUntil": wire::timestamp(now + claims.typ.lifetime())})
}
