//! What the clock and the settings of processing do.

use ksef_emulator::Profile;
use ksef_model::SessionInvoiceStatusResponse;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    client::{SELLER, World},
    invoice, today,
};

#[tokio::test]
async fn an_invoice_goes_from_100_over_150_to_200() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let session = world.open(&token).await;
    world.manage("/processing", json!({"delayMs": 200_000})).await;
    let sent = world.send(&token, &session, &invoice("FV/1", today())).await;
    let path = format!("/sessions/{session}/invoices/{sent}");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let status: SessionInvoiceStatusResponse = world.read(&token, &path).await.json();
        seen.push((status.status.code, status.ksef_number.is_some(), status.upo_download_url.is_some()));
        world.manage("/clock", json!({"advanceSeconds": 110})).await;
    }
    assert_eq!(seen, [(100, false, false), (150, false, false), (200, true, true)]);
}

#[tokio::test]
async fn a_held_session_stays_at_170() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let session = world.open(&token).await;
    world.manage("/processing", json!({"hold": true})).await;
    let sent = world.send(&token, &session, &invoice("FV/1", today())).await;
    world.close(&token, &session).await;
    world.manage("/clock", json!({"advanceSeconds": 300})).await;
    let status: Value = world.read(&token, &format!("/sessions/{session}")).await.json();
    assert_eq!(status["status"], json!({"code": 170, "description": "Sesja interaktywna zamknięta"}));
    assert!(status.get("upo").is_none());
    world.manage("/processing", json!({"hold": false})).await;
    assert_eq!(world.final_invoice(&token, &session, &sent).await.status.code, 200);
    assert_eq!(world.final_session(&token, &session).await.status.code, 200);
}

#[tokio::test]
async fn links_need_no_token_and_expire() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let session = world.open(&token).await;
    let sent = world.send(&token, &session, &invoice("FV/1", today())).await;
    let link = world.final_invoice(&token, &session, &sent).await.upo_download_url.unwrap();
    assert!(link.starts_with(world.emulator.public_url()));
    let get = async |url: &str, token: Option<&str>| world.call(Method::GET, url, token, None).await;
    assert_eq!(get(&link, None).await.status, StatusCode::OK);
    assert_eq!(get(&link, Some(&token)).await.status, StatusCode::UNAUTHORIZED);
    let forged = link.replace("sig=", "sig=A");
    assert_eq!(get(&forged, None).await.status, StatusCode::FORBIDDEN);
    assert_eq!(get(link.split('?').next().unwrap(), None).await.status, StatusCode::FORBIDDEN);
    world.manage("/clock", json!({"advanceSeconds": 72 * 3600})).await;
    let expired = get(&link, None).await;
    assert_eq!(expired.status, StatusCode::FORBIDDEN);
    assert!(String::from_utf8_lossy(&expired.body).contains("AuthenticationFailed"));
}

#[tokio::test]
async fn twelve_hours_close_a_session() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let session = world.open(&token).await;
    let sent = world.send(&token, &session, &invoice("FV/1", today())).await;
    world.final_invoice(&token, &session, &sent).await;
    world.manage("/clock", json!({"advanceSeconds": 13 * 3600})).await;
    let again = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let done = world.final_session(&again, &session).await;
    assert_eq!(done.status.code, 200);
    assert_eq!(done.upo.unwrap().pages.len(), 1);
    let refused = world.try_send(&again, &session, world.sending(b"<x/>")).await.refusal();
    assert_eq!(refused, (400, 21180, vec!["Status sesji (200) uniemożliwia wysyłkę faktur.".to_owned()]));
}
