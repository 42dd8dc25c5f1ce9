//! A caller of the emulator, written for these tests alone.

use std::time::{Duration, Instant};

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::{MinistryKey, Sha256, SymmetricKey, prepare};
use ksef_emulator::{Emulator, EmulatorConfig, Profile};
use ksef_model::{ContextIdentifier, Nip, SessionInvoiceStatusResponse, SessionStatusResponse};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) const SELLER: &str = "5265877635";
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(&self.body)))
    }

    /// Status, and code and details of the first exception.
    pub(crate) fn refusal(&self) -> (u16, i64, Vec<String>) {
        let body: Value = self.json();
        let first = &body["exception"]["exceptionDetailList"][0];
        let details = first["details"].as_array().cloned().unwrap_or_default();
        let details = details.iter().map(|text| text.as_str().unwrap().to_owned()).collect();
        (self.status.as_u16(), first["exceptionCode"].as_i64().unwrap_or_default(), details)
    }

    pub(crate) fn code(&self) -> i64 {
        self.refusal().1
    }

    pub(crate) fn hash(&self) -> &str {
        self.headers["x-ms-meta-hash"].to_str().unwrap()
    }
}

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    http: reqwest::Client,
    pub(crate) key: SymmetricKey,
}

impl World {
    pub(crate) async fn start(profile: Profile) -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self {
            emulator: Emulator::start(EmulatorConfig { profile, ..EmulatorConfig::default() }).await.unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            key: SymmetricKey::generate().unwrap(),
        }
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        url: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        self.call_with(method, url, token, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        method: Method,
        url: &str,
        token: Option<&str>,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let url = if url.starts_with("http") {
            url.to_owned()
        } else {
            format!("{}{url}", self.emulator.api_url())
        };
        let mut request = self.http.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    pub(crate) async fn manage(&self, path: &str, body: Value) {
        let url = format!("{}{path}", self.emulator.management_url());
        let answer = self.call(Method::POST, &url, None, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", String::from_utf8_lossy(&answer.body));
    }

    async fn public_key(&self, usage: &str) -> (MinistryKey, String) {
        let keys: Vec<Value> =
            self.call(Method::GET, "/security/public-key-certificates", None, None).await.json();
        let key = keys.iter().rfind(|key| key["usage"] == json!([usage])).unwrap();
        let der = BASE64_STANDARD.decode(key["certificate"].as_str().unwrap()).unwrap();
        (MinistryKey::from_certificate_der(&der).unwrap(), key["publicKeyId"].as_str().unwrap().to_owned())
    }

    /// Logs in by a fresh KSeF token with these permissions and gives the access token.
    pub(crate) async fn log_in(&self, nip: &str, permissions: &[&str]) -> String {
        let context = ContextIdentifier::Nip(Nip::without_checksum(nip).unwrap());
        let token = self.emulator.create_token(&context, permissions).unwrap();
        self.log_in_with(nip, &token).await
    }

    /// Logs in by this KSeF token and gives the access token.
    pub(crate) async fn log_in_with(&self, nip: &str, token: &str) -> String {
        self.log_in_to(&ContextIdentifier::Nip(Nip::without_checksum(nip).unwrap()), token).await
    }

    /// Logs in to a context of any kind by this KSeF token and gives the access token.
    pub(crate) async fn log_in_to(&self, context: &ContextIdentifier, token: &str) -> String {
        let challenge: Value = self.call(Method::POST, "/auth/challenge", None, None).await.json();
        let (key, id) = self.public_key("KsefTokenEncryption").await;
        let encrypted = key.encrypt_token(token, challenge["timestampMs"].as_i64().unwrap()).unwrap();
        let body = json!({
            "challenge": challenge["challenge"],
            "contextIdentifier": context,
            "encryptedToken": BASE64_STANDARD.encode(encrypted),
            "publicKeyId": id,
        });
        let started: Value = self.call(Method::POST, "/auth/ksef-token", None, Some(body)).await.json();
        let reference = started["referenceNumber"].as_str().unwrap();
        let operation = started["authenticationToken"]["token"].as_str().unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status: Value =
                self.call(Method::GET, &format!("/auth/{reference}"), Some(operation), None).await.json();
            match status["status"]["code"].as_i64() {
                Some(200) => break,
                Some(100) => assert!(Instant::now() < deadline, "the login does not end"),
                _ => panic!("the login failed: {status}"),
            }
        }
        let redeemed: Value =
            self.call(Method::POST, "/auth/token/redeem", Some(operation), None).await.json();
        redeemed["accessToken"]["token"].as_str().unwrap().to_owned()
    }

    /// The body that opens a session for FA(3).
    pub(crate) async fn opening(&self) -> Value {
        let (key, id) = self.public_key("SymmetricKeyEncryption").await;
        json!({
            "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
            "encryption": {
                "encryptedSymmetricKey": BASE64_STANDARD.encode(key.wrap(&self.key).unwrap()),
                "initializationVector": BASE64_STANDARD.encode(self.key.iv()),
                "publicKeyId": id,
            },
        })
    }

    pub(crate) async fn open(&self, token: &str) -> String {
        let body = self.opening().await;
        let answer = self.call(Method::POST, "/sessions/online", Some(token), Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer.body));
        answer.json::<Value>()["referenceNumber"].as_str().unwrap().to_owned()
    }

    /// The body that sends an invoice.
    pub(crate) fn sending(&self, xml: &[u8]) -> Value {
        let prepared = prepare(xml, &self.key);
        json!({
            "invoiceHash": prepared.invoice_hash.to_base64(),
            "invoiceSize": prepared.invoice_size,
            "encryptedInvoiceHash": prepared.encrypted_hash.to_base64(),
            "encryptedInvoiceSize": prepared.encrypted_size,
            "encryptedInvoiceContent": BASE64_STANDARD.encode(&prepared.content),
        })
    }

    pub(crate) async fn try_send(&self, token: &str, session: &str, body: Value) -> Answer {
        let path = format!("/sessions/online/{session}/invoices");
        self.call(Method::POST, &path, Some(token), Some(body)).await
    }

    pub(crate) async fn send(&self, token: &str, session: &str, xml: &[u8]) -> String {
        let answer = self.try_send(token, session, self.sending(xml)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", String::from_utf8_lossy(&answer.body));
        answer.json::<Value>()["referenceNumber"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn close(&self, token: &str, session: &str) -> Answer {
        self.call(Method::POST, &format!("/sessions/online/{session}/close"), Some(token), None).await
    }

    pub(crate) async fn read(&self, token: &str, path: &str) -> Answer {
        self.call(Method::GET, path, Some(token), None).await
    }

    /// The status of an invoice once it is final.
    pub(crate) async fn final_invoice(
        &self,
        token: &str,
        session: &str,
        invoice: &str,
    ) -> SessionInvoiceStatusResponse {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.read(token, &format!("/sessions/{session}/invoices/{invoice}")).await;
            let status: SessionInvoiceStatusResponse = answer.json();
            if status.status.code >= 200 {
                return status;
            }
            assert!(Instant::now() < deadline, "the invoice stays at {}", status.status.code);
        }
    }

    /// The status of a session once it is final.
    pub(crate) async fn final_session(&self, token: &str, session: &str) -> SessionStatusResponse {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status: SessionStatusResponse =
                self.read(token, &format!("/sessions/{session}")).await.json();
            if status.status.code >= 200 {
                return status;
            }
            assert!(Instant::now() < deadline, "the session stays at {}", status.status.code);
        }
    }
}

/// The hash of a body as `x-ms-meta-hash` writes it.
pub(crate) fn hash_of(body: &[u8]) -> String {
    Sha256::of(body).to_base64()
}
