//! Permissions of persons.

use ksef_crypto::SymmetricKey;
use serde_json::json;

use crate::{
    COMPANY, OTHER_PESEL, PESEL,
    world::{World, nameless, nip, person, seal, to_person},
};

#[tokio::test]
async fn a_person_works_from_the_grant_to_its_revocation() {
    let world = World::start().await;
    let clerk = person(PESEL);
    assert_eq!(world.log_in(&clerk, &nip(COMPANY)).await, Err(415));
    let owner = world.owner(COMPANY).await;
    let body = to_person("Pesel", PESEL, &["InvoiceWrite"]);
    assert_eq!(world.grant("persons", &owner, body.clone()).await, 200);
    // A second time changes nothing.
    assert_eq!(world.grant("persons", &owner, body).await, 200);

    let token = world.log_in(&clerk, &nip(COMPANY)).await.unwrap();
    let key = SymmetricKey::generate().unwrap();
    assert_eq!(world.open_session(&token, &key).await.status, 201);
    // Writing is all that was granted.
    let refused =
        world.post("/permissions/persons/grants", &token, to_person("Pesel", OTHER_PESEL, &["InvoiceRead"]));
    assert_eq!(refused.await.missing(), (json!(["CredentialsManage"]), json!(["InvoiceWrite"])));

    let list =
        world.query("persons/grants", &owner, json!({"queryType": "PermissionsInCurrentContext"})).await;
    let items = list["permissions"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{list}");
    assert_eq!(items[0]["authorizedIdentifier"], json!({"type": "Pesel", "value": PESEL}));
    assert_eq!(items[0]["authorIdentifier"], json!({"type": "Nip", "value": COMPANY}));
    assert_eq!(items[0]["subjectPersonDetails"]["lastName"], "Nowak");
    assert_eq!(world.revoke("common", &owner, &items[0]["id"]).await, 200);
    assert_eq!(world.log_in(&clerk, &nip(COMPANY)).await, Err(415));
    // The access token lives to its end, whatever happened to the permission.
    assert_eq!(world.open_session(&token, &key).await.status, 201);
    assert_eq!(world.revoke("common", &owner, &items[0]["id"]).await, 410);
}

#[tokio::test]
async fn an_administrator_grants_until_the_right_is_gone() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let rights = ["CredentialsManage", "CredentialsRead"];
    assert_eq!(world.grant("persons", &owner, to_person("Pesel", PESEL, &rights)).await, 200);
    let administrator = world.log_in(&person(PESEL), &nip(COMPANY)).await.unwrap();
    let body = to_person("Pesel", OTHER_PESEL, &["InvoiceRead"]);
    assert_eq!(world.grant("persons", &administrator, body).await, 200);
    let reader = world.log_in(&person(OTHER_PESEL), &nip(COMPANY)).await.unwrap();
    assert_eq!(world.get("/sessions?sessionType=Online", &reader).await.missing().1, json!(["InvoiceRead"]));

    let filter =
        json!({"queryType": "PermissionsInCurrentContext", "permissionTypes": ["CredentialsManage"]});
    let list = world.query("persons/grants", &owner, filter).await;
    assert_eq!(world.revoke("common", &owner, &list["permissions"][0]["id"]).await, 200);
    // The access token still says yes, the operation itself looks again.
    let body = to_person("Pesel", OTHER_PESEL, &["InvoiceWrite"]);
    assert_eq!(world.grant("persons", &administrator, body).await, 420);
}

#[tokio::test]
async fn a_token_keeps_its_own_permissions() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let both = ["InvoiceRead", "InvoiceWrite"];
    assert_eq!(world.grant("persons", &owner, to_person("Pesel", PESEL, &both)).await, 200);
    let clerk = world.log_in(&person(PESEL), &nip(COMPANY)).await.unwrap();
    let wanted = json!({"permissions": ["InvoiceWrite"], "description": "token do wysyłki"});
    let made = world.post("/tokens", &clerk, wanted).await;
    assert_eq!(made.status, 202, "{}", made.text);
    let text = made.json()["token"].as_str().unwrap().to_owned();
    let too_much = json!({"permissions": ["CredentialsManage"], "description": "za dużo praw"});
    assert_eq!(world.post("/tokens", &clerk, too_much).await.exception().0, 26001);

    let list =
        world.query("persons/grants", &owner, json!({"queryType": "PermissionsInCurrentContext"})).await;
    for item in list["permissions"].as_array().unwrap() {
        assert_eq!(world.revoke("common", &owner, &item["id"]).await, 200);
    }
    assert_eq!(world.log_in(&person(PESEL), &nip(COMPANY)).await, Err(415));
    let by_token = world.log_in_by_token(&nip(COMPANY), &text).await.unwrap();
    let key = SymmetricKey::generate().unwrap();
    assert_eq!(world.open_session(&by_token, &key).await.status, 201);
    let query = json!({"queryType": "PermissionsInCurrentContext"});
    let refused = world.post("/permissions/query/persons/grants", &by_token, query).await;
    assert_eq!(refused.missing().1, json!(["InvoiceWrite"]));
}

#[tokio::test]
async fn a_person_without_identifier_is_known_by_the_fingerprint() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let foreigner = nameless("Jean Dupont");
    let body = json!({
        "subjectIdentifier": {"type": "Fingerprint", "value": foreigner.certificate().fingerprint()},
        "permissions": ["Introspection"],
        "description": "Wgląd w sesje",
        "subjectDetails": {
            "subjectDetailsType": "PersonByFingerprintWithoutIdentifier",
            "personByFpNoId": {
                "firstName": "Jean", "lastName": "Dupont", "birthDate": "1980-02-03",
                "idDocument": {"type": "Paszport", "number": "FR123", "country": "FR"},
            },
        },
    });
    assert_eq!(world.grant("persons", &owner, body).await, 200);
    let token = world.log_in_by_fingerprint(&foreigner, &nip(COMPANY)).await.unwrap();
    assert_eq!(world.get("/sessions?sessionType=Online", &token).await.status, 200);
    let own = world.query("personal/grants", &token, json!({})).await;
    assert_eq!(own["permissions"][0]["subjectPersonDetails"]["idDocument"]["country"], "FR");
    assert!(own.get("ownerPermissions").is_none());
    assert_eq!(world.log_in_by_fingerprint(&nameless("Jean Dupont"), &nip(COMPANY)).await, Err(415));
}

#[tokio::test]
async fn enforcement_is_granted_by_enforcers_alone() {
    let world = World::start().await;
    let body = || to_person("Pesel", OTHER_PESEL, &["EnforcementOperations"]);
    let company = world.owner(COMPANY).await;
    assert_eq!(world.grant("persons", &company, body()).await, 430);
    let authority = json!({
        "subjectNip": COMPANY, "subjectType": "EnforcementAuthority", "description": "Organ egzekucyjny",
    });
    world.test_data("subject", authority).await;
    assert_eq!(world.grant("persons", &company, body()).await, 200);
    let officer = world.log_in(&person(OTHER_PESEL), &nip(COMPANY)).await.unwrap();
    assert_eq!(world.open_session(&officer, &SymmetricKey::generate().unwrap()).await.status, 201);
}

#[tokio::test]
async fn operations_take_the_time_that_they_are_told() {
    let world = World::start().await;
    world.manage("/processing", json!({"permissionDelayMs": 60_000})).await;
    let owner = world.owner(COMPANY).await;
    let started =
        world.post("/permissions/persons/grants", &owner, to_person("Pesel", PESEL, &["InvoiceRead"])).await;
    let reference = started.json()["referenceNumber"].as_str().unwrap().to_owned();
    assert_eq!(world.operation(&owner, &reference).await, 100);
    assert_eq!(world.log_in(&person(PESEL), &nip(COMPANY)).await, Err(415));
    world.manage("/clock", json!({"advanceSeconds": 61})).await;
    assert!(world.log_in(&person(PESEL), &nip(COMPANY)).await.is_ok());
    assert_eq!(world.operation(&owner, &reference).await, 200);
    let path = format!("/permissions/operations/{reference}");
    let stranger = world.log_in(&seal(crate::OTHER), &nip(crate::OTHER)).await.unwrap();
    assert_eq!(world.get(&path, &stranger).await.json()["reasonCode"], "insufficient-resource-access");
    let unknown = reference.replace("-EG-", "-EH-");
    assert_eq!(world.get(&format!("/permissions/operations/{unknown}"), &owner).await.exception().0, 21405);

    world.manage("/clock", json!({"advanceSeconds": 31 * 86_400})).await;
    let later = world.owner(COMPANY).await;
    assert_eq!(world.get(&path, &later).await.status, 410);
}
