//! `POST /permissions/query/personal/grants`: the caller's own rights in the context.

use axum::extract::State;
use ksef_model::{PersonalPermissionType, PersonalPermissionsQueryRequest};
use serde_json::{Value, json};

use super::{Page, add_details, among, answer, common, is_context, is_target, state_word};
use crate::{
    auth::{Authenticated, permissions::OF_TOKENS},
    json::{Json, Reply},
    permissions::{
        grant::{Grant, GrantKind, identifier},
        store::{PermissionStore, holds},
    },
    state::AppState,
};

pub(super) async fn query(
    State(state): State<AppState>,
    caller: Authenticated,
    page: Page,
    Json(filter): Json<PersonalPermissionsQueryRequest>,
) -> Reply<Value> {
    let context = filter.context_identifier.as_ref().map(|one| (one.kind.as_str(), one.value.as_str()));
    let target = filter.target_identifier.as_ref().map(|one| (one.kind.as_str(), one.value.as_deref()));
    let wanted = |store: &PermissionStore, grant: &Grant| {
        concerns(store, grant, &caller)
            && (context.is_none() || shows_context(grant) && is_context(context, &grant.context))
            && is_target(target, grant.target())
            && among(filter.permission_types.as_ref(), &grant.scope, PersonalPermissionType::as_str)
            && filter.permission_state.as_ref().is_none_or(|one| one.as_str() == state_word(store, grant))
    };
    let mut reply =
        answer(&state, page, "permissions", wanted, |store, grant| to_json(store, grant, &caller));
    let store = state.store();
    if store.permissions.is_owner(&caller.subject, &caller.context) {
        // Enforcement is an owner's only where the entity has such a role.
        let enforces = store.permissions.registry.enforces(&caller.context);
        let scopes: Vec<&str> =
            OF_TOKENS.into_iter().filter(|one| *one != "EnforcementOperations" || enforces).collect();
        reply.1["ownerPermissions"] = json!(scopes);
    }
    reply
}

/// Whether the grant is the caller's own in this context; an owner also has what the entity received.
fn concerns(store: &PermissionStore, grant: &Grant, caller: &Authenticated) -> bool {
    let own = holds(&store.registry.identifiers(&caller.subject), &grant.holder);
    match &grant.kind {
        GrantKind::Authorization => false,
        GrantKind::Indirect(_) => {
            own && (grant.context == caller.context || store.reaches(grant, &caller.context))
        }
        GrantKind::Entity if grant.holder.is_nip(caller.context.value()) => {
            store.is_owner(&caller.subject, &caller.context)
        }
        _ => own && grant.context == caller.context,
    }
}

/// Rights to handle invoices name the entity that gave them.
fn shows_context(grant: &Grant) -> bool {
    grant.kind == GrantKind::Entity && matches!(grant.context.kind(), "Nip" | "InternalId")
}

fn to_json(store: &PermissionStore, grant: &Grant, caller: &Authenticated) -> Value {
    let mut item = common(grant, "permissionScope");
    item["permissionState"] = state_word(store, grant).into();
    item["canDelegate"] = grant.can_delegate.into();
    if shows_context(grant) {
        item["contextIdentifier"] = identifier(&grant.context);
    }
    if grant.holder.value() != caller.subject.value {
        item["authorizedIdentifier"] = grant.holder.to_json();
    }
    if let Some(target) = grant.target() {
        item["targetIdentifier"] = target.to_json();
    }
    add_details(&mut item, grant);
    item
}
