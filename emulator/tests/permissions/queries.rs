//! Pages, order and filters of the queries.

use ksef_model::{PersonPermissionsQueryRequest, QueryPersonPermissionsResponse};
use serde_json::{Value, json};

use crate::{
    COMPANY, OTHER_PESEL, PESEL,
    world::{World, nip, person, to_person},
};

const HERE: &str = "PermissionsInCurrentContext";

#[tokio::test]
async fn pages_follow_each_other_the_latest_first() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let rights = ["CredentialsManage", "CredentialsRead", "InvoiceWrite", "InvoiceRead"];
    for pesel in [PESEL, OTHER_PESEL, "90010112345"] {
        assert_eq!(world.grant("persons", &owner, to_person("Pesel", pesel, &rights)).await, 200);
        world.manage("/clock", json!({"advanceSeconds": 1})).await;
    }
    let page = async |query: &str| {
        let body = serde_json::to_value(PersonPermissionsQueryRequest {
            author_identifier: None,
            authorized_identifier: None,
            context_identifier: None,
            target_identifier: None,
            permission_types: None,
            permission_state: None,
            query_type: HERE.into(),
        });
        let path = format!("/permissions/query/persons/grants{query}");
        let answer = world.post(&path, &owner, body.unwrap()).await;
        serde_json::from_str::<QueryPersonPermissionsResponse>(&answer.text).unwrap()
    };
    let first = page("").await;
    assert!(first.has_more && first.permissions.len() == 10);
    let second = page("?pageOffset=1").await;
    assert!(!second.has_more && second.permissions.len() == 2);
    let all: Vec<_> = first.permissions.into_iter().chain(second.permissions).collect();
    assert!(all.is_sorted_by(|one, two| {
        one.start_date > two.start_date || (one.start_date == two.start_date && one.id < two.id)
    }));
    assert_eq!(all[0].authorized_identifier.value, "90010112345");
    assert!(page("?pageOffset=2").await.permissions.is_empty());
    assert!(!page("?pageSize=12").await.has_more);
    let wrong =
        world.post("/permissions/query/persons/grants?pageSize=9", &owner, json!({"queryType": HERE}));
    assert_eq!(wrong.await.exception().0, 21405);
}

#[tokio::test]
async fn filters_choose_by_author_holder_right_and_state() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let system = json!({
        "contextIdentifier": {"type": "Nip", "value": COMPANY},
        "authorizedIdentifier": {"type": "Pesel", "value": PESEL},
        "permissions": [
            {"permissionType": "CredentialsManage", "description": "Zgłoszenie ZAW-FA"},
            {"permissionType": "InvoiceRead", "description": "Zgłoszenie ZAW-FA"},
        ],
    });
    world.test_data("permissions", system).await;
    let administrator = world.log_in(&person(PESEL), &nip(COMPANY)).await.unwrap();
    let body = to_person("Pesel", OTHER_PESEL, &["InvoiceRead", "CredentialsRead"]);
    assert_eq!(world.grant("persons", &administrator, body).await, 200);

    let found = async |filter: Value| {
        let mut body = json!({"queryType": HERE});
        body.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        let list = world.query("persons/grants", &owner, body).await;
        list["permissions"].as_array().unwrap().clone()
    };
    assert_eq!(found(json!({})).await.len(), 4);
    let by_system = found(json!({"authorIdentifier": {"type": "System"}})).await;
    assert_eq!(by_system.len(), 2);
    assert!(by_system.iter().all(|one| one["authorIdentifier"] == json!({"type": "System"})));
    assert_eq!(found(json!({"authorIdentifier": {"type": "Pesel", "value": PESEL}})).await.len(), 2);
    assert_eq!(found(json!({"authorIdentifier": {"type": "Nip", "value": COMPANY}})).await.len(), 0);
    assert_eq!(
        found(json!({"authorizedIdentifier": {"type": "Pesel", "value": OTHER_PESEL}})).await.len(),
        2
    );
    assert_eq!(found(json!({"permissionTypes": ["InvoiceRead"]})).await.len(), 2);
    assert_eq!(found(json!({"permissionTypes": []})).await.len(), 4);
    assert_eq!(found(json!({"permissionState": "Inactive"})).await.len(), 0);
    assert_eq!(found(json!({"targetIdentifier": {"type": "AllPartners"}})).await.len(), 0);

    // The owner granted nothing; the administrator two.
    let granted = json!({"queryType": "PermissionsGrantedInCurrentContext"});
    assert_eq!(world.query("persons/grants", &owner, granted.clone()).await["permissions"], json!([]));
    let own = world.query("persons/grants", &administrator, granted).await;
    assert_eq!(own["permissions"].as_array().unwrap().len(), 2);
    let personal =
        world.query("personal/grants", &administrator, json!({"permissionTypes": ["InvoiceRead"]})).await;
    assert_eq!(personal["permissions"].as_array().unwrap().len(), 1);
    assert!(personal.get("ownerPermissions").is_none());
}

#[tokio::test]
async fn queries_refuse_what_they_do_not_know() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let system = json!({"type": "System", "value": COMPANY});
    let eu = json!({"vatUeIdentifier": "DE12"});
    for (kind, body, code, field) in [
        ("persons/grants", json!({}), 21405, "queryType"),
        ("persons/grants", json!({"queryType": "All"}), 21001, "queryType"),
        (
            "persons/grants",
            json!({"queryType": HERE, "authorIdentifier": system}),
            21405,
            "authorIdentifier.value",
        ),
        ("personal/grants", json!({"targetIdentifier": {"type": "Nip"}}), 21405, "targetIdentifier.value"),
        ("personal/grants", json!({"permissionTypes": ["Owner"]}), 21001, "permissionTypes[0]"),
        (
            "subunits/grants",
            json!({"subunitIdentifier": {"type": "Nip", "value": "123"}}),
            21405,
            "subunitIdentifier.value",
        ),
        (
            "entities/grants",
            json!({"contextIdentifier": {"value": COMPANY}}),
            21405,
            "contextIdentifier.type",
        ),
        (
            "subordinate-entities/roles",
            json!({"subordinateEntityIdentifier": {"type": "Pesel", "value": PESEL}}),
            21001,
            "type",
        ),
        ("authorizations/grants", json!({"queryType": "Both"}), 21001, "queryType"),
        ("eu-entities/grants", eu, 21405, "vatUeIdentifier"),
    ] {
        let answer = world.post(&format!("/permissions/query/{kind}"), &owner, body).await;
        let (found, detail) = answer.exception();
        assert!(found == code && detail.contains(field), "{kind}: {found} {detail}");
    }
    assert_eq!(
        world.get("/permissions/query/entities/roles?pageOffset=-1", &owner).await.exception().0,
        21405
    );
}
