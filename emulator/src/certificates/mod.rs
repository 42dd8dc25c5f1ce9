//! KSeF certificates: enrolment, registry, revocation (PROTOCOL §13).

mod csr;
mod der;
mod enroll;
mod identity;
mod names;
mod registry;
mod requests;
mod routes;
mod store;

use axum::Router;
use jiff::Timestamp;

pub(crate) use registry::LoginVerdict;
pub(crate) use store::CertificateStore;

use crate::state::{AppState, Store};

/// The operations under `/v2`.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    enroll::router().merge(routes::router()).merge(routes::test_data(state))
}

/// Works on the store as it is now: enrolments and revocations that are due have been carried out.
fn at_present<R>(state: &AppState, work: impl FnOnce(&mut Store, Timestamp) -> R) -> R {
    let mut guard = state.store();
    let now = state.now();
    let Store { certificates, limits, processing, .. } = &mut *guard;
    certificates.advance(now, processing.hold, state.trust(), |subject| limits.of_subject(subject));
    work(&mut guard, now)
}
