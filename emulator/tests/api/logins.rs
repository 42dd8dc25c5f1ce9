//! Logging in, in the shortest way that a test needs.

use ksef_crypto::SigningIdentity;
use ksef_xades::SignOptions;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    judges,
    world::{Answer, Tokens, World, finish},
};

/// An unsigned `AuthTokenRequest` written by hand.
pub(crate) fn auth_token_request(challenge: &Value, context: &str, subject: &str, policy: &str) -> String {
    let challenge = challenge["challenge"].as_str().unwrap();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <AuthTokenRequest xmlns=\"http://ksef.mf.gov.pl/auth/token/2.1\">\n  \
         <Challenge>{challenge}</Challenge>\n  <ContextIdentifier>{context}</ContextIdentifier>\n  \
         <SubjectIdentifierType>{subject}</SubjectIdentifierType>\n{policy}</AuthTokenRequest>"
    )
}

pub(crate) fn nip_context(nip: &str) -> String {
    format!("<Nip>{nip}</Nip>")
}

impl World {
    /// Sends a signed document.
    pub(crate) async fn start_xades(&self, signed: Vec<u8>, query: &str) -> Answer {
        let request = self.request(Method::POST, &format!("/auth/xades-signature{query}"));
        finish(request.header("content-type", "application/xml").body(signed)).await
    }

    /// Signs a request for this context and sends it.
    pub(crate) async fn start_as(&self, identity: &SigningIdentity, context: &str, subject: &str) -> Answer {
        let request = auth_token_request(&self.challenge().await, context, subject, "");
        self.start_xades(sign(&request, identity), "").await
    }

    /// A login by XAdES as the owner of a NIP.
    pub(crate) async fn log_in_as_owner(&self, nip: &str) -> Tokens {
        let identity = self.emulator.issue_seal(nip, ksef_crypto::KeyKind::P256).unwrap();
        let started = self.start_as(&identity, &nip_context(nip), "certificateSubject").await;
        self.redeem(&started).await
    }

    /// The newest published key for tokens: certificate (Base64) and id.
    pub(crate) async fn token_key(&self) -> (String, String) {
        let keys: Value = finish(self.request(Method::GET, "/security/public-key-certificates")).await.json();
        let mut keys: Vec<&Value> = keys
            .as_array()
            .unwrap()
            .iter()
            .filter(|key| key["usage"].as_array().unwrap().contains(&json!("KsefTokenEncryption")))
            .collect();
        keys.sort_by_key(|key| key["validFrom"].as_str().unwrap().to_owned());
        let newest = keys.last().unwrap();
        let text = |name: &str| newest[name].as_str().unwrap().to_owned();
        (text("certificate"), text("publicKeyId"))
    }

    /// Starts a login with a token: `plain` makes the plaintext out of the milliseconds of the challenge.
    pub(crate) async fn start_with_plain(
        &self,
        nip: &str,
        plain: impl FnOnce(i64) -> Vec<u8>,
        more: Value,
    ) -> Answer {
        let challenge = self.challenge().await;
        let (certificate, id) = self.token_key().await;
        let encrypted = judges::oaep(&certificate, &plain(challenge["timestampMs"].as_i64().unwrap()));
        let mut body = json!({
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": nip},
            "encryptedToken": encrypted,
            "publicKeyId": id,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.post_json("/auth/ksef-token", None, &body).await
    }

    /// Starts a login with a token as it should be done.
    pub(crate) async fn start_with_token(&self, nip: &str, token: &str) -> Answer {
        self.start_with_plain(nip, |ms| format!("{token}|{ms}").into_bytes(), Value::Null).await
    }

    /// A token of the management API: text and reference number.
    pub(crate) async fn make_token(&self, nip: &str, permissions: &[&str]) -> (String, String) {
        let made = self.command("/tokens", json!({"nip": nip, "permissions": permissions})).await;
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (text("token"), text("referenceNumber"))
    }

    /// A login by a fresh token with these permissions.
    pub(crate) async fn log_in_by_token(&self, nip: &str, permissions: &[&str]) -> Tokens {
        let (token, _) = self.make_token(nip, permissions).await;
        let started = self.start_with_token(nip, &token).await;
        self.redeem(&started).await
    }

    /// An identity of the management API.
    pub(crate) async fn identity(&self, request: Value) -> SigningIdentity {
        let made = self.command("/certificates", request).await;
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        SigningIdentity::from_pem(&text("certificatePem"), &text("keyPem"), None).unwrap()
    }
}

/// Signs by our own signer, where the signature is not what is tested.
pub(crate) fn sign(document: &str, identity: &SigningIdentity) -> Vec<u8> {
    let options = SignOptions { signing_time: jiff::Timestamp::now(), ..SignOptions::default() };
    ksef_xades::sign(document.as_bytes(), identity, &options).unwrap()
}
