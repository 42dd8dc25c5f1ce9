//! Authentication: challenge, start by XAdES or by KSeF token, status, redeem, refresh, sessions (PROTOCOL §3).

mod extract;
mod ip_policy;
mod jwt;
pub(crate) mod permissions;
mod status;
mod store;
mod subject;

use axum::Router;
use ksef_model::{ContextIdentifier, InternalId, Nip, NipVatUe, PeppolId};

pub(crate) use extract::{Authenticated, Proof};
pub(crate) use store::AuthStore;
pub(crate) use subject::{Subject, SubjectKind};

use crate::state::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
}

/// The context with this type and value, when the value has the right form. The checksum of a NIP does not count
/// here: the contract demands the pattern only.
pub(crate) fn context_of(kind: &str, value: &str) -> Option<ContextIdentifier> {
    Some(match kind {
        "Nip" => ContextIdentifier::Nip(Nip::without_checksum(value).ok()?),
        "InternalId" => ContextIdentifier::InternalId(InternalId::try_from(value).ok()?),
        "NipVatUe" => ContextIdentifier::NipVatUe(NipVatUe::try_from(value).ok()?),
        "PeppolId" => ContextIdentifier::PeppolId(PeppolId::try_from(value).ok()?),
        _ => return None,
    })
}
