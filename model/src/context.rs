//! The context of a login: on whose behalf the caller works.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{InternalId, InvalidIdentifier, Nip, NipVatUe, PeppolId};
use crate::validate::patterns;
use crate::{Check, Validate};

/// The context in which the caller logs in (PROTOCOL §3.1). On the wire it is `{"type": …, "value": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ContextIdentifier {
    /// A company, by its NIP.
    Nip(Nip),
    /// A unit of a company, by its internal identifier.
    InternalId(InternalId),
    /// A Polish company together with an EU entity, by NIP and VAT-UE number.
    NipVatUe(NipVatUe),
    /// A Peppol service provider.
    PeppolId(PeppolId),
}

impl ContextIdentifier {
    /// Kinds of contexts as they are written on the wire.
    pub const KINDS: &'static [&'static str] = &["Nip", "InternalId", "NipVatUe", "PeppolId"];

    /// Makes a context from its kind and value as they are written on the wire; the checksum of a NIP is not demanded.
    pub fn new(kind: &str, value: &str) -> Result<Self, InvalidIdentifier> {
        match kind {
            "Nip" => Nip::without_checksum(value).map(Self::Nip),
            "InternalId" => value.parse().map(Self::InternalId),
            "NipVatUe" => value.parse().map(Self::NipVatUe),
            "PeppolId" => value.parse().map(Self::PeppolId),
            _ => Err(InvalidIdentifier {
                kind: "ContextIdentifier",
                reason: "the kind is not Nip, InternalId, NipVatUe or PeppolId",
            }),
        }
    }

    /// The kind as it is written on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nip(_) => "Nip",
            Self::InternalId(_) => "InternalId",
            Self::NipVatUe(_) => "NipVatUe",
            Self::PeppolId(_) => "PeppolId",
        }
    }

    /// The identifier itself.
    pub fn value(&self) -> &str {
        match self {
            Self::Nip(id) => id.as_str(),
            Self::InternalId(id) => id.as_str(),
            Self::NipVatUe(id) => id.as_str(),
            Self::PeppolId(id) => id.as_str(),
        }
    }
}

impl From<Nip> for ContextIdentifier {
    fn from(nip: Nip) -> Self {
        Self::Nip(nip)
    }
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    #[serde(rename = "type")]
    kind: std::borrow::Cow<'a, str>,
    value: std::borrow::Cow<'a, str>,
}

impl Serialize for ContextIdentifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire { kind: self.kind().into(), value: self.value().into() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ContextIdentifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Wire { kind, value } = Wire::deserialize(deserializer)?;
        let value = value.into_owned();
        match kind.as_ref() {
            "Nip" => Ok(Self::Nip(Nip::unchecked(value))),
            "InternalId" => Ok(Self::InternalId(InternalId::unchecked(value))),
            "NipVatUe" => Ok(Self::NipVatUe(NipVatUe::unchecked(value))),
            "PeppolId" => Ok(Self::PeppolId(PeppolId::unchecked(value))),
            other => Err(D::Error::unknown_variant(other, Self::KINDS)),
        }
    }
}

impl Validate for ContextIdentifier {
    fn check(&self, check: &mut Check) {
        let pattern = match self {
            Self::Nip(_) => &patterns::NIP,
            Self::InternalId(_) => &patterns::INTERNAL_ID,
            Self::NipVatUe(_) => &patterns::NIP_VAT_UE,
            Self::PeppolId(_) => &patterns::PEPPOL_ID,
        };
        check.pattern("value", self.value(), pattern);
    }
}
