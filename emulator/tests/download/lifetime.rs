//! Links, packages and statuses end; parts arrive broken.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{Desk, SELLER, client::hash_of, last_hour, packages::fetch};

async fn ready(desk: &Desk) -> (String, Value) {
    desk.deposit(json!({"seller": SELLER, "count": 20})).await;
    desk.advance(60).await;
    let reference = desk.start_export(desk.order(last_hour()).await).await;
    desk.advance(1).await;
    let status = desk.export_status(&reference).await;
    (reference, status)
}

#[tokio::test]
async fn links_last_an_hour_packages_a_week_and_statuses_two() {
    let desk = Desk::of(SELLER).await;
    let (reference, status) = ready(&desk).await;
    let part = &status["package"]["parts"][0];
    desk.advance(3595).await;
    assert_eq!(desk.download(part).await.status, 200);
    desk.advance(10).await;
    let expired = desk.download(part).await;
    assert_eq!(expired.status, 403);
    assert!(String::from_utf8_lossy(&expired.body).contains("AuthenticationFailed"));

    let desk = desk.log_in_again().await;
    let renewed = desk.export_status(&reference).await;
    assert_ne!(renewed["package"]["parts"][0]["url"], part["url"]);
    assert_eq!(renewed["package"]["parts"][0]["partHash"], part["partHash"]);
    fetch(&desk, &renewed).await;
    let day = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let kept = day(&status["packageExpirationDate"]).duration_since(day(&status["completedDate"]));
    assert_eq!(kept.as_hours(), 7 * 24);

    desk.advance(7 * 86_400).await;
    let desk = desk.log_in_again().await;
    let expired = desk.export_status(&reference).await;
    assert_eq!(expired["status"]["code"], 210);
    assert!(expired.get("package").is_none());
    desk.advance(7 * 86_400).await;
    let token = desk.world.log_in(SELLER, &["InvoiceRead"]).await;
    assert_eq!(desk.world.read(&token, &format!("/invoices/exports/{reference}")).await.status, 410);
}

#[tokio::test]
async fn the_storage_serves_ranges_and_refuses_tokens() {
    let desk = Desk::of(SELLER).await;
    let (_, status) = ready(&desk).await;
    let part = &status["package"]["parts"][0];
    let url = part["url"].as_str().unwrap();
    let whole = desk.download(part).await;
    let tail = desk.world.call_with(Method::GET, url, None, None, &[("range", "bytes=1000-")]).await;
    assert_eq!(tail.status, 206);
    assert_eq!(tail.body, whole.body[1000..]);
    assert_eq!(tail.hash(), hash_of(&whole.body));
    let expected = format!("bytes 1000-{}/{}", whole.body.len() - 1, whole.body.len());
    assert_eq!(tail.headers["content-range"], expected);
    let other = [("range", "bytes=1000-"), ("if-range", "\"0x0\"")];
    assert_eq!(desk.world.call_with(Method::GET, url, None, None, &other).await.status, 200);
    let outside = [("range", "bytes=99999999-")];
    assert_eq!(desk.world.call_with(Method::GET, url, None, None, &outside).await.status, 416);
    assert_eq!(desk.world.call(Method::GET, url, Some(&desk.token), None).await.status, 401);
    let forged = url.replace("sig=", "sig=A");
    assert_eq!(desk.world.call(Method::GET, &forged, None, None).await.status, 403);
}

#[tokio::test]
async fn parts_can_arrive_broken() {
    let desk = Desk::of(SELLER).await;
    let (reference, status) = ready(&desk).await;
    let part = &status["package"]["parts"][0];
    let declared = part["encryptedPartHash"].as_str().unwrap();
    let fault = |kind: &str| json!({"operation": "storage.export_part", "kind": kind});
    desk.command("/faults", fault("damage")).await;
    let damaged = desk.download(part).await;
    assert_eq!((damaged.status.as_u16(), damaged.hash()), (200, declared));
    assert_ne!(hash_of(&damaged.body), declared);
    desk.command("/faults", fault("wrong_hash")).await;
    let misnamed = desk.download(part).await;
    assert_eq!(hash_of(&misnamed.body), declared);
    assert_ne!(misnamed.hash(), declared);
    desk.command("/faults", fault("waf_html")).await;
    let page = desk.download(part).await;
    assert!(page.status == 200 && page.body.starts_with(b"<html"));
    assert_eq!(desk.download(part).await.hash(), declared, "the faults are spent");

    desk.command("/exports", json!({"wrongHashes": true})).await;
    let wrong = desk.export_status(&reference).await;
    assert_ne!(wrong["package"]["parts"][0]["encryptedPartHash"], part["encryptedPartHash"]);
    desk.command("/exports", json!({"wrongHashes": false})).await;
    fetch(&desk, &desk.export_status(&reference).await).await;
    let url = format!("{}/requests", desk.world.emulator.management_url());
    let counts: Value = desk.world.call(Method::GET, &url, None, None).await.json();
    assert_eq!(counts["operations"]["storage.export_part"], 5);
}
