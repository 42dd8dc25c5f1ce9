//! Lists and long operations against the emulator: tokens, permissions.

use std::time::Duration;

use ksef_conformance::driver::NIP;
use ksef_conformance::house;
use ksef_crypto::KeyKind;
use ksef_emulator::{Emulator, Profile};
use libksef::model::{
    AuthenticationTokenStatus, GenerateTokenRequest, PersonPermissionsQueryRequest, SessionType,
    SessionsListQuery, TokenPermissionType, TokensListQuery,
};
use libksef::{Client, Credentials, WaitPolicy, test_identity};
use serde_json::json;

/// The owner, logged in by a seal: tokens may be made only after such a login.
fn owner(emulator: &Emulator) -> Client {
    let nip = NIP.parse().expect("a NIP");
    let identity = test_identity::seal(&nip, "Firma", KeyKind::P256).expect("an identity");
    Client::builder(house::environment(emulator))
        .credentials(Credentials::certificate(identity))
        .context(nip)
        .build()
        .expect("a client")
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_made_awaited_and_listed() {
    let emulator = house::emulator(Profile::Test).await;
    let client = owner(&emulator);
    for number in 0..12 {
        let request = GenerateTokenRequest {
            permissions: vec![TokenPermissionType::InvoiceRead],
            description: format!("token {number}"),
        };
        let token = client.tokens().generate(&request).await.expect("a token");
        let wait = WaitPolicy::AtMost(Duration::from_secs(20));
        let active = client.wait_for_token(&token.reference_number, wait).await.expect("a status");
        assert_eq!(active.status, AuthenticationTokenStatus::Active);
    }
    let query = TokensListQuery { page_size: Some(10), ..TokensListQuery::default() };
    let mut pages = client.tokens().all(&query);
    assert_eq!(pages.next().await.expect("a page").map(|page| page.len()), Some(10));
    assert_eq!(pages.collect_all().await.expect("the rest").len(), 2);
    assert_eq!(house::calls(&emulator, "tokens.list"), 2);

    let logins = client.auth().all_sessions().collect_all().await.expect("logins");
    assert_eq!(logins.len(), 1);
    let sessions = client.sessions().all(&SessionType::Online, &SessionsListQuery::default());
    assert!(sessions.collect_all().await.expect("sessions").is_empty());
    emulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_is_granted_in_one_call() {
    let emulator = house::emulator(Profile::Test).await;
    let client = owner(&emulator);
    let request = serde_json::from_value(json!({
        "subjectIdentifier": {"type": "Pesel", "value": "44051401359"},
        "permissions": ["InvoiceRead"],
        "description": "Praca w księgowości",
        "subjectDetails": {"subjectDetailsType": "PersonByIdentifier",
            "personById": {"firstName": "Anna", "lastName": "Nowak"}},
    }))
    .expect("a request");
    let area = client.permissions();
    let wait = WaitPolicy::AtMost(Duration::from_secs(20));
    let done = client.carry_out(area.grant_to_person(&request), wait).await.expect("granted");
    assert_eq!(done.status.code, 200);

    let query: PersonPermissionsQueryRequest =
        serde_json::from_value(json!({"queryType": "PermissionsInCurrentContext"})).expect("a query");
    let granted = client.permissions().all_persons(&query).collect_all().await.expect("permissions");
    assert_eq!(granted.len(), 1);
    let id = granted[0].id.to_string();
    client.carry_out(client.permissions().revoke(&id), wait).await.expect("revoked");
    assert!(client.permissions().all_persons(&query).collect_all().await.expect("permissions").is_empty());
    emulator.stop().await;
}
