//! `POST /tokens`.

use axum::{extract::State, http::StatusCode};
use ksef_model::ContextIdentifier;
use serde::Deserialize;
use serde_json::{Value, json};

use super::NewToken;
use crate::{
    auth::{Authenticated, permissions},
    error::ApiError,
    exceptions,
    json::{Json, Problems, Reply, RequestBody},
    state::AppState,
};

#[derive(Deserialize)]
pub(super) struct GenerateToken {
    permissions: Vec<String>,
    description: String,
}

impl RequestBody for GenerateToken {
    const REQUIRED: &'static [&'static str] = &["permissions", "description"];

    fn check(&self, problems: &mut Problems) {
        if let Some(index) =
            self.permissions.iter().position(|one| !permissions::OF_TOKENS.contains(&one.as_str()))
        {
            problems.not_a_value(&format!("permissions[{index}]"));
        }
        if !(5..=256).contains(&self.description.chars().count()) {
            problems.invalid("'description' must be between 5 and 256 characters.");
        }
    }
}

/// Makes a token with permissions that the caller holds. Only a login by XAdES may do it, in a Nip or InternalId
/// context.
pub(super) async fn generate(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(wanted): Json<GenerateToken>,
) -> Result<Reply<Value>, ApiError> {
    if caller.method_category == "Token" {
        return Err(ApiError::auth_method_not_allowed(caller.method_category));
    }
    if !matches!(caller.context, ContextIdentifier::Nip(_) | ContextIdentifier::InternalId(_)) {
        return Err(ApiError::exception(exceptions::TOKEN_CONTEXT).with_detail(format!(
            "Aktualny typ kontekstu: {}. Dozwolone typy kontekstu: Nip, InternalId.",
            caller.context.kind()
        )));
    }
    let missing: Vec<&str> =
        wanted.permissions.iter().map(String::as_str).filter(|one| !caller.has_any(&[one])).collect();
    if !missing.is_empty() {
        return Err(ApiError::exception(exceptions::TOKEN_PERMISSIONS)
            .with_detail(format!("Brakujące uprawnienia: {}.", missing.join(", "))));
    }
    let now = state.now();
    let mut permissions = Vec::with_capacity(wanted.permissions.len());
    for permission in wanted.permissions {
        if !permissions.contains(&permission) {
            permissions.push(permission);
        }
    }
    let new = NewToken {
        author: caller.subject,
        context: caller.context,
        description: wanted.description,
        permissions,
    };
    let mut store = state.store();
    let delay = store.processing.token_delay;
    let token = store.tokens.create(new, now, delay);
    Ok(Reply(
        StatusCode::ACCEPTED,
        json!({"referenceNumber": token.reference.as_str(), "token": token.text()}),
    ))
}
