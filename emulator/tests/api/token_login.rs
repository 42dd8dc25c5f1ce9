//! Logging in by KSeF token, and what follows a login.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_emulator::Profile;
use serde_json::{Value, json};

use crate::{
    judges,
    world::{NIP, OTHER_NIP, World, claims, operation_token},
};

#[tokio::test]
async fn a_token_encrypted_by_openssl_logs_in() {
    let world = World::start(Profile::Production).await;
    let (token, reference) = world.make_token(NIP, &["InvoiceWrite", "InvoiceRead"]).await;
    assert!(token.starts_with(&format!("{reference}|nip-{NIP}|")), "{token}");
    let started = world.start_with_token(NIP, &token).await;
    let status = world.login_status(&started).await;
    assert_eq!(status["authenticationMethod"], "Token");
    let tokens = world.redeem(&started).await;
    let access = claims(&tokens.access);
    assert_eq!(access["aum"], "Token");
    assert_eq!(access["per"], "[\"InvoiceWrite\",\"InvoiceRead\"]");
    let operation = claims(operation_token(&started.json()));
    assert_eq!(operation["typ"], "AuthenticationToken");
    assert_eq!(operation["exp"].as_i64().unwrap() - operation["iat"].as_i64().unwrap(), 2700);

    let own = world.get(&format!("/tokens/{reference}"), &tokens.access).await.json();
    assert!(own["lastUseDate"].is_string(), "{own}");
    // Without the id of the key the server takes its own.
    let silent = |ms: i64| format!("{token}|{ms}").into_bytes();
    let started = world.start_with_plain(NIP, silent, json!({"publicKeyId": null})).await;
    assert_eq!(world.login_outcome(&started).await.0, 200);
}

#[tokio::test]
async fn bad_tokens_show_in_the_status() {
    let world = World::start(Profile::Test).await;
    let (token, reference) = world.make_token(NIP, &["InvoiceWrite"]).await;
    let outcome = async |nip: &str, plain: &dyn Fn(i64) -> Vec<u8>| {
        let started = world.start_with_plain(nip, plain, Value::Null).await;
        let (code, detail) = world.login_outcome(&started).await;
        assert_eq!(code, 450);
        detail
    };
    let good = |ms: i64| format!("{token}|{ms}").into_bytes();
    assert_eq!(
        outcome(NIP, &|ms| format!("{token}|{}", ms + 1).into_bytes()).await,
        "Nieprawidłowy czas tokena"
    );
    assert_eq!(
        outcome(NIP, &|ms| format!("{reference}|nip-{NIP}|{}|{ms}", "0".repeat(64)).into_bytes()).await,
        "Nieprawidłowy token"
    );
    assert_eq!(outcome(NIP, &|_| b"no bar".to_vec()).await, "Nieprawidłowe kodowanie tokena");
    assert_eq!(
        outcome(NIP, &|_| format!("{token}|soon").into_bytes()).await,
        "Nieprawidłowe kodowanie tokena"
    );
    assert_eq!(outcome(NIP, &|_| vec![0xFF, b'|', b'1']).await, "Nieprawidłowe kodowanie tokena");
    assert_eq!(
        outcome(OTHER_NIP, &good).await,
        format!("Token nie może być użyty w kontekście Nip: {OTHER_NIP}")
    );
    let noise = BASE64_STANDARD.encode([7; 256]);
    let started = world.start_with_plain(NIP, good, json!({"encryptedToken": noise})).await;
    assert_eq!(world.login_outcome(&started).await, (450, "Nieprawidłowe szyfrowanie tokena".to_owned()));
    let revoked = world.manage(reqwest::Method::DELETE, &format!("/tokens/{reference}"), Value::Null).await;
    assert_eq!(revoked.status, 204);
    assert_eq!(outcome(NIP, &good).await, "Token unieważniony");
}

#[tokio::test]
async fn a_slow_login_waits_and_can_outlive_its_challenge() {
    let world = World::start(Profile::Test).await;
    let (token, _) = world.make_token(NIP, &["InvoiceWrite"]).await;
    world.command("/processing", json!({"authenticationDelayMs": 60_000})).await;
    let started = world.start_with_token(NIP, &token).await;
    assert_eq!(world.login_outcome(&started).await, (100, String::new()));
    let early = world.post("/auth/token/redeem", operation_token(&started.json())).await;
    assert_eq!(
        early.exception(),
        (21301, vec!["Status uwierzytelniania (100) nie pozwala na pobranie tokenów.".to_owned()])
    );
    world.advance(60).await;
    assert_eq!(world.login_outcome(&started).await.0, 200);

    world.command("/processing", json!({"authenticationDelayMs": 600_001})).await;
    let started = world.start_with_token(NIP, &token).await;
    world.advance(601).await;
    assert_eq!(world.login_outcome(&started).await, (450, "Nieprawidłowe wyzwanie autoryzacyjne".to_owned()));
}

#[tokio::test]
async fn requests_are_checked_before_the_token_is_looked_at() {
    let world = World::start(Profile::Test).await;
    let (certificate, _) = world.token_key().await;
    let challenge = world.challenge().await;
    let body = |change: Value| {
        let mut body = json!({
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": NIP},
            "encryptedToken": judges::oaep(&certificate, b"x|1"),
        });
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let refused =
        async |change: Value| world.post_json("/auth/ksef-token", None, &body(change)).await.exception();
    let (code, details) = refused(json!({"challenge": null, "encryptedToken": ""})).await;
    assert_eq!(code, 21405);
    assert_eq!(details, ["'challenge' must not be empty.", "'encryptedToken' must not be empty."]);
    assert_eq!(refused(json!({"contextIdentifier": {"type": "Nip", "value": "123"}})).await.0, 21405);
    assert_eq!(refused(json!({"contextIdentifier": {"type": "Nop", "value": NIP}})).await.0, 21001);
    assert_eq!(refused(json!({"encryptedToken": "%%"})).await.0, 21001);
    assert_eq!(refused(json!({"challenge": 1})).await.0, 21001);
    let unknown_key = "A".repeat(43) + "=";
    assert_eq!(
        refused(json!({"publicKeyId": unknown_key})).await,
        (21470, vec![format!("Klucz o identyfikatorze {unknown_key} nie jest wspierany.")])
    );
    let policy = json!({"allowedIps": {"ip4Addresses": ["1.2.3"], "ip4Masks": null}});
    let (code, details) = refused(json!({"authorizationPolicy": policy})).await;
    assert_eq!(code, 21405);
    assert!(details[0].starts_with("'authorizationPolicy.allowedIps.ip4Addresses'"), "{details:?}");
    assert_eq!(refused(json!({"challenge": "20250514-CR-226FB7B000-3ACF9BE4C0-10"})).await.0, 21111);
    // None of the refusals used the challenge up; the first accepted request does.
    assert_eq!(world.post_json("/auth/ksef-token", None, &body(json!({}))).await.status, 202);
    assert_eq!(refused(json!({})).await.0, 21111);
}

#[tokio::test]
async fn tokens_are_redeemed_once_and_refreshed_until_they_end() {
    let world = World::start(Profile::Test).await;
    let (token, _) = world.make_token(NIP, &["InvoiceRead"]).await;
    let started = world.start_with_token(NIP, &token).await;
    let tokens = world.redeem(&started).await;
    let again = world.post("/auth/token/redeem", operation_token(&started.json())).await;
    let reference = started.json()["referenceNumber"].as_str().unwrap().to_owned();
    assert_eq!(
        again.exception(),
        (21301, vec![format!("Tokeny dla operacji uwierzytelniania {reference} zostały już pobrane.")])
    );
    // Each token is for its own operations.
    assert_eq!(world.post("/auth/token/refresh", &tokens.access).await.status, 401);
    assert_eq!(world.post("/auth/token/redeem", &tokens.access).await.status, 401);
    assert_eq!(world.get("/auth/sessions", &tokens.refresh).await.status, 401);
    let stranger = "20250514-AU-2DFC46C000-3AC6D5877F-D4";
    let unknown = world.get(&format!("/auth/{stranger}"), operation_token(&started.json())).await;
    assert_eq!(unknown.code(), 21304);

    world.advance(901).await;
    assert_eq!(world.get("/auth/sessions", &tokens.access).await.status, 401);
    let refreshed = world.post("/auth/token/refresh", &tokens.refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    assert!(refreshed.json().get("refreshToken").is_none());
    let access = refreshed.json()["accessToken"]["token"].as_str().unwrap().to_owned();
    assert_eq!(world.get("/auth/sessions", &access).await.status, 200);
    world.advance(7 * 86_400).await;
    assert_eq!(world.post("/auth/token/refresh", &tokens.refresh).await.status, 401);
}

#[tokio::test]
async fn a_revoked_login_refreshes_no_more_but_its_access_token_lives_on() {
    let world = World::start(Profile::Test).await;
    let current = world.log_in_as_owner(NIP).await;
    let other = world.log_in_as_owner(NIP).await;
    let _foreign = world.log_in_as_owner(OTHER_NIP).await;
    let list = world.get("/auth/sessions", &current.access).await.json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{list}");
    let chosen = items.iter().find(|item| item["isCurrent"] == false).unwrap();
    assert_eq!(items.iter().filter(|item| item["isCurrent"] == true).count(), 1);
    let path = format!("/auth/sessions/{}", chosen["referenceNumber"].as_str().unwrap());
    assert_eq!(world.delete(&path, &current.access).await.status, 204);
    let refused = world.post("/auth/token/refresh", &other.refresh).await;
    assert_eq!(
        refused.exception(),
        (
            21301,
            vec!["Status uwierzytelniania (425) nie pozwala na odświeżenie tokenu dostępowego.".to_owned()]
        )
    );
    assert_eq!(world.get("/auth/sessions", &other.access).await.status, 200);

    assert_eq!(world.delete("/auth/sessions/current", &current.refresh).await.status, 204);
    assert_eq!(world.post("/auth/token/refresh", &current.refresh).await.code(), 21301);
    assert_eq!(world.get("/auth/sessions", &current.access).await.json()["items"], json!([]));
    assert_eq!(world.delete("/auth/sessions/nothing", &current.access).await.code(), 21405);
}

#[tokio::test]
async fn sessions_come_in_pages() {
    let world = World::start(Profile::Test).await;
    let mut last = world.log_in_as_owner(NIP).await;
    for _ in 0..11 {
        last = world.log_in_as_owner(NIP).await;
    }
    let first = world.get("/auth/sessions?pageSize=10", &last.access).await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 10);
    assert_eq!(first["items"][0]["isCurrent"], true);
    let next = first["continuationToken"].as_str().unwrap();
    let request = world.request(reqwest::Method::GET, "/auth/sessions?pageSize=10").bearer_auth(&last.access);
    let second = crate::world::finish(request.header("x-continuation-token", next)).await.json();
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert!(second.get("continuationToken").is_none());
    let request = world.request(reqwest::Method::GET, "/auth/sessions").bearer_auth(&last.access);
    assert_eq!(crate::world::finish(request.header("x-continuation-token", "bogus")).await.code(), 21418);
    assert_eq!(world.get("/auth/sessions?pageSize=9", &last.access).await.code(), 21405);
}

#[tokio::test]
async fn a_revoked_token_ends_the_logins_made_with_it() {
    let world = World::start(Profile::Test).await;
    let (token, reference) = world.make_token(NIP, &["InvoiceRead"]).await;
    let tokens = world.redeem(&world.start_with_token(NIP, &token).await).await;
    let pending = world.start_with_token(NIP, &token).await;
    assert_eq!(world.delete(&format!("/tokens/{reference}"), &tokens.access).await.status, 204);
    let expected = (21301, vec!["Token KSeF został unieważniony.".to_owned()]);
    assert_eq!(world.post("/auth/token/refresh", &tokens.refresh).await.exception(), expected);
    assert_eq!(
        world.post("/auth/token/redeem", operation_token(&pending.json())).await.exception(),
        expected
    );
}
