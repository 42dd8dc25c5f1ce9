//! The metadata query.

use ksef_model::{InvoiceMetadata, QueryInvoicesMetadataResponse};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{BAILIFF, BUYER, Desk, SELLER, THIRD, ago, client::World, filters, last_hour, numbers_of};

const FROM: &str = "2026-10-01T00:00:00Z";
const TO: &str = "2026-10-31T23:59:59Z";

#[tokio::test]
async fn each_party_sees_the_invoice_in_its_own_role() {
    let world = World::start(ksef_emulator::Profile::Test).await;
    let mut desk = Desk { token: world.log_in(SELLER, &["InvoiceRead"]).await, world };
    let unit: ksef_model::InternalId =
        (0..10).find_map(|digit| format!("1111111111-1234{digit}").parse().ok()).unwrap();
    let number = desk
        .deposit(json!({
            "seller": SELLER, "buyer": BUYER, "numberPrefix": "FV/", "storedAt": "2026-10-05T10:00:00Z",
            "thirdSubjects": [{"nip": THIRD, "role": 4}, {"internalId": unit, "role": 8}],
            "authorized": {"nip": BAILIFF, "role": 2}, "net": 200,
        }))
        .await;
    for (nip, role) in
        [(SELLER, "Subject1"), (BUYER, "Subject2"), (THIRD, "Subject3"), (BAILIFF, "SubjectAuthorized")]
    {
        desk.token = desk.world.log_in(nip, &["InvoiceRead"]).await;
        for subject in ["Subject1", "Subject2", "Subject3", "SubjectAuthorized"] {
            let found = desk.numbers(filters(subject, "PermanentStorage", FROM, Some(TO))).await;
            assert_eq!(found.len(), usize::from(subject == role), "{nip} as {subject}");
        }
    }
    let answer = desk.query("", filters("SubjectAuthorized", "Issue", FROM, Some(TO))).await;
    let typed: QueryInvoicesMetadataResponse = serde_json::from_value(answer.clone()).unwrap();
    let found: &InvoiceMetadata = &typed.invoices[0];
    assert_eq!(found.ksef_number.as_str(), number[0]);
    assert_eq!(found.invoice_number, "FV/1");
    assert_eq!(found.seller.nip.as_str(), SELLER);
    assert_eq!(found.buyer.identifier.value.as_deref(), Some(BUYER));
    assert_eq!((found.net_amount, found.vat_amount, found.gross_amount), (200.into(), 46.into(), 246.into()));
    let third = found.third_subjects.as_ref().unwrap();
    assert_eq!([third[0].role, third[1].role], [4, 8]);
    assert_eq!(third[1].identifier.kind.as_str(), "InternalId");
    assert_eq!(found.authorized_subject.as_ref().unwrap().role, 2);
    assert_eq!(typed.permanent_storage_hwm_date, None);
    assert_eq!(answer["invoices"][0]["permanentStorageDate"], "2026-10-05T10:00:00.0000000+00:00");

    let stranger = desk.world.log_in("4444444444", &["InvoiceRead"]).await;
    let content = desk.world.read(&stranger, &format!("/invoices/ksef/{}", number[0])).await;
    assert_eq!(content.status, 403);
    let content = desk.world.read(&desk.token, &format!("/invoices/ksef/{}", number[0])).await;
    assert_eq!(content.hash(), found.invoice_hash);
    assert_eq!(crate::client::hash_of(&content.body), found.invoice_hash);
}

#[tokio::test]
async fn ranges_are_closed_and_issue_days_are_polish() {
    let desk = Desk::of(SELLER).await;
    let number = desk
        .deposit(
            json!({"seller": SELLER, "storedAt": "2026-10-05T10:00:00.123456Z", "issueDate": "2026-10-04"}),
        )
        .await;
    let storage = |from: &str, to: &str| filters("Subject1", "PermanentStorage", from, Some(to));
    let exact = "2026-10-05T10:00:00.123456Z";
    assert_eq!(desk.numbers(storage(exact, exact)).await, number);
    assert_eq!(
        desk.numbers(storage("2026-10-05T12:00:00.123456", "2026-10-05T12:00:00.123456")).await,
        number
    );
    assert!(desk.numbers(storage("2026-10-05T10:00:00.123457Z", TO)).await.is_empty());
    assert!(desk.numbers(storage(FROM, "2026-10-05T10:00:00.123455Z")).await.is_empty());
    let issue = |from: &str, to: &str| filters("Subject1", "Issue", from, Some(to));
    // 22:00 in UTC is midnight of the next Polish day.
    assert_eq!(desk.numbers(issue("2026-10-03T22:00:00Z", "2026-10-03T22:00:00Z")).await, number);
    assert!(desk.numbers(issue("2026-10-03T00:00:00Z", "2026-10-03T21:59:59Z")).await.is_empty());
    assert!(desk.numbers(issue("2026-10-04T22:00:00Z", TO)).await.is_empty());
    let found = desk.query("", storage(exact, exact)).await;
    let received = found["invoices"][0]["invoicingDate"].as_str().unwrap();
    let invoicing = |from: &str, to: &str| filters("Subject1", "Invoicing", from, Some(to));
    assert_eq!(desk.numbers(invoicing(received, received)).await, number);
    assert!(desk.numbers(invoicing(exact, TO)).await.is_empty());
}

#[tokio::test]
async fn every_filter_selects() {
    let desk = Desk::of(SELLER).await;
    let plain = desk
        .deposit(json!({"seller": SELLER, "buyer": BUYER, "storedAt": FROM, "numberPrefix": "A", "net": 100}))
        .await;
    let dear = desk
        .deposit(
            json!({"seller": SELLER, "storedAt": FROM, "numberPrefix": "B", "net": 1000, "offline": true}),
        )
        .await;
    let select = |more: Value| {
        let mut filters = filters("Subject1", "PermanentStorage", FROM, Some(TO));
        filters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        filters
    };
    let both = [plain.clone(), dear.clone()].concat();
    assert_eq!(desk.numbers(select(json!({}))).await, both);
    for (filter, expected) in [
        (json!({"ksefNumber": plain[0]}), &plain),
        (json!({"invoiceNumber": "B1"}), &dear),
        (json!({"amount": {"type": "Netto", "from": 100, "to": 100}}), &plain),
        (json!({"amount": {"type": "Brutto", "from": 123.01}}), &dear),
        (json!({"amount": {"type": "Vat", "to": 23.00}}), &plain),
        (json!({"sellerNip": SELLER}), &both),
        (json!({"sellerNip": BUYER}), &Vec::new()),
        (json!({"buyerIdentifier": {"type": "Nip", "value": BUYER}}), &plain),
        (json!({"buyerIdentifier": {"type": "None"}}), &dear),
        (json!({"currencyCodes": ["EUR", "PLN"]}), &both),
        (json!({"currencyCodes": ["EUR"]}), &Vec::new()),
        (json!({"invoicingMode": "Offline"}), &dear),
        (json!({"isSelfInvoicing": false}), &both),
        (json!({"isSelfInvoicing": true}), &Vec::new()),
        (json!({"formType": "FA"}), &both),
        (json!({"formType": "PEF"}), &Vec::new()),
        (json!({"invoiceTypes": ["Kor", "Vat"]}), &both),
        (json!({"invoiceTypes": ["Zal"]}), &Vec::new()),
        (json!({"hasAttachment": true}), &Vec::new()),
    ] {
        assert_eq!(&desk.numbers(select(filter.clone())).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn pages_end_at_the_ceiling_and_the_last_date_leads_on() {
    let desk = Desk::of(SELLER).await;
    desk.command("/download", json!({"maxRows": 25})).await;
    let stored = desk
        .deposit(json!({"seller": SELLER, "count": 40, "storedAt": "2026-10-05T10:00:00Z", "stepMs": 1000}))
        .await;
    let wanted = filters("Subject1", "PermanentStorage", FROM, Some(TO));
    let mut seen = Vec::new();
    for (offset, more, truncated) in [(0, true, false), (1, true, false), (2, true, true)] {
        let page = desk.query(&format!("pageSize=10&pageOffset={offset}"), wanted.clone()).await;
        assert_eq!((&page["hasMore"], &page["isTruncated"]), (&more.into(), &truncated.into()));
        seen.extend(numbers_of(&page));
    }
    assert_eq!(seen, stored[..25]);
    let from = "2026-10-05T10:00:24Z";
    let rest = desk.query("pageSize=250", filters("Subject1", "PermanentStorage", from, Some(TO))).await;
    assert_eq!(numbers_of(&rest), stored[24..]);
    assert_eq!((&rest["hasMore"], &rest["isTruncated"]), (&false.into(), &false.into()));
    let backwards = desk.query("sortOrder=Desc&pageSize=10", wanted.clone()).await;
    let expected: Vec<String> = stored.iter().rev().take(10).cloned().collect();
    assert_eq!(numbers_of(&backwards), expected);
    desk.command("/download", json!({"repeatedRows": 1})).await;
    let second = desk.query("pageSize=10&pageOffset=1", wanted).await;
    assert_eq!(numbers_of(&second), stored[9..19]);
}

#[tokio::test]
async fn wrong_requests_are_refused_at_once_with_all_their_faults() {
    let desk = Desk::of(SELLER).await;
    let long = filters("Subject1", "Issue", "2026-01-01T00:00:00Z", Some("2026-04-11T00:00:01Z"));
    let (status, code, details) = desk.try_query("pageSize=9&pageOffset=-1", long).await.refusal();
    assert_eq!((status, code, details.len()), (400, 21405, 3));
    assert!(details.contains(&"'dateRange' must not exceed 100 days.".to_owned()), "{details:?}");
    assert_eq!(desk.try_query("", json!({"subjectType": "Subject1"})).await.code(), 21405);
    let unknown = filters("Subject4", "Issue", FROM, Some(TO));
    assert_eq!(desk.try_query("", unknown).await.code(), 21001);
    let no_right = desk.world.log_in(SELLER, &["InvoiceWrite"]).await;
    let answer =
        desk.world.call(Method::POST, "/invoices/query/metadata", Some(&no_right), Some(last_hour())).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn the_mark_trails_holds_back_and_is_the_same_on_every_page() {
    let desk = Desk::of(SELLER).await;
    desk.command("/download", json!({"hwmLagMs": 600_000})).await;
    let stored = desk.deposit(json!({"seller": SELLER, "count": 12})).await;
    assert_eq!(desk.numbers(last_hour()).await.len(), 12);
    let mut restricted = last_hour();
    restricted["dateRange"]["restrictToPermanentStorageHwmDate"] = true.into();
    let held = desk.query("", restricted.clone()).await;
    assert!(numbers_of(&held).is_empty());
    let mark: jiff::Timestamp = held["permanentStorageHwmDate"].as_str().unwrap().parse().unwrap();
    let behind = jiff::Timestamp::now().duration_since(mark);
    assert!((600..660).contains(&behind.as_secs()), "{behind}");

    let mut ahead = restricted.clone();
    ahead["dateRange"]["from"] = ago(30).into();
    let (status, code, details) = desk.try_query("", ahead).await.refusal();
    assert_eq!((status, code, details.len()), (400, 21183, 1));

    desk.advance(700).await;
    let first = desk.query("pageSize=10", restricted.clone()).await;
    let second = desk.query("pageSize=10&pageOffset=1", restricted).await;
    assert_eq!([numbers_of(&first), numbers_of(&second)].concat(), stored);
    assert_eq!(first["permanentStorageHwmDate"], second["permanentStorageHwmDate"]);
    let old = desk.query("", filters("Subject1", "PermanentStorage", FROM, Some(TO))).await;
    assert_eq!(old["permanentStorageHwmDate"], "2026-10-31T23:59:59.0000000+00:00");
}

#[tokio::test]
async fn late_arrivals_come_between_the_mark_and_the_present() {
    let desk = Desk::of(SELLER).await;
    desk.command("/download", json!({"hwmLagMs": 600_000})).await;
    let late = desk.deposit(json!({"seller": SELLER, "storedAt": ago(60), "visibleAfterMs": 300_000})).await;
    let prompt = desk.deposit(json!({"seller": SELLER, "storedAt": ago(30)})).await;
    assert_eq!(desk.numbers(last_hour()).await, prompt);
    assert_eq!(desk.world.read(&desk.token, &format!("/invoices/ksef/{}", late[0])).await.status, 200);
    desk.advance(300).await;
    assert_eq!(desk.numbers(last_hour()).await, [late, prompt].concat());
}

#[tokio::test]
async fn what_sessions_store_is_found_by_the_date_that_they_tell() {
    let desk = Desk::of(SELLER).await;
    let token = desk.world.log_in(SELLER, &["InvoiceRead", "InvoiceWrite"]).await;
    let session = desk.world.open(&token).await;
    let xml = format!(
        "<Faktura xmlns='{}'><Podmiot1><DaneIdentyfikacyjne><NIP>{SELLER}</NIP></DaneIdentyfikacyjne></Podmiot1>\
         <Podmiot2><DaneIdentyfikacyjne><BrakID>1</BrakID></DaneIdentyfikacyjne></Podmiot2><Fa>\
         <KodWaluty>PLN</KodWaluty><P_1>2026-01-02</P_1><P_2>1</P_2><P_15>1</P_15>\
         <RodzajFaktury>VAT</RodzajFaktury></Fa></Faktura>",
        ksef_documents::Form::Fa3.namespace()
    );
    let sent = desk.world.send(&token, &session, xml.as_bytes()).await;
    desk.advance(5).await;
    let path = format!("/sessions/{session}/invoices/{sent}");
    let status: Value = desk.world.read(&token, &path).await.json();
    let stored = status["permanentStorageDate"].as_str().unwrap();
    assert!(stored.ends_with("0+00:00"), "whole microseconds: {stored}");
    let found = desk.query("", filters("Subject1", "PermanentStorage", stored, Some(stored))).await;
    let invoice = &found["invoices"][0];
    for name in ["ksefNumber", "invoicingDate", "acquisitionDate", "permanentStorageDate", "invoiceHash"] {
        assert_eq!(invoice[name], status[name], "{name}");
    }
    assert_eq!(invoice["invoicingMode"], "Offline");
}
