//! Collective identifiers: who may make them, who sees what.

use ksef_crypto::crc8;
use ksef_emulator::Profile;
use serde_json::{Value, json};

use crate::world::{NIP, OTHER_NIP, THIRD_NIP, World};

const GENERATE: &str = "/collective-identifiers";
const QUERY: &str = "/collective-identifiers/query";
const INVOICES: &str = "/collective-identifiers/invoices";

fn of(numbers: &[&String]) -> Value {
    let invoices: Vec<Value> = numbers.iter().map(|number| json!({"ksefNumber": number})).collect();
    json!({ "invoices": invoices })
}

/// A query of everything made around now.
fn around_now() -> Value {
    let now = jiff::Timestamp::now();
    let from = now - jiff::SignedDuration::from_hours(24);
    json!({"dateCreatedFrom": from.to_string(),
           "dateCreatedTo": (from + jiff::SignedDuration::from_hours(100 * 24)).to_string()})
}

impl World {
    async fn generate(&self, token: &str, body: &Value) -> String {
        let answer = self.post(GENERATE, token, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["collectiveIdentifierNumber"].as_str().unwrap().to_owned()
    }

    async fn reader(&self, nip: &str) -> String {
        self.log_in_by_token(nip, &["InvoiceRead"]).await
    }
}

#[tokio::test]
async fn the_maker_and_the_parties_see_the_details_and_others_do_not() {
    let world = World::start(Profile::Test).await;
    let numbers = world.ksef_numbers(NIP, OTHER_NIP, &["FV/1", "FV/2"]).await;
    let (buyer, seller) = (world.reader(OTHER_NIP).await, world.reader(NIP).await);
    let stranger = world.reader(THIRD_NIP).await;
    let payment = json!({"amount": 1234.56, "currency": "PLN"});
    let body = json!({"invoices": [
        {"ksefNumber": numbers[0], "payment": payment, "description": "Zaliczka"},
        {"ksefNumber": numbers[1]},
    ]});
    let number = world.generate(&buyer, &body).await;
    assert_eq!(number.len(), 35);
    assert!(number.starts_with(&format!("{NIP}-IZ20")), "{number}");
    assert_eq!(number[33..], format!("{:02X}", crc8(&number.as_bytes()[..32])));

    let listed = world.query(QUERY, &buyer, &around_now()).await;
    let item = &listed["collectiveIdentifiers"][0];
    assert_eq!((&item["collectiveIdentifierNumber"], &item["invoiceCount"]), (&json!(number), &json!(2)));
    assert_eq!(item["createdInCurrentContext"], true);
    let of_seller = world.query(QUERY, &seller, &around_now()).await;
    assert_eq!(of_seller["collectiveIdentifiers"][0]["createdInCurrentContext"], false);
    let of_stranger = world.query(QUERY, &stranger, &around_now()).await;
    assert_eq!(of_stranger, json!({"collectiveIdentifiers": []}));

    let wanted = json!({"collectiveIdentifierNumbers": [number, "1111111111-IZ202607-65ED02180000-E7"]});
    for token in [&buyer, &seller] {
        let found = world.query(INVOICES, token, &wanted).await["invoices"].clone();
        let sorted: Vec<&str> =
            found.as_array().unwrap().iter().map(|one| one["ksefNumber"].as_str().unwrap()).collect();
        assert!(sorted.len() == 2 && sorted[0] > sorted[1], "{sorted:?}");
        let paid = found.as_array().unwrap().iter().find(|one| one["ksefNumber"] == numbers[0]).unwrap();
        assert_eq!((&paid["payment"], &paid["description"]), (&payment, &json!("Zaliczka")));
        assert_eq!(paid["detailsHidden"], false);
    }
    let found = world.query(INVOICES, &stranger, &wanted).await["invoices"].clone();
    for one in found.as_array().unwrap() {
        assert!(one["payment"].is_null() && one["description"].is_null(), "{one}");
        // There is nothing to hide where nothing was given.
        assert_eq!(one["detailsHidden"], one["ksefNumber"] == numbers[0]);
    }

    let path = format!("/collective-identifiers/ksef/{}", numbers[0]);
    for (token, here) in [(&buyer, true), (&seller, false)] {
        let found = world.read(&path, token).await;
        assert_eq!(found["collectiveIdentifiers"][0]["createdInCurrentContext"], here);
    }
    assert_eq!(world.read(&path, &stranger).await, json!({"collectiveIdentifiers": []}));
}

#[tokio::test]
async fn invoices_must_exist_be_of_one_seller_and_be_named_once() {
    let world = World::start(Profile::Test).await;
    let ours = world.ksef_numbers(NIP, OTHER_NIP, &["FV/1", "FV/2", "FV/3"]).await;
    let theirs = world.ksef_numbers(THIRD_NIP, OTHER_NIP, &["FV/1"]).await;
    let token = world.reader(OTHER_NIP).await;
    let unknown = "5265877635-20250626-010080DD2B5E-26".to_owned();
    let refused = async |body: &Value| world.post(GENERATE, &token, body).await.exception();
    assert_eq!(
        refused(&of(&[&ours[0], &unknown])).await,
        (71001, format!("Faktura o numerze KSeF {unknown} nie została znaleziona."))
    );
    assert_eq!(
        refused(&of(&[&ours[0], &theirs[0]])).await,
        (71004, format!("Faktura o numerze KSeF {} ma innego sprzedawcę.", theirs[0]))
    );
    assert_eq!(
        refused(&of(&[&ours[0], &ours[1], &ours[0]])).await,
        (71005, format!("Powtórzony numer KSeF {}.", ours[0]))
    );
    assert_eq!(refused(&of(&[&ours[0]])).await.0, 21405);
    assert_eq!(refused(&of(&[])).await.0, 21405);
    assert_eq!(refused(&of(&[&ours[0], &"FV/2".to_owned()])).await.0, 21405);
    let mut long = of(&[&ours[0], &ours[1]]);
    long["invoices"][1]["description"] = "ą".repeat(513).into();
    assert_eq!(refused(&long).await.0, 21405);
    let mut foreign = of(&[&ours[0], &ours[1]]);
    foreign["invoices"][0]["payment"] = json!({"amount": 1, "currency": "ZŁ"});
    assert_eq!(refused(&foreign).await.0, 21001);

    let session = json!({"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 10});
    let limits = json!({"onlineSession": session, "batchSession": session,
                        "collectiveIdentifier": {"maxInvoices": 2}});
    assert_eq!(world.post("/testdata/limits/context/session", &token, &limits).await.status, 200);
    assert_eq!(refused(&of(&[&ours[0], &ours[1], &ours[2]])).await.0, 21405);
    world.generate(&token, &of(&[&ours[0], &ours[1]])).await;

    let powerless = world.log_in_by_token(OTHER_NIP, &["CredentialsRead"]).await;
    let answer = world.post(GENERATE, &powerless, &of(&[&ours[0], &ours[1]])).await;
    assert_eq!((answer.status, &answer.json()["reasonCode"]), (403, &json!("missing-permissions")));
    let manager = world.log_in_by_token(OTHER_NIP, &["CollectiveIdentifierManage"]).await;
    world.generate(&manager, &of(&[&ours[0], &ours[1]])).await;
}

#[tokio::test]
async fn an_invoice_belongs_to_so_many_identifiers_of_a_context_and_lists_have_pages() {
    let world = World::start(Profile::Test).await;
    let numbers = world.ksef_numbers(NIP, OTHER_NIP, &["FV/1", "FV/2", "FV/3"]).await;
    let token = world.reader(OTHER_NIP).await;
    let body = of(&[&numbers[0], &numbers[1]]);
    let mut made = Vec::new();
    for _ in 0..132 {
        made.push(world.generate(&token, &body).await);
    }
    let (code, detail) = world.post(GENERATE, &token, &body).await.exception();
    assert_eq!(code, 71002);
    assert!(detail.contains(&numbers[0]), "{detail}");
    // Another invoice and another context have room.
    world.generate(&world.reader(NIP).await, &body).await;

    let path = format!("/collective-identifiers/ksef/{}", numbers[0]);
    let mut seen: Vec<String> = Vec::new();
    let mut continuation = String::new();
    loop {
        let headers = [("x-continuation-token", continuation.as_str())];
        let page = world
            .call(reqwest::Method::GET, &format!("{path}?pageSize=50"), &token, None, &headers)
            .await
            .json();
        let items = page["collectiveIdentifiers"].as_array().unwrap();
        seen.extend(items.iter().map(|one| one["collectiveIdentifierNumber"].as_str().unwrap().to_owned()));
        match page["continuationToken"].as_str() {
            Some(token) => continuation = token.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 133);
    assert!(made.iter().all(|number| seen.contains(number)));

    let wanted = json!({"collectiveIdentifierNumbers": made[..10]});
    let most = world.query(&format!("{INVOICES}?pageSize=500"), &token, &wanted).await;
    assert_eq!(most["invoices"].as_array().unwrap().len(), 20);
    let too_many = json!({"collectiveIdentifierNumbers": made[..11]});
    assert_eq!(world.post(INVOICES, &token, &too_many).await.code(), 21405);
    assert_eq!(world.post(INVOICES, &token, &json!({})).await.code(), 21405);
    for (path, body) in [(QUERY, around_now()), (INVOICES, wanted)] {
        let headers = [("x-continuation-token", "!")];
        let refused = world.call(reqwest::Method::POST, path, &token, Some(&body), &headers).await;
        assert_eq!(refused.code(), 21418, "{path}");
        let small = world.post(&format!("{path}?pageSize=9"), &token, &body).await;
        assert_eq!(small.code(), 21405, "{path}");
    }
    let headers = [("x-continuation-token", "!")];
    assert_eq!(world.call(reqwest::Method::GET, &path, &token, None, &headers).await.code(), 21418);
}

#[tokio::test]
async fn queries_filter() {
    let world = World::start(Profile::Test).await;
    let numbers = world.ksef_numbers(NIP, OTHER_NIP, &["FV/1", "FV/2", "FV/3"]).await;
    let (buyer, seller) = (world.reader(OTHER_NIP).await, world.reader(NIP).await);
    let pair = world.generate(&buyer, &of(&[&numbers[0], &numbers[1]])).await;
    world.advance(1).await;
    let three = world.generate(&seller, &of(&[&numbers[0], &numbers[1], &numbers[2]])).await;
    let found = async |token: &str, more: Value| {
        let mut filter = around_now();
        for (name, value) in more.as_object().unwrap() {
            filter[name] = value.clone();
        }
        let page = world.query(QUERY, token, &filter).await;
        let items = page["collectiveIdentifiers"].as_array().unwrap().clone();
        items
            .iter()
            .map(|one| one["collectiveIdentifierNumber"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let just = |number: &String| vec![number.clone()];
    assert_eq!(found(&seller, json!({})).await, [three.clone(), pair.clone()]);
    assert_eq!(found(&buyer, json!({})).await, just(&pair));
    assert_eq!(found(&seller, json!({"invoiceCountFrom": 3})).await, just(&three));
    assert_eq!(found(&seller, json!({"invoiceCountTo": 2})).await, just(&pair));
    assert_eq!(found(&seller, json!({"createdInCurrentContext": true})).await, just(&three));
    assert_eq!(found(&seller, json!({"createdInCurrentContext": false})).await, just(&pair));
    assert_eq!(found(&seller, json!({"collectiveIdentifierNumber": pair})).await, just(&pair));

    let refused = async |filter: Value| world.post(QUERY, &buyer, &filter).await.code();
    let period = |from: &str, to: &str| json!({"dateCreatedFrom": from, "dateCreatedTo": to});
    assert_eq!(refused(period("2026-01-01T00:00:00Z", "2026-04-11T00:00:01Z")).await, 21405);
    assert_eq!(refused(period("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z")).await, 21405);
    assert_eq!(refused(json!({"dateCreatedFrom": "2026-01-02T00:00:00Z"})).await, 21405);
    assert_eq!(refused(json!({"dateCreatedFrom": "yesterday", "dateCreatedTo": "today"})).await, 21001);
    assert_eq!(world.get("/collective-identifiers/ksef/FV-1", &buyer).await.code(), 21405);
}
