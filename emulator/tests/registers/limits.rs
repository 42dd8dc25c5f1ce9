//! Limits of contexts and subjects, and what they do.

use ksef_emulator::Profile;
use serde_json::{Value, json};

use crate::world::{NIP, OTHER_NIP, World, invoice};

const CONTEXT: &str = "/testdata/limits/context/session";
const SUBJECT: &str = "/testdata/limits/subject/certificate";

fn session(size: i64, with_attachment: i64, invoices: i64) -> Value {
    json!({"maxInvoiceSizeInMB": size, "maxInvoiceWithAttachmentSizeInMB": with_attachment,
           "maxInvoices": invoices})
}

fn limits(online: Value, collective: i64) -> Value {
    json!({"onlineSession": online, "batchSession": session(2, 4, 7),
           "collectiveIdentifier": {"maxInvoices": collective}})
}

#[tokio::test]
async fn limits_of_a_context_bind_its_sessions_and_no_others() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_by_token(NIP, &["InvoiceWrite"]).await;
    let default = json!({"onlineSession": session(1, 3, 10_000), "batchSession": session(1, 3, 10_000),
                         "collectiveIdentifier": {"maxInvoices": 500}});
    assert_eq!(world.read("/limits/context", &token).await, default);
    let set = limits(session(0, 0, 1), 2);
    assert_eq!(world.post(CONTEXT, &token, &set).await.status, 200);
    assert_eq!(world.read("/limits/context", &token).await, set);

    let reference = world.open(&token).await;
    let sent = world.send(&token, &reference, &invoice(NIP, OTHER_NIP, "FV/1")).await;
    let (code, detail) = world.send(&token, &reference, &invoice(NIP, OTHER_NIP, "FV/2")).await.exception();
    assert_eq!(code, 21155);
    assert!(detail.ends_with("osiągnęła dozwolony limit liczby faktur 1."), "{detail}");
    let status = world.outcome(&token, &reference, &sent).await;
    assert_eq!(status["status"]["code"], 430, "{status}");
    assert!(status["status"]["details"][0].as_str().unwrap().contains("rozmiar"), "{status}");

    assert_eq!(world.ksef_numbers(OTHER_NIP, NIP, &["FV/1", "FV/2"]).await.len(), 2);
    assert_eq!(world.delete(CONTEXT, &token).await.status, 200);
    assert_eq!(world.read("/limits/context", &token).await, default);
    let sent = world.send(&token, &reference, &invoice(NIP, OTHER_NIP, "FV/3")).await;
    assert_eq!(world.outcome(&token, &reference, &sent).await["status"]["code"], 200);
}

#[tokio::test]
async fn limits_have_bounds() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    for wrong in [session(6, 0, 0), session(0, 11, 0), session(0, 0, 100_001), session(-1, 0, 0)] {
        assert_eq!(world.post(CONTEXT, &token, &limits(wrong.clone(), 2)).await.code(), 21405, "{wrong}");
    }
    for wrong in [1, 5_001] {
        let body = limits(session(1, 3, 10), wrong);
        assert_eq!(world.post(CONTEXT, &token, &body).await.code(), 21405, "{wrong}");
    }
    let (code, detail) = world.post(CONTEXT, &token, &json!({"onlineSession": {}})).await.exception();
    assert_eq!((code, detail.as_str()), (21405, "'onlineSession.maxInvoiceSizeInMB' must not be empty."));
    assert_eq!(world.post(CONTEXT, "", &limits(session(1, 3, 10), 2)).await.status, 401);
    assert_eq!(world.delete(CONTEXT, "").await.status, 401);
    assert_eq!(world.get("/limits/context", "").await.status, 401);
    let negative = json!({"enrollment": {"maxEnrollments": -1}});
    assert_eq!(world.post(SUBJECT, &token, &negative).await.code(), 21405);
    let unknown = json!({"subjectIdentifierType": "Regon"});
    assert_eq!(world.post(SUBJECT, &token, &unknown).await.code(), 21001);
    assert_eq!(world.delete(SUBJECT, "").await.status, 401);
}

#[tokio::test]
async fn limits_of_a_subject_go_with_it() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_as_owner(NIP).await;
    let of = |enrollments: i64, certificates: i64| {
        json!({"enrollment": {"maxEnrollments": enrollments},
               "certificate": {"maxCertificates": certificates}})
    };
    assert_eq!(world.read("/limits/subject", &token).await, of(300, 100));
    let set = json!({"certificate": {"maxCertificates": 0}});
    assert_eq!(world.post(SUBJECT, &token, &set).await.status, 200);
    assert_eq!(world.read("/limits/subject", &token).await, of(300, 0));
    assert_eq!(world.read("/certificates/limits", &token).await["canRequest"], false);
    let other = world.log_in_as_owner(OTHER_NIP).await;
    assert_eq!(world.read("/limits/subject", &other).await, of(300, 100));
    assert_eq!(world.delete(SUBJECT, &token).await.status, 200);
    assert_eq!(world.read("/limits/subject", &token).await, of(300, 100));
    assert_eq!(world.get("/limits/subject", "").await.status, 401);
}

#[tokio::test]
async fn only_test_has_test_data() {
    let world = World::start(Profile::Production).await;
    let token = world.log_in_as_owner(NIP).await;
    assert_eq!(world.post(CONTEXT, &token, &limits(session(1, 3, 10), 2)).await.status, 404);
    assert_eq!(world.post("/testdata/rate-limits/production", &token, &json!({})).await.status, 404);
    assert_eq!(world.read("/limits/context", &token).await["onlineSession"], session(1, 3, 10_000));
}
