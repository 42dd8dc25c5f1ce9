//! Limits of request rates. The hour is what these tests exhaust: it does not depend on the speed of the machine.

use ksef_emulator::{EmulatorConfig, Profile, RateLimits};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{NIP, OTHER_NIP, World};

const RATES: &str = "/testdata/rate-limits";
const SET: [&str; 13] = [
    "onlineSession",
    "batchSession",
    "invoiceSend",
    "invoiceStatus",
    "sessionList",
    "sessionInvoiceList",
    "sessionMisc",
    "invoiceMetadata",
    "invoiceExport",
    "invoiceExportStatus",
    "invoiceDownload",
    "collectiveIdentifier",
    "other",
];

fn rate(second: i64, minute: i64, hour: i64) -> Value {
    json!({"perSecond": second, "perMinute": minute, "perHour": hour})
}

/// A body that sets one rate for all groups.
fn all(rate: &Value) -> Value {
    let groups = SET.iter().map(|group| ((*group).to_owned(), rate.clone()));
    json!({"rateLimits": Value::Object(groups.collect())})
}

#[tokio::test]
async fn rates_are_off_until_the_test_data_set_them() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    let off = world.read("/rate-limits", &token).await;
    assert_eq!(off.as_object().unwrap().len(), 17);
    assert!(off.as_object().unwrap().values().all(|one| *one == rate(-1, -1, -1)), "{off}");

    assert_eq!(world.post(&format!("{RATES}/production"), &token, &json!({})).await.status, 200);
    let on = world.read("/rate-limits", &token).await;
    assert_eq!(on["onlineSessionClose"], rate(20, 60, 240));
    assert_eq!(on["invoiceMetadata"], rate(8, 16, 20));
    assert_eq!(on["other"], rate(10, 30, 120));
    // These go by address, not by context.
    assert_eq!((&on["anonymous"], &on["global"]), (&rate(-1, -1, -1), &rate(-1, -1, -1)));
    let other = world.log_in_by_token(OTHER_NIP, &["InvoiceRead"]).await;
    assert_eq!(world.read("/rate-limits", &other).await, off);

    assert_eq!(world.delete(RATES, &token).await.status, 200);
    assert_eq!(world.read("/rate-limits", &token).await, off);
}

#[tokio::test]
async fn a_caller_waits_as_long_as_it_is_told() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    let other = world.log_in_by_token(OTHER_NIP, &["InvoiceRead"]).await;
    assert_eq!(world.post(RATES, &token, &all(&rate(100, 100, 3))).await.status, 200);
    assert_eq!(world.read("/rate-limits", &token).await["sessionMisc"], rate(100, 100, 3));
    for _ in 0..3 {
        assert_eq!(world.get("/limits/context", &token).await.status, 200);
    }
    let refused = world.get("/limits/context", &token).await;
    assert_eq!(refused.status, 429);
    let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    let status = &refused.json()["status"];
    assert_eq!((&status["code"], &status["description"]), (&json!(429), &json!("Too Many Requests")));
    let detail = format!("Przekroczono limit 3 żądań na godzinę. Spróbuj ponownie po {wait} sekundach.");
    assert_eq!(status["details"], json!([detail]));

    let headers = [("X-Error-Format", "problem-details")];
    let refused = world.call(Method::GET, "/limits/context", &token, None, &headers).await;
    assert_eq!(refused.headers["content-type"], "application/problem+json; charset=utf-8");
    let body = refused.json();
    assert_eq!((&body["title"], &body["status"]), (&json!("Too Many Requests"), &json!(429)));
    assert_eq!(body["instance"], "/v2/limits/context");
    assert!(refused.headers.contains_key("retry-after"));

    // In the group "other" every operation is counted for itself, and every context is.
    assert_eq!(world.get("/limits/subject", &token).await.status, 200);
    assert_eq!(world.get("/limits/context", &other).await.status, 200);
    // Refused requests have not made the wait longer.
    world.advance(wait).await;
    let token = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    assert_eq!(world.get("/limits/context", &token).await.status, 200);
}

#[tokio::test]
async fn operations_of_a_group_share_a_counter() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    assert_eq!(world.post(RATES, &token, &all(&rate(-1, -1, 2))).await.status, 200);
    let query = json!({"collectiveIdentifierNumbers": ["1111111111-IZ202607-65ED02180000-E7"]});
    assert_eq!(world.post("/collective-identifiers/invoices", &token, &query).await.status, 200);
    let path = "/collective-identifiers/ksef/5265877635-20250626-010080DD2B5E-26";
    assert_eq!(world.get(path, &token).await.status, 200);
    assert_eq!(world.get(path, &token).await.status, 429);
    assert_eq!(world.post("/collective-identifiers", &token, &json!({})).await.status, 429);
    // New limits begin with nothing counted.
    assert_eq!(world.post(RATES, &token, &all(&rate(-1, -1, 2))).await.status, 200);
    assert_eq!(world.get(path, &token).await.status, 200);
}

#[tokio::test]
async fn limits_of_production_bind_from_the_start() {
    let config = EmulatorConfig {
        profile: Profile::Production,
        rate_limits: RateLimits::Ksef,
        ..EmulatorConfig::default()
    };
    let world = World::start_with(config).await;
    let token = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    let rates = world.read("/rate-limits", &token).await;
    assert_eq!((&rates["anonymous"], &rates["global"]), (&rate(60, -1, -1), &rate(75, -1, -1)));
    // Ten in a second, thirty in a minute: one of them is reached within thirty requests and one more.
    let mut passed = 0;
    while world.get("/limits/context", &token).await.status == 200 {
        passed += 1;
        assert!(passed <= 30, "nothing stops the caller");
    }
    assert!(passed >= 10, "{passed}");
    world.advance(60).await;
    assert_eq!(world.get("/limits/context", &token).await.status, 200);
}

#[tokio::test]
async fn rates_are_validated() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    let (code, detail) = world.post(RATES, &token, &all(&rate(1, 0, 1))).await.exception();
    assert_eq!(code, 21405);
    assert!(detail.contains("rateLimits.onlineSession.perMinute"), "{detail}");
    let mut incomplete = all(&rate(1, 1, 1));
    incomplete["rateLimits"].as_object_mut().unwrap().remove("sessionList");
    let (code, detail) = world.post(RATES, &token, &incomplete).await.exception();
    assert_eq!((code, detail.as_str()), (21405, "'rateLimits.sessionList' must not be empty."));
    assert_eq!(world.post(RATES, "", &all(&rate(1, 1, 1))).await.status, 401);
    assert_eq!(world.post(&format!("{RATES}/production"), "", &json!({})).await.status, 401);
    assert_eq!(world.delete(RATES, "").await.status, 401);
    assert_eq!(world.get("/rate-limits", "").await.status, 401);
}
