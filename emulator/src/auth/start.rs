//! What both ways of logging in have in common: from proof to authentication operation.

use axum::http::StatusCode;
use jiff::Timestamp;
use ksef_model::ContextIdentifier;
use serde_json::{Value, json};

use super::{
    extract::Proof,
    ip_policy::IpPolicy,
    jwt::{Claims, TokenType},
    status::{Outcome, TokenProblem},
    store::Operation,
    subject::{Method, Subject},
};
use crate::{
    error::ApiError,
    exceptions,
    json::Reply,
    profile::Profile,
    reference::{self, ReferenceKind},
    state::{AppState, Store},
    wire,
};

/// A login whose proof was read. `outcome` holds what is wrong with the proof, if anything; blocks and permissions
/// are looked at here.
pub(super) struct Start {
    pub(super) challenge: String,
    pub(super) context: ContextIdentifier,
    pub(super) subject: Option<Subject>,
    pub(super) subject_details: Value,
    pub(super) method: Method,
    pub(super) proof: Proof,
    pub(super) policy: IpPolicy,
    pub(super) outcome: Outcome,
}

/// Takes the challenge out of use, stores the operation and answers 202 with the authentication token.
///
/// # Errors
/// 21111 when the challenge is not to be had any more.
pub(super) fn accept(state: &AppState, start: Start) -> Result<Reply<Value>, ApiError> {
    let now = state.now();
    let reference = reference::issue(ReferenceKind::Authentication, now);
    let mut store = state.store();
    store.permissions.settle(now);
    if store.auth.challenge(&start.challenge, now).is_none() {
        return Err(ApiError::exception(exceptions::INVALID_CHALLENGE));
    }
    let finishes = now + store.processing.authentication_delay;
    let outcome = judge(&store, &start, finishes);
    if let (ContextIdentifier::PeppolId(id), Outcome::Succeeded) = (&start.context, &outcome) {
        let name = |member: &str| start.subject_details.get(member).and_then(Value::as_str);
        let name = name("organizationName").unwrap_or(id.as_str());
        store.peppol.register(id.clone(), name, now);
    }
    let operation = Operation {
        reference: reference.clone(),
        context: start.context,
        subject: start.subject,
        subject_details: start.subject_details,
        method: start.method,
        proof: start.proof,
        policy: start.policy,
        started: now,
        finishes,
        outcome,
        redeemed: false,
        last_refresh: None,
        refresh_valid_until: None,
        revoked: false,
    };
    store.auth.start(&start.challenge, operation);
    let claims = Claims::new(TokenType::Authentication, reference.clone(), state.profile().issuer(), now);
    let token = store.auth.key().sign(&claims);
    Ok(Reply(
        StatusCode::ACCEPTED,
        json!({
            "referenceNumber": reference.as_str(),
            "authenticationToken": {
                "token": token,
                "validUntil": wire::timestamp(now + TokenType::Authentication.lifetime()),
            },
        }),
    ))
}

fn judge(store: &Store, start: &Start, finishes: Timestamp) -> Outcome {
    if store.contexts.is_blocked(&start.context) {
        return Outcome::Blocked;
    }
    // A slow login by token can outlive its challenge.
    if start.method == Method::Token && store.auth.challenge(&start.challenge, finishes).is_none() {
        return Outcome::BadToken(TokenProblem::Challenge);
    }
    if start.outcome != Outcome::Succeeded {
        return start.outcome.clone();
    }
    if start.subject.as_ref().is_some_and(|subject| store.permissions.registry.is_deceased(subject)) {
        return Outcome::Deceased;
    }
    let permitted = match (&start.proof, &start.subject) {
        (Proof::Token(reference), _) => store.tokens.by_reference(reference.as_str()).is_some(),
        (Proof::Document(_), Some(subject)) => {
            !store.permissions.effective(subject, &start.context).is_empty()
        }
        (Proof::Document(_), None) => false,
    };
    if permitted { Outcome::Succeeded } else { Outcome::NoPermissions }
}

/// What is wrong with the context of a login under this profile, if anything: only production looks at checksums.
pub(super) fn context_fault(context: &ContextIdentifier, profile: Profile) -> Option<String> {
    let nip = match context {
        ContextIdentifier::Nip(nip) => nip.as_str(),
        ContextIdentifier::InternalId(id) => id.as_str().get(..10).unwrap_or_default(),
        ContextIdentifier::NipVatUe(id) => id.as_str().get(..10).unwrap_or_default(),
        ContextIdentifier::PeppolId(_) => return None,
    };
    let wrong = profile.checks_nip() && nip.parse::<ksef_model::Nip>().is_err();
    wrong.then(|| "Nieprawidłowa suma kontrolna NIP w identyfikatorze kontekstu.".to_owned())
}
