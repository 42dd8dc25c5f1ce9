//! Failures on demand, when parts are uploaded and when a batch is closed.

use ksef_emulator::Profile;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    client::{SELLER, World},
    invoice,
    package::Package,
    today,
};

#[tokio::test]
async fn the_upload_of_a_part_fails_when_told_so() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let package = Package::zip(&[("a.xml", invoice("FV/1", today()))], 3, &world.key);
    let opened = world.open_batch(&token, &package).await;
    let fault = |fault: Value| {
        let mut body = fault;
        body["operation"] = "storage.batch_part".into();
        body
    };
    world.manage("/faults", fault(json!({"kind": "status", "status": 503}))).await;
    assert_eq!(world.upload(&opened, 1, &package.parts[0]).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.upload(&opened, 1, &package.parts[0]).await, StatusCode::CREATED);

    // The part is stored, its answer is lost.
    world.manage("/faults", fault(json!({"kind": "drop_after"}))).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let put = http.put(opened.url(2)).header("x-ms-blob-type", "BlockBlob").body(package.parts[1].clone());
    assert!(put.send().await.is_err());
    world.manage("/faults", fault(json!({"kind": "delay", "delayMs": 1}))).await;
    assert_eq!(world.upload(&opened, 3, &package.parts[2]).await, StatusCode::CREATED);
    assert_eq!(world.close_batch(&token, &opened.session).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.final_session(&token, &opened.session).await.status.code, 200);

    let url = format!("{}/requests", world.emulator.management_url());
    let log: Value = world.call(Method::GET, &url, None, None).await.json();
    assert_eq!(log["operations"]["storage.batch_part"], 4, "{log}");
    let url = format!("{}/faults", world.emulator.management_url());
    let unknown = json!({"operation": "storage.other", "kind": "drop_before"});
    let refused = world.call(Method::POST, &url, None, Some(unknown)).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}

/// The answer to the closing is lost, but the batch is processed: closing once more says so.
#[tokio::test]
async fn a_lost_answer_to_the_closing_changes_nothing() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let package = Package::tar_gz(&[("a.xml", invoice("FV/1", today()))], 1, &world.key);
    let opened = world.open_batch(&token, &package).await;
    world.upload_all(&opened, &package).await;
    let fault = json!({"operation": "sessions.close_batch", "kind": "drop_after"});
    world.manage("/faults", fault).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/sessions/batch/{}/close", world.emulator.api_url(), opened.session);
    assert!(http.post(url).bearer_auth(&token).send().await.is_err());
    assert_eq!(world.close_batch(&token, &opened.session).await.code(), 21180);
    let done = world.final_session(&token, &opened.session).await;
    assert_eq!((done.status.code, done.successful_invoice_count), (200, Some(1)));
}

/// An emulator that forgot a batch is not disturbed by its package.
#[tokio::test]
async fn a_reset_while_a_package_is_processed_does_no_harm() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let package = Package::zip(&[("a.xml", invoice("FV/1", today()))], 1, &world.key);
    let session = world.send_batch(&token, &package).await;
    world.manage("/reset", json!({})).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    assert_eq!(world.read(&token, &format!("/sessions/{session}")).await.code(), 21173);
    assert_eq!(world.batch_result(&token, &package).await.status.code, 200);
}
