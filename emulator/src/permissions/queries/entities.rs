//! Rights to handle invoices that the context received, and authorisations that it gave or received.

use axum::extract::State;
use ksef_model::{
    EntityAuthorizationPermissionsQueryRequest, EntityPermissionsQueryRequest, InvoicePermissionType,
    QueryType,
};
use serde_json::Value;

use super::{Page, add_details, among, answer, common, is_context};
use crate::{
    auth::Authenticated,
    json::{Json, Reply},
    permissions::{
        grant::{Author, Grant, GrantKind, identifier},
        store::PermissionStore,
    },
    state::AppState,
};

/// `POST /permissions/query/entities/grants`.
pub(super) async fn query(
    State(state): State<AppState>,
    caller: Authenticated,
    page: Page,
    Json(filter): Json<EntityPermissionsQueryRequest>,
) -> Reply<Value> {
    let giver = filter.context_identifier.as_ref().map(|one| (one.kind.as_str(), one.value.as_str()));
    let wanted = |_: &PermissionStore, grant: &Grant| {
        grant.kind == GrantKind::Entity
            && super::nip_of(&caller).is_some_and(|nip| grant.holder.is_nip(nip.as_str()))
            && is_context(giver, &grant.context)
    };
    answer(&state, page, "permissions", wanted, |_, grant| {
        let mut item = common(grant, "permissionScope");
        item["contextIdentifier"] = identifier(&grant.context);
        item["canDelegate"] = grant.can_delegate.into();
        item
    })
}

/// `POST /permissions/query/authorizations/grants`.
pub(super) async fn authorizations(
    State(state): State<AppState>,
    caller: Authenticated,
    page: Page,
    Json(filter): Json<EntityAuthorizationPermissionsQueryRequest>,
) -> Reply<Value> {
    let giver = filter.authorizing_identifier.as_ref().map(|one| (one.kind.as_str(), one.value.as_str()));
    let holder = filter.authorized_identifier.as_ref();
    let wanted = |_: &PermissionStore, grant: &Grant| {
        let listed = match filter.query_type {
            QueryType::Received => {
                grant.holder.kind() == caller.context.kind()
                    && grant.holder.value() == caller.context.value()
                    && is_context(giver, &grant.context)
            }
            _ => {
                grant.context == caller.context
                    && holder.is_none_or(|one| {
                        one.kind.as_str() == grant.holder.kind() && one.value == grant.holder.value()
                    })
            }
        };
        grant.kind == GrantKind::Authorization
            && listed
            && among(filter.permission_types.as_ref(), &grant.scope, InvoicePermissionType::as_str)
    };
    answer(&state, page, "authorizationGrants", wanted, |_, grant| {
        let mut item = common(grant, "authorizationScope");
        item["authorizedEntityIdentifier"] = grant.holder.to_json();
        item["authorizingEntityIdentifier"] = identifier(&grant.context);
        if matches!(grant.author, Author::Subject(_)) {
            item["authorIdentifier"] = grant.author.to_json();
        }
        add_details(&mut item, grant);
        item
    })
}
