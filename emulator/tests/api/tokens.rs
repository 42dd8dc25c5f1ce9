//! KSeF tokens through the API.

use ksef_emulator::Profile;
use serde_json::{Value, json};

use crate::world::{NIP, OTHER_NIP, World};

async fn generate(world: &World, access: &str, permissions: &[&str], description: &str) -> Value {
    let body = json!({"permissions": permissions, "description": description});
    let answer = world.post_json("/tokens", Some(access), &body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn a_token_made_after_a_login_by_signature_logs_in() {
    let world = World::start(Profile::Production).await;
    let owner = world.log_in_as_owner(NIP).await;
    let made = generate(&world, &owner.access, &["InvoiceWrite"], "Wystawianie faktur").await;
    let reference = made["referenceNumber"].as_str().unwrap();
    let status = world.get(&format!("/tokens/{reference}"), &owner.access).await.json();
    assert_eq!(status["status"], "Active");
    assert_eq!(status["authorIdentifier"], json!({"type": "Nip", "value": NIP}));
    assert_eq!(status["requestedPermissions"], json!(["InvoiceWrite"]));
    let started = world.start_with_token(NIP, made["token"].as_str().unwrap()).await;
    let by_token = world.redeem(&started).await;
    let body = json!({"permissions": ["InvoiceWrite"], "description": "Jeszcze jeden"});
    let refused = world.post_json("/tokens", Some(&by_token.access), &body).await;
    assert_eq!((refused.status, &refused.json()["reasonCode"]), (403, &json!("auth-method-not-allowed")));
}

#[tokio::test]
async fn tokens_cannot_hold_more_than_their_author() {
    let world = World::start(Profile::Production).await;
    let subject = json!({"type": "Nip", "value": OTHER_NIP});
    let grant =
        json!({"context": {"type": "Nip", "value": NIP}, "subject": subject, "permissions": ["InvoiceRead"]});
    world.command("/permissions", grant).await;
    let seal = world.identity(json!({"nip": OTHER_NIP})).await;
    let started = world.start_as(&seal, &crate::logins::nip_context(NIP), "certificateSubject").await;
    let reader = world.redeem(&started).await;
    let refused =
        async |body: Value| world.post_json("/tokens", Some(&reader.access), &body).await.exception();
    let more = json!({"permissions": ["InvoiceRead", "SubunitManage"], "description": "za dużo"});
    assert_eq!(refused(more).await, (26001, vec!["Brakujące uprawnienia: SubunitManage.".to_owned()]));
    assert_eq!(refused(json!({"permissions": ["Owner"], "description": "opis opis"})).await.0, 21001);
    assert_eq!(refused(json!({"permissions": ["InvoiceRead"], "description": "abc"})).await.0, 21405);
    assert_eq!(refused(json!({"permissions": [], "description": ""})).await.1.len(), 2 + 1);

    let provider = world.identity(json!({"kind": "peppol", "peppolId": "PPL123456"})).await;
    let fingerprint = json!({"type": "Fingerprint", "value": provider.certificate().fingerprint()});
    let context = json!({"type": "PeppolId", "value": "PPL123456"});
    let grant = json!({"context": context, "subject": fingerprint, "permissions": ["PefInvoiceWrite", "InvoiceRead"]});
    world.command("/permissions", grant).await;
    let started = world.start_as(&provider, "<PeppolId>PPL123456</PeppolId>", "certificateSubject").await;
    let tokens = world.redeem(&started).await;
    let body = json!({"permissions": ["InvoiceRead"], "description": "opis opis"});
    assert_eq!(world.post_json("/tokens", Some(&tokens.access), &body).await.code(), 26002);
}

#[tokio::test]
async fn lists_are_filtered_and_show_what_the_caller_may_see() {
    let world = World::start(Profile::Test).await;
    let owner = world.log_in_as_owner(NIP).await;
    for number in 0..12 {
        generate(&world, &owner.access, &["InvoiceRead"], &format!("Czytanie {number}")).await;
    }
    let written = generate(&world, &owner.access, &["InvoiceWrite"], "PISANIE").await;
    world.make_token(OTHER_NIP, &["InvoiceRead"]).await;
    let list = async |query: &str| {
        let answer = world.get(&format!("/tokens{query}"), &owner.access).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    let all = list("?pageSize=100").await;
    assert_eq!(all["tokens"].as_array().unwrap().len(), 13);
    assert_eq!(all["tokens"][0]["referenceNumber"], written["referenceNumber"]);
    assert!(list("").await["continuationToken"].is_string());
    assert_eq!(list("?description=pisa").await["tokens"].as_array().unwrap().len(), 1);
    let count = async |query: &str| list(query).await["tokens"].as_array().unwrap().len();
    assert_eq!(count("?status=Revoked&status=Pending").await, 0);
    assert_eq!(count(&format!("?authorIdentifier={NIP}&authorIdentifierType=Nip&pageSize=50")).await, 13);
    assert_eq!(count("?authorIdentifierType=Pesel").await, 0);
    assert_eq!(world.get("/tokens?status=Lost", &owner.access).await.code(), 21001);
    assert_eq!(world.get("/tokens?description=ab", &owner.access).await.code(), 21405);

    let (text, reference) = world.make_token(NIP, &["InvoiceRead"]).await;
    let by_token = world.redeem(&world.start_with_token(NIP, &text).await).await;
    let seen = world.get("/tokens?pageSize=100", &by_token.access).await.json();
    assert_eq!(seen["tokens"].as_array().unwrap().len(), 1, "{seen}");
    let foreign = format!("/tokens/{}", written["referenceNumber"].as_str().unwrap());
    for refused in
        [world.get(&foreign, &by_token.access).await, world.delete(&foreign, &by_token.access).await]
    {
        assert_eq!(refused.json()["reasonCode"], "insufficient-resource-access");
    }
    assert_eq!(world.delete(&format!("/tokens/{reference}"), &by_token.access).await.status, 204);
}

#[tokio::test]
async fn states_take_their_time_when_told_to() {
    let world = World::start(Profile::Test).await;
    let owner = world.log_in_as_owner(NIP).await;
    world.command("/processing", json!({"tokenDelayMs": 5_000})).await;
    let made = generate(&world, &owner.access, &["InvoiceRead"], "Powolny token").await;
    let path = format!("/tokens/{}", made["referenceNumber"].as_str().unwrap());
    let status = async || world.get(&path, &owner.access).await.json()["status"].as_str().unwrap().to_owned();
    assert_eq!(status().await, "Pending");
    let started = world.start_with_token(NIP, made["token"].as_str().unwrap()).await;
    assert_eq!(world.login_outcome(&started).await, (450, "Token nieaktywny".to_owned()));
    world.advance(5).await;
    assert_eq!(status().await, "Active");
    assert_eq!(world.delete(&path, &owner.access).await.status, 204);
    assert_eq!(status().await, "Revoking");
    world.advance(5).await;
    assert_eq!(status().await, "Revoked");
}
