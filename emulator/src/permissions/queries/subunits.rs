//! `POST /permissions/query/subunits/grants`: administrators of units, appointed from the context.

use axum::extract::State;
use ksef_model::SubunitPermissionsQueryRequest;
use serde_json::{Value, json};

use super::{Page, add_details, answer, common, is_context};
use crate::{
    auth::Authenticated,
    json::{Json, Reply},
    permissions::{
        grant::{Grant, GrantKind, identifier},
        store::PermissionStore,
    },
    state::AppState,
};

pub(super) async fn query(
    State(state): State<AppState>,
    caller: Authenticated,
    page: Page,
    Json(filter): Json<SubunitPermissionsQueryRequest>,
) -> Reply<Value> {
    let unit = filter.subunit_identifier.as_ref().map(|one| (one.kind.as_str(), one.value.as_str()));
    let wanted = |_: &PermissionStore, grant: &Grant| {
        matches!(grant.kind, GrantKind::Subunit { .. })
            && grant.granted_in == caller.context
            && is_context(unit, &grant.context)
    };
    answer(&state, page, "permissions", wanted, to_json)
}

fn to_json(_: &PermissionStore, grant: &Grant) -> Value {
    let mut item = common(grant, "permissionScope");
    item["authorizedIdentifier"] = grant.holder.to_json();
    item["subunitIdentifier"] = identifier(&grant.context);
    item["authorIdentifier"] = grant.author.to_json();
    if let GrantKind::Subunit { name: Some(name) } = &grant.kind {
        item["subunitName"] = json!(name);
    }
    add_details(&mut item, grant);
    item
}
