//! Permissions given by the system, consent to attachments, blocked contexts, and who has this API at all.

use ksef_emulator::Profile;
use ksef_model::ContextIdentifier;
use serde_json::{Value, json};

use super::{COMPANY, PESEL};
use crate::world::{World, nip, person, to_person};

fn pair() -> Value {
    json!({
        "contextIdentifier": {"type": "Nip", "value": COMPANY},
        "authorizedIdentifier": {"type": "Pesel", "value": PESEL},
    })
}

fn grant(permissions: &[&str]) -> Value {
    let mut body = pair();
    let item = |one: &&str| json!({"permissionType": one, "description": "Zgłoszenie ZAW-FA"});
    body["permissions"] = permissions.iter().map(item).collect();
    body
}

#[tokio::test]
async fn the_system_gives_and_takes() {
    let world = World::start().await;
    world.test_data("permissions", grant(&["CredentialsManage", "SubunitManage"])).await;
    let head = world.log_in(&person(PESEL), &nip(COMPANY)).await.unwrap();
    // What an administrator gives stays an administrator's, what the pair has goes together.
    assert_eq!(world.grant("persons", &head, to_person("Pesel", PESEL, &["InvoiceRead"])).await, 200);
    let own = world.query("personal/grants", &head, json!({})).await;
    assert_eq!(own["permissions"].as_array().unwrap().len(), 3);
    world.test_data("permissions/revoke", pair()).await;
    assert_eq!(world.log_in(&person(PESEL), &nip(COMPANY)).await, Err(415));

    // The published scenarios write the kinds with a small letter.
    let mut small = grant(&["InvoiceRead"]);
    small["contextIdentifier"]["type"] = json!("nip");
    small["authorizedIdentifier"]["type"] = json!("pesel");
    world.test_data("permissions", small).await;
    assert!(world.log_in(&person(PESEL), &nip(COMPANY)).await.is_ok());
}

#[tokio::test]
async fn attachments_are_allowed_until_a_day() {
    let world = World::start().await;
    let owner = world.owner(COMPANY).await;
    let status = async || world.get("/permissions/attachments/status", &owner).await.json();
    assert_eq!(status().await, json!({"isAttachmentAllowed": false}));
    world.test_data("attachment", json!({"nip": COMPANY})).await;
    assert_eq!(status().await, json!({"isAttachmentAllowed": true}));
    let today = jiff::Timestamp::now().in_tz("Europe/Warsaw").unwrap().date();
    let end = today.checked_add(jiff::Span::new().days(2)).unwrap();
    world.test_data("attachment/revoke", json!({"nip": COMPANY, "expectedEndDate": end.to_string()})).await;
    let until = status().await;
    assert_eq!(until["isAttachmentAllowed"], true);
    let midnight: jiff::Timestamp = until["revokedDate"].as_str().unwrap().parse().unwrap();
    assert_eq!(midnight, end.in_tz("Europe/Warsaw").unwrap().timestamp());
    world.manage("/clock", json!({"advanceSeconds": 3 * 86_400})).await;
    let owner = world.owner(COMPANY).await;
    let ended = world.get("/permissions/attachments/status", &owner).await.json();
    assert_eq!(ended["isAttachmentAllowed"], false);

    world.test_data("attachment", json!({"nip": COMPANY})).await;
    world.test_data("attachment/revoke", json!({"nip": COMPANY})).await;
    let at_once = world.get("/permissions/attachments/status", &owner).await.json();
    assert!(at_once["isAttachmentAllowed"] == false && at_once["revokedDate"].is_string());
}

#[tokio::test]
async fn a_blocked_context_takes_nobody_in() {
    let world = World::start().await;
    let context = json!({"contextIdentifier": {"type": "Nip", "value": COMPANY}});
    world.test_data("permissions", grant(&["InvoiceRead"])).await;
    world.test_data("context/block", context.clone()).await;
    assert_eq!(world.log_in(&person(PESEL), &nip(COMPANY)).await, Err(480));
    let unit = json!({"contextIdentifier": {"type": "InternalId", "value": "6824515772-12343"}});
    world.test_data("context/block", unit).await;
    let unit = ContextIdentifier::new("InternalId", "6824515772-12343").unwrap();
    assert_eq!(world.log_in(&person(PESEL), &unit).await, Err(480));
    world.test_data("context/unblock", context).await;
    assert!(world.log_in(&person(PESEL), &nip(COMPANY)).await.is_ok());
}

#[tokio::test]
async fn bodies_are_checked() {
    let world = World::start().await;
    let changed = |path: &str, value: Value| {
        let mut body = grant(&["InvoiceRead", "InvoiceWrite"]);
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let context = |kind: &str, value: &str| json!({"contextIdentifier": {"type": kind, "value": value}});
    for (path, body, code, field) in [
        (
            "permissions",
            changed("/authorizedIdentifier/value", json!("12345678901")),
            21405,
            "authorizedIdentifier.value",
        ),
        (
            "permissions",
            changed("/contextIdentifier/type", json!("InternalId")),
            21001,
            "contextIdentifier.type",
        ),
        (
            "permissions",
            changed("/permissions/1/permissionType", json!("InvoiceRead")),
            21405,
            "permissions[1]",
        ),
        ("permissions", changed("/permissions/0/permissionType", json!("Owner")), 21001, "permissions[0]"),
        (
            "permissions",
            changed("/permissions/0/description", json!("abc")),
            21405,
            "permissions[0].description",
        ),
        ("permissions", changed("/permissions", json!([])), 21405, "permissions"),
        ("permissions/revoke", context("Nip", COMPANY), 21405, "authorizedIdentifier"),
        ("attachment", json!({"nip": "1"}), 21405, "nip"),
        ("attachment/revoke", json!({}), 21405, "nip"),
        ("attachment/revoke", json!({"nip": COMPANY, "expectedEndDate": "soon"}), 21001, "expectedEndDate"),
        ("context/block", json!({}), 21405, "contextIdentifier"),
        ("context/block", context("Nip", "123"), 21405, "contextIdentifier.value"),
        ("context/unblock", context("Pesel", PESEL), 21001, "contextIdentifier.type"),
    ] {
        let (found, detail) = world.post(&format!("/testdata/{path}"), "", body).await.exception();
        assert!(found == code && detail.contains(field), "{path}: {found} {detail}");
    }
}

#[tokio::test]
async fn only_the_test_environment_has_test_data() {
    for profile in [Profile::Demo, Profile::Production] {
        let world = World::start_as(profile).await;
        let body = json!({"nip": COMPANY});
        assert_eq!(world.post("/testdata/attachment", "", body).await.status, 404, "{profile}");
        assert_eq!(world.post("/testdata/permissions", "", grant(&["InvoiceRead"])).await.status, 404);
    }
}
