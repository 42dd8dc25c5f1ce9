//! Units of companies, local governments and VAT groups; EU entities.

use ksef_crypto::SymmetricKey;
use ksef_model::ContextIdentifier;
use serde_json::{Value, json};

use crate::{
    COMPANY, OTHER, OTHER_PESEL, PESEL,
    world::{World, nameless, nip, person, to_person},
};

const UNIT: &str = "6824515772-12343";
const UNIT_OWNER: &str = "6824515772";

fn administrator(kind: &str, unit: &str, pesel: &str) -> Value {
    let mut body = to_person("Pesel", pesel, &[]);
    body.as_object_mut().unwrap().remove("permissions");
    body["contextIdentifier"] = json!({"type": kind, "value": unit});
    body["subunitName"] = json!("Oddział w Łodzi");
    body
}

#[tokio::test]
async fn an_internal_unit_has_an_administrator_of_its_own() {
    let world = World::start().await;
    let owner = world.owner(UNIT_OWNER).await;
    let unit = ContextIdentifier::new("InternalId", UNIT).unwrap();
    assert_eq!(world.log_in(&person(PESEL), &unit).await, Err(415));
    assert_eq!(world.grant("subunits", &owner, administrator("InternalId", UNIT, PESEL)).await, 200);
    let head = world.log_in(&person(PESEL), &unit).await.unwrap();
    assert_eq!(world.log_in(&person(PESEL), &nip(UNIT_OWNER)).await, Err(415));
    assert_eq!(world.grant("persons", &head, to_person("Pesel", OTHER_PESEL, &["InvoiceWrite"])).await, 200);
    let clerk = world.log_in(&person(OTHER_PESEL), &unit).await.unwrap();
    assert_eq!(world.open_session(&clerk, &SymmetricKey::generate().unwrap()).await.status, 201);

    // The superior sees its administrator, not what the administrator did.
    let filter = json!({"subunitIdentifier": {"type": "InternalId", "value": UNIT}});
    let list = world.query("subunits/grants", &owner, filter).await;
    assert_eq!(list["permissions"].as_array().unwrap().len(), 1);
    assert_eq!(list["permissions"][0]["subunitName"], "Oddział w Łodzi");
    let filter = json!({
        "queryType": "PermissionsGrantedInCurrentContext",
        "contextIdentifier": {"type": "InternalId", "value": UNIT},
    });
    let granted = world.query("persons/grants", &owner, filter).await;
    assert_eq!(granted["permissions"][0]["contextIdentifier"], json!({"type": "InternalId", "value": UNIT}));
    assert_eq!(world.revoke("common", &owner, &list["permissions"][0]["id"]).await, 200);
    assert_eq!(world.log_in(&person(PESEL), &unit).await, Err(415));
}

#[tokio::test]
async fn the_identifier_of_a_unit_is_checked() {
    let world = World::start().await;
    let owner = world.owner(UNIT_OWNER).await;
    let refused =
        async |body: Value| world.post("/permissions/subunits/grants", &owner, body).await.exception();
    let (code, detail) = refused(administrator("InternalId", "6824515772-12344", PESEL)).await;
    assert!(code == 21405 && detail.contains("contextIdentifier.value"), "{detail}");
    let mut nameless = administrator("InternalId", UNIT, PESEL);
    nameless.as_object_mut().unwrap().remove("subunitName");
    let (code, detail) = refused(nameless).await;
    assert!(code == 21405 && detail.contains("subunitName"), "{detail}");
    let foreign = world.owner(COMPANY).await;
    assert_eq!(world.grant("subunits", &foreign, administrator("InternalId", UNIT, PESEL)).await, 410);
}

#[tokio::test]
async fn a_local_government_appoints_in_its_units() {
    let world = World::start().await;
    let owner = world.owner(OTHER).await;
    let body = || administrator("Nip", "4972530874", PESEL);
    assert_eq!(world.grant("subunits", &owner, body()).await, 430);
    let government = json!({
        "subjectNip": OTHER, "subjectType": "JST", "description": "Gmina",
        "subunits": [{"subjectNip": "4972530874", "description": "Szkoła podstawowa"}],
    });
    world.test_data("subject", government).await;
    assert_eq!(world.grant("subunits", &owner, administrator("Nip", "8225900795", PESEL)).await, 410);
    assert_eq!(world.grant("subunits", &owner, body()).await, 200);
    let head = world.log_in(&person(PESEL), &nip("4972530874")).await.unwrap();
    assert_eq!(world.grant("persons", &head, to_person("Pesel", OTHER_PESEL, &["InvoiceRead"])).await, 200);
    assert!(world.log_in(&person(OTHER_PESEL), &nip("4972530874")).await.is_ok());

    let own = world.get("/permissions/query/entities/roles", &head).await.json();
    assert_eq!(own["roles"][0]["role"], "LocalGovernmentSubUnit");
    assert_eq!(own["roles"][0]["parentEntityIdentifier"], json!({"type": "Nip", "value": OTHER}));
    let units = world.query("subordinate-entities/roles", &owner, json!({})).await;
    assert_eq!(units["roles"][0]["subordinateEntityIdentifier"]["value"], "4972530874");
    let filter = json!({"subordinateEntityIdentifier": {"type": "Nip", "value": COMPANY}});
    assert_eq!(world.query("subordinate-entities/roles", &owner, filter).await["roles"], json!([]));

    // With the relation its rights go; what the administrator granted inside the unit stays.
    world.test_data("subject/remove", json!({"subjectNip": OTHER})).await;
    assert_eq!(world.log_in(&person(PESEL), &nip("4972530874")).await, Err(415));
    assert!(world.log_in(&person(OTHER_PESEL), &nip("4972530874")).await.is_ok());
    assert_eq!(world.query("subordinate-entities/roles", &owner, json!({})).await["roles"], json!([]));
}

fn eu_subject(identity: &ksef_crypto::SigningIdentity) -> Value {
    json!({
        "subjectIdentifier": {"type": "Fingerprint", "value": identity.certificate().fingerprint()},
        "description": "Samofakturowanie",
        "subjectDetails": {
            "subjectDetailsType": "EntityByFingerprint",
            "entityByFp": {"fullName": "Muster GmbH", "address": "Musterweg 1, Berlin"},
        },
    })
}

#[tokio::test]
async fn an_eu_entity_is_administered_and_represented() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let context = ContextIdentifier::new("NipVatUe", &format!("{COMPANY}-DE123456789")).unwrap();
    let (administrator, representative) = (nameless("Muster GmbH"), nameless("Muster Vertreter"));
    let mut body = eu_subject(&administrator);
    body["contextIdentifier"] = json!({"type": "NipVatUe", "value": context.value()});
    body["euEntityName"] = json!("Muster GmbH, Berlin");
    body["euEntityDetails"] = json!({"fullName": "Muster GmbH", "address": "Musterweg 1, Berlin"});
    let mut foreign = body.clone();
    foreign["contextIdentifier"]["value"] = json!(format!("{OTHER}-DE123456789"));
    assert_eq!(world.grant("eu-entities/administration", &owner, foreign).await, 410);
    assert_eq!(world.grant("eu-entities/administration", &owner, body).await, 200);

    let head = world.log_in_by_fingerprint(&administrator, &context).await.unwrap();
    let mut body = eu_subject(&representative);
    body["permissions"] = json!(["InvoiceWrite"]);
    // An owner has every right but this one.
    let refused = world.post("/permissions/eu-entities/grants", &owner, body.clone()).await;
    assert_eq!(refused.missing(), (json!(["VatUeManage"]), json!(["Owner"])));
    assert_eq!(world.grant("eu-entities", &head, body).await, 200);
    let agent = world.log_in_by_fingerprint(&representative, &context).await.unwrap();
    assert_eq!(world.open_session(&agent, &SymmetricKey::generate().unwrap()).await.status, 201);

    let from_nip = world.query("eu-entities/grants", &owner, json!({"vatUeIdentifier": "DE123456789"})).await;
    assert_eq!(from_nip["permissions"].as_array().unwrap().len(), 4);
    let filter = json!({"permissionTypes": ["InvoiceWrite"]});
    let inside = world.query("eu-entities/grants", &head, filter).await;
    assert_eq!(inside["permissions"].as_array().unwrap().len(), 2);
    let part = representative.certificate().fingerprint()[10..30].to_owned();
    let one =
        world.query("eu-entities/grants", &head, json!({"authorizedFingerprintIdentifier": part})).await;
    assert_eq!(one["permissions"][0]["euEntityName"], "Muster GmbH, Berlin");
    assert_eq!(one["permissions"][0]["subjectEntityDetails"]["address"], "Musterweg 1, Berlin");
    let none = world.query("eu-entities/grants", &owner, json!({"vatUeIdentifier": "DE987654321"})).await;
    assert_eq!(none["permissions"], json!([]));

    assert_eq!(world.revoke("common", &head, &one["permissions"][0]["id"]).await, 200);
    assert_eq!(world.log_in_by_fingerprint(&representative, &context).await, Err(415));
    for item in from_nip["permissions"].as_array().unwrap() {
        assert_eq!(world.revoke("common", &owner, &item["id"]).await, 200);
    }
    assert_eq!(world.log_in_by_fingerprint(&administrator, &context).await, Err(415));
}
