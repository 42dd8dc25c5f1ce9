//! Peppol service providers.

use ksef_emulator::Profile;
use ksef_model::ContextIdentifier;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_provider_is_registered_at_its_first_login() {
    let world = World::start(Profile::Production).await;
    let list = async || world.read("/peppol/query", "").await;
    assert_eq!(list().await, json!({"peppolProviders": [], "hasMore": false}));
    let identity = world.identity(json!({"kind": "peppol", "peppolId": "PPL123456"})).await;
    let context = ContextIdentifier::new("PeppolId", "PPL123456").unwrap();
    world.log_in(&identity, &context).await;
    let registered = list().await;
    assert_eq!(registered["peppolProviders"][0]["id"], "PPL123456");
    world.advance(60).await;
    world.log_in(&identity, &context).await;
    assert_eq!(list().await, registered);
}

#[tokio::test]
async fn the_newest_provider_comes_first() {
    let world = World::start(Profile::Test).await;
    for number in 0..11 {
        let body = json!({"id": format!("PPL0000{number:02}"), "name": format!("Dostawca {number}")});
        world.command("/peppol-providers", body).await;
        world.advance(1).await;
    }
    let ids = |page: &Value| {
        let items = page["peppolProviders"].as_array().unwrap();
        items.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = world.read("/peppol/query", "").await;
    assert_eq!((ids(&first).len(), &ids(&first)[0]), (10, &"PPL000010".to_owned()));
    assert_eq!(first["hasMore"], true);
    let last = world.read("/peppol/query?pageOffset=1&pageSize=10", "").await;
    assert_eq!((ids(&last), &last["hasMore"]), (vec!["PPL000000".to_owned()], &json!(false)));
    for query in ["pageSize=9", "pageSize=101", "pageOffset=-1", "pageSize=x"] {
        assert_eq!(world.get(&format!("/peppol/query?{query}"), "").await.code(), 21405, "{query}");
    }
    let again = json!({"id": "PPL000001", "name": "Dostawca"});
    assert_eq!(world.manage("/peppol-providers", again).await.status, 400);
    let wrong = json!({"id": "P123456789", "name": "Dostawca"});
    assert_eq!(world.manage("/peppol-providers", wrong).await.status, 400);
}
