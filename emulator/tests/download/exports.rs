//! The ways an export can go.

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Desk, SELLER, ago, last_hour};

#[tokio::test]
async fn an_export_is_under_way_until_its_time_has_come() {
    let desk = Desk::of(SELLER).await;
    desk.command("/download", json!({"exportDelayMs": 60_000})).await;
    let reference = desk.start_export(desk.order(last_hour()).await).await;
    assert!(reference.contains("-EH-"), "{reference}");
    let status = desk.export_status(&reference).await;
    assert_eq!(status, json!({"status": {"code": 100, "description": "Eksport faktur w toku"}}));
    desk.advance(61).await;
    assert_eq!(desk.export_status(&reference).await["status"]["code"], 200);
    assert_eq!(desk.world.read(&desk.token, "/invoices/exports/x").await.code(), 21405);
    let unknown = "20260101-EH-0000000000-0000000000-00";
    assert_eq!(desk.world.read(&desk.token, &format!("/invoices/exports/{unknown}")).await.code(), 21175);
    let other = desk.world.log_in("1111111111", &["InvoiceRead"]).await;
    assert_eq!(desk.world.read(&other, &format!("/invoices/exports/{reference}")).await.status, 403);
}

#[tokio::test]
async fn the_encryption_is_checked() {
    let desk = Desk::of(SELLER).await;
    let order = desk.order(last_hour()).await;
    let mut short = order.clone();
    short["encryption"]["initializationVector"] = BASE64_STANDARD.encode([0; 14]).into();
    let (_, code, details) = desk.try_export(short).await.refusal();
    assert_eq!(code, 21405);
    assert!(details[0].contains("Oczekiwano 16 bajtów, otrzymano 14"), "{details:?}");
    let mut unknown = order.clone();
    unknown["encryption"]["publicKeyId"] = "x".repeat(44).into();
    assert_eq!(desk.try_export(unknown).await.code(), 21470);
    let mut none = order.clone();
    none.as_object_mut().unwrap().remove("encryption");
    assert_eq!(desk.try_export(none).await.code(), 21405);
    let mut wrong = order;
    wrong["encryption"]["encryptedSymmetricKey"] = BASE64_STANDARD.encode([7; 256]).into();
    let status = desk.export(wrong).await;
    assert_eq!(status["status"]["code"], 415);
    assert!(status["completedDate"].is_string() && status.get("package").is_none());
}

#[tokio::test]
async fn a_range_above_the_mark_fails_later() {
    let desk = Desk::of(SELLER).await;
    desk.command("/download", json!({"hwmLagMs": 600_000})).await;
    let mut ahead = last_hour();
    ahead["dateRange"]["from"] = ago(60).into();
    ahead["dateRange"]["restrictToPermanentStorageHwmDate"] = true.into();
    let status = desk.export(desk.order(ahead.clone()).await).await;
    assert_eq!(status["status"]["code"], 420);
    assert!(status["status"]["details"][0].as_str().unwrap().contains("PermanentStorageHwmDate"));
    ahead["dateRange"]["from"] = "2026-01-01T00:00:00Z".into();
    let answer = desk.try_export(desk.order(ahead).await).await;
    let (_, code, details) = answer.refusal();
    assert_eq!((code, details[0].as_str()), (21405, "'filters.dateRange' must not exceed 100 days."));
}

#[tokio::test]
async fn ten_at_once_and_no_more() {
    let desk = Desk::of(SELLER).await;
    desk.command("/exports", json!({"stuck": true})).await;
    let order = desk.order(last_hour()).await;
    let mut stuck = Vec::new();
    for _ in 0..10 {
        stuck.push(desk.start_export(order.clone()).await);
    }
    let (status, code, details) = desk.try_export(order.clone()).await.refusal();
    assert_eq!((status, code), (400, 21182));
    assert!(details[0].contains("limit 10 "), "{details:?}");
    desk.advance(86_400).await;
    let desk = desk.log_in_again().await;
    assert_eq!(desk.export_status(&stuck[0]).await["status"]["code"], 100, "stuck for a day");
    let cancelled = desk.command("/exports/cancel", json!({"referenceNumber": stuck[0]})).await;
    assert_eq!(cancelled, json!({"cancelled": 1}));
    assert_eq!(desk.export_status(&stuck[0]).await["status"]["code"], 550);
    desk.start_export(order.clone()).await;
    desk.command("/exports", json!({"stuck": false})).await;
    assert_eq!(desk.export_status(&stuck[1]).await["status"]["code"], 200);
    desk.start_export(order).await;
    let url = format!("{}/exports", desk.world.emulator.management_url());
    let list: Vec<Value> = desk.world.call(Method::GET, &url, None, None).await.json();
    assert_eq!(list.len(), 12);
    assert_eq!(list[0]["status"], 550);
}

#[tokio::test]
async fn one_export_can_be_stuck_while_the_next_goes_through() {
    let desk = Desk::of(SELLER).await;
    desk.command("/exports", json!({"stuck": true, "times": 1})).await;
    let order = desk.order(last_hour()).await;
    let stuck = desk.start_export(order.clone()).await;
    assert_eq!(desk.export(order.clone()).await["status"]["code"], 200);
    assert_eq!(desk.export_status(&stuck).await["status"]["code"], 100);
    desk.command("/exports", json!({"outcome": 410, "times": 1})).await;
    let refused = desk.export(order.clone()).await;
    assert_eq!(refused["status"]["code"], 410);
    assert_eq!(refused["status"]["description"], "Błąd walidacji danych wejściowych");
    assert_eq!(desk.export(order).await["status"]["code"], 200);
}

#[tokio::test]
async fn a_unit_exports_only_what_names_it() {
    let desk = Desk::of(SELLER).await;
    let unit = (0..10).find_map(|digit| format!("5265877635-1234{digit}").parse().ok()).unwrap();
    let context = ksef_model::ContextIdentifier::InternalId(unit);
    let id = context.value().to_owned();
    desk.deposit(json!({
        "seller": SELLER, "buyer": "1111111111", "thirdSubjects": [{"internalId": id, "role": 2}],
    }))
    .await;
    let secret = desk.world.emulator.create_token(&context, &["InvoiceRead"]).unwrap();
    let token = desk.world.log_in_to(&context, &secret).await;
    let unit = Desk { token, ..desk };
    unit.advance(60).await;
    let mut wanted = last_hour();
    let (_, code, details) = unit.try_export(unit.order(wanted.clone()).await).await.refusal();
    assert_eq!(code, 21181);
    assert!(details[0].contains("(Subject1)") && details[0].contains("(InternalId)"), "{details:?}");
    wanted["subjectType"] = "Subject3".into();
    assert_eq!(unit.export(unit.order(wanted).await).await["package"]["invoiceCount"], 1);
}
