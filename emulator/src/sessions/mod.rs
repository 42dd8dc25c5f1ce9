//! Invoice sessions: state machine, processing, queries (PROTOCOL §6, §8).

#[cfg(test)]
pub(crate) mod fixture;
mod judge;
mod machine;
mod pace;
mod query;
mod records;
mod refusals;
mod requests;
mod routes;
#[cfg(test)]
mod samples_tests;
mod store;
mod view;

use axum::Router;
use jiff::Timestamp;

pub(crate) use records::{Opening, Progress, Session};
pub(crate) use refusals::{no_such_invoice, reference_of};
pub(crate) use store::SessionStore;
pub(crate) use view::held_invoices;

use crate::{
    auth::Authenticated,
    error::ApiError,
    invoice,
    state::{AppState, Store},
    upo,
};

/// Operations under `/v2`.
pub(crate) fn router() -> Router<AppState> {
    routes::router().merge(upo::router()).merge(invoice::router())
}

/// Links handed out, under `/storage` of the public URL.
pub(crate) fn storage_router() -> Router<AppState> {
    upo::storage_router()
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
