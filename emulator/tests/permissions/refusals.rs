//! What is refused before an operation begins.

use ksef_model::operations::OPERATIONS;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    COMPANY, OFFICE, PESEL,
    world::{World, nip, person, to_entity, to_person},
};

#[tokio::test]
async fn every_operation_names_the_permission_that_is_missing() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    assert_eq!(world.grant("persons", &owner, to_person("Pesel", PESEL, &["InvoiceRead"])).await, 200);
    let reader = world.log_in(&person(PESEL), &nip(COMPANY)).await.unwrap();
    let mut seen = 0;
    for operation in OPERATIONS.iter().filter(|one| one.area == "permissions") {
        if operation.permissions.is_empty() {
            continue;
        }
        let path = operation.path.replace("{permissionId}", "0c9a72e8-f344-457f-9c16-7c640eb60242");
        let method: Method = format!("{:?}", operation.method).to_uppercase().parse().unwrap();
        let body = (method == Method::POST).then(|| json!({}));
        let (required, present) = world.call(method.clone(), &path, &reader, body).await.missing();
        let mut required: Vec<_> = required.as_array().unwrap().clone();
        let mut expected: Vec<_> = operation.permissions.iter().map(|one| json!(one)).collect();
        required.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!((required, present), (expected, json!(["InvoiceRead"])), "{}", operation.id);
        let anonymous = world.call(method, &path, "", None).await;
        assert_eq!(anonymous.status, 401, "{}", operation.id);
        seen += 1;
        // The limits on requests are not what is tested.
        world.manage("/clock", json!({"advanceSeconds": 2})).await;
    }
    assert_eq!(seen, 17, "19 operations, of which two are for everybody");
}

#[tokio::test]
async fn grants_name_the_field_at_fault() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let changed = |path: &str, value: Value| {
        let mut body = to_person("Pesel", PESEL, &["InvoiceRead"]);
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let fingerprint = json!({"type": "Fingerprint", "value": "A".repeat(64)});
    let mut entity = to_entity(OFFICE, json!([{"type": "InvoiceRead"}, {"type": "InvoiceRead"}]));
    for (kind, body, code, field) in [
        ("persons", changed("/subjectDetails", Value::Null), 21405, "'subjectDetails'"),
        ("persons", changed("/subjectDetails/personById", Value::Null), 21405, "'subjectDetails.personById'"),
        (
            "persons",
            changed("/subjectDetails/personById/firstName", json!("A")),
            21405,
            "subjectDetails.personById.firstName",
        ),
        (
            "persons",
            changed("/subjectDetails/subjectDetailsType", json!("Person")),
            21001,
            "subjectDetailsType",
        ),
        ("persons", changed("/description", json!("abcd")), 21405, "'description'"),
        ("persons", changed("/description", json!("a".repeat(257))), 21405, "'description'"),
        ("persons", changed("/permissions", json!([])), 21405, "'permissions'"),
        ("persons", changed("/permissions", json!(["InvoiceRead", "InvoiceRead"])), 21405, "permissions[1]"),
        ("persons", changed("/permissions", json!(["Owner"])), 21001, "permissions[0]"),
        (
            "persons",
            changed("/subjectIdentifier/value", json!("30132206276")),
            21405,
            "subjectIdentifier.value",
        ),
        ("persons", changed("/subjectIdentifier/type", json!("PeppolId")), 21001, "subjectIdentifier.type"),
        ("persons", changed("/subjectIdentifier", fingerprint), 21405, "subjectDetails.subjectDetailsType"),
        ("entities", entity.clone(), 21405, "permissions[1]"),
        ("indirect", changed("/permissions", json!(["Introspection"])), 21001, "permissions[0]"),
        ("subunits", changed("/description", json!("Bez kontekstu")), 21405, "'contextIdentifier'"),
        ("eu-entities/administration", changed("/description", json!("Bez nazwy")), 21405, "'euEntityName'"),
    ] {
        let answer = world.post(&format!("/permissions/{kind}/grants"), &owner, body).await;
        let (found, detail) = answer.exception();
        assert!(found == code && detail.contains(field), "{kind} {field}: {found} {detail}");
        world.manage("/clock", json!({"advanceSeconds": 2})).await;
    }
    entity["permission"] = json!("Everything");
    assert_eq!(world.post("/permissions/authorizations/grants", &owner, entity).await.exception().0, 21001);
    for kind in ["common", "authorizations"] {
        let path = format!("/permissions/{kind}/grants/short");
        assert_eq!(world.call(Method::DELETE, &path, &owner, None).await.exception().0, 21405);
    }
    let several = changed("/subjectDetails/personById", json!({"firstName": "A", "lastName": "B"}));
    let answer = world.post("/permissions/persons/grants", &owner, several).await;
    let (_, details) = answer.exception();
    assert!(details.contains("firstName") && details.contains("lastName"), "{details}");
}

#[tokio::test]
async fn a_permission_of_others_cannot_be_taken() {
    let world = World::start().await;
    let (company, office) = (world.owner(COMPANY).await, world.owner(OFFICE).await);
    assert_eq!(world.grant("persons", &company, to_person("Pesel", PESEL, &["InvoiceRead"])).await, 200);
    let list =
        world.query("persons/grants", &company, json!({"queryType": "PermissionsInCurrentContext"})).await;
    assert_eq!(world.revoke("common", &office, &list["permissions"][0]["id"]).await, 410);
    assert!(world.log_in(&person(PESEL), &nip(COMPANY)).await.is_ok());
    // Units are administered by those who may manage units, persons by those who may manage permissions.
    assert_eq!(world.grant("persons", &company, to_person("Nip", OFFICE, &["SubunitManage"])).await, 200);
    let of_units = world.log_in(&crate::world::seal(OFFICE), &nip(COMPANY)).await.unwrap();
    assert_eq!(world.revoke("common", &of_units, &list["permissions"][0]["id"]).await, 420);
}
