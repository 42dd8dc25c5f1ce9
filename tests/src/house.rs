//! What tests of flows share: an emulator, a client that is logged in by token, and the emulator's own account of
//! what happened.

use crate::management;
use ksef_emulator::{Emulator, EmulatorConfig, Profile};
use ksef_model::{ContextIdentifier, Nip};
use libksef::{Client, Credentials, Environment, Hosts};
use serde_json::Value;

/// An emulator with this profile.
pub async fn emulator(profile: Profile) -> Emulator {
    Emulator::start(EmulatorConfig { profile, ..EmulatorConfig::default() })
        .await
        .expect("the emulator starts")
}

/// A context, whatever its check digit.
pub fn context(nip: &str) -> ContextIdentifier {
    ContextIdentifier::Nip(Nip::without_checksum(nip).expect("ten digits"))
}

/// The address of an emulator as an environment.
pub fn environment(emulator: &Emulator) -> Environment {
    Environment::custom(Hosts::api(emulator.api_url()).expect("an address"))
}

/// A client of a context, with a fresh token that may send and read invoices.
pub fn client(emulator: &Emulator, context: &ContextIdentifier) -> Client {
    let token = emulator.create_token(context, &["InvoiceWrite", "InvoiceRead"]).expect("a token");
    Client::builder(environment(emulator))
        .credentials(Credentials::token(&token).expect("a token"))
        .context(context.clone())
        .build()
        .expect("a client")
}

/// A request to the management API; anything but 2xx is a failure of the test.
pub fn manage(emulator: &Emulator, method: &str, path: &str, body: Option<&Value>) -> Value {
    let answer = management::request(emulator.management_url(), method, path, body).expect("an answer");
    assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
    answer.body
}

/// How often an operation was called.
pub fn calls(emulator: &Emulator, operation: &str) -> u64 {
    manage(emulator, "GET", "/requests", None)["operations"][operation].as_u64().unwrap_or(0)
}

/// How many invoices the emulator holds.
pub fn held(emulator: &Emulator) -> usize {
    manage(emulator, "GET", "/invoices", None).as_array().expect("a list").len()
}
