//! Challenges and authentication operations.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use ksef_model::{ContextIdentifier, ReferenceNumber};

use super::{
    extract::Proof,
    ip_policy::IpPolicy,
    jwt::JwtKey,
    status::Outcome,
    subject::{Method, Subject},
};

/// How long a challenge may be used (PROTOCOL §3.2).
pub(crate) const CHALLENGE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// A challenge that was handed out.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    pub(crate) issued: Timestamp,
    used: bool,
}

/// A login: pending, succeeded, failed or revoked.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) reference: ReferenceNumber,
    pub(crate) context: ContextIdentifier,
    /// Unknown when the token that was sent could not be read or found.
    pub(crate) subject: Option<Subject>,
    /// `commonName` and other details of the certificate, as JSON.
    pub(crate) subject_details: serde_json::Value,
    pub(crate) method: Method,
    pub(crate) proof: Proof,
    pub(crate) policy: IpPolicy,
    pub(crate) started: Timestamp,
    /// When status 100 ends.
    pub(crate) finishes: Timestamp,
    /// What it comes to then.
    pub(crate) outcome: Outcome,
    pub(crate) redeemed: bool,
    pub(crate) last_refresh: Option<Timestamp>,
    pub(crate) refresh_valid_until: Option<Timestamp>,
    pub(crate) revoked: bool,
}

impl Operation {
    /// The status of the moment.
    pub(crate) fn outcome_at(&self, now: Timestamp) -> Outcome {
        if self.revoked {
            Outcome::Revoked
        } else if now < self.finishes {
            Outcome::InProgress
        } else {
            self.outcome.clone()
        }
    }

    /// Whether the login is listed by `GET /auth/sessions`.
    pub(crate) fn is_active(&self, now: Timestamp) -> bool {
        self.outcome_at(now) == Outcome::Succeeded && self.refresh_valid_until.is_none_or(|until| now < until)
    }
}

/// Challenges, operations and the key of our tokens.
#[derive(Debug, Default)]
pub(crate) struct AuthStore {
    key: JwtKey,
    challenges: HashMap<String, Challenge>,
    operations: HashMap<String, Operation>,
    revoked_certificates: HashSet<String>,
}

impl AuthStore {
    pub(crate) fn key(&self) -> &JwtKey {
        &self.key
    }

    /// From now on no token issued before is known.
    pub(crate) fn forget_tokens(&mut self) {
        self.key = JwtKey::default();
    }

    pub(crate) fn add_challenge(&mut self, challenge: &ReferenceNumber, issued: Timestamp) {
        self.challenges.retain(|_, one| issued.duration_since(one.issued) < CHALLENGE_LIFETIME);
        self.challenges.insert(challenge.as_str().to_owned(), Challenge { issued, used: false });
    }

    /// A challenge that is known, fresh and has not started a login yet.
    pub(crate) fn challenge(&self, text: &str, now: Timestamp) -> Option<&Challenge> {
        self.challenges
            .get(text)
            .filter(|one| !one.used && now.duration_since(one.issued) < CHALLENGE_LIFETIME)
    }

    /// Takes the challenge out of use and stores the login it started.
    pub(crate) fn start(&mut self, challenge: &str, operation: Operation) {
        if let Some(challenge) = self.challenges.get_mut(challenge) {
            challenge.used = true;
        }
        self.operations.insert(operation.reference.as_str().to_owned(), operation);
    }

    pub(crate) fn operation(&self, reference: &ReferenceNumber) -> Option<&Operation> {
        self.operations.get(reference.as_str())
    }

    pub(crate) fn operation_mut(&mut self, reference: &ReferenceNumber) -> Option<&mut Operation> {
        self.operations.get_mut(reference.as_str())
    }

    /// A login with the certificate of this fingerprint ends with status 460 from now on.
    pub(crate) fn revoke_certificate(&mut self, fingerprint: String) {
        self.revoked_certificates.insert(fingerprint);
    }

    pub(crate) fn is_certificate_revoked(&self, fingerprint: &str) -> bool {
        self.revoked_certificates.contains(fingerprint)
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    pub(crate) fn operations_mut(&mut self) -> impl Iterator<Item = &mut Operation> {
        self.operations.values_mut()
    }
}
