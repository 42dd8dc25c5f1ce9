//! An emulator of the profile test, and people with certificates of their own.

use std::time::{Duration, Instant};

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::{
    KeyKind, MinistryKey, SigningIdentity, SymmetricKey,
    self_signed::{self, PersonSubject, SealSubject, Subject, Validity},
};
use ksef_documents::auth_request::{AuthTokenRequest, SubjectIdentifierType, Version};
use ksef_emulator::{Emulator, EmulatorConfig, Profile};
use ksef_model::ContextIdentifier;
use ksef_xades::SignOptions;
use reqwest::Method;
use serde_json::{Value, json};

use crate::schema;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Code and details of the first exception of a legacy body.
    pub(crate) fn exception(&self) -> (i64, String) {
        assert_eq!(self.status, 400, "{}", self.text);
        let first = &self.json()["exception"]["exceptionDetailList"][0];
        (first["exceptionCode"].as_i64().unwrap(), first["details"].to_string())
    }

    /// Required and present permissions of a refusal by 403.
    pub(crate) fn missing(&self) -> (Value, Value) {
        assert_eq!(self.status, 403, "{}", self.text);
        let body = self.json();
        assert_eq!(body["reasonCode"], "missing-permissions");
        let security = &body["security"];
        (security["requiredAnyOfPermissions"].clone(), security["presentPermissions"].clone())
    }
}

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    http: reqwest::Client,
}

/// A context of NIP.
pub(crate) fn nip(value: &str) -> ContextIdentifier {
    ContextIdentifier::new("Nip", value).unwrap()
}

fn validity() -> Validity {
    Validity::days(jiff::Timestamp::now(), 365).unwrap()
}

/// A self-signed certificate of a person with a PESEL.
pub(crate) fn person(pesel: &str) -> SigningIdentity {
    self_signed::person(&PersonSubject::with_pesel("Jan", "Kowalski", pesel), KeyKind::P256, validity())
        .unwrap()
}

/// A self-signed seal of a company.
pub(crate) fn seal(nip: &str) -> SigningIdentity {
    self_signed::seal(&SealSubject::with_nip("Firma", nip), KeyKind::P256, validity()).unwrap()
}

/// A self-signed certificate that is known by its fingerprint or its name alone.
pub(crate) fn nameless(common_name: &str) -> SigningIdentity {
    self_signed::identity(Subject::CommonName(common_name.to_owned()), KeyKind::P256, validity()).unwrap()
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_as(Profile::Test).await
    }

    pub(crate) async fn start_as(profile: Profile) -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let config = EmulatorConfig { profile, ..EmulatorConfig::default() };
        Self { emulator: Emulator::start(config).await.unwrap(), http }
    }

    /// A call whose good answer the API description judges.
    pub(crate) async fn call(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.emulator.api_url()));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let answer = Answer { status: response.status().as_u16(), text: response.text().await.unwrap() };
        if (200..300).contains(&answer.status) {
            schema::judge(&method, path, answer.status, &answer.text);
        }
        answer
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call(Method::POST, path, token, Some(body)).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, token, None).await
    }

    /// Test data that must be taken.
    pub(crate) async fn test_data(&self, path: &str, body: Value) {
        let answer = self.post(&format!("/testdata/{path}"), "", body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }

    /// A command of the management API that must be obeyed.
    pub(crate) async fn manage(&self, path: &str, body: Value) {
        let url = format!("{}{path}", self.emulator.management_url());
        let answer = self.http.post(url).body(body.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    }

    /// Logs in and gives the access token, or the code of the status that the login ends with.
    pub(crate) async fn try_log_in(
        &self,
        identity: &SigningIdentity,
        context: &ContextIdentifier,
        subject_identifier_type: SubjectIdentifierType,
    ) -> Result<String, i64> {
        let started = self.start_login(identity, context, subject_identifier_type).await;
        self.redeem(&started).await
    }

    /// Sends a signed request to log in.
    pub(crate) async fn start_login(
        &self,
        identity: &SigningIdentity,
        context: &ContextIdentifier,
        subject_identifier_type: SubjectIdentifierType,
    ) -> Value {
        let challenge = self.call(Method::POST, "/auth/challenge", "", None).await.json();
        let request = AuthTokenRequest {
            challenge: challenge["challenge"].as_str().unwrap().to_owned(),
            context: context.clone(),
            subject_identifier_type,
            allowed_ips: None,
        };
        let options = SignOptions { signing_time: jiff::Timestamp::now(), ..SignOptions::default() };
        let signed = ksef_xades::sign(&request.to_xml(Version::V2_1).unwrap(), identity, &options).unwrap();
        let url = format!("{}/auth/xades-signature", self.emulator.api_url());
        let request = self.http.post(url).header("content-type", "application/xml").body(signed);
        let response = request.send().await.unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }

    /// The access token of a started login, or the code of the status that it ends with.
    async fn redeem(&self, started: &Value) -> Result<String, i64> {
        let token = started["authenticationToken"]["token"].as_str().unwrap_or_else(|| panic!("{started}"));
        let path = format!("/auth/{}", started["referenceNumber"].as_str().unwrap());
        let status = self.get(&path, token).await.json()["status"]["code"].as_i64().unwrap();
        if status != 200 {
            return Err(status);
        }
        let tokens = self.call(Method::POST, "/auth/token/redeem", token, None).await.json();
        Ok(tokens["accessToken"]["token"].as_str().unwrap().to_owned())
    }

    /// As [`World::try_log_in`], as the subject of the certificate.
    pub(crate) async fn log_in(
        &self,
        who: &SigningIdentity,
        context: &ContextIdentifier,
    ) -> Result<String, i64> {
        self.try_log_in(who, context, SubjectIdentifierType::CertificateSubject).await
    }

    /// As [`World::try_log_in`], by the fingerprint of the certificate.
    pub(crate) async fn log_in_by_fingerprint(
        &self,
        who: &SigningIdentity,
        context: &ContextIdentifier,
    ) -> Result<String, i64> {
        self.try_log_in(who, context, SubjectIdentifierType::CertificateFingerprint).await
    }

    /// The owner of a NIP.
    pub(crate) async fn owner(&self, value: &str) -> String {
        self.log_in(&seal(value), &nip(value)).await.unwrap()
    }

    /// Logs in by a KSeF token.
    pub(crate) async fn log_in_by_token(
        &self,
        context: &ContextIdentifier,
        token: &str,
    ) -> Result<String, i64> {
        let challenge = self.call(Method::POST, "/auth/challenge", "", None).await.json();
        let (key, id) = self.public_key("KsefTokenEncryption").await;
        let encrypted = key.encrypt_token(token, challenge["timestampMs"].as_i64().unwrap()).unwrap();
        let body = json!({
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": context.kind(), "value": context.value()},
            "encryptedToken": BASE64_STANDARD.encode(encrypted),
            "publicKeyId": id,
        });
        let started = self.post("/auth/ksef-token", "", body).await.json();
        self.redeem(&started).await
    }

    async fn public_key(&self, usage: &str) -> (MinistryKey, String) {
        let keys = self.get("/security/public-key-certificates", "").await.json();
        let key =
            keys.as_array().unwrap().iter().rfind(|key| key["usage"] == json!([usage])).unwrap().clone();
        let der = BASE64_STANDARD.decode(key["certificate"].as_str().unwrap()).unwrap();
        (MinistryKey::from_certificate_der(&der).unwrap(), key["publicKeyId"].as_str().unwrap().to_owned())
    }

    /// Tries to open a session for FA(3).
    pub(crate) async fn open_session(&self, token: &str, key: &SymmetricKey) -> Answer {
        let (ministry, id) = self.public_key("SymmetricKeyEncryption").await;
        let body = json!({
            "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
            "encryption": {
                "encryptedSymmetricKey": BASE64_STANDARD.encode(ministry.wrap(key).unwrap()),
                "initializationVector": BASE64_STANDARD.encode(key.iv()),
                "publicKeyId": id,
            },
        });
        self.post("/sessions/online", token, body).await
    }

    /// Sends an invoice and gives its final status.
    pub(crate) async fn send(&self, token: &str, session: &str, key: &SymmetricKey, invoice: &[u8]) -> i64 {
        let prepared = ksef_crypto::prepare(invoice, key);
        let body = json!({
            "invoiceHash": prepared.invoice_hash.to_base64(),
            "invoiceSize": prepared.invoice_size,
            "encryptedInvoiceHash": prepared.encrypted_hash.to_base64(),
            "encryptedInvoiceSize": prepared.encrypted_size,
            "encryptedInvoiceContent": BASE64_STANDARD.encode(&prepared.content),
        });
        let sent = self.post(&format!("/sessions/online/{session}/invoices"), token, body).await;
        assert_eq!(sent.status, 202, "{}", sent.text);
        let reference = sent.json()["referenceNumber"].as_str().unwrap().to_owned();
        let deadline = Instant::now() + PATIENCE;
        loop {
            // The virtual clock makes an invoice final at once, whatever its pace.
            self.manage("/clock", json!({"advanceSeconds": 1})).await;
            let status = self.get(&format!("/sessions/{session}/invoices/{reference}"), token).await;
            let code = status.json()["status"]["code"].as_i64().unwrap();
            if code >= 200 {
                return code;
            }
            assert!(Instant::now() < deadline, "the invoice stays at {code}");
        }
    }

    /// The final status of an operation that was taken in.
    pub(crate) async fn outcome(&self, token: &str, started: &Answer) -> i64 {
        assert_eq!(started.status, 202, "{}", started.text);
        let reference = started.json()["referenceNumber"].as_str().unwrap().to_owned();
        assert_eq!(&reference[8..12], "-EG-");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let code = self.operation(token, &reference).await;
            if code != 100 {
                return code;
            }
            assert!(Instant::now() < deadline, "the operation does not end");
        }
    }

    /// The status of an operation.
    pub(crate) async fn operation(&self, token: &str, reference: &str) -> i64 {
        let answer = self.get(&format!("/permissions/operations/{reference}"), token).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["status"]["code"].as_i64().unwrap()
    }

    /// Starts a grant and gives its final status.
    pub(crate) async fn grant(&self, kind: &str, token: &str, body: Value) -> i64 {
        let started = self.post(&format!("/permissions/{kind}/grants"), token, body).await;
        self.outcome(token, &started).await
    }

    /// Revokes and gives the final status. `kind` is `common` or `authorizations`.
    pub(crate) async fn revoke(&self, kind: &str, token: &str, id: &Value) -> i64 {
        let path = format!("/permissions/{kind}/grants/{}", id.as_str().unwrap());
        let started = self.call(Method::DELETE, &path, token, None).await;
        self.outcome(token, &started).await
    }

    /// The answer of a query that must succeed.
    pub(crate) async fn query(&self, kind: &str, token: &str, body: Value) -> Value {
        let answer = self.post(&format!("/permissions/query/{kind}"), token, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

/// The body of a grant to a person known by NIP or PESEL.
pub(crate) fn to_person(kind: &str, value: &str, permissions: &[&str]) -> Value {
    json!({
        "subjectIdentifier": {"type": kind, "value": value},
        "permissions": permissions,
        "description": "Praca w księgowości",
        "subjectDetails": {
            "subjectDetailsType": "PersonByIdentifier",
            "personById": {"firstName": "Anna", "lastName": "Nowak"},
        },
    })
}

/// The body of a grant to an entity.
pub(crate) fn to_entity(nip: &str, permissions: Value) -> Value {
    json!({
        "subjectIdentifier": {"type": "Nip", "value": nip},
        "permissions": permissions,
        "description": "Obsługa faktur",
        "subjectDetails": {"fullName": "Biuro rachunkowe"},
    })
}
