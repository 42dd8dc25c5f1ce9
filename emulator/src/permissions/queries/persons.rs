//! `POST /permissions/query/persons/grants`: who may work in the context, or what the caller granted there.

use axum::extract::State;
use ksef_model::{PersonPermissionType, PersonPermissionsQueryRequest, PersonPermissionsQueryType};
use serde_json::Value;

use super::{Page, add_details, among, answer, common, is_context, is_target, state_word};
use crate::{
    auth::Authenticated,
    json::{Json, Reply},
    permissions::{
        grant::{Author, Grant, GrantKind, identifier},
        store::PermissionStore,
    },
    state::AppState,
};

pub(super) async fn query(
    State(state): State<AppState>,
    caller: Authenticated,
    page: Page,
    Json(filter): Json<PersonPermissionsQueryRequest>,
) -> Reply<Value> {
    let target = filter.target_identifier.as_ref().map(|one| (one.kind.as_str(), one.value.as_deref()));
    let unit = filter.context_identifier.as_ref().map(|one| (one.kind.as_str(), one.value.as_str()));
    let wanted = |store: &PermissionStore, grant: &Grant| {
        let listed = match filter.query_type {
            PersonPermissionsQueryType::PermissionsGrantedInCurrentContext => {
                is_granted_by(store, grant, &caller)
            }
            _ => works_here(grant, &caller),
        };
        listed
            && filter
                .author_identifier
                .as_ref()
                .is_none_or(|one| is_author(&grant.author, one.kind.as_str(), one.value.as_deref()))
            && filter.authorized_identifier.as_ref().is_none_or(|one| {
                one.kind.as_str() == grant.holder.kind() && one.value == grant.holder.value()
            })
            && (unit.is_none() || is_of_unit(grant) && is_context(unit, &grant.context))
            && is_target(target, grant.target())
            && among(filter.permission_types.as_ref(), &grant.scope, PersonPermissionType::as_str)
            && filter.permission_state.as_ref().is_none_or(|one| one.as_str() == state_word(store, grant))
    };
    answer(&state, page, "permissions", wanted, to_json)
}

/// Direct permissions of the context, and the indirect ones that it gave as an intermediary.
fn works_here(grant: &Grant, caller: &Authenticated) -> bool {
    let kind = matches!(
        grant.kind,
        GrantKind::Person | GrantKind::Entity | GrantKind::Subunit { .. } | GrantKind::Indirect(_)
    );
    kind && grant.context == caller.context
}

/// What the caller gave in this context: for it, for units below it, for partners.
fn is_granted_by(store: &PermissionStore, grant: &Grant, caller: &Authenticated) -> bool {
    let kind = matches!(
        grant.kind,
        GrantKind::Person | GrantKind::Entity | GrantKind::Subunit { .. } | GrantKind::Indirect(_)
    );
    let by_caller = match &grant.author {
        Author::System => false,
        Author::Subject(author) => store.registry.identifiers(&caller.subject).contains(author),
    };
    kind && by_caller && grant.granted_in == caller.context
}

fn is_author(author: &Author, kind: &str, value: Option<&str>) -> bool {
    match author {
        Author::System => kind == "System",
        Author::Subject(subject) => subject.kind.as_str() == kind && value == Some(subject.value.as_str()),
    }
}

fn is_of_unit(grant: &Grant) -> bool {
    matches!(grant.kind, GrantKind::Subunit { .. })
}

fn to_json(store: &PermissionStore, grant: &Grant) -> Value {
    let mut item = common(grant, "permissionScope");
    item["authorizedIdentifier"] = grant.holder.to_json();
    item["authorIdentifier"] = grant.author.to_json();
    item["permissionState"] = state_word(store, grant).into();
    item["canDelegate"] = grant.can_delegate.into();
    if is_of_unit(grant) {
        item["contextIdentifier"] = identifier(&grant.context);
    }
    if let Some(target) = grant.target() {
        item["targetIdentifier"] = target.to_json();
    }
    add_details(&mut item, grant);
    item
}
