//! The tokens that exist.

use jiff::{SignedDuration, Timestamp};
use ksef_model::{ContextIdentifier, ReferenceNumber};

use crate::{
    auth::Subject,
    random,
    reference::{self, ReferenceKind},
};

/// A KSeF token.
#[derive(Clone, Debug)]
pub(crate) struct KsefToken {
    pub(crate) reference: ReferenceNumber,
    pub(crate) author: Subject,
    pub(crate) context: ContextIdentifier,
    pub(crate) description: String,
    pub(crate) permissions: Vec<String>,
    pub(crate) created: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
    /// When status `Pending` ends.
    activates: Timestamp,
    /// When status `Revoking` ends, once it began.
    revokes: Option<Timestamp>,
    secret: Secret,
}

#[derive(Clone, PartialEq, Eq)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a token is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenStatus {
    Pending,
    Active,
    Revoking,
    Revoked,
}

impl TokenStatus {
    /// The word of the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Active => "Active",
            Self::Revoking => "Revoking",
            Self::Revoked => "Revoked",
        }
    }
}

/// What a new token is made of.
#[derive(Clone, Debug)]
pub(crate) struct NewToken {
    pub(crate) author: Subject,
    pub(crate) context: ContextIdentifier,
    pub(crate) description: String,
    pub(crate) permissions: Vec<String>,
}

impl KsefToken {
    /// `{EC reference}|{context type in camelCase}-{value}|{64 hex}`.
    pub(crate) fn text(&self) -> &str {
        &self.secret.0
    }

    /// `status` of the wire (PROTOCOL §2.13).
    pub(crate) fn status(&self, now: Timestamp) -> TokenStatus {
        match self.revokes {
            Some(at) if at <= now => TokenStatus::Revoked,
            Some(_) => TokenStatus::Revoking,
            None if now < self.activates => TokenStatus::Pending,
            None => TokenStatus::Active,
        }
    }

    /// Takes the token out of use; `Revoking` becomes `Revoked` after the delay.
    pub(crate) fn revoke(&mut self, now: Timestamp, delay: SignedDuration) {
        self.revokes.get_or_insert(now + delay);
    }
}

/// All tokens, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct TokenStore(Vec<KsefToken>);

impl TokenStore {
    /// Makes a token that is `Pending` for the length of the delay.
    pub(crate) fn create(&mut self, new: NewToken, now: Timestamp, delay: SignedDuration) -> &KsefToken {
        let reference = reference::issue(ReferenceKind::KsefToken, now);
        let (first, rest) = new.context.kind().split_at(1);
        let secret = Secret(format!(
            "{}|{}{rest}-{}|{}",
            reference.as_str(),
            first.to_ascii_lowercase(),
            new.context.value(),
            random::hex::<32>()
        ));
        self.add(reference, secret, new, now, delay)
    }

    /// Makes a token whose text was decided by a seed.
    pub(crate) fn create_with_text(
        &mut self,
        text: String,
        reference: ReferenceNumber,
        new: NewToken,
        now: Timestamp,
    ) -> &KsefToken {
        self.add(reference, Secret(text), new, now, SignedDuration::ZERO)
    }

    fn add(
        &mut self,
        reference: ReferenceNumber,
        secret: Secret,
        new: NewToken,
        now: Timestamp,
        delay: SignedDuration,
    ) -> &KsefToken {
        let NewToken { author, context, description, permissions } = new;
        self.0.push(KsefToken {
            reference,
            author,
            context,
            description,
            permissions,
            created: now,
            last_used: None,
            activates: now + delay,
            revokes: None,
            secret,
        });
        &self.0[self.0.len() - 1]
    }

    pub(crate) fn by_text(&mut self, text: &str) -> Option<&mut KsefToken> {
        self.0.iter_mut().find(|token| token.secret.0 == text)
    }

    pub(crate) fn by_reference(&self, reference: &str) -> Option<&KsefToken> {
        self.0.iter().find(|token| token.reference.as_str() == reference)
    }

    pub(crate) fn by_reference_mut(&mut self, reference: &str) -> Option<&mut KsefToken> {
        self.0.iter_mut().find(|token| token.reference.as_str() == reference)
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &KsefToken> {
        self.0.iter().rev()
    }
}
