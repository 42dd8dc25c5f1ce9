//! Authentication: challenge, start by XAdES or by KSeF token, status, redeem, refresh, sessions (PROTOCOL §3).

mod challenge;
mod extract;
mod ip_policy;
mod jwt;
pub(crate) mod permissions;
mod redeem;
mod sessions;
mod start;
mod start_token;
mod start_xades;
mod status;
mod store;
mod subject;

use axum::{
    Router,
    routing::{delete, get, post},
};
use ksef_model::ContextIdentifier;

pub(crate) use extract::{Authenticated, Proof, context_of_bearer};
pub(crate) use store::AuthStore;
pub(crate) use subject::{Subject, SubjectKind};

use crate::state::AppState;

/// The operations under `/v2/auth`.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/auth/challenge", post(challenge::challenge))
        .route("/auth/xades-signature", post(start_xades::start))
        .route("/auth/ksef-token", post(start_token::start))
        .route("/auth/{referenceNumber}", get(redeem::status))
        .route("/auth/token/redeem", post(redeem::redeem))
        .route("/auth/token/refresh", post(redeem::refresh))
        .route("/auth/sessions", get(sessions::list))
        .route("/auth/sessions/current", delete(sessions::revoke_current))
        .route("/auth/sessions/{referenceNumber}", delete(sessions::revoke))
}

/// The context with this type and value, when the value has the right form. The checksum of a NIP does not count
/// here: the contract demands the pattern only.
pub(crate) fn context_of(kind: &str, value: &str) -> Option<ContextIdentifier> {
    ContextIdentifier::new(kind, value).ok()
}
