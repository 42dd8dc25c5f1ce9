//! The permission model (PROTOCOL §15): owners, grants of every kind, roles, and the operations on them.

mod attachments;
pub(crate) mod check;
pub(crate) mod grant;
mod grants;
pub(crate) mod page;
mod queries;
pub(crate) mod registry;
mod requests;
mod rules;
mod status;
mod store;

use axum::{
    Router,
    routing::{delete, get, post},
};

pub(crate) use attachments::AttachmentConsents;
pub(crate) use store::PermissionStore;

use crate::state::AppState;

/// The operations under `/v2/permissions`.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/permissions/persons/grants", post(grants::to_person))
        .route("/permissions/entities/grants", post(grants::to_entity))
        .route("/permissions/authorizations/grants", post(grants::authorization))
        .route("/permissions/indirect/grants", post(grants::indirect))
        .route("/permissions/subunits/grants", post(grants::subunit_administrator))
        .route("/permissions/eu-entities/administration/grants", post(grants::eu_administrator))
        .route("/permissions/eu-entities/grants", post(grants::eu_representative))
        .route("/permissions/common/grants/{permissionId}", delete(grants::revoke))
        .route("/permissions/authorizations/grants/{permissionId}", delete(grants::revoke_authorization))
        .route("/permissions/operations/{referenceNumber}", get(grants::status))
        .route("/permissions/attachments/status", get(attachments::status))
        .merge(queries::router())
}
