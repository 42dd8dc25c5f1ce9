//! The Ministry's encryption keys (PROTOCOL §4): generated at start, published with certificates, rotated on demand.

use std::sync::{Arc, PoisonError, RwLock};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use ksef_crypto::{Certificate, MinistryPrivateKey, Sha256};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{error::ApiError, exceptions, json::Reply, state::AppState, trust::Trust, wire};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUsage {
    KsefTokenEncryption,
    SymmetricKeyEncryption,
}

impl KeyUsage {
    fn as_str(self) -> &'static str {
        match self {
            Self::KsefTokenEncryption => "KsefTokenEncryption",
            Self::SymmetricKeyEncryption => "SymmetricKeyEncryption",
        }
    }
}

/// How keys are replaced (PROTOCOL §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rotation {
    /// The new key is published beside the old one, which stays good.
    Planned,
    /// The old key disappears and is refused at once.
    Emergency,
}

/// One key of the Ministry.
#[derive(Clone, Debug)]
struct EncryptionKey {
    id: String,
    usage: KeyUsage,
    certificate: Certificate,
    private: Arc<MinistryPrivateKey>,
    withdrawn: bool,
}

/// All keys, the oldest first. The first keys are generated in the background: RSA takes its time.
#[derive(Debug, Default)]
pub(crate) struct KeyRing {
    keys: RwLock<Vec<EncryptionKey>>,
    generated: OnceCell<()>,
}

const BITS: u32 = 2048;

/// How long before their making keys are valid, for callers whose clocks run behind.
const FIRST_VALID_BEFORE: SignedDuration = SignedDuration::from_hours(1);
const NEXT_VALID_BEFORE: SignedDuration = SignedDuration::from_mins(1);

impl KeyRing {
    /// Waits until the first keys exist; generates them when nobody has.
    pub(crate) async fn ready(&self, trust: &Trust, now: Timestamp) -> Result<(), ApiError> {
        self.generated
            .get_or_try_init(|| async {
                let fresh = generate(trust, now - FIRST_VALID_BEFORE).await?;
                self.write(|keys| keys.extend(fresh));
                Ok(())
            })
            .await
            .copied()
    }

    /// The private key for a request that names `id`, or 21470.
    ///
    /// A request without an id gets the oldest key of the usage, withdrawn or not: after a rotation the omission ends
    /// in a failed decryption, as on the real server.
    pub(crate) async fn private_key(
        &self,
        state: &AppState,
        usage: KeyUsage,
        id: Option<&str>,
    ) -> Result<Arc<MinistryPrivateKey>, ApiError> {
        self.ready(state.trust(), state.now()).await?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut of_usage = keys.iter().filter(|key| key.usage == usage);
        let found = match id {
            None => of_usage.next(),
            Some(id) => of_usage.find(|key| !key.withdrawn && key.id == id),
        };
        found.map(|key| Arc::clone(&key.private)).ok_or_else(|| {
            ApiError::exception(exceptions::UNKNOWN_KEY).with_detail(format!(
                "Klucz o identyfikatorze {} nie jest wspierany.",
                id.unwrap_or_default()
            ))
        })
    }

    /// Publishes new keys of both usages.
    pub(crate) async fn rotate(&self, state: &AppState, rotation: Rotation) -> Result<(), ApiError> {
        self.ready(state.trust(), state.now()).await?;
        let fresh = generate(state.trust(), self.next_valid_from(state.now())).await?;
        self.write(|keys| {
            if rotation == Rotation::Emergency {
                keys.iter_mut().for_each(|key| key.withdrawn = true);
            }
            keys.extend(fresh);
        });
        Ok(())
    }

    /// A new key begins after every older one, however fast rotations follow each other: clients choose the latest.
    fn next_valid_from(&self, now: Timestamp) -> Timestamp {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let latest = keys.iter().map(|key| key.certificate.not_before()).max();
        let soonest = now - NEXT_VALID_BEFORE;
        latest.map_or(soonest, |latest| soonest.max(latest + SignedDuration::from_secs(1)))
    }

    /// The array of the wire.
    pub(crate) fn published(&self) -> Vec<Value> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().filter(|key| !key.withdrawn).map(EncryptionKey::to_json).collect()
    }

    fn write(&self, change: impl FnOnce(&mut Vec<EncryptionKey>)) {
        change(&mut self.keys.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl EncryptionKey {
    fn to_json(&self) -> Value {
        json!({
            "certificate": BASE64_STANDARD.encode(self.certificate.der()),
            "certificateId": Sha256::of(self.certificate.der()).to_base64(),
            "publicKeyId": self.id,
            "validFrom": wire::timestamp(self.certificate.not_before()),
            "validTo": wire::timestamp(self.certificate.not_after()),
            "usage": [self.usage.as_str()],
        })
    }
}

pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/security/public-key-certificates", get(list))
}

async fn list(State(state): State<AppState>) -> Result<Reply<Vec<Value>>, ApiError> {
    state.keys().ready(state.trust(), state.now()).await?;
    Ok(Reply(StatusCode::OK, state.keys().published()))
}

async fn generate(trust: &Trust, valid_from: Timestamp) -> Result<Vec<EncryptionKey>, ApiError> {
    let usages = [KeyUsage::KsefTokenEncryption, KeyUsage::SymmetricKeyEncryption];
    let tasks = usages.map(|_| tokio::task::spawn_blocking(|| MinistryPrivateKey::generate(BITS)));
    let mut keys = Vec::with_capacity(usages.len());
    for (usage, task) in usages.into_iter().zip(tasks) {
        let private = task.await.ok().and_then(Result::ok).ok_or_else(ApiError::internal)?;
        let spki = private.spki_der();
        let certificate =
            trust.issue_encryption_certificate(spki.clone(), valid_from).map_err(|_| ApiError::internal())?;
        keys.push(EncryptionKey {
            id: Sha256::of(&spki).to_base64(),
            usage,
            certificate,
            private: Arc::new(private),
            withdrawn: false,
        });
    }
    Ok(keys)
}
