//! What the clock and the settings of processing do to a batch.

use ksef_emulator::Profile;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    client::{SELLER, World},
    invoice,
    package::Package,
    today,
};

fn package(world: &World) -> Package {
    Package::zip(&[("a.xml", invoice("FV/1", today()))], 1, &world.key)
}

async fn code(world: &World, token: &str, session: &str) -> i64 {
    let status: Value = world.read(token, &format!("/sessions/{session}")).await.json();
    status["status"]["code"].as_i64().unwrap()
}

#[tokio::test]
async fn a_package_is_unpacked_at_half_time_and_judged_at_the_end() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    world.manage("/processing", json!({"delayMs": 200_000})).await;
    let session = world.send_batch(&token, &package(&world)).await;
    let status: Value = world.read(&token, &format!("/sessions/{session}")).await.json();
    assert_eq!(status["status"], json!({"code": 150, "description": "Trwa przetwarzanie"}));
    assert!(world.batch_invoices(&token, &session).await.is_empty());
    world.manage("/clock", json!({"advanceSeconds": 110})).await;
    // The package is worked on in real time, beside the clock.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let invoices = loop {
        let invoices = world.batch_invoices(&token, &session).await;
        if !invoices.is_empty() || std::time::Instant::now() > deadline {
            break invoices;
        }
    };
    assert_eq!((invoices.len(), invoices[0].status.code), (1, 150));
    assert_eq!(code(&world, &token, &session).await, 150);
    world.manage("/clock", json!({"advanceSeconds": 100})).await;
    assert_eq!(world.final_session(&token, &session).await.status.code, 200);
    assert_eq!(world.batch_invoices(&token, &session).await[0].status.code, 200);
}

#[tokio::test]
async fn a_held_batch_stays_at_150() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    world.manage("/processing", json!({"hold": true})).await;
    let session = world.send_batch(&token, &package(&world)).await;
    world.manage("/clock", json!({"advanceSeconds": 300})).await;
    assert_eq!(code(&world, &token, &session).await, 150);
    world.manage("/processing", json!({"hold": false})).await;
    assert_eq!(world.final_session(&token, &session).await.status.code, 200);
}

#[tokio::test]
async fn a_batch_that_is_not_closed_is_cancelled_after_twelve_hours() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let package = package(&world);
    let opened = world.open_batch(&token, &package).await;
    world.upload_all(&opened, &package).await;
    let other = world.open_batch(&token, &package).await;
    world.upload_all(&other, &package).await;
    // Everything was uploaded in time, so the batch may be closed after the window, too.
    world.manage("/clock", json!({"advanceSeconds": 11 * 3600})).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    assert_eq!(world.close_batch(&token, &other.session).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.final_session(&token, &other.session).await.status.code, 200);
    assert_eq!(code(&world, &token, &opened.session).await, 100);

    world.manage("/clock", json!({"advanceSeconds": 3600})).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let done = world.final_session(&token, &opened.session).await;
    assert_eq!(
        (done.status.code, done.status.details.unwrap().join("")),
        (440, "Przekroczono czas wysyłki".into())
    );
    assert_eq!(world.close_batch(&token, &opened.session).await.code(), 21208);
    let listed: Value = world.read(&token, "/sessions?sessionType=Batch&statuses=Cancelled").await.json();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(listed["sessions"][0]["totalInvoiceCount"], 0);
}

/// Invoices count as received when the batch was opened, also when Polish midnight comes before its end.
#[tokio::test]
async fn the_day_of_opening_decides() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let files = [
        ("today.xml", invoice("FV/1", today())),
        ("tomorrow.xml", invoice("FV/2", today().tomorrow().unwrap())),
    ];
    let package = Package::zip(&files, 1, &world.key);
    let opened = world.open_batch(&token, &package).await;
    world.upload_all(&opened, &package).await;
    let opened_on = |at: jiff::Timestamp| at.in_tz("Europe/Warsaw").unwrap().date();
    let before: Value = world.read(&token, &format!("/sessions/{}", opened.session)).await.json();
    let at: jiff::Timestamp = before["dateCreated"].as_str().unwrap().parse().unwrap();
    // Eleven hours and a bit: past midnight or not, the verdicts are the same.
    world.manage("/clock", json!({"advanceSeconds": 11 * 3600 + 1800})).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    world.close_batch(&token, &opened.session).await;
    world.final_session(&token, &opened.session).await;
    let invoices = world.batch_invoices(&token, &opened.session).await;
    assert_eq!(opened_on(invoices[0].invoicing_date), opened_on(at));
    let codes: Vec<i32> = invoices.iter().map(|invoice| invoice.status.code).collect();
    assert_eq!(codes, [200, 450]);
    assert_eq!(invoices[0].invoicing_mode.as_ref().unwrap().as_str(), "Online");
}
