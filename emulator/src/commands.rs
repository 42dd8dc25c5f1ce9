//! What can be told to a running emulator: the bodies of the management API, which a seed uses as well.

mod certificates;
mod permissions;
mod processing;
mod tokens;

use std::fmt;

use ksef_model::{ContextIdentifier, Nip};
use serde::Deserialize;

pub(crate) use certificates::{CertificateRequest, IssuedCertificate};
pub(crate) use permissions::GrantRequest;
pub(crate) use processing::ProcessingRequest;
pub(crate) use tokens::{CreatedToken, TokenRequest};

use crate::profile::Profile;

/// A command that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CommandError(String);

impl CommandError {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}

/// A context as `{"type": "Nip", "value": "…"}`; unlike in answers of KSeF, the value must have the right form.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "TypedValue")]
pub(crate) struct Context(pub(crate) ContextIdentifier);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedValue {
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

impl TryFrom<TypedValue> for Context {
    type Error = ksef_model::InvalidIdentifier;

    fn try_from(from: TypedValue) -> Result<Self, Self::Error> {
        ContextIdentifier::new(&from.kind, &from.value).map(Self)
    }
}

/// A NIP that the profile accepts.
pub(crate) fn nip(text: &str, profile: Profile) -> Result<Nip, CommandError> {
    let nip = Nip::without_checksum(text).map_err(CommandError::new)?;
    if profile.checks_nip() && !nip.checksum_is_valid() {
        return Err(CommandError::new(
            "the checksum of the nip is wrong, which the profile production does not accept",
        ));
    }
    Ok(nip)
}
