//! Presigned links: whoever has one may read, until it expires (PROTOCOL §8.2).

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use ksef_crypto::Sha256;
use url::form_urlencoded;

/// How long a link works.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(72);

/// The secret under the links of one emulator.
pub(crate) struct LinkKey([u8; 32]);

impl LinkKey {
    /// Links signed with this secret.
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The link to a path (which begins with a slash), made at `now`, and when it expires.
    pub(crate) fn link(&self, public_url: &str, path: &str, now: Timestamp) -> (String, Timestamp) {
        let expires = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let second = expires.as_second();
        let expires = Timestamp::from_second(second).unwrap_or(expires);
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("sv", "2025-01-05")
            .append_pair("se", &expires.to_string())
            .append_pair("sr", "b")
            .append_pair("sp", "r")
            .append_pair("sig", &self.signature(path, second).to_base64())
            .finish();
        (format!("{public_url}{path}?{query}"), expires)
    }

    /// Whether the query of a request for `path` is that of a link of ours that still works.
    pub(crate) fn admits(&self, path: &str, query: &str, now: Timestamp) -> bool {
        let value = |name: &str| {
            form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
        };
        let expires = value("se").and_then(|text| text.parse::<Timestamp>().ok());
        let signature = value("sig").and_then(|text| Sha256::from_base64(&text).ok());
        match (expires, signature) {
            (Some(expires), Some(signature)) => {
                now < expires && signature == self.signature(path, expires.as_second())
            }
            _ => false,
        }
    }

    /// HMAC-SHA-256 of path and expiry.
    fn signature(&self, path: &str, expires: i64) -> Sha256 {
        let pad = |byte: u8| {
            let mut block = [byte; 64];
            block.iter_mut().zip(self.0).for_each(|(pad, key)| *pad ^= key);
            block
        };
        let message = format!("{path}\n{expires}");
        let inner = Sha256::of(&[&pad(0x36)[..], message.as_bytes()].concat());
        Sha256::of(&[&pad(0x5c)[..], inner.as_bytes()].concat())
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(link: &str) -> &str {
        link.split_once('?').unwrap().1
    }

    #[test]
    fn a_link_works_for_its_path_until_it_expires() {
        let key = LinkKey::new([7; 32]);
        let now: Timestamp = "2026-11-22T12:00:00.5Z".parse().unwrap();
        let (link, expires) = key.link("https://emulator.test", "/storage/a.xml", now);
        assert!(link.starts_with("https://emulator.test/storage/a.xml?"), "{link}");
        assert_eq!(expires.to_string(), "2026-11-25T12:00:00Z");
        let query = query(&link);
        assert!(key.admits("/storage/a.xml", query, now));
        assert!(!key.admits("/storage/b.xml", query, now));
        assert!(!key.admits("/storage/a.xml", query, expires));
        assert!(!LinkKey::new([8; 32]).admits("/storage/a.xml", query, now));
        assert!(!key.admits("/storage/a.xml", "", now));
        let later = query.replace("2026-11-25", "2027-11-25");
        assert!(!key.admits("/storage/a.xml", &later, now));
    }

    #[test]
    fn the_signature_is_hmac() {
        // openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…07 over "/a\n1"
        let mac = LinkKey::new([7; 32]).signature("/a", 1).to_hex();
        assert_eq!(mac, "2381A83D8623DC89C7F6923E72B492102FC1EF9DA99E51AF59861EADB28ADA43");
    }
}
