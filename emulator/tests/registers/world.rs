//! An emulator, and people who log in to it by certificates and tokens.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::{KeyKind, MinistryKey, SigningIdentity, SymmetricKey, prepare};
use ksef_documents::{
    auth_request::{AuthTokenRequest, SubjectIdentifierType, Version},
    fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate},
};
use ksef_emulator::{Emulator, EmulatorConfig, Profile};
use ksef_model::ContextIdentifier;
use ksef_xades::SignOptions;
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

use crate::schema;

/// A NIP with a valid checksum.
pub(crate) const NIP: &str = "5265877635";
/// Another one.
pub(crate) const OTHER_NIP: &str = "1111111111";
/// A third one.
pub(crate) const THIRD_NIP: &str = "3755747347";

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Code and first detail of the only exception of a legacy body.
    pub(crate) fn exception(&self) -> (i64, String) {
        assert_eq!(self.status, 400, "{}", self.text);
        let body = self.json();
        let list = body["exception"]["exceptionDetailList"].as_array().unwrap();
        assert_eq!(list.len(), 1, "{}", self.text);
        let detail = list[0]["details"][0].as_str().unwrap_or_default();
        (list[0]["exceptionCode"].as_i64().unwrap(), detail.to_owned())
    }

    pub(crate) fn code(&self) -> i64 {
        self.exception().0
    }
}

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    http: reqwest::Client,
    key: SymmetricKey,
}

impl World {
    pub(crate) async fn start(profile: Profile) -> Self {
        Self::start_with(EmulatorConfig { profile, ..EmulatorConfig::default() }).await
    }

    pub(crate) async fn start_with(config: EmulatorConfig) -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self {
            emulator: Emulator::start(config).await.unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            key: SymmetricKey::generate().unwrap(),
        }
    }

    /// A call with these headers; a good answer must be what the description promises.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        let url = format!("{}{path}", self.emulator.api_url());
        let mut request = self.http.request(method.clone(), url);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, text: response.text().await.unwrap() };
        if (200..300).contains(&answer.status) {
            schema::judge(&method, path, answer.status, &answer.text);
        }
        answer
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, token, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, token, Some(body), &[]).await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        self.call(Method::DELETE, path, token, None, &[]).await
    }

    /// The body of an answer that must be 200.
    pub(crate) async fn read(&self, path: &str, token: &str) -> Value {
        let answer = self.get(path, token).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// The body of an answer to a query that must be 200.
    pub(crate) async fn query(&self, path: &str, token: &str, body: &Value) -> Value {
        let answer = self.post(path, token, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// A command of the management API.
    pub(crate) async fn manage(&self, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.emulator.management_url());
        let response = self.http.post(url).body(body.to_string()).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// A command of the management API that must be obeyed.
    pub(crate) async fn command(&self, path: &str, body: Value) -> Value {
        let answer = self.manage(path, body).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text);
        if answer.text.is_empty() { Value::Null } else { answer.json() }
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        self.command("/clock", json!({"advanceSeconds": seconds})).await;
    }

    /// A certificate of the emulator's authority for logging in, as the management API makes it.
    pub(crate) async fn identity(&self, request: Value) -> SigningIdentity {
        let made = self.command("/certificates", request).await;
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        SigningIdentity::from_pem(&text("certificatePem"), &text("keyPem"), None).unwrap()
    }

    /// Starts a login by signature; gives status, detail and the token that goes with the operation.
    pub(crate) async fn start_login(
        &self,
        identity: &SigningIdentity,
        context: &ContextIdentifier,
        by: SubjectIdentifierType,
    ) -> (Value, String) {
        let challenge = self.post("/auth/challenge", "", &json!({})).await.json();
        let request = AuthTokenRequest {
            challenge: challenge["challenge"].as_str().unwrap().to_owned(),
            context: context.clone(),
            subject_identifier_type: by,
            allowed_ips: None,
        };
        let document = request.to_xml(Version::V2_1).unwrap();
        let options = SignOptions { signing_time: jiff::Timestamp::now(), ..SignOptions::default() };
        let signed = ksef_xades::sign(&document, identity, &options).unwrap();
        let url = format!("{}/auth/xades-signature", self.emulator.api_url());
        let answer =
            self.http.post(url).header("content-type", "application/xml").body(signed).send().await.unwrap();
        let started: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let token = started["authenticationToken"]["token"].as_str().unwrap_or_else(|| panic!("{started}"));
        let path = format!("/auth/{}", started["referenceNumber"].as_str().unwrap());
        (self.read(&path, token).await, token.to_owned())
    }

    /// Logs in by signature and gives the access token.
    pub(crate) async fn log_in(&self, identity: &SigningIdentity, context: &ContextIdentifier) -> String {
        let by = SubjectIdentifierType::CertificateSubject;
        let (status, token) = self.start_login(identity, context, by).await;
        assert_eq!(status["status"]["code"], 200, "{status}");
        let redeemed = self.post("/auth/token/redeem", &token, &json!({})).await.json();
        redeemed["accessToken"]["token"].as_str().unwrap().to_owned()
    }

    /// Logs in as the owner of a NIP, by a seal.
    pub(crate) async fn log_in_as_owner(&self, nip: &str) -> String {
        let identity = self.emulator.issue_seal(nip, KeyKind::P256).unwrap();
        self.log_in(&identity, &nip_context(nip)).await
    }

    /// Logs in by a fresh KSeF token.
    pub(crate) async fn log_in_by_token(&self, nip: &str, permissions: &[&str]) -> String {
        let context = nip_context(nip);
        let text = self.emulator.create_token(&context, permissions).unwrap();
        let challenge = self.post("/auth/challenge", "", &json!({})).await.json();
        let (key, id) = self.public_key("KsefTokenEncryption").await;
        let encrypted = key.encrypt_token(&text, challenge["timestampMs"].as_i64().unwrap()).unwrap();
        let body = json!({
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": nip},
            "encryptedToken": BASE64_STANDARD.encode(encrypted),
            "publicKeyId": id,
        });
        let started = self.post("/auth/ksef-token", "", &body).await.json();
        let operation = started["authenticationToken"]["token"].as_str().unwrap();
        let redeemed = self.post("/auth/token/redeem", operation, &json!({})).await.json();
        redeemed["accessToken"]["token"].as_str().unwrap().to_owned()
    }

    async fn public_key(&self, usage: &str) -> (MinistryKey, String) {
        let keys = self.read("/security/public-key-certificates", "").await;
        let key = keys.as_array().unwrap().iter().rfind(|key| key["usage"] == json!([usage])).unwrap();
        let der = BASE64_STANDARD.decode(key["certificate"].as_str().unwrap()).unwrap();
        (MinistryKey::from_certificate_der(&der).unwrap(), key["publicKeyId"].as_str().unwrap().to_owned())
    }

    /// Opens a session for FA(3).
    pub(crate) async fn open(&self, token: &str) -> String {
        let (key, id) = self.public_key("SymmetricKeyEncryption").await;
        let body = json!({
            "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
            "encryption": {
                "encryptedSymmetricKey": BASE64_STANDARD.encode(key.wrap(&self.key).unwrap()),
                "initializationVector": BASE64_STANDARD.encode(self.key.iv()),
                "publicKeyId": id,
            },
        });
        let answer = self.post("/sessions/online", token, &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["referenceNumber"].as_str().unwrap().to_owned()
    }

    /// Sends an invoice.
    pub(crate) async fn send(&self, token: &str, session: &str, xml: &[u8]) -> Answer {
        let prepared = prepare(xml, &self.key);
        let body = json!({
            "invoiceHash": prepared.invoice_hash.to_base64(),
            "invoiceSize": prepared.invoice_size,
            "encryptedInvoiceHash": prepared.encrypted_hash.to_base64(),
            "encryptedInvoiceSize": prepared.encrypted_size,
            "encryptedInvoiceContent": BASE64_STANDARD.encode(&prepared.content),
        });
        self.post(&format!("/sessions/online/{session}/invoices"), token, &body).await
    }

    /// The final status of an invoice that was sent.
    pub(crate) async fn outcome(&self, token: &str, session: &str, sent: &Answer) -> Value {
        assert_eq!(sent.status, 202, "{}", sent.text);
        let reference = sent.json()["referenceNumber"].as_str().unwrap().to_owned();
        self.advance(1).await;
        self.read(&format!("/sessions/{session}/invoices/{reference}"), token).await
    }

    /// Sends invoices from one company to another and gives their KSeF numbers.
    pub(crate) async fn ksef_numbers(&self, seller: &str, buyer: &str, numbers: &[&str]) -> Vec<String> {
        let token = self.log_in_by_token(seller, &["InvoiceWrite"]).await;
        let session = self.open(&token).await;
        let mut issued = Vec::new();
        for number in numbers {
            let sent = self.send(&token, &session, &invoice(seller, buyer, number)).await;
            let status = self.outcome(&token, &session, &sent).await;
            issued.push(status["ksefNumber"].as_str().unwrap_or_else(|| panic!("{status}")).to_owned());
        }
        issued
    }
}

pub(crate) fn nip_context(nip: &str) -> ContextIdentifier {
    ContextIdentifier::new("Nip", nip).unwrap()
}

/// An invoice that is valid against the schema.
pub(crate) fn invoice(seller: &str, buyer: &str, number: &str) -> Vec<u8> {
    let seller = Seller {
        nip: seller.parse().unwrap(),
        name: "Sprzedawca".into(),
        address: Address::polish("ul. Prosta 1", "00-001 Warszawa"),
    };
    let day = jiff::civil::date(2026, 2, 2);
    InvoiceBuilder::new(seller, Buyer::with_nip(buyer.parse().unwrap(), "Nabywca"), number, day)
        .line(Line::new("usługa", 1.into(), "szt.", 100.into(), VatRate::Percent23))
        .build()
        .unwrap()
}
