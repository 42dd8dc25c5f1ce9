//! Entities and persons.

use ksef_crypto::SymmetricKey;
use ksef_documents::auth_request::SubjectIdentifierType::CertificateSubject;
use serde_json::{Value, json};

use super::{BAILIFF, COMPANY, GROUP, PESEL};
use crate::world::{World, nip, person, seal, to_person};

fn bailiff() -> Value {
    json!({"nip": BAILIFF.0, "pesel": BAILIFF.1, "isBailiff": true, "description": "Komornik sądowy"})
}

fn group() -> Value {
    json!({
        "subjectNip": GROUP.0,
        "subjectType": "VatGroup",
        "description": "Grupa VAT",
        "subunits": [
            {"subjectNip": GROUP.1[0], "description": "Pierwszy członek"},
            {"subjectNip": GROUP.1[1], "description": "Drugi członek"},
        ],
    })
}

#[tokio::test]
async fn a_bailiff_owns_and_enforces() {
    let world = World::start().await;
    assert_eq!(world.log_in(&person(BAILIFF.1), &nip(BAILIFF.0)).await, Err(415));
    world.test_data("person", bailiff()).await;
    let token = world.log_in(&person(BAILIFF.1), &nip(BAILIFF.0)).await.unwrap();
    assert_eq!(world.open_session(&token, &SymmetricKey::generate().unwrap()).await.status, 201);
    let own = world.query("personal/grants", &token, json!({})).await;
    assert!(own["ownerPermissions"].as_array().unwrap().contains(&json!("EnforcementOperations")));
    assert_eq!(own["permissions"], json!([]), "what belongs to an owner is not a list of grants");
    let roles = world.get("/permissions/query/entities/roles", &token).await.json();
    assert_eq!(roles["roles"][0]["role"], "CourtBailiff");
    assert_eq!(roles["roles"][0]["description"], "Komornik sądowy");
    let deputy = to_person("Pesel", PESEL, &["EnforcementOperations"]);
    assert_eq!(world.grant("persons", &token, deputy).await, 200);

    assert_eq!(world.post("/testdata/person", "", bailiff()).await.exception().0, 30001);
    world.test_data("person/remove", json!({"nip": BAILIFF.0})).await;
    assert_eq!(world.log_in(&person(BAILIFF.1), &nip(BAILIFF.0)).await, Err(415));
    // Whoever has a certificate with the NIP owns it all the same.
    let owner = world.log_in(&seal(BAILIFF.0), &nip(BAILIFF.0)).await.unwrap();
    let roles = world.get("/permissions/query/entities/roles", &owner).await.json();
    assert_eq!(roles["roles"], json!([]));
}

#[tokio::test]
async fn a_sole_trader_is_one_person_under_both_numbers() {
    let world = World::start().await;
    let trader = json!({"nip": BAILIFF.0, "pesel": BAILIFF.1, "isBailiff": false, "description": "Handlarz"});
    world.test_data("person", trader).await;
    let company = world.owner(COMPANY).await;
    assert_eq!(world.grant("persons", &company, to_person("Nip", BAILIFF.0, &["InvoiceRead"])).await, 200);
    let token = world.log_in(&person(BAILIFF.1), &nip(COMPANY)).await.unwrap();
    let own = world.query("personal/grants", &token, json!({})).await;
    assert_eq!(own["permissions"][0]["authorizedIdentifier"], json!({"type": "Nip", "value": BAILIFF.0}));
    let owner = world.log_in(&person(BAILIFF.1), &nip(BAILIFF.0)).await.unwrap();
    let own = world.query("personal/grants", &owner, json!({})).await;
    assert_eq!(own["ownerPermissions"].as_array().unwrap().len(), 7);
    // All rights go with the person.
    world.test_data("person/remove", json!({"nip": BAILIFF.0})).await;
    assert_eq!(world.log_in(&seal(BAILIFF.0), &nip(COMPANY)).await, Err(415));
}

#[tokio::test]
async fn the_dead_do_not_log_in() {
    let world = World::start().await;
    let mut dead = bailiff();
    dead["isDeceased"] = json!(true);
    world.test_data("person", dead).await;
    assert_eq!(world.log_in(&person(BAILIFF.1), &nip(BAILIFF.0)).await, Err(470));
    assert_eq!(world.log_in(&seal(BAILIFF.0), &nip(BAILIFF.0)).await, Err(470));
}

#[tokio::test]
async fn a_person_who_dies_gets_no_more_tokens() {
    let world = World::start().await;
    let started = world.start_login(&seal(BAILIFF.0), &nip(BAILIFF.0), CertificateSubject).await;
    let token = started["authenticationToken"]["token"].as_str().unwrap();
    let path = format!("/auth/{}", started["referenceNumber"].as_str().unwrap());
    assert_eq!(world.get(&path, token).await.json()["status"]["code"], 200);
    let mut dead = bailiff();
    dead["isDeceased"] = json!(true);
    world.test_data("person", dead).await;
    let refused = world.call(reqwest::Method::POST, "/auth/token/redeem", token, None).await;
    assert_eq!(refused.exception().0, 21308);
}

#[tokio::test]
async fn a_vat_group_has_members() {
    let world = World::start().await;
    world.test_data("subject", group()).await;
    let owner = world.owner(GROUP.0).await;
    let units = world.query("subordinate-entities/roles", &owner, json!({})).await;
    let units = units["roles"].as_array().unwrap();
    assert_eq!(units.len(), 2);
    assert!(units.iter().all(|unit| unit["role"] == "VatGroupSubUnit"));
    let roles = world.get("/permissions/query/entities/roles", &owner).await.json();
    assert_eq!(roles["roles"][0]["role"], "VatGroupUnit");

    // One that exists as a member is not created again, and nothing is created with it.
    let other = json!({
        "subjectNip": "1111111111", "subjectType": "JST", "description": "Gmina",
        "subunits": [{"subjectNip": GROUP.1[1], "description": "Szkoła podstawowa"}],
    });
    assert_eq!(world.post("/testdata/subject", "", other).await.exception().0, 30001);
    assert_eq!(world.post("/testdata/subject", "", group()).await.exception().0, 30001);
    let stranger = world.owner("1111111111").await;
    assert_eq!(world.get("/permissions/query/entities/roles", &stranger).await.json()["roles"], json!([]));

    world.test_data("subject/remove", json!({"subjectNip": GROUP.0})).await;
    let member = world.owner(GROUP.1[0]).await;
    assert_eq!(world.get("/permissions/query/entities/roles", &member).await.json()["roles"], json!([]));
}

#[tokio::test]
async fn a_later_entry_must_be_later() {
    let world = World::start().await;
    let with_date = |mut body: Value, date: &str| {
        body["createdDate"] = json!(date);
        body
    };
    world.test_data("subject", with_date(group(), "2026-01-02T10:00:00Z")).await;
    let owner = world.owner(GROUP.0).await;
    let roles = world.get("/permissions/query/entities/roles", &owner).await.json();
    assert!(roles["roles"][0]["startDate"].as_str().unwrap().starts_with("2026-01-02T10:00:00"));
    world.test_data("subject/remove", json!({"subjectNip": GROUP.0})).await;
    let again = world.post("/testdata/subject", "", with_date(group(), "2026-01-02T10:00:00Z")).await;
    let (code, detail) = again.exception();
    assert!(code == 21405 && detail.contains("createdDate"), "{detail}");
    world.test_data("subject", with_date(group(), "2026-01-02T10:00:01Z")).await;

    world.test_data("person", with_date(bailiff(), "2026-01-02T10:00:00Z")).await;
    world.test_data("person/remove", json!({"nip": BAILIFF.0})).await;
    let earlier = world.post("/testdata/person", "", with_date(bailiff(), "2026-01-01T10:00:00Z")).await;
    assert_eq!(earlier.exception().0, 21405);
    world.test_data("person", bailiff()).await;
}

#[tokio::test]
async fn bodies_are_checked() {
    let world = World::start().await;
    let changed = |mut body: Value, path: &str, value: Value| {
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let mut authority = group();
    authority["subjectType"] = json!("EnforcementAuthority");
    for (path, body, code, field) in [
        ("subject", changed(group(), "/subjectNip", json!("123")), 21405, "subjectNip"),
        ("subject", changed(group(), "/subjectType", json!("Company")), 21001, "subjectType"),
        ("subject", changed(group(), "/description", json!("abc")), 21405, "description"),
        (
            "subject",
            changed(group(), "/subunits/0/subjectNip", json!("0000000000")),
            21405,
            "subunits[0].subjectNip",
        ),
        (
            "subject",
            changed(group(), "/subunits/1/subjectNip", json!(GROUP.0)),
            21405,
            "subunits[1].subjectNip",
        ),
        ("subject", authority, 21405, "subunits"),
        ("subject/remove", json!({}), 21405, "subjectNip"),
        ("person", changed(bailiff(), "/pesel", json!("30132206276")), 21405, "pesel"),
        ("person", changed(bailiff(), "/isBailiff", Value::Null), 21405, "isBailiff"),
        ("person", changed(bailiff(), "/isBailiff", json!("yes")), 21001, "isBailiff"),
        ("person/remove", json!({"nip": "12"}), 21405, "nip"),
    ] {
        let (found, detail) = world.post(&format!("/testdata/{path}"), "", body).await.exception();
        assert!(found == code && detail.contains(field), "{path}: {found} {detail}");
    }
}
