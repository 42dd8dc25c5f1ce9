//! `POST /auth/ksef-token` (PROTOCOL §3.6).

use axum::extract::State;
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use ksef_crypto::MinistryPrivateKey;
use ksef_model::ContextIdentifier;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    context_of,
    extract::Proof,
    ip_policy::IpPolicy,
    start::{Start, accept, context_fault},
    status::{Outcome, TokenProblem},
    subject::{Method, Subject},
};
use crate::{
    error::ApiError,
    exceptions,
    json::{Json, Problems, Reply, RequestBody},
    public_keys::KeyUsage,
    reference::{self, ReferenceKind},
    state::{AppState, Store},
    tokens::TokenStatus,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartWithToken {
    challenge: String,
    context_identifier: TypedValue,
    encrypted_token: String,
    public_key_id: Option<String>,
    authorization_policy: Option<AuthorizationPolicy>,
}

#[derive(Deserialize)]
struct TypedValue {
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizationPolicy {
    allowed_ips: Option<IpPolicy>,
}

impl StartWithToken {
    fn context(&self) -> Option<ContextIdentifier> {
        context_of(&self.context_identifier.kind, &self.context_identifier.value)
    }
}

impl RequestBody for StartWithToken {
    const REQUIRED: &'static [&'static str] = &[
        "challenge",
        "contextIdentifier",
        "contextIdentifier.type",
        "contextIdentifier.value",
        "encryptedToken",
    ];

    fn check(&self, problems: &mut Problems) {
        if self.challenge.chars().count() != 36 {
            problems.invalid("'challenge' must be 36 characters in length.");
        }
        if !["Nip", "InternalId", "NipVatUe", "PeppolId"].contains(&self.context_identifier.kind.as_str()) {
            problems.not_a_value("contextIdentifier.type");
        } else if self.context().is_none() {
            problems.invalid("'contextIdentifier.value' is not in the correct format.");
        }
        if BASE64_STANDARD.decode(&self.encrypted_token).is_err() {
            problems.not_a_value("encryptedToken");
        }
        if self.public_key_id.as_ref().is_some_and(|id| id.chars().count() != 44) {
            problems.invalid("'publicKeyId' must be 44 characters in length.");
        }
        let policy = self.authorization_policy.as_ref().and_then(|policy| policy.allowed_ips.as_ref());
        for fault in policy.map(IpPolicy::faults).unwrap_or_default() {
            problems.invalid(fault.replacen('\'', "'authorizationPolicy.allowedIps.", 1));
        }
    }
}

pub(super) async fn start(
    State(state): State<AppState>,
    Json(wanted): Json<StartWithToken>,
) -> Result<Reply<Value>, ApiError> {
    let context = wanted.context().ok_or_else(ApiError::internal)?;
    if let Some(fault) = context_fault(&context, state.profile()) {
        return Err(ApiError::exception(exceptions::VALIDATION).with_detail(fault));
    }
    let private = state
        .keys()
        .private_key(&state, KeyUsage::KsefTokenEncryption, wanted.public_key_id.as_deref())
        .await?;
    let ciphertext = BASE64_STANDARD.decode(&wanted.encrypted_token).map_err(|_| ApiError::internal())?;
    let opened = open(&private, &ciphertext);

    let now = state.now();
    let (found, issued) = {
        let mut store = state.store();
        let issued = store
            .auth
            .challenge(&wanted.challenge, now)
            .map(|challenge| challenge.issued)
            .ok_or_else(|| ApiError::exception(exceptions::INVALID_CHALLENGE))?;
        (opened.and_then(|(text, sent)| find(&mut store, &text, sent, issued, &context, now)), issued)
    };
    let policy = wanted.authorization_policy.and_then(|policy| policy.allowed_ips).unwrap_or_default();
    let (outcome, subject, proof) = match found {
        Ok((subject, proof)) => (Outcome::Succeeded, Some(subject), proof),
        // A login that names no token of ours still is an operation with a status; its proof is never used.
        Err(problem) => (
            Outcome::BadToken(problem),
            None,
            Proof::Token(reference::issue(ReferenceKind::KsefToken, issued)),
        ),
    };
    accept(
        &state,
        Start {
            challenge: wanted.challenge,
            context,
            subject_details: json!({}),
            subject,
            method: Method::Token,
            proof,
            policy,
            outcome,
        },
    )
}

/// Text and milliseconds of `{token}|{timestampMs}`. The token holds bars itself: the last one counts.
fn open(private: &MinistryPrivateKey, ciphertext: &[u8]) -> Result<(String, i64), TokenProblem> {
    let plain = private.decrypt(ciphertext).map_err(|_| TokenProblem::Encryption)?;
    let plain = String::from_utf8(plain).map_err(|_| TokenProblem::Encoding)?;
    let (token, ms) = plain.rsplit_once('|').ok_or(TokenProblem::Encoding)?;
    Ok((token.to_owned(), ms.parse().map_err(|_| TokenProblem::Encoding)?))
}

fn find(
    store: &mut Store,
    text: &str,
    sent_ms: i64,
    issued: Timestamp,
    context: &ContextIdentifier,
    now: Timestamp,
) -> Result<(Subject, Proof), TokenProblem> {
    if sent_ms != issued.as_millisecond() {
        return Err(TokenProblem::Timestamp);
    }
    let token = store.tokens.by_text(text).ok_or(TokenProblem::Invalid)?;
    match token.status(now) {
        TokenStatus::Active => {}
        TokenStatus::Pending => return Err(TokenProblem::Inactive),
        TokenStatus::Revoking | TokenStatus::Revoked => return Err(TokenProblem::Revoked),
    }
    if token.context != *context {
        return Err(TokenProblem::Context(format!("{}: {}", context.kind(), context.value())));
    }
    token.last_used = Some(now);
    Ok((token.author.clone(), Proof::Token(token.reference.clone())))
}
