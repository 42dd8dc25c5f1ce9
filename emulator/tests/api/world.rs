//! An emulator and a caller that knows nothing but HTTP and JSON.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ksef_emulator::{Emulator, EmulatorConfig, Profile, Seed};
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};

/// A NIP with a valid checksum.
pub(crate) const NIP: &str = "5265877635";
/// Another one.
pub(crate) const OTHER_NIP: &str = "1111111111";

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

    /// Code and details of the only exception of a legacy body.
    pub(crate) fn exception(&self) -> (i64, Vec<String>) {
        assert_eq!(self.status, 400, "{}", self.text);
        let body = self.json();
        let list = body["exception"]["exceptionDetailList"].as_array().unwrap();
        assert_eq!(list.len(), 1, "{}", self.text);
        let details = list[0]["details"].as_array().cloned().unwrap_or_default();
        let details = details.iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        (list[0]["exceptionCode"].as_i64().unwrap(), details)
    }

    pub(crate) fn code(&self) -> i64 {
        self.exception().0
    }
}

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
}

impl World {
    pub(crate) async fn start(profile: Profile) -> Self {
        Self::start_with(EmulatorConfig { profile, ..EmulatorConfig::default() }).await
    }

    pub(crate) async fn seeded(profile: Profile, seed: Value) -> Self {
        let seed = Seed::from_json(&seed.to_string()).unwrap();
        Self::start_with(EmulatorConfig { profile, seed, ..EmulatorConfig::default() }).await
    }

    pub(crate) async fn start_with(config: EmulatorConfig) -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { emulator: Emulator::start(config).await.unwrap(), http }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.emulator.api_url()))
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        finish(self.request(Method::GET, path).bearer_auth(token)).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str) -> Answer {
        finish(self.request(Method::POST, path).bearer_auth(token)).await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        finish(self.request(Method::DELETE, path).bearer_auth(token)).await
    }

    pub(crate) async fn post_json(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        let mut request = self.request(Method::POST, path).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        finish(request.body(body.to_string())).await
    }

    /// A call of the management API.
    pub(crate) async fn manage(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.emulator.management_url());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        finish(self.http.request(method, url).body(body)).await
    }

    /// A command of the management API that must be obeyed.
    pub(crate) async fn command(&self, path: &str, body: Value) -> Value {
        let answer = self.manage(Method::POST, path, body).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text);
        if answer.text.is_empty() { Value::Null } else { answer.json() }
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        self.command("/clock", json!({"advanceSeconds": seconds})).await;
    }

    pub(crate) async fn challenge(&self) -> Value {
        finish(self.request(Method::POST, "/auth/challenge")).await.json()
    }

    /// Status of a started login.
    pub(crate) async fn login_status(&self, started: &Answer) -> Value {
        assert_eq!(started.status, 202, "{}", started.text);
        let started = started.json();
        let path = format!("/auth/{}", started["referenceNumber"].as_str().unwrap());
        let answer = self.get(&path, operation_token(&started)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Code and detail of the status of a started login.
    pub(crate) async fn login_outcome(&self, started: &Answer) -> (i64, String) {
        let status = self.login_status(started).await;
        let detail = status["status"]["details"][0].as_str().unwrap_or_default().to_owned();
        (status["status"]["code"].as_i64().unwrap(), detail)
    }

    /// Redeems a started login that succeeded.
    pub(crate) async fn redeem(&self, started: &Answer) -> Tokens {
        assert_eq!(self.login_outcome(started).await.0, 200);
        let answer = self.post("/auth/token/redeem", operation_token(&started.json())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = answer.json();
        let text = |name: &str| body[name]["token"].as_str().unwrap().to_owned();
        Tokens { access: text("accessToken"), refresh: text("refreshToken") }
    }
}

/// The authentication token of an answer to a start.
pub(crate) fn operation_token(started: &Value) -> &str {
    started["authenticationToken"]["token"].as_str().unwrap()
}

#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// The claims of a JSON Web Token.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

pub(crate) async fn finish(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}
