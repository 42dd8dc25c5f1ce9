//! What KSeF refuses at once, and in which words.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_emulator::Profile;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    client::{SELLER, World},
    invoice, today,
};

const UNKNOWN: &str = "20260119-SO-36E370E000-B1C29B0B96-6B";

async fn open_with(world: &World, token: &str, change: impl FnOnce(&mut Value)) -> (u16, i64, Vec<String>) {
    let mut body = world.opening().await;
    change(&mut body);
    world.call(Method::POST, "/sessions/online", Some(token), Some(body)).await.refusal()
}

#[tokio::test]
async fn opening_checks_form_iv_and_key_id() {
    let world = World::start(Profile::Production).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let long_iv = BASE64_STANDARD.encode([0; 24]);
    let refused =
        open_with(&world, &token, |body| body["encryption"]["initializationVector"] = long_iv.into()).await;
    assert_eq!(
        refused,
        (
            400,
            21405,
            vec![
                "Nieprawidłowa długość wektora inicjującego (IV). Oczekiwano 16 bajtów, otrzymano 24.".into()
            ]
        )
    );
    let id = BASE64_STANDARD.encode([0; 32]);
    let refused =
        open_with(&world, &token, |body| body["encryption"]["publicKeyId"] = id.clone().into()).await;
    assert_eq!(refused, (400, 21470, vec![format!("Klucz o identyfikatorze {id} nie jest wspierany.")]));
    for (system, expected) in [("FA (2)", 21405), ("FA(3)", 21405), ("FA (3)", 0)] {
        let refused = open_with(&world, &token, |body| body["formCode"]["systemCode"] = system.into()).await;
        assert_eq!(refused.1, expected, "{system}");
    }
    let refused = open_with(&world, &token, |body| {
        body["formCode"]["value"] = "".into();
        body["encryption"]["encryptedSymmetricKey"] = Value::Null;
    })
    .await;
    assert_eq!((refused.1, refused.2.len()), (21405, 2), "{refused:?}");
    let refused =
        open_with(&world, &token, |body| body["encryption"]["initializationVector"] = "*".into()).await;
    assert_eq!(refused.1, 21001);
}

#[tokio::test]
async fn only_who_may_send_opens_and_sends() {
    let world = World::start(Profile::Test).await;
    let reader = world.log_in(SELLER, &["InvoiceRead"]).await;
    let body = world.opening().await;
    let refused = world.call(Method::POST, "/sessions/online", Some(&reader), Some(body.clone())).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json::<Value>()["reasonCode"], "missing-permissions");
    let refused = world.call(Method::POST, "/sessions/online", None, Some(body)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);

    let writer = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let session = world.open(&writer).await;
    let other = world.log_in("1111111111", &["InvoiceWrite"]).await;
    let refused = world.try_send(&other, &session, world.sending(&invoice("1", today()))).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json::<Value>()["reasonCode"], "insufficient-resource-access");
    assert_eq!(world.read(&other, &format!("/sessions/{session}")).await.status, StatusCode::FORBIDDEN);
    let listed: Value = world.read(&other, "/sessions?sessionType=Online").await.json();
    assert_eq!(listed["sessions"], json!([]));
}

#[tokio::test]
async fn sending_checks_the_ciphertext_and_the_session() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let session = world.open(&token).await;
    let good = world.sending(&invoice("FV/1", today()));
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let other_hash = ksef_crypto::Sha256::of(b"other").to_base64();
    for (body, expected, detail) in [
        (
            with("encryptedInvoiceSize", 1.into()),
            21402,
            Some("Długość treści nie zgadza się z rozmiarem pliku."),
        ),
        (
            with("encryptedInvoiceHash", other_hash.clone().into()),
            21403,
            Some("Skrót treści nie zgadza się ze skrótem pliku."),
        ),
        (with("invoiceSize", 0.into()), 21405, None),
        (with("invoiceHash", "abc".into()), 21405, None),
        (
            with("hashOfCorrectedInvoice", other_hash.into()),
            21405,
            Some("HashOfCorrectedInvoice can only be provided for offline invoices"),
        ),
        (with("encryptedInvoiceContent", Value::Null), 21405, None),
        (with("encryptedInvoiceContent", "?".into()), 21001, None),
        (with("invoiceSize", "big".into()), 21001, None),
    ] {
        let (status, code, details) = world.try_send(&token, &session, body).await.refusal();
        assert_eq!((status, code), (400, expected), "{details:?}");
        if let Some(detail) = detail {
            assert_eq!(details, [detail]);
        }
    }
    let unknown = world.try_send(&token, UNKNOWN, good.clone()).await.refusal();
    assert_eq!(
        unknown,
        (400, 21173, vec![format!("Sesja o numerze referencyjnym {UNKNOWN} nie została odnaleziona.")])
    );
    assert_eq!(world.try_send(&token, "short", good.clone()).await.code(), 21405);
    assert_eq!(world.close(&token, UNKNOWN).await.code(), 21173);

    world.close(&token, &session).await;
    let closed = world.final_session(&token, &session).await.status;
    assert_eq!((closed.code, closed.description.as_str()), (440, "Sesja anulowana"));
    assert_eq!(closed.details.unwrap(), ["Nie przesłano faktur"]);
    let refused = world.try_send(&token, &session, good).await.refusal();
    assert_eq!(refused, (400, 21180, vec!["Status sesji (440) uniemożliwia wysyłkę faktur.".to_owned()]));
    let refused = world.close(&token, &session).await.refusal();
    assert_eq!(refused, (400, 21180, vec!["Status sesji (440) uniemożliwia jej zamknięcie.".to_owned()]));
}

#[tokio::test]
async fn a_badly_wrapped_key_opens_a_session_that_fails() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let mut body = world.opening().await;
    body["encryption"]["encryptedSymmetricKey"] = BASE64_STANDARD.encode([7; 256]).into();
    world.manage("/processing", json!({"hold": true})).await;
    let opened = world.call(Method::POST, "/sessions/online", Some(&token), Some(body)).await;
    assert_eq!(opened.status, StatusCode::CREATED);
    let session = opened.json::<Value>()["referenceNumber"].as_str().unwrap().to_owned();
    let sent = world.send(&token, &session, &invoice("FV/1", today())).await;
    world.manage("/processing", json!({"hold": false})).await;
    let failed = world.final_session(&token, &session).await;
    assert_eq!(failed.status.code, 415);
    assert_eq!(failed.status.description, "Błąd odszyfrowania dostarczonego klucza");
    assert_eq!(world.final_invoice(&token, &session, &sent).await.status.code, 405);
    let refused = world.try_send(&token, &session, world.sending(b"<x/>")).await.refusal();
    assert_eq!(refused, (400, 21180, vec!["Status sesji (415) uniemożliwia wysyłkę faktur.".to_owned()]));
}

#[tokio::test]
async fn the_old_key_without_an_id_ends_in_415_after_a_rotation() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    world.manage("/keys/rotate", json!({"mode": "emergency"})).await;
    let mut body = world.opening().await;
    body["encryption"].as_object_mut().unwrap().remove("publicKeyId");
    let opened = world.call(Method::POST, "/sessions/online", Some(&token), Some(body)).await;
    let session = opened.json::<Value>()["referenceNumber"].as_str().unwrap().to_owned();
    assert_eq!(world.final_session(&token, &session).await.status.code, 415);
    let good = world.open(&token).await;
    let sent = world.send(&token, &good, &invoice("FV/1", today())).await;
    assert_eq!(world.final_invoice(&token, &good, &sent).await.status.code, 200);
}

#[tokio::test]
async fn checksums_count_in_production_and_when_a_test_session_asks() {
    let text = String::from_utf8(invoice("FV/1", today())).unwrap();
    let xml = text.replace("1111111111", "1111111112");
    for (profile, feature, expected) in [
        (Profile::Production, None, 450),
        (Profile::Demo, None, 200),
        (Profile::Test, None, 200),
        (Profile::Test, Some(("x-ksef-feature", "subject-identifier-validation")), 450),
    ] {
        let world = World::start(profile).await;
        let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
        let headers: Vec<(&str, &str)> = feature.into_iter().collect();
        let body = world.opening().await;
        let opened =
            world.call_with(Method::POST, "/sessions/online", Some(&token), Some(body), &headers).await;
        let session = opened.json::<Value>()["referenceNumber"].as_str().unwrap().to_owned();
        let sent = world.send(&token, &session, xml.as_bytes()).await;
        let status = world.final_invoice(&token, &session, &sent).await.status;
        assert_eq!(status.code, expected, "{profile} {feature:?} {:?}", status.details);
    }
}
