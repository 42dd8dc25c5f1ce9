//! Lists: pages, filters, visibility.

use ksef_emulator::Profile;
use ksef_model::SessionInvoicesResponse;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::{
    client::{SELLER, World},
    invoice, today,
};

#[tokio::test]
async fn invoices_and_failures_are_listed_page_by_page() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let session = world.open(&token).await;
    for number in 1..=12 {
        world.send(&token, &session, &invoice(&format!("FV/{number}"), today())).await;
    }
    let tomorrow = today().tomorrow().unwrap().tomorrow().unwrap();
    for number in 13..=14 {
        world.send(&token, &session, &invoice(&format!("FV/{number}"), tomorrow)).await;
    }
    world.close(&token, &session).await;
    let done = world.final_session(&token, &session).await;
    assert_eq!(
        (done.invoice_count, done.successful_invoice_count, done.failed_invoice_count),
        (Some(14), Some(12), Some(2))
    );

    let path = format!("/sessions/{session}/invoices");
    let first: SessionInvoicesResponse = world.read(&token, &path).await.json();
    let ordinals: Vec<i32> = first.invoices.iter().map(|one| one.ordinal_number).collect();
    assert_eq!(ordinals, (1..=10).collect::<Vec<_>>());
    let next = first.continuation_token.unwrap();
    let header = [("x-continuation-token", next.as_str())];
    let second: SessionInvoicesResponse =
        world.call_with(Method::GET, &path, Some(&token), None, &header).await.json();
    assert_eq!(second.invoices.len(), 4);
    assert!(second.continuation_token.is_none());

    let failed: SessionInvoicesResponse = world.read(&token, &format!("{path}/failed")).await.json();
    assert_eq!(failed.invoices.len(), 2);
    assert!(failed.invoices.iter().all(|one| one.status.code == 450 && one.ordinal_number > 12));
    let all: SessionInvoicesResponse = world.read(&token, &format!("{path}?pageSize=1000")).await.json();
    assert_eq!(all.invoices.len(), 14);

    for (suffix, header, expected) in [
        ("", ("x-continuation-token", "nonsense"), 21418),
        ("/failed", ("x-continuation-token", next.as_str()), 21418),
        ("?pageSize=9", ("accept", "*/*"), 21405),
        ("?pageSize=1001", ("accept", "*/*"), 21405),
    ] {
        let refused =
            world.call_with(Method::GET, &format!("{path}{suffix}"), Some(&token), None, &[header]).await;
        assert_eq!(refused.code(), expected, "{suffix} {header:?}");
    }
}

#[tokio::test]
async fn sessions_are_filtered_and_the_latest_comes_first() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let mut opened = Vec::new();
    for _ in 0..12 {
        opened.push(world.open(&token).await);
    }
    world.close(&token, &opened[0]).await;
    world.final_session(&token, &opened[0]).await;
    let list = async |query: &str| -> Vec<String> {
        let body: Value = world.read(&token, &format!("/sessions?{query}")).await.json();
        let sessions = body["sessions"].as_array().cloned().unwrap_or_default();
        sessions.iter().map(|one| one["referenceNumber"].as_str().unwrap().to_owned()).collect()
    };
    opened.reverse();
    assert_eq!(list("sessionType=Online").await, opened[..10]);
    assert_eq!(list("sessionType=Online&pageSize=100").await, opened);
    assert_eq!(list("sessionType=Batch").await, Vec::<String>::new());
    assert_eq!(list("sessionType=Online&statuses=Cancelled&statuses=Failed").await, opened[11..]);
    assert_eq!(list("sessionType=Online&statuses=Succeeded").await.len(), 0);
    assert_eq!(list(&format!("sessionType=Online&referenceNumber={}", opened[3])).await, opened[3..4]);
    assert_eq!(list("sessionType=Online&dateClosedFrom=2026-01-01T00:00:00Z").await, opened[11..]);
    assert_eq!(list("sessionType=Online&dateCreatedTo=2026-01-01T00:00:00Z").await.len(), 0);
    assert_eq!(world.read(&token, "/sessions").await.code(), 21405);
    assert_eq!(world.read(&token, "/sessions?sessionType=Offline").await.code(), 21405);
}

/// Two tokens of one context have two authors only when the seed says so; here the second subject is a person.
#[tokio::test]
async fn a_session_is_seen_by_its_author_and_by_introspection() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let session = world.open(&token).await;
    let subject = serde_json::json!({"type": "Pesel", "value": "30112206276"});
    let context = serde_json::json!({"type": "Nip", "value": SELLER});
    let permissions = ["InvoiceWrite", "InvoiceRead", "Introspection"];
    let grant = serde_json::json!({"context": context, "subject": subject, "permissions": permissions});
    world.manage("/permissions", grant).await;
    for (permission, visible) in [("InvoiceWrite", false), ("Introspection", true)] {
        let request = serde_json::json!({
            "context": context, "author": subject, "permissions": [permission],
        });
        let url = format!("{}/tokens", world.emulator.management_url());
        let created: Value = world.call(Method::POST, &url, None, Some(request)).await.json();
        let access = world.log_in_with(SELLER, created["token"].as_str().unwrap()).await;
        let status = world.read(&access, &format!("/sessions/{session}")).await.status;
        assert_eq!(status, if visible { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{permission}");
        let listed: Value = world.read(&access, "/sessions?sessionType=Online").await.json();
        assert_eq!(listed["sessions"].as_array().unwrap().len(), usize::from(visible), "{permission}");
    }
}
