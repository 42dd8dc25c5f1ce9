//! The management API beyond faults.

use ksef_emulator::{Profile, Seed};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{NIP, OTHER_NIP, World, finish};

#[tokio::test]
async fn tells_what_it_is_to_programs_and_to_people() {
    let world = World::start(Profile::Demo).await;
    let overview = world.manage(Method::GET, "/", Value::Null).await.json();
    assert_eq!(overview["profile"], "demo");
    assert_eq!(overview["api"], world.emulator.api_url());
    let page = world.http.get(world.emulator.management_url()).header("accept", "text/html,*/*");
    let page = finish(page).await;
    assert!(page.text.contains("<td>yes</td><td>auth.challenge</td>"), "{}", page.text);
    let count = |word: &str| page.text.matches(word).count() as u64;
    assert_eq!(overview["supported"].as_u64().unwrap(), count("<td>yes</td>"));
    assert_eq!(overview["operations"].as_array().unwrap().len() as u64, count("<tr "));
    let nothing = world.manage(Method::GET, "/nothing", Value::Null).await;
    assert!(nothing.status == 404 && nothing.json()["error"].is_string());
}

#[tokio::test]
async fn counts_requests() {
    let world = World::start(Profile::Test).await;
    for _ in 0..3 {
        world.challenge().await;
    }
    finish(world.request(Method::GET, "/nowhere")).await;
    let counts = world.manage(Method::GET, "/requests", Value::Null).await.json();
    assert_eq!(counts, json!({"operations": {"auth.challenge": 3}, "unknown": 1}));
    assert_eq!(world.manage(Method::DELETE, "/requests", Value::Null).await.status, 204);
    let counts = world.manage(Method::GET, "/requests", Value::Null).await.json();
    assert_eq!(counts, json!({"operations": {}, "unknown": 0}));
}

#[tokio::test]
async fn rotates_keys_in_two_ways() {
    let world = World::start(Profile::Test).await;
    let (token, _) = world.make_token(NIP, &["InvoiceRead"]).await;
    let (old_certificate, old_id) = world.token_key().await;
    let count = async || {
        let keys = finish(world.request(Method::GET, "/security/public-key-certificates")).await;
        keys.json().as_array().unwrap().len()
    };
    let start_with_old = async || {
        let challenge = world.challenge().await;
        let plain = format!("{token}|{}", challenge["timestampMs"]);
        let body = json!({
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": NIP},
            "encryptedToken": crate::judges::oaep(&old_certificate, plain.as_bytes()),
            "publicKeyId": old_id,
        });
        world.post_json("/auth/ksef-token", None, &body).await
    };
    assert_eq!(count().await, 2);
    world.command("/keys/rotate", json!({"mode": "planned"})).await;
    assert_eq!(count().await, 4);
    let (_, planned_id) = world.token_key().await;
    assert_ne!(planned_id, old_id);
    assert_eq!(start_with_old().await.status, 202);
    assert_eq!(world.login_outcome(&world.start_with_token(NIP, &token).await).await.0, 200);

    world.command("/keys/rotate", json!({"mode": "emergency"})).await;
    assert_eq!(count().await, 2);
    assert_eq!(start_with_old().await.code(), 21470);
    assert_eq!(world.login_outcome(&world.start_with_token(NIP, &token).await).await.0, 200);
    // Who names no key is decrypted with the old one, and fails.
    let plain = |ms: i64| format!("{token}|{ms}").into_bytes();
    let started = world.start_with_plain(NIP, plain, json!({"publicKeyId": null})).await;
    assert_eq!(world.login_outcome(&started).await, (450, "Nieprawidłowe szyfrowanie tokena".to_owned()));
}

#[tokio::test]
async fn the_clock_moves_and_reset_forgets() {
    let seed = json!({
        "tokens": [{"nip": NIP, "permissions": ["InvoiceRead"], "token": "seeded-token"}],
        "permissions": [{
            "context": {"type": "Nip", "value": NIP},
            "subject": {"type": "Nip", "value": OTHER_NIP},
            "permissions": ["InvoiceWrite"],
        }],
        "blockedContexts": [{"type": "Nip", "value": OTHER_NIP}],
        "processing": {"delayMs": 20},
    });
    let world = World::seeded(Profile::Production, seed).await;
    let tokens = world.redeem(&world.start_with_token(NIP, "seeded-token").await).await;
    let (later, _) = world.make_token(NIP, &["InvoiceRead"]).await;
    world.advance(3600).await;
    let clock = world.manage(Method::GET, "/clock", Value::Null).await.json();
    assert_eq!(clock["offsetSeconds"], 3600);
    world.command("/processing", json!({"hold": true})).await;

    world.command("/reset", Value::Null).await;
    assert_eq!(world.manage(Method::GET, "/clock", Value::Null).await.json()["offsetSeconds"], 0);
    let processing = world.manage(Method::GET, "/processing", Value::Null).await.json();
    assert_eq!((&processing["delayMs"], &processing["hold"]), (&json!(20), &json!(false)));
    assert_eq!(world.get("/auth/sessions", &tokens.access).await.status, 401);
    assert_eq!(world.login_outcome(&world.start_with_token(NIP, &later).await).await.0, 450);
    assert_eq!(world.login_outcome(&world.start_with_token(NIP, "seeded-token").await).await.0, 200);
    let seal = world.identity(json!({"nip": OTHER_NIP})).await;
    let context = crate::logins::nip_context;
    let blocked = world.start_as(&seal, &context(OTHER_NIP), "certificateSubject").await;
    assert_eq!(world.login_outcome(&blocked).await.0, 480);
    let granted = world.start_as(&seal, &context(NIP), "certificateSubject").await;
    assert_eq!(world.login_outcome(&granted).await.0, 200);
}

#[tokio::test]
async fn logins_can_be_revoked_and_forgotten() {
    let world = World::start(Profile::Test).await;
    let tokens = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    world.command("/logins/revoke", Value::Null).await;
    assert_eq!(world.post("/auth/token/refresh", &tokens.refresh).await.code(), 21301);
    assert_eq!(world.get("/auth/sessions", &tokens.access).await.status, 200);
    world.command("/logins/forget", Value::Null).await;
    assert_eq!(world.get("/auth/sessions", &tokens.access).await.status, 401);
    assert_eq!(world.post("/auth/token/refresh", &tokens.refresh).await.status, 401);
}

#[tokio::test]
async fn commands_that_make_no_sense_say_why() {
    let world = World::start(Profile::Production).await;
    for (path, body) in [
        ("/clock", json!({})),
        ("/clock", json!({"advanceSeconds": i64::MAX})),
        ("/tokens", json!({})),
        ("/tokens", json!({"nip": "5265877636"})),
        ("/tokens", json!({"nip": NIP, "permissions": ["Owner"]})),
        ("/tokens", json!({"nip": NIP, "permissions": []})),
        ("/certificates", json!({"kind": "person"})),
        ("/certificates", json!({"nip": NIP, "keyFile": "/tmp/key.pem"})),
        ("/keys/rotate", json!({"mode": "sometimes"})),
        ("/permissions", json!({"context": {"type": "Nip", "value": "1"}, "subject": {}, "permissions": []})),
        ("/processing", json!({"delay": 1})),
    ] {
        let answer = world.manage(Method::POST, path, body.clone()).await;
        assert!(
            answer.status == 400 && !answer.json()["error"].as_str().unwrap().is_empty(),
            "{path} {body}"
        );
    }
}

#[test]
fn a_wrong_seed_names_the_place() {
    let error = Seed::from_json(r#"{"tokens":[{"nip":"5265877635"},{"nipp":1}]}"#).unwrap_err().to_string();
    assert!(error.contains("tokens[1].nipp") || error.contains("tokens[1]"), "{error}");
    let error =
        Seed::from_json(r#"{"blockedContexts":[{"type":"Nip","value":"1"}]}"#).unwrap_err().to_string();
    assert!(error.contains("blockedContexts[0]"), "{error}");
    assert!(Seed::from_json("{} {}").is_err());
    assert!(
        Seed::read("/nonexistent/seed.json").unwrap_err().to_string().starts_with("the seed cannot be read")
    );
}

#[tokio::test]
async fn adds_a_warning_to_good_answers_until_told_otherwise() {
    let world = World::start(Profile::Production).await;
    let warning = json!({"text": "[sig-001]: Zmień podpis"});
    assert_eq!(world.manage(Method::POST, "/warnings", warning).await.status, 204);
    let challenge = || async { world.request(Method::POST, "/auth/challenge").send().await.unwrap() };
    assert_eq!(challenge().await.headers()["x-system-warning"], "[sig-001]: Zmien podpis");
    let refused = world.request(Method::GET, "/auth/sessions").send().await.unwrap();
    assert!(refused.status() == 401 && !refused.headers().contains_key("x-system-warning"));
    assert_eq!(world.manage(Method::DELETE, "/warnings", Value::Null).await.status, 204);
    assert!(!challenge().await.headers().contains_key("x-system-warning"));
    assert_eq!(world.manage(Method::POST, "/warnings", json!({"text": "a\nb"})).await.status, 400);
}
