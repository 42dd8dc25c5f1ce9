//! One invoice from the first call to the confirmation.

use ksef_documents::upo::{Authentication, Receiver, Upo};
use ksef_emulator::Profile;
use ksef_model::{OpenOnlineSessionResponse, SessionsQueryResponse};
use ksef_xades::{VerifyOptions, verify};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    client::{SELLER, World, hash_of},
    invoice, today,
};

#[tokio::test]
async fn an_invoice_is_sent_numbered_downloaded_and_confirmed() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite", "InvoiceRead"]).await;
    let opening = world.opening().await;
    let opened: OpenOnlineSessionResponse =
        world.call(Method::POST, "/sessions/online", Some(&token), Some(opening)).await.json();
    let session = opened.reference_number.as_str();
    assert_eq!(opened.reference_number.kind(), Some("SO"));
    assert!(opened.reference_number.checksum_is_valid());

    let xml = invoice("FV/1", today());
    let sent = world.send(&token, session, &xml).await;
    let status = world.final_invoice(&token, session, &sent).await;
    assert_eq!((status.status.code, status.status.description.as_str()), (200, "Sukces"));
    assert_eq!(status.invoice_number.as_deref(), Some("FV/1"));
    assert_eq!(status.invoicing_mode.unwrap().as_str(), "Online");
    assert_eq!(status.invoice_hash, Some(hash_of(&xml)));
    let number = status.ksef_number.unwrap();
    assert!(number.checksum_is_valid());
    assert_eq!(number.seller_nip().unwrap().as_str(), SELLER);

    let open: Value = world.read(&token, &format!("/sessions/{session}")).await.json();
    assert_eq!(open["status"], json!({"code": 100, "description": "Sesja interaktywna otwarta"}));
    assert_eq!((&open["invoiceCount"], &open["successfulInvoiceCount"]), (&json!(1), &json!(1)));
    assert!(open.get("failedInvoiceCount").is_none() && open.get("upo").is_none());

    let closed = world.close(&token, session).await;
    assert_eq!((closed.status, closed.body.len()), (StatusCode::NO_CONTENT, 0));
    let done = world.final_session(&token, session).await;
    assert_eq!(done.status.code, 200);
    let pages = done.upo.unwrap().pages;
    assert_eq!(pages.len(), 1);

    let base = format!("/sessions/{session}");
    let by_reference = world.read(&token, &format!("{base}/invoices/{sent}/upo")).await;
    let by_number = world.read(&token, &format!("{base}/invoices/ksef/{number}/upo")).await;
    let page = world.read(&token, &format!("{base}/upo/{}", pages[0].reference_number)).await;
    let invoice_link = world.call(Method::GET, &status.upo_download_url.unwrap(), None, None).await;
    let page_link = world.call(Method::GET, &pages[0].download_url, None, None).await;
    for answer in [&by_reference, &by_number, &page, &invoice_link, &page_link] {
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.headers["content-type"], "application/xml");
        assert_eq!(answer.hash(), hash_of(&answer.body));
        verify(&answer.body, &VerifyOptions::default()).unwrap();
    }
    assert_eq!(by_reference.body, by_number.body);
    assert_eq!(by_reference.body, invoice_link.body);
    assert_eq!(page.body, page_link.body);

    let upo = Upo::parse(&by_number.body).unwrap();
    assert_eq!(upo.receiver, Receiver::Test);
    assert_eq!(upo.session_reference.as_str(), session);
    assert!(matches!(&upo.authentication, Authentication::Token(token) if token.kind() == Some("EC")));
    assert_eq!((upo.structure_name.as_str(), upo.form_code.as_str()), ("Schemat_FA(3)_v1-0E.xsd", "FA (3)"));
    assert_eq!(upo.documents[0].ksef_number, number);
    assert_eq!(upo.documents[0].invoice_hash, hash_of(&xml));

    let listed: SessionsQueryResponse = world.read(&token, "/sessions?sessionType=Online").await.json();
    assert_eq!(listed.sessions.len(), 1);
    assert_eq!(listed.sessions[0].total_invoice_count, 1);
    assert_eq!(listed.sessions[0].failed_invoice_count, 0);
}

#[tokio::test]
async fn the_original_bytes_come_back_once_they_are_stored() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite", "InvoiceRead"]).await;
    let session = world.open(&token).await;
    world.manage("/processing", json!({"delayMs": 200_000})).await;
    let xml = invoice("FV/1", today());
    let sent = world.send(&token, &session, &xml).await;
    world.manage("/clock", json!({"advanceSeconds": 210})).await;
    let status = world.final_invoice(&token, &session, &sent).await;
    assert!(status.permanent_storage_date.is_none());
    let path = format!("/invoices/ksef/{}", status.ksef_number.as_ref().unwrap());
    let early = world.read(&token, &path).await;
    assert_eq!((early.status.as_u16(), early.code()), (400, 21165));
    world.manage("/clock", json!({"advanceSeconds": 100})).await;
    let late = world.read(&token, &path).await;
    assert_eq!(late.status, StatusCode::OK);
    assert_eq!(late.body, xml);
    assert_eq!(late.hash(), hash_of(&xml));
    assert_eq!(late.headers["content-type"], "application/xml");
    assert!(world.final_invoice(&token, &session, &sent).await.permanent_storage_date.is_some());

    // The buyer may read it, a stranger may not, and nobody reads what does not exist.
    let buyer = world.log_in("1111111111", &["InvoiceRead"]).await;
    assert_eq!(world.read(&buyer, &path).await.body, xml);
    let stranger = world.log_in("2222222222", &["InvoiceRead"]).await;
    let refused = world.read(&stranger, &path).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json::<Value>()["reasonCode"], "insufficient-resource-access");
    let unknown = world.read(&token, "/invoices/ksef/5265877635-20250826-0100001AF629-AF").await;
    assert_eq!(
        unknown.refusal(),
        (
            400,
            21164,
            vec![
                "Faktura o numerze KSeF 5265877635-20250826-0100001AF629-AF nie została znaleziona."
                    .to_owned()
            ]
        )
    );
    assert_eq!(world.read(&token, "/invoices/ksef/1").await.code(), 21405);
}

#[tokio::test]
async fn a_duplicate_names_the_original() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let first = world.open(&token).await;
    let xml = invoice("FV/1", today());
    let original = world.send(&token, &first, &xml).await;
    let original = world.final_invoice(&token, &first, &original).await;
    let number = original.ksef_number.unwrap();
    let second = world.open(&token).await;
    let sent = world.send(&token, &second, &xml).await;
    let status = world.final_invoice(&token, &second, &sent).await;
    assert_eq!((status.status.code, status.status.description.as_str()), (440, "Duplikat faktury"));
    assert_eq!(
        status.status.details.unwrap(),
        [format!(
            "Duplikat faktury. Faktura o numerze KSeF: {number} została już prawidłowo przesłana do systemu w sesji: {first}"
        )]
    );
    let extensions = status.status.extensions.unwrap();
    assert_eq!(extensions["originalKsefNumber"].as_deref(), Some(number.as_str()));
    assert_eq!(extensions["originalSessionReferenceNumber"].as_deref(), Some(first.as_str()));
    assert!(status.ksef_number.is_none() && status.invoicing_mode.is_none());
    let no_upo = world.read(&token, &format!("/sessions/{second}/invoices/{sent}/upo")).await;
    assert_eq!(no_upo.code(), 21178);

    let url = format!("{}/invoices", world.emulator.management_url());
    let held: Vec<Value> = world.call(Method::GET, &url, None, None).await.json();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0]["ksefNumber"], number.as_str());
    assert_eq!(held[0]["sessionReferenceNumber"], first);
}
