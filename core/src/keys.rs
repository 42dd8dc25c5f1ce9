//! The Ministry's public keys: fetched at need, kept for a day, chosen by purpose and validity (PROTOCOL §4).

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use ksef_crypto::MinistryKey;
use ksef_model::{PublicKeyCertificate, PublicKeyCertificateUsage};

use crate::Client;
use crate::error::{Error, Result, texts};
use crate::flight::SingleFlight;

/// Keys are fetched again after this long, so that a planned rotation is noticed.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// After the firewall or a retired address refused, they are not asked for again for this long (FIELD-NOTES P40).
const PAUSE_AFTER_BLOCK: SignedDuration = SignedDuration::from_mins(1);

/// A key as KSeF publishes it.
#[derive(Debug)]
pub(crate) struct PublishedKey {
    pub(crate) key: MinistryKey,
    /// The selector that goes into requests (`publicKeyId`).
    pub(crate) id: String,
}

type List = Arc<Vec<PublicKeyCertificate>>;

/// The keys that a client knows.
#[derive(Default)]
pub(crate) struct KeyRing {
    known: Mutex<Known>,
    flight: SingleFlight<List>,
}

#[derive(Default)]
struct Known {
    list: List,
    /// When the list is to be fetched again; `None`: at once.
    fresh_until: Option<Timestamp>,
    blocked: Option<(Timestamp, Error)>,
}

impl KeyRing {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that KSeF refused a key (21470), so that the list is fetched before the next use.
    pub(crate) fn reject(&self, id: &str) {
        let mut known = self.known();
        if known.list.iter().any(|key| key.public_key_id == id) {
            known.fresh_until = None;
            known.list = Arc::new(known.list.iter().filter(|key| key.public_key_id != id).cloned().collect());
        }
    }

    /// Has the list fetched before the next use.
    pub(crate) fn expire(&self) {
        self.known().fresh_until = None;
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} keys)", self.known().list.len())
    }
}

impl Client {
    /// The key to encrypt with for a purpose.
    pub(crate) async fn ministry_key(&self, usage: &PublicKeyCertificateUsage) -> Result<PublishedKey> {
        let now = self.shared().clock.now();
        let (list, fresh) = {
            let known = self.shared().keys.known();
            (Arc::clone(&known.list), known.fresh_until.is_some_and(|until| now < until))
        };
        if fresh && let Some(published) = select(&list, usage, now) {
            return open(published);
        }
        let worker = self.unbound(self.shared().timeouts.request);
        let fetching = self.shared().keys.flight.run(|| async move { fetch(&worker).await });
        let fetched = match self.scope().bound(fetching).await? {
            Ok(list) => list,
            // A valid key from an old list is better than none; KSeF refuses it by 21470 if it was withdrawn.
            Err(error) => match select(&list, usage, now) {
                Some(published) if error.is_retryable() => {
                    tracing::warn!(
                        number = error.number(),
                        "public keys cannot be fetched, using known ones"
                    );
                    return open(published);
                }
                _ => return Err(error),
            },
        };
        let missing =
            || Error::new(texts::NO_MINISTRY_KEY).note(usage.as_str()).in_operation("public_keys.list");
        open(select(&fetched, usage, now).ok_or_else(missing)?)
    }
}

async fn fetch(client: &Client) -> Result<List> {
    let keys = &client.shared().keys;
    let now = client.shared().clock.now();
    if let Some((until, error)) = &keys.known().blocked
        && now < *until
    {
        return Err(error.clone());
    }
    match client.public_keys().list().await {
        Ok(list) => {
            let list = Arc::new(list);
            *keys.known() =
                Known { list: Arc::clone(&list), fresh_until: Some(now + KEPT_FOR), blocked: None };
            Ok(list)
        }
        Err(error) => {
            if error.is(texts::BLOCKED_BY_FIREWALL) || error.is(texts::WRONG_ADDRESS) {
                keys.known().blocked = Some((now + PAUSE_AFTER_BLOCK, error.clone()));
            }
            Err(error)
        }
    }
}

/// The valid certificate for the purpose with the latest beginning.
fn select<'a>(
    list: &'a [PublicKeyCertificate],
    usage: &PublicKeyCertificateUsage,
    now: Timestamp,
) -> Option<&'a PublicKeyCertificate> {
    list.iter()
        .filter(|key| key.usage.contains(usage) && key.valid_from <= now && now <= key.valid_to)
        .max_by_key(|key| key.valid_from)
}

fn open(published: &PublicKeyCertificate) -> Result<PublishedKey> {
    let key = MinistryKey::from_certificate_base64(&published.certificate)
        .map_err(|error| Error::from(error).in_operation("public_keys.list"))?;
    Ok(PublishedKey { key, id: published.public_key_id.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, from: &str, to: &str, usage: PublicKeyCertificateUsage) -> PublicKeyCertificate {
        PublicKeyCertificate {
            certificate: String::new(),
            certificate_id: String::new(),
            public_key_id: id.to_owned(),
            valid_from: format!("{from}T00:00:00Z").parse().expect("a timestamp"),
            valid_to: format!("{to}T00:00:00Z").parse().expect("a timestamp"),
            usage: vec![usage],
        }
    }

    #[test]
    fn the_latest_valid_key_of_the_usage_is_chosen() {
        use PublicKeyCertificateUsage::{KsefTokenEncryption, SymmetricKeyEncryption};
        let list = [
            key("old", "2025-01-01", "2027-01-01", SymmetricKeyEncryption),
            key("newer", "2026-01-01", "2028-01-01", SymmetricKeyEncryption),
            key("announced", "2026-12-01", "2029-01-01", SymmetricKeyEncryption),
            key("expired", "2026-06-01", "2026-07-01", SymmetricKeyEncryption),
            key("token", "2026-08-01", "2028-01-01", KsefTokenEncryption),
        ];
        let now = "2026-11-22T12:00:00Z".parse().expect("a timestamp");
        let chosen = |usage, now| select(&list, usage, now).map(|key| key.public_key_id.as_str());
        assert_eq!(chosen(&SymmetricKeyEncryption, now), Some("newer"));
        assert_eq!(chosen(&KsefTokenEncryption, now), Some("token"));
        let early = "2024-01-01T00:00:00Z".parse().expect("a timestamp");
        assert_eq!(chosen(&SymmetricKeyEncryption, early), None);
    }

    #[test]
    fn a_refused_key_leaves_the_ring() {
        let ring = KeyRing::default();
        let usage = PublicKeyCertificateUsage::SymmetricKeyEncryption;
        *ring.known() = Known {
            list: Arc::new(vec![key("a", "2025-01-01", "2027-01-01", usage)]),
            fresh_until: Some(Timestamp::MAX),
            blocked: None,
        };
        ring.reject("b");
        assert!(ring.known().fresh_until.is_some(), "an unknown key changes nothing");
        ring.reject("a");
        assert!(ring.known().fresh_until.is_none() && ring.known().list.is_empty());
    }
}
