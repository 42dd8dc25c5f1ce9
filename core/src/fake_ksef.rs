//! Just enough of KSeF for the tests of login and sending: it decrypts and counts for real, and fails when told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use ksef_crypto::self_signed::{self, SealSubject, Validity};
use ksef_crypto::{KeyKind, MinistryPrivateKey, Sha256, SymmetricKey};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::clock::testing::StepClock;
use crate::http::test_server::{Reply, Request, TestServer, builder};
use crate::{ClientBuilder, Credentials, Nip};

pub(crate) const TOKEN: &str =
    "20251010-EC-1DCE3E3000-12ECB5B36E-45|nip-5265877635|919f704466624ce29cd5ac7b65ded5e7";
pub(crate) const KSEF_NUMBER: &str = "5265877635-20261122-010080DD2B5E-26";

/// When a planned fault strikes.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Instead of the work.
    Before(Reply),
    /// After the work is done.
    After(Reply),
}

pub(crate) struct Invoice {
    pub(crate) hash: String,
    pub(crate) status: Value,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) logins: usize,
    pub(crate) refreshes: usize,
    pub(crate) access: Vec<String>,
    pub(crate) refused_refresh: Option<i32>,
    pub(crate) login_status: Option<(i32, &'static str)>,
    pub(crate) session_code: i32,
    pub(crate) sessions: usize,
    pub(crate) invoices: Vec<Invoice>,
    pub(crate) next_status: VecDeque<Value>,
    pub(crate) unknown_keys: usize,
    pub(crate) key_fetches: usize,
    pub(crate) original: Option<Vec<u8>>,
    key: Option<[u8; 32]>,
    iv: Option<[u8; 16]>,
    faults: Vec<(&'static str, Fault)>,
}

pub(crate) struct FakeKsef {
    pub(crate) server: TestServer,
    pub(crate) clock: Arc<StepClock>,
    state: Arc<Mutex<State>>,
}

struct Keys {
    private: MinistryPrivateKey,
    certificate: String,
}

impl FakeKsef {
    pub(crate) async fn start() -> Self {
        let clock = Arc::new(StepClock::default());
        let validity = Validity::days(clock.now(), 30).expect("a validity");
        let seal = SealSubject::with_nip("Ministerstwo Finansów", "5260250274");
        let identity = self_signed::seal(&seal, KeyKind::Rsa { bits: 2048 }, validity).expect("an identity");
        let private = MinistryPrivateKey::from_pkcs8_pem(&identity.key().to_pkcs8_pem()).expect("a key");
        let keys = Keys { private, certificate: identity.certificate().to_base64() };
        let state = Arc::new(Mutex::new(State { session_code: 100, ..State::default() }));
        let (shared, time) = (Arc::clone(&state), clock.clone());
        let server = TestServer::start(move |request| {
            let mut state = shared.lock().expect("not poisoned");
            let line = request.line();
            let fault = state.faults.iter().position(|(suffix, _)| line.ends_with(suffix));
            match fault.map(|at| state.faults.remove(at).1) {
                Some(Fault::Before(reply)) => reply,
                Some(Fault::After(reply)) => {
                    answer(&mut state, &keys, time.now(), request);
                    reply
                }
                None => answer(&mut state, &keys, time.now(), request),
            }
        })
        .await;
        Self { server, clock, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("not poisoned")
    }

    /// Looks at the state; two looks in one expression through [`FakeKsef::state`] would wait for each other.
    pub(crate) fn see<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state())
    }

    /// Plans a fault for the next request whose line ends so.
    pub(crate) fn fail(&self, suffix: &'static str, fault: Fault) {
        self.state().faults.push((suffix, fault));
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        let nip: Nip = "5265877635".parse().expect("a NIP");
        let credentials = Credentials::token(TOKEN).expect("a token");
        builder(&format!("{}/v2", self.server.url))
            .clock(self.clock.clone())
            .context(nip)
            .credentials(credentials)
    }
}

fn reference(kind: &str, number: usize) -> String {
    format!("20261122-{kind}-0000000000-{number:010X}-00")
}

fn number(reference: &str) -> usize {
    usize::from_str_radix(&reference[23..33], 16).expect("a reference of ours")
}

fn token(kind: &str, number: usize, until: Timestamp) -> Value {
    json!({"token": format!("{kind}-{number}"), "validUntil": until.to_string()})
}

fn ok(status: u16, body: &Value) -> Reply {
    Reply::json(status, body.to_string())
}

fn answer(state: &mut State, keys: &Keys, now: Timestamp, request: &Request) -> Reply {
    let line = request.line();
    let (method, path) = line.split_once(" /v2/").expect("below /v2");
    let parts: Vec<&str> = path.split('/').collect();
    let minutes = |count| now + SignedDuration::from_mins(count);
    let bearer = request.header("authorization").unwrap_or_default().trim_start_matches("Bearer ").to_owned();
    match (method, parts.as_slice()) {
        ("POST", ["auth", "challenge"]) => ok(
            200,
            &json!({"challenge": reference("CR", 1), "timestamp": now.to_string(),
                "timestampMs": now.as_millisecond(), "clientIp": "127.0.0.1"}),
        ),
        ("POST", ["auth", "ksef-token"]) => {
            if state.unknown_keys > 0 {
                state.unknown_keys -= 1;
                return Reply::problem(21470);
            }
            let encrypted = request.json()["encryptedToken"].as_str().expect("a text").to_owned();
            let plain =
                keys.private.decrypt(&STANDARD.decode(encrypted).expect("Base64")).expect("decrypted");
            assert_eq!(
                String::from_utf8(plain).expect("a text"),
                format!("{TOKEN}|{}", now.as_millisecond())
            );
            start(state, minutes(45))
        }
        ("POST", ["auth", "xades-signature"]) => {
            let signed = ksef_xades::verify(&request.body, &ksef_xades::VerifyOptions::default())
                .expect("a signature");
            assert!(signed.signing_time.expect("a time") < now);
            start(state, minutes(45))
        }
        ("GET", ["auth", _]) => {
            let (code, detail) = state.login_status.unwrap_or((200, ""));
            ok(
                200,
                &json!({"startDate": now.to_string(),
                "status": {"code": code, "description": "opis", "details": [detail]}}),
            )
        }
        ("POST", ["auth", "token", "redeem"]) => {
            let access = format!("access-{}", state.logins);
            state.access.push(access);
            ok(
                200,
                &json!({"accessToken": token("access", state.logins, minutes(15)),
                "refreshToken": token("refresh", state.logins, minutes(7 * 24 * 60))}),
            )
        }
        ("POST", ["auth", "token", "refresh"]) => match state.refused_refresh.take() {
            Some(code) => Reply::problem(code),
            None => {
                state.refreshes += 1;
                let access = format!("refreshed-{}", state.refreshes);
                state.access.push(access);
                ok(200, &json!({"accessToken": token("refreshed", state.refreshes, minutes(15))}))
            }
        },
        ("GET", ["security", "public-key-certificates"]) => {
            state.key_fetches += 1;
            let usage = json!(["KsefTokenEncryption", "SymmetricKeyEncryption"]);
            let id = Sha256::of(&keys.private.spki_der()).to_base64();
            ok(
                200,
                &json!([{"certificate": keys.certificate, "certificateId": id, "publicKeyId": id,
                "validFrom": (now - SignedDuration::from_hours(1)).to_string(),
                "validTo": minutes(60 * 24 * 90).to_string(), "usage": usage}]),
            )
        }
        _ if !state.access.contains(&bearer) && !bearer.starts_with("refresh-") => {
            Reply::json(401, r#"{"title":"Unauthorized","status":401,"detail":"x"}"#)
        }
        ("DELETE", ["auth", "sessions", "current"]) => Reply::json(204, ""),
        _ => invoices(state, keys, now, method, &parts, request),
    }
}

fn start(state: &mut State, until: Timestamp) -> Reply {
    state.logins += 1;
    ok(
        202,
        &json!({"referenceNumber": reference("AU", state.logins),
        "authenticationToken": token("operation", state.logins, until)}),
    )
}

fn invoices(
    state: &mut State,
    keys: &Keys,
    now: Timestamp,
    method: &str,
    parts: &[&str],
    request: &Request,
) -> Reply {
    match (method, parts) {
        ("POST", ["sessions", "online"]) => {
            let body = request.json();
            let bytes = |name: &str| {
                STANDARD.decode(body["encryption"][name].as_str().expect("a text")).expect("Base64")
            };
            state.key = keys.private.unwrap(&bytes("encryptedSymmetricKey")).ok();
            state.iv = bytes("initializationVector").try_into().ok();
            state.sessions += 1;
            if state.sessions > 1 {
                state.session_code = 100;
            }
            ok(
                201,
                &json!({"referenceNumber": reference("SO", state.sessions),
                "validUntil": (now + SignedDuration::from_hours(12)).to_string()}),
            )
        }
        ("POST", ["sessions", "online", _, "invoices"]) if state.session_code != 100 => Reply::problem(21180),
        ("POST", ["sessions", "online", _, "invoices"]) => {
            let body = request.json();
            let field = |name: &str| body[name].as_str().expect("a text").to_owned();
            let key = SymmetricKey::from_parts(state.key.expect("a key"), state.iv.expect("an IV"));
            let plain = key
                .decrypt(&STANDARD.decode(field("encryptedInvoiceContent")).expect("Base64"))
                .expect("decrypted");
            assert_eq!(Sha256::of(&plain).to_base64(), field("invoiceHash"));
            let status = state
                .next_status
                .pop_front()
                .unwrap_or_else(|| json!({"code": 200, "description": "Sukces"}));
            state.invoices.push(Invoice { hash: field("invoiceHash"), status });
            ok(202, &json!({"referenceNumber": reference("EE", state.invoices.len() - 1)}))
        }
        ("POST", ["sessions", "online", _, "close"]) if state.session_code != 100 => Reply::problem(21180),
        ("POST", ["sessions", "online", _, "close"]) => {
            state.session_code = 170;
            Reply::json(204, "")
        }
        ("GET", ["sessions", _]) => ok(
            200,
            &json!({"dateCreated": now.to_string(), "dateUpdated": now.to_string(),
            "status": {"code": state.session_code, "description": "opis sesji"}}),
        ),
        ("GET", ["sessions", _, "invoices"]) => {
            // Two on a page, to see the paging.
            let from: usize =
                request.header("x-continuation-token").map_or(0, |token| token.parse().expect("a number"));
            let page: Vec<Value> =
                (from..state.invoices.len().min(from + 2)).map(|at| entry(state, at, now)).collect();
            let next = (from + 2 < state.invoices.len()).then(|| (from + 2).to_string());
            ok(200, &json!({"continuationToken": next, "invoices": page}))
        }
        ("GET", ["sessions", _, "invoices", invoice]) => ok(200, &entry(state, number(invoice), now)),
        ("GET", ["invoices", "ksef", _]) => match &state.original {
            Some(document) => Reply::answer(200, "application/xml", document),
            None => Reply::json(
                403,
                r#"{"title":"Forbidden","status":403,"reasonCode":"insufficient-resource-access"}"#,
            ),
        },
        _ => Reply::problem(21178),
    }
}

fn entry(state: &State, at: usize, now: Timestamp) -> Value {
    let invoice = &state.invoices[at];
    let mut entry = json!({"ordinalNumber": at + 1, "referenceNumber": reference("EE", at),
        "invoiceHash": invoice.hash, "invoicingDate": now.to_string(), "status": invoice.status});
    if invoice.status["code"] == 200 {
        entry["ksefNumber"] = json!(KSEF_NUMBER);
        entry["acquisitionDate"] = json!(now.to_string());
    }
    entry
}
