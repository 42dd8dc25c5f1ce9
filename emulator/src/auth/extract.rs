//! Who calls a protected operation: read from the bearer token.

use std::net::IpAddr;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use ksef_crypto::Sha256;
use ksef_model::{ContextIdentifier, ReferenceNumber, operations::Operation};
use serde::Deserialize;

use super::{
    ip_policy::IpPolicy,
    jwt::{Claims, TokenType},
    permissions,
    subject::Subject,
};
use crate::{connection::ClientAddress, error::ApiError, state::AppState};

/// The caller of a protected operation. As an extractor it demands a valid access token (401), an address that the
/// login allows (403 `ip-not-allowed`) and one of the permissions that the operation's row of the table names
/// (403 `missing-permissions`).
///
/// Context, subject and permissions are those of the token, not of the moment: an access token works until it
/// expires, even when its session was revoked (PROTOCOL §3.8).
#[derive(Clone, Debug)]
pub(crate) struct Authenticated {
    /// On whose behalf the call is made.
    pub(crate) context: ContextIdentifier,
    /// Who makes it.
    pub(crate) subject: Subject,
    /// Permissions in the context; `Owner` stands for all but `VatUeManage`.
    pub(crate) permissions: Vec<String>,
    /// `AU` reference number of the login.
    pub(crate) session: ReferenceNumber,
    /// `authenticationMethodInfo.category` of the login.
    pub(crate) method_category: &'static str,
    /// What the login was made with: the UPO names it.
    pub(crate) proof: Proof,
}

/// What a login was made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Reference number of a KSeF token.
    Token(ReferenceNumber),
    /// SHA-256 of the signed `AuthTokenRequest`.
    Document(Sha256),
}

impl Authenticated {
    /// Whether one of the permissions is there.
    pub(crate) fn has_any(&self, required: &[&str]) -> bool {
        permissions::has_any(&self.permissions, required)
    }

    /// 403 `missing-permissions` unless one of the permissions is there.
    pub(crate) fn require_any(&self, required: &[&str]) -> Result<(), ApiError> {
        if required.is_empty() || self.has_any(required) {
            return Ok(());
        }
        Err(ApiError::missing_permissions(required, &self.permissions))
    }
}

impl FromRequestParts<AppState> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let claims = Bearer::of(&parts.headers, state)?.demand(&[TokenType::Access])?;
        let caller = Self::from_claims(&claims, state)?;
        if let (Some(policy), Some(address)) = (&claims.ipp, parts.extensions.get::<ClientAddress>()) {
            let policy: IpPolicy = serde_json::from_str(policy).map_err(|_| ApiError::unauthorized())?;
            if !policy.allows(address.0) {
                return Err(ApiError::ip_not_allowed(&address.0.to_string()));
            }
        }
        if let Some(operation) = parts.extensions.get::<&'static Operation>() {
            caller.require_any(operation.permissions)?;
        }
        Ok(caller)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubjectDetails {
    subject_identifier: Subject,
}

impl Authenticated {
    fn from_claims(claims: &Claims, state: &AppState) -> Result<Self, ApiError> {
        let read = || {
            let context = super::context_of(claims.cit.as_deref()?, claims.civ.as_deref()?)?;
            let details: SubjectDetails = serde_json::from_str(claims.sud.as_deref()?).ok()?;
            let permissions = serde_json::from_str(claims.per.as_deref()?).ok()?;
            Some((context, details.subject_identifier, permissions))
        };
        let (context, subject, permissions) = read().ok_or_else(ApiError::unauthorized)?;
        let store = state.store();
        let operation = store.auth.operation(&claims.arn).ok_or_else(ApiError::unauthorized)?;
        Ok(Self {
            context,
            subject,
            permissions,
            session: claims.arn.clone(),
            method_category: operation.method.category(),
            proof: operation.proof.clone(),
        })
    }
}

/// A bearer token of ours that has not expired, of any kind.
#[derive(Clone, Debug)]
pub(crate) struct Bearer(Claims);

impl Bearer {
    /// Reads the header `Authorization`.
    pub(crate) fn of(headers: &HeaderMap, state: &AppState) -> Result<Self, ApiError> {
        let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = text.and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        let claims = token.and_then(|token| state.store().auth.key().verify(token, state.now()));
        claims.map(Self).ok_or_else(ApiError::unauthorized)
    }

    /// The claims, when the token is of one of these kinds.
    pub(crate) fn demand(self, kinds: &[TokenType]) -> Result<Claims, ApiError> {
        if kinds.contains(&self.0.typ) { Ok(self.0) } else { Err(ApiError::unauthorized()) }
    }
}

impl FromRequestParts<AppState> for Bearer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        Self::of(&parts.headers, state)
    }
}

/// The context of whoever sends a valid access token, as far as it can be told without judging the call.
pub(crate) fn context_of_bearer(headers: &HeaderMap, state: &AppState) -> Option<ContextIdentifier> {
    let claims = Bearer::of(headers, state).ok()?.0;
    super::context_of(claims.cit.as_deref()?, claims.civ.as_deref()?)
}

/// The address of the caller; the loopback address when a request did not come over a connection.
pub(crate) fn client_ip(parts: &Parts) -> IpAddr {
    parts.extensions.get::<ClientAddress>().map_or(IpAddr::from([127, 0, 0, 1]), |address| address.0)
}
