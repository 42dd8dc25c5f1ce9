//! Secrets that prove a login.

use std::fmt;

use jiff::Timestamp;
use ksef_model::TokenInfo;
use zeroize::Zeroizing;

use crate::error::{Error, Result, texts};
use crate::http::HeaderValue;

/// A token that goes into `Authorization: Bearer`: of a login in progress, an access token or a refresh token
/// (PROTOCOL §3.8). Secret; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken {
    secret: Zeroizing<String>,
}

impl BearerToken {
    /// Wraps a token as KSeF returned it.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self { secret: Zeroizing::new(token.into()) }
    }

    pub(crate) fn header(&self) -> Result<HeaderValue> {
        let text = Zeroizing::new(format!("Bearer {}", self.secret.as_str()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            Error::new(texts::INVALID_ARGUMENT).note("the bearer token is not a header value")
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl From<&TokenInfo> for BearerToken {
    fn from(info: &TokenInfo) -> Self {
        Self::new(info.token.clone())
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(…)")
    }
}

/// A token with its lifetime on the clock of the client.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub(super) token: BearerToken,
    /// When to get another one, some time before the end.
    renew_at: Timestamp,
    ends_at: Timestamp,
}

/// A token is renewed this long before its end, or at three quarters of a short life.
const AHEAD_SECONDS: i64 = 60;

impl Lease {
    /// A token received at `now`. `skew` is what the clock of KSeF shows more than ours, in milliseconds.
    pub(super) fn new(info: &TokenInfo, now: Timestamp, skew: i64) -> Self {
        let ends_ms = info.valid_until.as_millisecond().saturating_sub(skew);
        let life_ms = ends_ms.saturating_sub(now.as_millisecond()).max(0);
        let ahead_ms = (AHEAD_SECONDS * 1000).min(life_ms / 4);
        let at = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
        Self { token: BearerToken::from(info), renew_at: at(ends_ms - ahead_ms), ends_at: at(ends_ms) }
    }

    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.renew_at
    }

    pub(super) fn is_valid(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }

    pub(super) fn end(&mut self) {
        self.renew_at = Timestamp::MIN;
        self.ends_at = Timestamp::MIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(valid_until: &str) -> TokenInfo {
        TokenInfo { token: "secret".to_owned(), valid_until: valid_until.parse().expect("a timestamp") }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn a_lease_is_renewed_ahead_of_its_end() {
        let lease = Lease::new(&info("2026-11-22T12:15:00Z"), at("2026-11-22T12:00:00Z"), 0);
        assert!(lease.is_fresh(at("2026-11-22T12:13:59Z")));
        assert!(!lease.is_fresh(at("2026-11-22T12:14:00Z")) && lease.is_valid(at("2026-11-22T12:14:59Z")));
        assert!(!lease.is_valid(at("2026-11-22T12:15:00Z")));
        let short = Lease::new(&info("2026-11-22T12:00:08Z"), at("2026-11-22T12:00:00Z"), 0);
        assert!(short.is_fresh(at("2026-11-22T12:00:05Z")) && !short.is_fresh(at("2026-11-22T12:00:06Z")));
    }

    #[test]
    fn a_wrong_clock_is_allowed_for() {
        // Our clock is two hours behind that of KSeF.
        let lease = Lease::new(&info("2026-11-22T12:15:00Z"), at("2026-11-22T10:00:00Z"), 7_200_000);
        assert!(lease.is_fresh(at("2026-11-22T10:13:00Z")) && !lease.is_valid(at("2026-11-22T10:15:00Z")));
    }

    #[test]
    fn tokens_are_not_shown() {
        let lease = Lease::new(&info("2026-11-22T12:15:00Z"), at("2026-11-22T12:00:00Z"), 0);
        assert!(!format!("{lease:?} {:?}", lease.token.header()).contains("secret"));
    }
}
