//! What both ways of logging in have in common: from proof to authentication operation.

use std::net::IpAddr;

use axum::http::StatusCode;
use ksef_model::ContextIdentifier;
use serde_json::{Value, json};

use super::{
    extract::Proof,
    ip_policy::IpPolicy,
    jwt::{Claims, TokenType},
    permissions,
    status::Outcome,
    store::Operation,
    subject::{Method, Subject},
};
use crate::{
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
    pub(super) client_ip: IpAddr,
    pub(super) outcome: Outcome,
}

/// Stores the operation and answers 202 with the authentication token.
pub(super) fn accept(state: &AppState, start: Start) -> Reply<Value> {
    let now = state.now();
    let reference = reference::issue(ReferenceKind::Authentication, now);
    let mut store = state.store();
    let outcome = judge(&store, &start);
    let finishes = now + store.processing.authentication_delay;
    let operation = Operation {
        reference: reference.clone(),
        context: start.context,
        subject: start.subject,
        subject_details: start.subject_details,
        method: start.method,
        proof: start.proof,
        policy: start.policy,
        client_ip: start.client_ip,
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
    Reply(
        StatusCode::ACCEPTED,
        json!({
            "referenceNumber": reference.as_str(),
            "authenticationToken": {
                "token": token,
                "validUntil": wire::timestamp(now + TokenType::Authentication.lifetime()),
            },
        }),
    )
}

fn judge(store: &Store, start: &Start) -> Outcome {
    if store.contexts.is_blocked(&start.context) {
        return Outcome::Blocked;
    }
    if start.outcome != Outcome::Succeeded {
        return start.outcome.clone();
    }
    let permitted = match (&start.proof, &start.subject) {
        (Proof::Token(reference), _) => store.tokens.by_reference(reference.as_str()).is_some(),
        (Proof::Document(_), Some(subject)) => {
            !permissions::of(subject, &start.context, &store.contexts).is_empty()
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
