//! Invoice sessions: state machine, processing, queries (PROTOCOL §6, §8).

pub(crate) mod checks;
#[cfg(test)]
pub(crate) mod fixture;
mod judge;
mod machine;
mod opening;
mod pace;
mod packages;
mod query;
mod records;
mod refusals;
mod requests;
mod routes;
#[cfg(test)]
mod samples_tests;
mod state;
mod store;
mod view;

use axum::Router;
use jiff::Timestamp;

pub(crate) use judge::read as read_document;
pub(crate) use opening::{form, opening};
pub(crate) use packages::CloseRefusal;
pub(crate) use records::{Document, Opening, Progress, Session, SessionIndex, concerns};
pub(crate) use refusals::{cannot_close, no_such_invoice, not_found, reference_of};
pub(crate) use state::{SessionKind, SessionState};
pub(crate) use store::SessionStore;
pub(crate) use view::held_invoices;

use crate::{
    auth::Authenticated,
    batch,
    error::ApiError,
    invoice,
    state::{AppState, Store},
    upo,
};

/// Operations under `/v2`.
pub(crate) fn router() -> Router<AppState> {
    routes::router().merge(batch::router()).merge(upo::router()).merge(invoice::router())
}

/// Links handed out, under `/storage` of the public URL.
pub(crate) fn storage_router() -> Router<AppState> {
    upo::storage_router().merge(batch::storage_router())
}

/// Works on the sessions as they are now: whatever is due has been done.
pub(crate) fn at_present<R>(state: &AppState, work: impl FnOnce(&mut SessionStore, Timestamp) -> R) -> R {
    let mut guard = state.store();
    let Store { sessions, processing, permissions, .. } = &mut *guard;
    let now = state.now();
    permissions.settle(now);
    sessions.advance(now, processing, permissions);
    work(sessions, now)
}

/// The session that the caller may change: one of the same context, of the kind that the operation is for.
///
/// # Errors
/// 21405 for a malformed reference, `not_found` for an unknown one, 403 for a session of another context.
pub(crate) fn changeable(
    store: &SessionStore,
    caller: &Authenticated,
    reference: &str,
    kind: SessionKind,
    not_found: fn(&str) -> ApiError,
) -> Result<SessionIndex, ApiError> {
    reference_of("referenceNumber", reference)?;
    let found = store.find(reference).filter(|index| store.session(*index).machine.kind() == kind);
    let index = found.ok_or_else(|| not_found(reference))?;
    if store.session(index).opening.context == caller.context {
        Ok(index)
    } else {
        Err(ApiError::insufficient_resource_access())
    }
}

/// The session with this reference, when the caller may read it.
///
/// # Errors
/// 21405 for a malformed reference, 21173 for an unknown one, 403 for a session of others.
pub(crate) fn readable<'a>(
    store: &'a SessionStore,
    caller: &Authenticated,
    reference: &str,
) -> Result<&'a Session, ApiError> {
    reference_of("referenceNumber", reference)?;
    let session = store.find(reference).map(|index| store.session(index));
    let session = session.ok_or_else(|| refusals::not_found(reference))?;
    if session.is_visible_to(caller) { Ok(session) } else { Err(ApiError::insufficient_resource_access()) }
}
