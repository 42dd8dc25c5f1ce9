//! Permissions of entities, what they pass on, and authorisations.

use ksef_crypto::SymmetricKey;
use ksef_documents::fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate};
use serde_json::{Value, json};

use crate::{
    COMPANY, OFFICE, OTHER, PESEL,
    world::{World, nip, person, seal, to_entity, to_person},
};

fn indirectly(pesel: &str, permissions: &[&str], target: Value) -> Value {
    let mut body = to_person("Pesel", pesel, permissions);
    body["targetIdentifier"] = target;
    body
}

#[tokio::test]
async fn an_office_passes_on_what_its_clients_allow() {
    let world = World::start().await;
    let company = world.owner(COMPANY).await;
    let office = world.owner(OFFICE).await;
    let clerk = person(PESEL);
    let selective =
        indirectly(PESEL, &["InvoiceWrite", "InvoiceRead"], json!({"type": "Nip", "value": COMPANY}));
    // Without a permission that may be passed on nothing can be passed on.
    assert_eq!(world.grant("indirect", &office, selective.clone()).await, 410);
    let only_write = json!([{"type": "InvoiceWrite", "canDelegate": true}, {"type": "InvoiceRead"}]);
    assert_eq!(world.grant("entities", &company, to_entity(OFFICE, only_write)).await, 200);
    assert_eq!(world.grant("indirect", &office, selective).await, 200);

    let token = world.log_in(&clerk, &nip(COMPANY)).await.unwrap();
    let own = world.query("personal/grants", &token, json!({})).await;
    let items = own["permissions"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{own}");
    assert_eq!(
        (&items[0]["permissionScope"], &items[0]["permissionState"]),
        (&json!("InvoiceWrite"), &json!("Active"))
    );
    assert_eq!(items[0]["targetIdentifier"], json!({"type": "Nip", "value": COMPANY}));
    // The office itself reads, its clerk does not.
    let of_office = world.log_in(&seal(OFFICE), &nip(COMPANY)).await.unwrap();
    let rights = world.query("personal/grants", &of_office, json!({})).await;
    assert_eq!(rights["permissions"].as_array().unwrap().len(), 2);
    // The clerk has no business in the context of the office, nor with others.
    assert_eq!(world.log_in(&clerk, &nip(OFFICE)).await, Err(415));
    assert_eq!(world.log_in(&clerk, &nip(OTHER)).await, Err(415));

    let inactive = json!({"queryType": "PermissionsInCurrentContext", "permissionState": "Inactive"});
    let inactive = world.query("persons/grants", &office, inactive).await;
    assert_eq!(inactive["permissions"].as_array().unwrap().len(), 1);
    assert_eq!(inactive["permissions"][0]["permissionScope"], "InvoiceRead");

    let granted = json!({"queryType": "PermissionsInCurrentContext", "permissionTypes": ["InvoiceWrite"]});
    let granted = world.query("persons/grants", &company, granted).await;
    assert_eq!(granted["permissions"][0]["canDelegate"], true);
    assert_eq!(world.revoke("common", &company, &granted["permissions"][0]["id"]).await, 200);
    assert_eq!(world.log_in(&clerk, &nip(COMPANY)).await, Err(415));
}

#[tokio::test]
async fn a_general_permission_covers_every_client() {
    let world = World::start().await;
    let office = world.owner(OFFICE).await;
    let mut general = to_person("Pesel", PESEL, &["InvoiceRead"]);
    assert_eq!(world.grant("indirect", &office, general.clone()).await, 200);
    general["targetIdentifier"] = json!({"type": "AllPartners"});
    assert_eq!(world.grant("indirect", &office, general).await, 200);
    assert_eq!(world.log_in(&person(PESEL), &nip(COMPANY)).await, Err(415));
    for client in [COMPANY, OTHER] {
        let owner = world.owner(client).await;
        let right = json!([{"type": "InvoiceRead", "canDelegate": true}]);
        assert_eq!(world.grant("entities", &owner, to_entity(OFFICE, right)).await, 200);
        assert!(world.log_in(&person(PESEL), &nip(client)).await.is_ok());
    }
    let filter = json!({
        "queryType": "PermissionsGrantedInCurrentContext", "targetIdentifier": {"type": "AllPartners"},
    });
    let list = world.query("persons/grants", &office, filter).await;
    assert_eq!(list["permissions"].as_array().unwrap().len(), 1, "given twice, listed once");

    let received = world.query("entities/grants", &office, json!({})).await;
    assert_eq!(received["permissions"].as_array().unwrap().len(), 2);
    let filter = json!({"contextIdentifier": {"type": "Nip", "value": OTHER}});
    let of_other = world.query("entities/grants", &office, filter.clone()).await;
    assert_eq!(of_other["permissions"].as_array().unwrap().len(), 1);
    assert_eq!(of_other["permissions"][0]["contextIdentifier"], json!({"type": "Nip", "value": OTHER}));
    // An owner finds what the entity received among the own rights.
    let own = world.query("personal/grants", &office, filter).await;
    assert_eq!(own["permissions"].as_array().unwrap().len(), 1);
    let scopes = own["ownerPermissions"].as_array().unwrap();
    assert!(scopes.contains(&json!("SubunitManage")) && !scopes.contains(&json!("EnforcementOperations")));
}

#[tokio::test]
async fn an_entity_grants_nothing_to_itself() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let right = json!([{"type": "InvoiceRead"}]);
    assert_eq!(world.grant("entities", &owner, to_entity(COMPANY, right)).await, 440);
    let mut body = to_entity(COMPANY, json!(null));
    body["permission"] = json!("SelfInvoicing");
    assert_eq!(world.grant("authorizations", &owner, body).await, 440);
}

#[tokio::test]
async fn authorisations_are_seen_from_both_sides() {
    let world = World::start().await;
    let (company, office) = (world.owner(COMPANY).await, world.owner(OFFICE).await);
    let mut body = to_entity(OFFICE, json!(null));
    body["permission"] = json!("TaxRepresentative");
    assert_eq!(world.grant("authorizations", &company, body.clone()).await, 200);
    body["permission"] = json!("PefInvoicing");
    assert_eq!(world.grant("authorizations", &company, body.clone()).await, 450);
    body["subjectIdentifier"] = json!({"type": "PeppolId", "value": "PPL123456"});
    assert_eq!(world.grant("authorizations", &company, body).await, 200);
    // An authorisation opens no login.
    assert_eq!(world.log_in(&seal(OFFICE), &nip(COMPANY)).await, Err(415));

    let granted = world.query("authorizations/grants", &company, json!({"queryType": "Granted"})).await;
    assert_eq!(granted["authorizationGrants"].as_array().unwrap().len(), 2);
    let filter =
        json!({"queryType": "Granted", "authorizedIdentifier": {"type": "PeppolId", "value": "PPL123456"}});
    let to_provider = world.query("authorizations/grants", &company, filter).await;
    assert_eq!(to_provider["authorizationGrants"][0]["authorizationScope"], "PefInvoicing");
    let filter = json!({"queryType": "Received", "authorizingIdentifier": {"type": "Nip", "value": COMPANY}});
    let received = world.query("authorizations/grants", &office, filter).await;
    let received = received["authorizationGrants"].as_array().unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["subjectEntityDetails"]["fullName"], "Biuro rachunkowe");

    // A Peppol provider has the right to PEF by its context, and sees its own authorisations.
    let provider = crate::world::nameless("PPL123456");
    let context = ksef_model::ContextIdentifier::new("PeppolId", "PPL123456").unwrap();
    let token = world.log_in(&provider, &context).await.unwrap();
    let own = world.query("authorizations/grants", &token, json!({"queryType": "Received"})).await;
    assert_eq!(own["authorizationGrants"].as_array().unwrap().len(), 1);

    // The common operation does not know authorisations, and only the giver takes them back.
    assert_eq!(world.revoke("common", &company, &received[0]["id"]).await, 410);
    assert_eq!(world.revoke("authorizations", &office, &received[0]["id"]).await, 410);
    assert_eq!(world.revoke("authorizations", &company, &received[0]["id"]).await, 200);
    let none = world.query("authorizations/grants", &office, json!({"queryType": "Received"})).await;
    assert_eq!(none, json!({"authorizationGrants": [], "hasMore": false}));
}

#[tokio::test]
async fn a_buyer_issues_for_the_seller_who_allows_it() {
    let world = World::start().await;
    let (seller, buyer) = (world.owner(COMPANY).await, world.owner(OFFICE).await);
    let key = SymmetricKey::generate().unwrap();
    let session =
        world.open_session(&buyer, &key).await.json()["referenceNumber"].as_str().unwrap().to_owned();
    let send = async |number: &str| world.send(&buyer, &session, &key, &self_invoice(number)).await;
    assert_eq!(send("SF/1").await, 410);
    let mut body = to_entity(OFFICE, json!(null));
    body["permission"] = json!("TaxRepresentative");
    assert_eq!(world.grant("authorizations", &seller, body.clone()).await, 200);
    assert_eq!(send("SF/2").await, 410);
    // It counts in the session that is open already.
    body["permission"] = json!("SelfInvoicing");
    assert_eq!(world.grant("authorizations", &seller, body).await, 200);
    assert_eq!(send("SF/3").await, 200);
    let filter = json!({"queryType": "Granted", "permissionTypes": ["SelfInvoicing"]});
    let list = world.query("authorizations/grants", &seller, filter).await;
    assert_eq!(world.revoke("authorizations", &seller, &list["authorizationGrants"][0]["id"]).await, 200);
    assert_eq!(send("SF/4").await, 410);
}

/// An invoice that the office issues as the buyer, in the company's name.
fn self_invoice(number: &str) -> Vec<u8> {
    let seller = Seller {
        nip: COMPANY.parse().unwrap(),
        name: "Sprzedawca".into(),
        address: Address::polish("ul. Prosta 1", "00-001 Warszawa"),
    };
    let today = jiff::Timestamp::now().in_tz("Europe/Warsaw").unwrap().date();
    let invoice =
        InvoiceBuilder::new(seller, Buyer::with_nip(OFFICE.parse().unwrap(), "Nabywca"), number, today)
            .line(Line::new("usługa", 1.into(), "szt.", 100.into(), VatRate::Percent23))
            .build()
            .unwrap();
    let text = String::from_utf8(invoice).unwrap();
    assert!(text.contains("<P_17>2</P_17>"));
    text.replace("<P_17>2</P_17>", "<P_17>1</P_17>").into_bytes()
}
