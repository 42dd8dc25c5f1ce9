//! Bodies of refusals, permissions, warnings, and what the emulator lacks.

use ksef_emulator::Profile;
use ksef_model::operations::{Method as TableMethod, OPERATIONS};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{NIP, World, finish};

#[tokio::test]
async fn refusals_come_in_two_formats() {
    let world = World::start(Profile::Test).await;
    let request = || {
        world.request(Method::POST, "/auth/ksef-token").header("content-type", "application/json").body("{")
    };
    let legacy = finish(request()).await;
    assert!(legacy.text.is_ascii(), "{}", legacy.text);
    let exception = &legacy.json()["exception"];
    assert_eq!(exception["exceptionDetailList"][0]["exceptionDescription"], "Nieczytelna treść.");
    assert!(exception["serviceCode"].as_str().unwrap().starts_with("00-"));
    assert!(exception["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(legacy.headers["content-type"], "application/json; charset=utf-8");

    let problem = finish(request().header("X-Error-Format", "problem-details")).await;
    assert_eq!(problem.headers["content-type"], "application/problem+json; charset=utf-8");
    let body = problem.json();
    assert_eq!((&body["title"], &body["status"]), (&json!("Bad Request"), &json!(400)));
    assert_eq!(body["instance"], "/v2/auth/ksef-token");
    assert_eq!(body["errors"][0]["code"], 21001);
    assert_eq!(body["traceId"].as_str().unwrap().len(), 32);

    let unauthorized = world.get("/auth/sessions", "not.a.token").await;
    assert_eq!(unauthorized.status, 401);
    assert_eq!(unauthorized.json()["title"], "Unauthorized");
    assert_eq!(finish(world.request(Method::GET, "/auth/sessions")).await.status, 401);
    let wrong_type = world.request(Method::POST, "/auth/ksef-token").body("{}");
    assert_eq!(finish(wrong_type.header("content-type", "text/plain")).await.status, 415);
}

#[tokio::test]
async fn missing_permissions_are_named() {
    let world = World::start(Profile::Test).await;
    let tokens = world.log_in_by_token(NIP, &["CredentialsRead"]).await;
    let refused = world.post_json("/sessions/online", Some(&tokens.access), &json!({})).await;
    assert_eq!(refused.status, 403);
    let body = refused.json();
    assert_eq!(body["reasonCode"], "missing-permissions");
    assert_eq!(body["security"]["presentPermissions"], json!(["CredentialsRead"]));
    let required = body["security"]["requiredAnyOfPermissions"].as_array().unwrap();
    assert!(required.contains(&json!("InvoiceWrite")), "{body}");
    let owner = world.log_in_as_owner(NIP).await;
    assert_eq!(world.post_json("/sessions/online", Some(&owner.access), &json!({})).await.code(), 21405);
}

#[tokio::test]
async fn every_operation_is_there_or_says_that_it_is_not() {
    let world = World::start(Profile::Test).await;
    let overview: Value = world.manage(Method::GET, "/", Value::Null).await.json();
    let listed = overview["operations"].as_array().unwrap();
    assert_eq!(listed.len(), 83);
    let mut supported = 0;
    for (operation, row) in OPERATIONS.iter().zip(listed) {
        let method = match operation.method {
            TableMethod::Get => Method::GET,
            TableMethod::Post => Method::POST,
            TableMethod::Put => Method::PUT,
            TableMethod::Delete => Method::DELETE,
        };
        let path: Vec<&str> =
            operation.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        let answer = finish(world.request(method, &path.join("/"))).await;
        if row["supported"] == true {
            supported += 1;
            assert!(![404, 405, 501].contains(&answer.status), "{}: {}", operation.id, answer.text);
        } else {
            assert_eq!(answer.status, 501, "{}: {}", operation.id, answer.text);
            assert_eq!(answer.json()["operation"], operation.id);
        }
    }
    assert_eq!(overview["supported"], supported);
    for (method, path) in [(Method::GET, "/nowhere"), (Method::PUT, "/auth/challenge")] {
        assert_eq!(finish(world.request(method, path)).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn warnings_are_echoed_on_test_only() {
    for (profile, expected) in [(Profile::Test, Some("[W001]: Zazolc")), (Profile::Production, None)] {
        let world = World::start(profile).await;
        let request = |path: &str| {
            world.request(Method::POST, path).header("X-Test-System-Warning", "[W001]: Zażółć".as_bytes())
        };
        let good = finish(request("/auth/challenge")).await;
        assert_eq!(good.headers.get("x-system-warning").map(|value| value.to_str().unwrap()), expected);
        let refused = finish(request("/auth/token/redeem")).await;
        assert!(refused.headers.get("x-system-warning").is_none());
    }
}
