//! Presigned links: whoever has one may read, until it expires (PROTOCOL §8.2).

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
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
        self.link_until(public_url, path, now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX))
    }

    /// The link to a path (which begins with a slash) that works until `expires`, and the whole second of its end.
    pub(crate) fn link_until(&self, public_url: &str, path: &str, expires: Timestamp) -> (String, Timestamp) {
        self.signed(public_url, path, "r", expires)
    }

    /// The address to which a file may be uploaded until `expires`.
    pub(crate) fn upload(&self, public_url: &str, path: &str, expires: Timestamp) -> String {
        self.signed(public_url, path, "w", expires).0
    }

    fn signed(
        &self,
        public_url: &str,
        path: &str,
        permission: &str,
        expires: Timestamp,
    ) -> (String, Timestamp) {
        let second = expires.as_second();
        let expires = Timestamp::from_second(second).unwrap_or(expires);
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("sv", "2025-01-05")
            .append_pair("se", &expires.to_string())
            .append_pair("sr", "b")
            .append_pair("sp", permission)
            .append_pair("sig", &BASE64_STANDARD.encode(self.signature(path, second).finalize().into_bytes()))
            .finish();
        (format!("{public_url}{path}?{query}"), expires)
    }

    /// Whether the query of a request for `path` is that of a link of ours that still works.
    pub(crate) fn admits(&self, path: &str, query: &str, now: Timestamp) -> bool {
        let value = |name: &str| {
            form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
        };
        let expires = value("se").and_then(|text| text.parse::<Timestamp>().ok());
        let signature = value("sig").and_then(|text| BASE64_STANDARD.decode(&*text).ok());
        match (expires, signature) {
            (Some(expires), Some(signature)) => {
                now < expires && self.signature(path, expires.as_second()).verify_slice(&signature).is_ok()
            }
            _ => false,
        }
    }

    /// HMAC-SHA-256 of path and expiry.
    fn signature(&self, path: &str, expires: i64) -> Hmac<Sha256> {
        // A key of any length is good for HMAC, so the slice cannot be refused.
        let mut mac = Hmac::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
        mac.update(path.as_bytes());
        mac.update(b"\n");
        mac.update(expires.to_string().as_bytes());
        mac
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
}
