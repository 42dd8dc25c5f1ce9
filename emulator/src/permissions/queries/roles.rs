//! Roles of the entity of the context, and of the entities below it.

use std::cmp::Reverse;

use axum::{extract::State, http::StatusCode};
use ksef_model::SubordinateEntityRolesQueryRequest;
use serde_json::{Value, json};

use super::{Page, nip_of};
use crate::{
    auth::Authenticated,
    json::{Json, Reply},
    permissions::registry::Entity,
    state::AppState,
    wire,
};

/// `GET /permissions/query/entities/roles`.
pub(super) async fn own(State(state): State<AppState>, caller: Authenticated, page: Page) -> Reply<Value> {
    let store = state.store();
    let roles = nip_of(&caller).map(|nip| store.permissions.registry.roles(nip)).unwrap_or_default();
    answer(page, roles, |role| {
        let mut item = common(role);
        if let Some(parent) = &role.parent {
            item["parentEntityIdentifier"] = json!({"type": "Nip", "value": parent.as_str()});
        }
        item
    })
}

/// `POST /permissions/query/subordinate-entities/roles`.
pub(super) async fn of_units(
    State(state): State<AppState>,
    caller: Authenticated,
    page: Page,
    Json(filter): Json<SubordinateEntityRolesQueryRequest>,
) -> Reply<Value> {
    let store = state.store();
    let registry = &store.permissions.registry;
    let units: Vec<Entity> = nip_of(&caller)
        .into_iter()
        .flat_map(|nip| registry.units(nip))
        .filter(|unit| {
            filter.subordinate_entity_identifier.as_ref().is_none_or(|one| one.value == unit.nip.as_str())
        })
        .cloned()
        .collect();
    answer(page, units, |unit| {
        let mut item = common(unit);
        item["subordinateEntityIdentifier"] = json!({"type": "Nip", "value": unit.nip.as_str()});
        item
    })
}

/// The latest first; roles have no id, so the NIP decides between those of one instant.
fn answer(page: Page, mut roles: Vec<Entity>, to_json: impl Fn(&Entity) -> Value) -> Reply<Value> {
    roles.sort_by_key(|role| (Reverse(role.since), role.nip.as_str().to_owned()));
    let (items, more) = page.cut(&roles);
    let items: Vec<Value> = items.into_iter().map(to_json).collect();
    Reply(StatusCode::OK, json!({"roles": items, "hasMore": more}))
}

fn common(role: &Entity) -> Value {
    json!({
        "role": role.role.as_str(),
        "description": role.description,
        "startDate": wire::timestamp(role.since),
    })
}
