//! The three tokens of an authentication: JSON Web Tokens, HS256 (PROTOCOL §3.8).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use ksef_model::ReferenceNumber;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::random;

/// Which of the three tokens: claim `typ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TokenType {
    /// For `GET /auth/{ref}` and the redeeming.
    #[serde(rename = "AuthenticationToken")]
    Authentication,
    /// For every protected operation.
    #[serde(rename = "ContextToken")]
    Access,
    /// For refreshing and for revoking the current session.
    #[serde(rename = "RefreshToken")]
    Refresh,
}

impl TokenType {
    /// 45 minutes, 15 minutes, 7 days.
    pub(crate) fn lifetime(self) -> SignedDuration {
        SignedDuration::from_secs(match self {
            Self::Authentication => 2_700,
            Self::Access => 900,
            Self::Refresh => 604_800,
        })
    }
}

/// The claims, in the order of the real ones. Members that hold JSON are strings that hold JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) typ: TokenType,
    /// Context type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cit: Option<String>,
    /// Context value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) civ: Option<String>,
    /// Authentication method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aum: Option<String>,
    /// Reference number of the authentication.
    pub(crate) arn: ReferenceNumber,
    /// Subject details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sud: Option<String>,
    /// Permissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) per: Option<String>,
    /// Permissions excluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pec: Option<String>,
    /// Roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rol: Option<String>,
    /// Effective permissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pep: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) iop: Option<String>,
    /// Addresses that may use the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ipp: Option<String>,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    pub(crate) iss: String,
    pub(crate) aud: String,
}

impl Claims {
    /// The claims that every token has.
    pub(crate) fn new(typ: TokenType, arn: ReferenceNumber, issuer: &str, now: Timestamp) -> Self {
        Self {
            typ,
            cit: None,
            civ: None,
            aum: None,
            arn,
            sud: None,
            per: None,
            pec: None,
            rol: None,
            pep: None,
            iop: None,
            ipp: None,
            exp: now.as_second() + typ.lifetime().as_secs(),
            iat: now.as_second(),
            iss: issuer.to_owned(),
            aud: issuer.to_owned(),
        }
    }
}

/// The secret that signs our tokens. A new one makes every token issued before worthless.
#[derive(Clone)]
pub(crate) struct JwtKey([u8; 32]);

impl Default for JwtKey {
    fn default() -> Self {
        Self(random::bytes())
    }
}

impl std::fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JwtKey(…)")
    }
}

impl JwtKey {
    /// The compact form.
    pub(crate) fn sign(&self, claims: &Claims) -> String {
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let payload = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).unwrap_or_default());
        let signed = format!("{header}.{payload}");
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.mac(&signed).finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    /// The claims of a token that this key signed and that has not expired.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        self.mac(signed).verify_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let header: serde_json::Value =
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header["alg"] != "HS256" {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (now.as_second() < claims.exp).then_some(claims)
    }

    fn mac(&self, message: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)
            .unwrap_or_else(|_| unreachable!("HMAC takes any key length"));
        mac.update(message.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(now: Timestamp) -> Claims {
        let arn = ReferenceNumber::try_from("20260119-AU-36E34A8000-CA851C36EA-44").unwrap();
        Claims::new(TokenType::Access, arn, "ksef-api-te", now)
    }

    #[test]
    fn verifies_what_it_signed_until_it_expires() {
        let now: Timestamp = "2026-01-19T15:59:14Z".parse().unwrap();
        let key = JwtKey::default();
        let token = key.sign(&claims(now));
        assert_eq!(key.verify(&token, now), Some(claims(now)));
        assert!(key.verify(&token, now + SignedDuration::from_secs(899)).is_some());
        assert!(key.verify(&token, now + SignedDuration::from_secs(900)).is_none());
        assert!(JwtKey::default().verify(&token, now).is_none());
        assert!(key.verify(&format!("{token}A"), now).is_none());
        assert!(key.verify("a.b", now).is_none());
    }

    #[test]
    fn signs_as_rfc_7515_example_a1_does() {
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let secret = BASE64_URL_SAFE_NO_PAD.decode(secret).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(
            b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
              eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        );
        assert_eq!(
            BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
    }
}
