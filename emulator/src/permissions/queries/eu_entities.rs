//! `POST /permissions/query/eu-entities/grants`: administrators and representatives of EU entities.

use axum::extract::State;
use ksef_model::{
    ContextIdentifier, EuEntityPermissionsQueryPermissionType, EuEntityPermissionsQueryRequest,
};
use serde_json::{Value, json};

use super::{Page, add_details, among, answer, common};
use crate::{
    auth::Authenticated,
    json::{Json, Reply},
    permissions::{
        grant::{Grant, GrantKind},
        store::PermissionStore,
    },
    state::AppState,
};

pub(super) async fn query(
    State(state): State<AppState>,
    caller: Authenticated,
    page: Page,
    Json(filter): Json<EuEntityPermissionsQueryRequest>,
) -> Reply<Value> {
    let fingerprint = filter.authorized_fingerprint_identifier.as_deref().unwrap_or_default();
    let wanted = |_: &PermissionStore, grant: &Grant| {
        let Some((nip, vat_ue)) = parts(&grant.context) else { return false };
        let listed = match &caller.context {
            ContextIdentifier::Nip(own) => {
                matches!(grant.kind, GrantKind::EuAdministrator(_)) && nip == own.as_str()
            }
            own => grant.context == *own,
        };
        listed
            && matches!(grant.kind, GrantKind::EuAdministrator(_) | GrantKind::EuRepresentative)
            && filter.vat_ue_identifier.as_deref().is_none_or(|one| one == vat_ue)
            && grant.holder.value().contains(&fingerprint.to_ascii_uppercase())
            && among(
                filter.permission_types.as_ref(),
                &grant.scope,
                EuEntityPermissionsQueryPermissionType::as_str,
            )
    };
    answer(&state, page, "permissions", wanted, to_json)
}

/// NIP and VAT-UE number of the context of an EU entity.
fn parts(context: &ContextIdentifier) -> Option<(&str, &str)> {
    match context {
        ContextIdentifier::NipVatUe(id) => id.as_str().split_once('-'),
        _ => None,
    }
}

fn to_json(store: &PermissionStore, grant: &Grant) -> Value {
    let mut item = common(grant, "permissionScope");
    item["authorIdentifier"] = grant.author.to_json();
    item["authorizedFingerprintIdentifier"] = grant.holder.value().into();
    let vat_ue = parts(&grant.context).map(|(_, vat_ue)| vat_ue).unwrap_or_default();
    item["vatUeIdentifier"] = vat_ue.into();
    // An entity that the management API made up has no name.
    item["euEntityName"] = grant.context.value().into();
    if let Some(entity) = store.eu_entity(&grant.context) {
        item["euEntityName"] = entity.name.as_str().into();
        item["euEntityDetails"] = json!(entity.details);
    }
    add_details(&mut item, grant);
    item
}
