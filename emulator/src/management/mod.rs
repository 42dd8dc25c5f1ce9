//! The management API: plain JSON over HTTP, on a port of its own, without any authentication.

mod control;
mod download;
mod inventory;
mod overview;
mod reply;

use axum::{
    Router,
    routing::{delete, get, post},
};

use crate::state::AppState;

/// The management API. `api_url` is what the overview tells about the address of the API.
pub(crate) fn router(state: AppState, api_url: String) -> Router {
    Router::new()
        .route("/", get(move |context, headers| overview::overview(context, headers, api_url.clone())))
        .route("/clock", post(control::clock).get(control::time))
        .route("/faults", post(control::add_fault).get(control::faults).delete(control::clear_faults))
        .route("/keys/rotate", post(control::rotate_keys))
        .route("/tokens", post(control::create_token))
        .route("/tokens/{reference}", delete(control::revoke_token))
        .route("/permissions", post(control::grant))
        .route("/certificates", post(control::issue_certificate))
        .route("/certificates/revoke", post(control::revoke_certificate))
        .route("/authority", get(control::authority))
        .route("/logins/revoke", post(control::revoke_logins))
        .route("/logins/forget", post(control::forget_logins))
        .route("/peppol-providers", post(control::add_peppol_provider))
        .route("/processing", post(control::set_processing).get(control::processing))
        .route("/contexts/block", post(control::block))
        .route("/contexts/unblock", post(control::unblock))
        .route("/contexts/attachments", post(control::consent_to_attachments))
        .route("/warnings", post(control::set_warning).delete(control::clear_warning))
        .route("/download", post(download::change).get(download::describe))
        .route("/exports", post(download::command_exports).get(download::exports))
        .route("/exports/cancel", post(download::cancel_exports))
        .route("/invoices", get(inventory::invoices).post(download::deposit))
        .route("/requests", get(inventory::requests).delete(inventory::clear_requests))
        .route("/reset", post(control::reset))
        .fallback(reply::unknown)
        .method_not_allowed_fallback(reply::unknown)
        .with_state(state)
}
