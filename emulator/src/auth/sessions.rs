//! The list of logins and their revocation (PROTOCOL §3.9).

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
};
use ksef_model::ReferenceNumber;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    extract::{Authenticated, Bearer},
    jwt::TokenType,
    redeem::to_json,
};
use crate::{error::ApiError, exceptions, json::Reply, paging::PageRequest, state::AppState};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListQuery {
    page_size: Option<String>,
}

/// `GET /auth/sessions`: the active logins of the caller in the context, the newest first.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authenticated,
    Query(query): Query<ListQuery>,
    headers: HeaderMap,
) -> Result<Reply<Value>, ApiError> {
    let page = PageRequest::read("auth.sessions", query.page_size.as_deref(), &headers, 10..=100)?;
    let now = state.now();
    let store = state.store();
    let mut active: Vec<_> = store
        .auth
        .operations()
        .filter(|one| one.is_active(now) && one.context == caller.context)
        .filter(|one| one.subject.as_ref() == Some(&caller.subject))
        .collect();
    active.sort_by(|a, b| (b.started, b.reference.as_str()).cmp(&(a.started, a.reference.as_str())));
    let (items, next) = page.cut(active);
    let items: Vec<Value> = items
        .into_iter()
        .map(|one| {
            let mut item = to_json(one, now);
            item["referenceNumber"] = one.reference.as_str().into();
            item["isCurrent"] = (one.reference == caller.session).into();
            item
        })
        .collect();
    let mut body = json!({"items": items});
    if let Some(token) = next {
        body["continuationToken"] = token.into();
    }
    Ok(Reply(StatusCode::OK, body))
}

/// `DELETE /auth/sessions/current`: by refresh or access token.
pub(super) async fn revoke_current(
    State(state): State<AppState>,
    bearer: Bearer,
) -> Result<StatusCode, ApiError> {
    let claims = bearer.demand(&[TokenType::Access, TokenType::Refresh])?;
    if let Some(operation) = state.store().auth.operation_mut(&claims.arn) {
        operation.revoked = true;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /auth/sessions/{referenceNumber}`: one of the caller's own.
pub(super) async fn revoke(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Result<StatusCode, ApiError> {
    let invalid = |text: &str| ApiError::exception(exceptions::VALIDATION).with_detail(text);
    let reference = ReferenceNumber::try_from(reference.as_str())
        .map_err(|_| invalid("'referenceNumber' is not in the correct format."))?;
    let mut store = state.store();
    let operation = store
        .auth
        .operation_mut(&reference)
        .ok_or_else(|| invalid("Sesja uwierzytelniania o podanym numerze referencyjnym nie istnieje."))?;
    if operation.context != caller.context || operation.subject.as_ref() != Some(&caller.subject) {
        return Err(ApiError::insufficient_resource_access());
    }
    operation.revoked = true;
    Ok(StatusCode::NO_CONTENT)
}
