//! Metadata queries and exports over HTTP, seen by a caller that shares no code with the engine.

#![allow(clippy::unwrap_used)]

#[path = "../sessions/client.rs"]
#[allow(dead_code, reason = "the tests of sessions use the rest")]
mod client;
mod exports;
mod lifetime;
mod packages;
mod query;

use client::{Answer, World};
use ksef_emulator::Profile;
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) const SELLER: &str = client::SELLER;
pub(crate) const BUYER: &str = "1111111111";
pub(crate) const THIRD: &str = "2222222222";
pub(crate) const BAILIFF: &str = "3333333333";

/// An emulator and somebody who is logged in.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) token: String,
}

impl Desk {
    pub(crate) async fn of(nip: &str) -> Self {
        let world = World::start(Profile::Test).await;
        let token = world.log_in(nip, &["InvoiceRead"]).await;
        Self { world, token }
    }

    /// A call of the management API that must be obeyed, and its answer.
    pub(crate) async fn command(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.world.emulator.management_url());
        let answer = self.world.call(Method::POST, &url, None, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", String::from_utf8_lossy(&answer.body));
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        self.command("/clock", json!({"advanceSeconds": seconds})).await;
    }

    /// A fresh access token for the seller: the old one has expired.
    pub(crate) async fn log_in_again(self) -> Self {
        let token = self.world.log_in(SELLER, &["InvoiceRead"]).await;
        Self { token, ..self }
    }

    /// Puts invoices in and gives their KSeF numbers.
    pub(crate) async fn deposit(&self, body: Value) -> Vec<String> {
        let answer = self.command("/invoices", body).await;
        let numbers = answer["ksefNumbers"].as_array().unwrap();
        numbers.iter().map(|number| number.as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn try_query(&self, parameters: &str, filters: Value) -> Answer {
        let path = format!("/invoices/query/metadata?{parameters}");
        self.world.call(Method::POST, &path, Some(&self.token), Some(filters)).await
    }

    pub(crate) async fn query(&self, parameters: &str, filters: Value) -> Value {
        let answer = self.try_query(parameters, filters).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// The KSeF numbers on the first page of 250.
    pub(crate) async fn numbers(&self, filters: Value) -> Vec<String> {
        numbers_of(&self.query("pageSize=250", filters).await)
    }

    /// The body that starts an export.
    pub(crate) async fn order(&self, filters: Value) -> Value {
        let opening = self.world.opening().await;
        json!({"encryption": opening["encryption"], "filters": filters})
    }

    pub(crate) async fn try_export(&self, order: Value) -> Answer {
        self.world.call(Method::POST, "/invoices/exports", Some(&self.token), Some(order)).await
    }

    pub(crate) async fn start_export(&self, order: Value) -> String {
        let answer = self.try_export(order).await;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        answer.json::<Value>()["referenceNumber"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn export_status(&self, reference: &str) -> Value {
        let answer = self.world.read(&self.token, &format!("/invoices/exports/{reference}")).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// The status of an export a second after its start.
    pub(crate) async fn export(&self, order: Value) -> Value {
        let reference = self.start_export(order).await;
        self.advance(1).await;
        self.export_status(&reference).await
    }

    /// Downloads without a token.
    pub(crate) async fn download(&self, part: &Value) -> Answer {
        self.world.call(Method::GET, part["url"].as_str().unwrap(), None, None).await
    }
}

pub(crate) fn numbers_of(answer: &Value) -> Vec<String> {
    let invoices = answer["invoices"].as_array().unwrap();
    invoices.iter().map(|invoice| invoice["ksefNumber"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn filters(subject: &str, date_type: &str, from: &str, to: Option<&str>) -> Value {
    let mut range = json!({"dateType": date_type, "from": from});
    if let Some(to) = to {
        range["to"] = to.into();
    }
    json!({"subjectType": subject, "dateRange": range})
}

/// An instant so many seconds before the present of the machine.
pub(crate) fn ago(seconds: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
    at.round(jiff::Unit::Second).unwrap().to_string()
}

/// The emulator's own invoices of the last hour, as the seller sees them.
pub(crate) fn last_hour() -> Value {
    filters("Subject1", "PermanentStorage", &ago(3600), None)
}
