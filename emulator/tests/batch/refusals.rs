//! What opening and closing refuse at once, and in which words.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_emulator::Profile;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    client::{SELLER, World},
    invoice,
    package::Package,
    today,
};

const UNKNOWN: &str = "20260119-SB-36E370E000-B1C29B0B96-6B";

fn package(world: &World) -> Package {
    Package::zip(&[("a.xml", invoice("FV/1", today()))], 2, &world.key)
}

#[tokio::test]
async fn opening_checks_form_sizes_parts_and_key() {
    let world = World::start(Profile::Production).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let good = world.batch_opening(&package(&world)).await;
    let open_with = async |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        world.try_open_batch(&token, body).await.refusal()
    };
    let parts = |count: i64, size: i64| -> Value {
        let hash = ksef_crypto::Sha256::of(b"").to_base64();
        (1..=count)
            .map(|ordinal| json!({"ordinalNumber": ordinal, "fileSize": size, "fileHash": hash}))
            .collect()
    };
    for (system, schema, value, expected) in [
        ("PEF (3)", "2-1", "PEF", 21405),
        ("PEF_KOR (3)", "2-1", "PEF", 21405),
        ("FA (2)", "1-0E", "FA", 21405),
        ("FA_RR (1)", "1-1E", "FA_RR", 0),
        ("FA (3)", "1-0E", "FA", 0),
    ] {
        let code = json!({"systemCode": system, "schemaVersion": schema, "value": value});
        assert_eq!(open_with(&|body| body["formCode"] = code.clone()).await.1, expected, "{system}");
    }
    let many = open_with(&|body| body["batchFile"]["fileParts"] = parts(51, 16)).await;
    assert_eq!(
        many,
        (400, 21161, vec!["Przekroczono dozwoloną liczbę części paczki: 50. Liczba części: 51.".to_owned()])
    );
    assert_eq!(open_with(&|body| body["batchFile"]["fileParts"] = parts(50, 16)).await.1, 0);
    let large = open_with(&|body| body["batchFile"]["fileParts"] = parts(2, 100_000_017)).await;
    assert_eq!((large.0, large.1, large.2.len()), (400, 21157, 2));
    assert_eq!(large.2[0], "Rozmiar części 1 przekroczył dozwolony rozmiar 100MB.");
    assert_eq!(open_with(&|body| body["batchFile"]["fileParts"] = parts(2, 100_000_016)).await.1, 0);

    let iv = BASE64_STANDARD.encode([0; 24]);
    let refused = open_with(&|body| body["encryption"]["initializationVector"] = iv.clone().into()).await;
    assert_eq!(
        refused.2,
        ["Nieprawidłowa długość wektora inicjującego (IV). Oczekiwano 16 bajtów, otrzymano 24."]
    );
    let id = BASE64_STANDARD.encode([0; 32]);
    let refused = open_with(&|body| body["encryption"]["publicKeyId"] = id.clone().into()).await;
    assert_eq!(refused, (400, 21470, vec![format!("Klucz o identyfikatorze {id} nie jest wspierany.")]));

    let file =
        |name: &'static str, value: Value| move |body: &mut Value| body["batchFile"][name] = value.clone();
    assert_eq!(open_with(&file("fileParts", json!([]))).await.1, 21405);
    assert_eq!(open_with(&file("fileSize", 0.into())).await.1, 21405);
    assert_eq!(open_with(&file("fileSize", 5_000_000_001_i64.into())).await.1, 21405);
    assert_eq!(open_with(&file("fileSize", 5_000_000_000_i64.into())).await.1, 0);
    assert_eq!(open_with(&file("fileHash", "abc".into())).await.1, 21405);
    assert_eq!(open_with(&file("compressionType", "Rar".into())).await.1, 21001);
    assert_eq!(open_with(&file("compressionType", Value::Null)).await.1, 0);
    assert_eq!(
        open_with(&|body| body["batchFile"]["fileParts"][1]["ordinalNumber"] = 1.into()).await.1,
        21405
    );
    assert_eq!(
        open_with(&|body| body["batchFile"]["fileParts"][1]["ordinalNumber"] = 3.into()).await.1,
        21405
    );
    let two = open_with(&|body| {
        body["batchFile"]["fileParts"][1]["fileHash"] = "".into();
        body["batchFile"]["fileParts"][1]["fileSize"] = 0.into();
    })
    .await;
    assert_eq!((two.1, two.2.len()), (21405, 2), "{two:?}");
}

#[tokio::test]
async fn only_who_may_send_opens_and_closes() {
    let world = World::start(Profile::Test).await;
    let package = package(&world);
    let reader = world.log_in(SELLER, &["InvoiceRead"]).await;
    let body = world.batch_opening(&package).await;
    let refused = world.try_open_batch(&reader, body.clone()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json::<Value>()["reasonCode"], "missing-permissions");
    let refused = world.call(Method::POST, "/sessions/batch", None, Some(body)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);

    let writer = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let opened = world.open_batch(&writer, &package).await;
    let other = world.log_in("1111111111", &["InvoiceWrite"]).await;
    assert_eq!(world.close_batch(&other, &opened.session).await.status, StatusCode::FORBIDDEN);
    let path = format!("/sessions/{}", opened.session);
    assert_eq!(world.read(&other, &path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn closing_demands_every_part_and_its_size() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let package = package(&world);
    let opened = world.open_batch(&token, &package).await;
    let close = async || world.close_batch(&token, &opened.session).await.refusal();
    let missing = |part: usize| format!("Nie przesłano zadeklarowanej '{part}' części pliku.");
    assert_eq!(close().await, (400, 21205, vec![missing(1), missing(2)]));
    world.upload(&opened, 2, &package.parts[1]).await;
    assert_eq!(close().await, (400, 21205, vec![missing(1)]));
    world.upload(&opened, 1, &package.parts[0][1..]).await;
    assert_eq!(
        close().await,
        (400, 21157, vec!["Zadeklarowany rozmiar części '1' nie zgadza się z rzeczywistym.".to_owned()])
    );
    // The session is still open: the part is uploaded once more.
    world.upload(&opened, 1, &package.parts[0]).await;
    assert_eq!(world.close_batch(&token, &opened.session).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.final_session(&token, &opened.session).await.status.code, 200);
    assert_eq!(
        close().await,
        (400, 21180, vec!["Status sesji (200) uniemożliwia jej zamknięcie.".to_owned()])
    );

    let unknown = world.close_batch(&token, UNKNOWN).await.refusal();
    assert_eq!(
        unknown,
        (400, 21173, vec![format!("Sesja o numerze referencyjnym {UNKNOWN} nie została znaleziona.")])
    );
    assert_eq!(world.close_batch(&token, "short").await.code(), 21405);
}

#[tokio::test]
async fn the_two_kinds_of_session_are_not_mixed_up() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let online = world.open(&token).await;
    assert_eq!(world.close_batch(&token, &online).await.code(), 21173);
    let batch = world.open_batch(&token, &package(&world)).await.session;
    assert_eq!(world.close(&token, &batch).await.code(), 21173);
    let sending = world.sending(&invoice("FV/1", today()));
    assert_eq!(world.try_send(&token, &batch, sending).await.code(), 21173);
    let open: Value = world.read(&token, &format!("/sessions/{batch}")).await.json();
    assert_eq!(open["status"], json!({"code": 100, "description": "Sesja wsadowa rozpoczęta"}));
}
