//! Faults as a caller meets them.

use std::time::{Duration, Instant};

use ksef_emulator::Profile;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{NIP, World, finish, operation_token};

/// What comes over the wire until the connection ends, for a request written by hand.
async fn raw(world: &World, method: &str, path: &str) -> Vec<u8> {
    let address = world.emulator.api_url().trim_start_matches("http://").trim_end_matches("/v2").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = format!("{method} /v2{path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    // A reset connection is an end as well.
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut received)).await.unwrap();
    received
}

#[tokio::test]
async fn drop_before_processes_nothing() {
    let world = World::start(Profile::Test).await;
    world.command("/faults", json!({"operation": "auth.redeem_tokens", "kind": "drop_before"})).await;
    let (token, _) = world.make_token(NIP, &["InvoiceRead"]).await;
    let started = world.start_with_token(NIP, &token).await;
    let redeem = || {
        world
            .request(Method::POST, "/auth/token/redeem")
            .bearer_auth(operation_token(&started.json()).to_owned())
    };
    assert!(redeem().send().await.unwrap_err().is_request());
    assert_eq!(finish(redeem()).await.status, 200);

    world.command("/faults", json!({"operation": "auth.challenge", "kind": "drop_before"})).await;
    assert_eq!(raw(&world, "POST", "/auth/challenge").await, b"");
}

#[tokio::test]
async fn drop_after_loses_the_answer_only() {
    let world = World::start(Profile::Test).await;
    world.command("/faults", json!({"operation": "auth.redeem_tokens", "kind": "drop_after"})).await;
    let (token, _) = world.make_token(NIP, &["InvoiceRead"]).await;
    let started = world.start_with_token(NIP, &token).await;
    let redeem = || {
        world
            .request(Method::POST, "/auth/token/redeem")
            .bearer_auth(operation_token(&started.json()).to_owned())
    };
    assert!(redeem().send().await.unwrap_err().is_request());
    assert_eq!(finish(redeem()).await.code(), 21301);

    world.command("/faults", json!({"operation": "auth.challenge", "kind": "drop_after"})).await;
    assert_eq!(raw(&world, "POST", "/auth/challenge").await, b"");
}

#[tokio::test]
async fn truncate_promises_more_than_it_sends() {
    let world = World::start(Profile::Test).await;
    world.command("/faults", json!({"kind": "truncate", "times": 2})).await;
    let received = String::from_utf8(raw(&world, "POST", "/auth/challenge").await).unwrap();
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let promised: usize = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
        .unwrap()
        .parse()
        .unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && !body.is_empty() && body.len() < promised, "{received}");
    let response = world.request(Method::POST, "/auth/challenge").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    assert_eq!(finish(world.request(Method::POST, "/auth/challenge")).await.status, 200);
}

#[tokio::test]
async fn answers_of_gateways_and_firewalls() {
    let world = World::start(Profile::Test).await;
    let meet = async |fault: Value| {
        world.command("/faults", fault).await;
        finish(world.request(Method::POST, "/auth/challenge")).await
    };
    let page = meet(json!({"kind": "waf_html"})).await;
    assert_eq!((page.status, &page.headers["content-type"]), (200, &"text/html".parse().unwrap()));
    assert!(page.text.contains("_Incapsula_Resource"));
    let blocked = meet(json!({"kind": "waf_json"})).await;
    assert_eq!((blocked.status, &blocked.json()["title"]), (403, &json!("Request blocked")));
    assert!(blocked.json().get("reasonCode").is_none());
    let gateway = meet(json!({"kind": "bad_gateway_html"})).await;
    assert!(gateway.status == 502 && gateway.text.contains("502 Bad Gateway"));
    let redirect = meet(json!({"kind": "redirect_307"})).await;
    assert_eq!(
        (redirect.status, &redirect.headers["location"]),
        (307, &"/v2/auth/challenge".parse().unwrap())
    );
    let unavailable = meet(json!({"kind": "status", "status": 503, "retryAfter": 7})).await;
    assert_eq!((unavailable.status, &unavailable.headers["retry-after"]), (503, &"7".parse().unwrap()));
    let own =
        meet(json!({"kind": "status", "status": 500, "body": "<x/>", "contentType": "application/xml"}))
            .await;
    assert_eq!((own.status, own.text.as_str()), (500, "<x/>"));
    let unexpected = meet(json!({"kind": "status", "status": 500})).await;
    assert_eq!(unexpected.json()["exception"]["exceptionDetailList"][0]["exceptionCode"], 500);
}

#[tokio::test]
async fn rate_limits_come_in_both_formats() {
    let world = World::start(Profile::Test).await;
    world.command("/faults", json!({"kind": "rate_limited", "retryAfter": 30, "times": 2})).await;
    let legacy = finish(world.request(Method::POST, "/auth/challenge")).await;
    assert_eq!((legacy.status, &legacy.headers["retry-after"]), (429, &"30".parse().unwrap()));
    assert_eq!(legacy.json()["status"]["code"], 429);
    let request = world.request(Method::POST, "/auth/challenge").header("x-error-format", "problem-details");
    let problem = finish(request).await;
    assert_eq!((problem.status, &problem.json()["title"]), (429, &json!("Too Many Requests")));
    assert_eq!(finish(world.request(Method::POST, "/auth/challenge")).await.status, 200);
}

#[tokio::test]
async fn delays_are_real_and_faults_can_be_taken_back() {
    let world = World::start(Profile::Test).await;
    world.command("/faults", json!({"kind": "delay", "delayMs": 150})).await;
    let began = Instant::now();
    assert_eq!(finish(world.request(Method::POST, "/auth/challenge")).await.status, 200);
    assert!(began.elapsed() >= Duration::from_millis(150));
    world.command("/faults", json!({"kind": "delay_answer", "delayMs": 150})).await;
    let began = Instant::now();
    let late = finish(world.request(Method::POST, "/auth/challenge")).await;
    assert!(late.status == 200 && began.elapsed() >= Duration::from_millis(150));
    world.command("/faults", json!({"kind": "waf_html", "times": 5})).await;
    let waiting = world.manage(Method::GET, "/faults", Value::Null).await.json();
    assert_eq!(waiting[0]["times"], 5);
    assert_eq!(world.manage(Method::DELETE, "/faults", Value::Null).await.status, 204);
    assert_eq!(finish(world.request(Method::POST, "/auth/challenge")).await.json()["clientIp"], "127.0.0.1");
    for wrong in [
        json!({"kind": "explode"}),
        json!({"kind": "status"}),
        json!({"kind": "delay", "operation": "no.such"}),
        json!({"kind": "delay", "times": 0}),
    ] {
        let answer = world.manage(Method::POST, "/faults", wrong).await;
        assert!(answer.status == 400 && answer.json()["error"].is_string(), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_delayed_request_is_processed_although_the_caller_has_gone() {
    let world = World::start(Profile::Test).await;
    let tokens = world.log_in_as_owner(NIP).await;
    world.command("/faults", json!({"operation": "tokens.generate", "kind": "delay", "delayMs": 200})).await;
    let body = json!({"permissions": ["InvoiceRead"], "description": "Za późno"}).to_string();
    let request = world.request(Method::POST, "/tokens").bearer_auth(&tokens.access).body(body);
    let request = request.header("content-type", "application/json").timeout(Duration::from_millis(50));
    assert!(request.send().await.unwrap_err().is_timeout());
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let list = world.get("/tokens", &tokens.access).await.json();
        if list["tokens"].as_array().unwrap().len() == 1 {
            break;
        }
        assert!(Instant::now() < deadline, "the request was not processed");
    }
}
