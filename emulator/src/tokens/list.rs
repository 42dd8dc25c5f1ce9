//! `GET /tokens`, `GET /tokens/{ref}`, `DELETE /tokens/{ref}`.

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::store::KsefToken;
use crate::{
    auth::{Authenticated, Proof},
    error::ApiError,
    exceptions,
    json::{Problems, Reply},
    paging::PageRequest,
    state::AppState,
    wire,
};

#[derive(Default)]
struct Filter {
    statuses: Vec<String>,
    description: Option<String>,
    author: Option<String>,
    author_kind: Option<String>,
    page_size: Option<String>,
}

impl Filter {
    fn read(query: &str) -> Result<Self, ApiError> {
        let mut filter = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match name.as_ref() {
                "status" => filter.statuses.push(value),
                "description" => filter.description = Some(value),
                "authorIdentifier" => filter.author = Some(value),
                "authorIdentifierType" => filter.author_kind = Some(value),
                "pageSize" => filter.page_size = Some(value),
                _ => {}
            }
        }
        let mut problems = Problems::default();
        for status in &filter.statuses {
            if !["Pending", "Active", "Revoking", "Revoked", "Failed"].contains(&status.as_str()) {
                problems.not_a_value("status");
            }
        }
        if filter
            .author_kind
            .as_ref()
            .is_some_and(|kind| !["Nip", "Pesel", "Fingerprint"].contains(&kind.as_str()))
        {
            problems.not_a_value("authorIdentifierType");
        }
        for (name, text) in [("description", &filter.description), ("authorIdentifier", &filter.author)] {
            if text.as_ref().is_some_and(|text| text.chars().count() < 3) {
                problems.invalid(format!("'{name}' must be at least 3 characters."));
            }
        }
        problems.into_result()?;
        Ok(filter)
    }

    fn admits(&self, token: &KsefToken, now: Timestamp) -> bool {
        let contains = |text: &str, part: &Option<String>| {
            part.as_ref().is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
        };
        (self.statuses.is_empty() || self.statuses.iter().any(|status| status == token.status(now).as_str()))
            && contains(&token.description, &self.description)
            && contains(&token.author.value, &self.author)
            && self.author_kind.as_ref().is_none_or(|kind| kind == token.author.kind.as_str())
    }
}

/// The tokens that the caller may see, the newest first.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Authenticated,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Reply<Value>, ApiError> {
    let filter = Filter::read(query.as_deref().unwrap_or_default())?;
    let page = PageRequest::read("tokens", filter.page_size.as_deref(), &headers, 10..=100)?;
    let now = state.now();
    let store = state.store();
    let seen =
        store.tokens.newest_first().filter(|token| may_see(&caller, token) && filter.admits(token, now));
    let (items, next) = page.cut(seen);
    let items: Vec<Value> = items.into_iter().map(|token| to_json(token, now)).collect();
    let mut body = json!({"tokens": items});
    if let Some(token) = next {
        body["continuationToken"] = token.into();
    }
    Ok(Reply(StatusCode::OK, body))
}

/// One token.
pub(super) async fn one(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Result<Reply<Value>, ApiError> {
    let now = state.now();
    let store = state.store();
    let token = store.tokens.by_reference(&reference).ok_or_else(unknown)?;
    if !may_see(&caller, token) {
        return Err(ApiError::insufficient_resource_access());
    }
    Ok(Reply(StatusCode::OK, to_json(token, now)))
}

/// Takes a token out of use; a second time changes nothing.
pub(super) async fn revoke(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Result<StatusCode, ApiError> {
    let now = state.now();
    let mut store = state.store();
    let delay = store.processing.token_delay;
    let token = store.tokens.by_reference_mut(&reference).ok_or_else(unknown)?;
    let may =
        token.context == caller.context && (caller.has_any(&["CredentialsManage"]) || is_own(&caller, token));
    if !may {
        return Err(ApiError::insufficient_resource_access());
    }
    token.revoke(now, delay);
    Ok(StatusCode::NO_CONTENT)
}

fn unknown() -> ApiError {
    ApiError::exception(exceptions::VALIDATION)
        .with_detail("Token o podanym numerze referencyjnym nie istnieje.")
}

fn may_see(caller: &Authenticated, token: &KsefToken) -> bool {
    token.context == caller.context
        && (caller.has_any(&["CredentialsManage", "CredentialsRead"]) || is_own(caller, token))
}

/// A login by token owns that token only, another login those that its subject made.
fn is_own(caller: &Authenticated, token: &KsefToken) -> bool {
    match &caller.proof {
        Proof::Token(reference) => *reference == token.reference,
        Proof::Document(_) => caller.subject == token.author,
    }
}

fn to_json(token: &KsefToken, now: Timestamp) -> Value {
    let mut body = json!({
        "referenceNumber": token.reference.as_str(),
        "authorIdentifier": token.author,
        "contextIdentifier": {"type": token.context.kind(), "value": token.context.value()},
        "description": token.description,
        "requestedPermissions": token.permissions,
        "dateCreated": wire::timestamp(token.created),
    });
    if let Some(at) = token.last_used {
        body["lastUseDate"] = wire::timestamp(at).into();
    }
    body["status"] = token.status(now).as_str().into();
    body["statusDetails"] = json!([]);
    body
}
