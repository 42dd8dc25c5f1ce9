//! The queries about permissions and roles (PROTOCOL §15.5, §15.6).

mod entities;
mod eu_entities;
mod personal;
mod persons;
mod requests;
mod roles;
mod subunits;

use std::cmp::Reverse;

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use ksef_model::ContextIdentifier;
use serde_json::{Value, json};

use super::{
    grant::{Details, Grant, Target},
    page::Page,
    store::PermissionStore,
};
use crate::{
    auth::Authenticated,
    json::Reply,
    state::{AppState, Store},
    wire,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/permissions/query/personal/grants", post(personal::query))
        .route("/permissions/query/persons/grants", post(persons::query))
        .route("/permissions/query/subunits/grants", post(subunits::query))
        .route("/permissions/query/entities/grants", post(entities::query))
        .route("/permissions/query/entities/roles", get(roles::own))
        .route("/permissions/query/subordinate-entities/roles", post(roles::of_units))
        .route("/permissions/query/authorizations/grants", post(entities::authorizations))
        .route("/permissions/query/eu-entities/grants", post(eu_entities::query))
}

/// Runs a query on permissions as they are now, and answers with the page: the latest first, then by id.
fn answer(
    state: &AppState,
    page: Page,
    list: &str,
    query: impl Fn(&PermissionStore, &Grant) -> bool,
    to_json: impl Fn(&PermissionStore, &Grant) -> Value,
) -> Reply<Value> {
    let now = state.now();
    let mut store = state.store();
    let Store { permissions, .. } = &mut *store;
    permissions.settle(now);
    let mut found: Vec<&Grant> = permissions
        .grants()
        .filter(|grant| grant.scope != crate::auth::permissions::OWNER && query(permissions, grant))
        .collect();
    found.sort_by_key(|grant| (Reverse(grant.start), grant.id.clone()));
    let (items, more) = page.cut(found);
    let items: Vec<Value> = items.into_iter().map(|grant| to_json(permissions, grant)).collect();
    Reply(StatusCode::OK, json!({list: items, "hasMore": more}))
}

/// What all items have in common.
fn common(grant: &Grant, scope: &str) -> Value {
    json!({
        "id": grant.id,
        scope: grant.scope,
        "description": grant.description,
        "startDate": wire::timestamp(grant.start),
    })
}

fn add_details(item: &mut Value, grant: &Grant) {
    match &grant.details {
        Some(Details::Person(person)) => item["subjectPersonDetails"] = json!(person),
        Some(Details::Entity(entity)) => item["subjectEntityDetails"] = json!(entity),
        None => {}
    }
}

fn state_word(store: &PermissionStore, grant: &Grant) -> &'static str {
    if store.is_active(grant) { "Active" } else { "Inactive" }
}

/// Whether an optional list of words allows this one; an empty list allows all.
fn among<T>(list: Option<&Vec<T>>, word: &str, as_str: impl Fn(&T) -> &str) -> bool {
    list.is_none_or(|list| list.is_empty() || list.iter().any(|one| as_str(one) == word))
}

/// Whether a filter on a context allows this one.
fn is_context(filter: Option<(&str, &str)>, context: &ContextIdentifier) -> bool {
    filter.is_none_or(|(kind, value)| kind == context.kind() && value == context.value())
}

/// Whether a filter on a target allows that of the grant.
fn is_target(filter: Option<(&str, Option<&str>)>, target: Option<&Target>) -> bool {
    match (filter, target) {
        (None, _) => true,
        (Some(("AllPartners", _)), Some(Target::AllPartners)) => true,
        (Some((kind, Some(value))), Some(Target::Partner(partner))) => {
            is_context(Some((kind, value)), partner)
        }
        _ => false,
    }
}

/// The NIP of a caller whose context is one.
fn nip_of(caller: &Authenticated) -> Option<&ksef_model::Nip> {
    match &caller.context {
        ContextIdentifier::Nip(nip) => Some(nip),
        _ => None,
    }
}
