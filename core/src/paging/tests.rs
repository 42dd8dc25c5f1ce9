//! Lists and long operations against canned answers.

use std::time::Duration;

use ksef_model::{AuthenticationTokenStatus, ReferenceNumber, TokensListQuery};
use serde_json::{Value, json};

use crate::fake_ksef::{FakeKsef, Fault};
use crate::http::test_server::{Reply, TestServer};
use crate::{CallOptions, CancelToken, Language, Origin, WaitPolicy, blocking};

fn providers(numbers: std::ops::Range<usize>, more: bool) -> Value {
    let list: Vec<Value> = numbers
        .map(|n| json!({"id": format!("PPL{n:06}"), "name": "x", "dateCreated": "2026-11-22T12:00:00Z"}))
        .collect();
    json!({"peppolProviders": list, "hasMore": more})
}

async fn peppol() -> TestServer {
    TestServer::start(|request| {
        let offset = request.target.split_once("pageOffset=").map_or("", |(_, rest)| &rest[..1]);
        let page = match offset {
            "0" => providers(0..2, true),
            "1" => providers(2..3, true),
            "2" => providers(0..0, true),
            _ => providers(0..1, true),
        };
        Reply::json(200, page.to_string())
    })
    .await
}

#[tokio::test]
async fn numbered_pages_are_read_to_their_end() {
    let server = peppol().await;
    let client = server.client();
    let all = client.peppol().all().collect_all().await.expect("answers");
    assert_eq!(
        all.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        ["PPL000000", "PPL000001", "PPL000002"]
    );
    let targets: Vec<String> =
        server.requests.lock().expect("not poisoned").iter().map(|request| request.target.clone()).collect();
    assert_eq!(targets[1], "/v2/peppol/query?pageOffset=1&pageSize=100");
    assert_eq!(targets.len(), 3, "an empty page ends the list whatever it says of more");

    let mut pages = client.peppol().all();
    assert_eq!(server.lines().len(), 3, "nothing is asked before it is needed");
    assert_eq!(pages.next().await.expect("an answer").map(|page| page.len()), Some(2));
    assert_eq!(server.lines().len(), 4);
    let mut items = pages.items();
    assert_eq!(
        items.next().await.expect("an answer").map(|one| one.id.as_str().to_owned()),
        Some("PPL000002".into())
    );
    assert!(
        items.next().await.expect("an answer").is_none() && items.next().await.expect("the end").is_none()
    );
    assert_eq!(server.lines().len(), 6);
}

#[test]
fn blocking_pages_are_iterators() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(peppol());
    let client = blocking::Client::from(server.client());
    let ids: Result<Vec<String>, _> =
        client.peppol().all().items().map(|one| one.map(|one| one.id.as_str().to_owned())).collect();
    assert_eq!(ids.expect("answers").len(), 3);
    assert_eq!(
        client.peppol().all().map(|page| page.expect("an answer").len()).collect::<Vec<_>>(),
        [2, 1, 0]
    );
    assert_eq!(client.peppol().all().collect_all().expect("answers").len(), 3);
    let inside = runtime.block_on(async { client.peppol().all().next() });
    assert_eq!(inside.expect("an item").expect_err("inside a runtime").number(), 1019);

    let broken = runtime.block_on(TestServer::start(|_| Reply::json(400, "{}")));
    let mut pages = blocking::Client::from(broken.client()).peppol().all();
    assert_eq!(pages.next().expect("an item").expect_err("refused").number(), 4001);
    assert!(pages.next().is_none(), "an error ends the iterator");
    assert!(pages.next_page().is_err(), "but not the list");
}

fn answer(body: &Value) -> Fault {
    Fault::Before(Reply::json(200, body.to_string()))
}

fn token(reference: &str, status: &str) -> Value {
    json!({"referenceNumber": reference, "authorIdentifier": {"type": "Nip", "value": "5265877635"},
        "contextIdentifier": {"type": "Nip", "value": "5265877635"}, "description": "for tests",
        "requestedPermissions": ["InvoiceRead"], "dateCreated": "2026-11-22T12:00:00Z", "status": status,
        "statusDetails": ["szczegół"]})
}

const FIRST: &str = "20261122-EC-0000000000-0000000001-00";

#[tokio::test]
async fn marked_pages_are_read_to_their_end() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    client.log_in().await.expect("a login");
    let page = |next: Value| json!({"tokens": [token(FIRST, "Active")], "continuationToken": next});
    ksef.fail("/v2/tokens", answer(&page(json!("abc"))));
    ksef.fail("/v2/tokens", answer(&page(json!("def"))));
    ksef.fail("/v2/tokens", answer(&page(json!(""))));
    let mut pages = client.tokens().all(&TokensListQuery::default());
    assert!(pages.next().await.expect("an answer").is_some());
    assert!(ksef.server.last().target.ends_with("?pageSize=100"));
    assert_eq!(ksef.server.last().header("x-continuation-token"), None);
    assert_eq!(pages.collect_all().await.expect("answers").len(), 2, "what was left");
    assert_eq!(ksef.server.last().header("x-continuation-token"), Some("def"));

    ksef.fail("/v2/tokens", answer(&page(json!("same"))));
    ksef.fail("/v2/tokens", answer(&page(json!("same"))));
    let query = TokensListQuery { page_size: Some(10), ..TokensListQuery::default() };
    let all = client.tokens().all(&query).collect_all().await.expect("answers");
    assert_eq!(all.len(), 2, "a mark that comes back ends the list");
    assert!(ksef.server.last().target.ends_with("?pageSize=10"));
}

#[tokio::test]
async fn a_failed_page_can_be_asked_for_again() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    client.log_in().await.expect("a login");
    let page = |next: Value| json!({"tokens": [token(FIRST, "Active")], "continuationToken": next});
    ksef.fail("/v2/tokens", answer(&page(json!("abc"))));
    ksef.fail("/v2/tokens", Fault::Before(Reply::problem(21405)));
    ksef.fail("/v2/tokens", answer(&page(json!(null))));
    let mut pages = client.tokens().all(&TokensListQuery::default());
    assert!(pages.next().await.is_ok());
    assert_eq!(pages.next().await.expect_err("refused").number(), 4002);
    assert_eq!(pages.next().await.expect("again").map(|page| page.len()), Some(1));
    assert_eq!(ksef.server.last().header("x-continuation-token"), Some("abc"));
    assert!(pages.next().await.expect("the end").is_none());
}

#[tokio::test]
async fn a_token_is_awaited_until_it_is_active_or_never_will_be() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    client.log_in().await.expect("a login");
    let reference: ReferenceNumber = FIRST.parse().expect("a reference");
    for status in ["Pending", "Pending", "Active"] {
        ksef.fail(FIRST, answer(&token(FIRST, status)));
    }
    let found = client.wait_for_token(&reference, WaitPolicy::default()).await.expect("an answer");
    assert_eq!(found.status, AuthenticationTokenStatus::Active);
    ksef.fail(FIRST, answer(&token(FIRST, "Failed")));
    let error = client.wait_for_token(&reference, WaitPolicy::default()).await.expect_err("failed");
    assert_eq!(
        (error.number(), error.operation(), error.details()),
        (4030, Some("tokens.status"), vec!["szczegół"])
    );
    assert!(error.message(Language::Polish).contains("status tokenu Failed"));
    ksef.fail(FIRST, answer(&token(FIRST, "Pending")));
    let found = client.wait_for_token(&reference, WaitPolicy::DoNotWait).await.expect("an answer");
    assert_eq!(found.status, AuthenticationTokenStatus::Pending);
}

#[tokio::test]
async fn permissions_and_enrolments_are_awaited() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    client.log_in().await.expect("a login");
    let reference: ReferenceNumber = FIRST.parse().expect("a reference");
    let status =
        |code: i32| answer(&json!({"status": {"code": code, "description": "opis", "details": ["d"]}}));

    ksef.fail("7c640eb60242", answer(&json!({"referenceNumber": FIRST})));
    ksef.fail(FIRST, status(100));
    ksef.fail(FIRST, status(200));
    let area = client.permissions();
    let done =
        client.carry_out(area.revoke("0c9a72e8-f344-457f-9c16-7c640eb60242"), WaitPolicy::default()).await;
    assert_eq!(done.expect("carried out").status.code, 200);

    ksef.fail(FIRST, status(420));
    let error =
        client.wait_for_permission_operation(&reference, WaitPolicy::default()).await.expect_err("refused");
    assert_eq!((error.number(), error.ksef_code(), error.was_sent()), (4030, Some(420), true));
    assert_eq!(error.explanation().map(|meaning| meaning.origin), Some(Origin::PermissionOperation));
    assert!(error.message(Language::English).starts_with("you may not change these permissions"), "{error}");

    let enrolment = |code: i32| {
        answer(&json!({"requestDate": "2026-11-22T12:00:00Z", "certificateSerialNumber": "0123456789ABCDEF",
            "status": {"code": code, "description": "opis"}}))
    };
    ksef.fail(FIRST, enrolment(100));
    ksef.fail(FIRST, enrolment(200));
    let issued = client.wait_for_enrollment(&reference, WaitPolicy::default()).await.expect("issued");
    assert_eq!(issued.certificate_serial_number.as_deref(), Some("0123456789ABCDEF"));
    ksef.fail(FIRST, enrolment(400));
    let error = client.wait_for_enrollment(&reference, WaitPolicy::default()).await.expect_err("refused");
    assert_eq!(error.explanation().map(|meaning| meaning.origin), Some(Origin::CertificateEnrollment));
}

#[tokio::test]
async fn waits_end_by_limit_and_by_cancelling() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    client.log_in().await.expect("a login");
    let reference: ReferenceNumber = FIRST.parse().expect("a reference");
    for _ in 0..50 {
        ksef.fail(FIRST, answer(&token(FIRST, "Pending")));
    }
    let before = crate::clock::Clock::elapsed(ksef.clock.as_ref());
    let found = client
        .wait_for_token(&reference, WaitPolicy::AtMost(Duration::from_secs(30)))
        .await
        .expect("an answer");
    assert_eq!(found.status, AuthenticationTokenStatus::Pending);
    let waited = crate::clock::Clock::elapsed(ksef.clock.as_ref()) - before;
    assert!(waited > Duration::from_secs(15) && waited <= Duration::from_secs(30), "{waited:?}");

    let cancel = CancelToken::new();
    cancel.cancel();
    let cancelled = client.scoped(CallOptions { deadline: None, cancel: Some(cancel) });
    let error = cancelled.wait_for_token(&reference, WaitPolicy::default()).await.expect_err("cancelled");
    assert!(error.is_cancelled());
}
