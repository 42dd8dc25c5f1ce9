//! Parties named on an invoice.

use std::fmt;

use ksef_model::{InternalId, Nip};

/// How a party is identified. `Debug` shows the kind only.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub enum PartyIdentifier {
    /// Polish tax number as written; neither pattern nor checksum is verified.
    Nip(Nip),
    /// Internal identifier of a unit (`IDWew`), as written.
    InternalId(InternalId),
    /// VAT-UE number with its country prefix.
    VatUe(String),
    /// Another number, with the country when given.
    Other {
        /// Country code.
        country: Option<String>,
        /// The number.
        number: String,
    },
    /// The invoice says that there is no identifier, or has none.
    #[default]
    None,
}

impl PartyIdentifier {
    /// The kind as the metadata of KSeF names it: Nip, InternalId, VatUe, Other or None.
    pub fn kind(&self) -> &'static str {
        match self {
            PartyIdentifier::Nip(_) => "Nip",
            PartyIdentifier::InternalId(_) => "InternalId",
            PartyIdentifier::VatUe(_) => "VatUe",
            PartyIdentifier::Other { .. } => "Other",
            PartyIdentifier::None => "None",
        }
    }

    /// The number, if there is one.
    pub fn value(&self) -> Option<&str> {
        match self {
            PartyIdentifier::Nip(nip) => Some(nip.as_str()),
            PartyIdentifier::InternalId(id) => Some(id.as_str()),
            PartyIdentifier::VatUe(number) | PartyIdentifier::Other { number, .. } => Some(number),
            PartyIdentifier::None => None,
        }
    }

    /// The NIP, if that is what it is.
    pub fn nip(&self) -> Option<&Nip> {
        match self {
            PartyIdentifier::Nip(nip) => Some(nip),
            _ => None,
        }
    }
}

impl fmt::Debug for PartyIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartyIdentifier::None => f.write_str("None"),
            other => write!(f, "{}(…)", other.kind()),
        }
    }
}

/// A party of an invoice. `Debug` shows neither name nor number.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// The identifier.
    pub identifier: PartyIdentifier,
    /// The name as written, white space collapsed.
    pub name: Option<String>,
    /// Third party: `Rola` 1-11, 0 when described in words. Authorised party: `RolaPU` 1-3. Otherwise absent.
    pub role: Option<u8>,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party")
            .field("identifier", &self.identifier)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// The identifying elements of one party of an FA document while they are read.
#[derive(Default)]
pub(super) struct PartyDraft {
    nip: Option<String>,
    internal_id: Option<String>,
    vat_country: Option<String>,
    vat_number: Option<String>,
    country: Option<String>,
    number: Option<String>,
    name: Option<String>,
    pub(super) role: Option<u8>,
}

impl PartyDraft {
    /// An element of `DaneIdentyfikacyjne`.
    pub(super) fn identify(&mut self, element: &str, value: String) {
        let field = match element {
            "NIP" => &mut self.nip,
            "IDWew" => &mut self.internal_id,
            "KodUE" => &mut self.vat_country,
            "NrVatUE" => &mut self.vat_number,
            "KodKraju" => &mut self.country,
            "NrID" => &mut self.number,
            "Nazwa" => &mut self.name,
            _ => return,
        };
        field.get_or_insert(value);
    }

    pub(super) fn finish(self) -> Party {
        let identifier = if let Some(nip) = self.nip {
            PartyIdentifier::Nip(Nip::unchecked(nip))
        } else if let Some(id) = self.internal_id {
            PartyIdentifier::InternalId(InternalId::unchecked(id))
        } else if let Some(number) = self.vat_number {
            PartyIdentifier::VatUe(self.vat_country.unwrap_or_default() + &number)
        } else if let Some(number) = self.number {
            PartyIdentifier::Other { country: self.country, number }
        } else {
            PartyIdentifier::None
        };
        Party { identifier, name: self.name, role: self.role }
    }
}

/// Prefixes of VAT-UE numbers.
pub(crate) const VAT_PREFIXES: [&str; 28] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
];

/// Recognises the tax number of a UBL party: a NIP with or without `PL`, a VAT-UE number, or something else.
pub(super) fn recognise(value: &str) -> PartyIdentifier {
    let value: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = value.strip_prefix("PL").unwrap_or(&value);
    if bare.len() == 10 && bare.bytes().all(|b| b.is_ascii_digit()) {
        return PartyIdentifier::Nip(Nip::unchecked(bare));
    }
    if VAT_PREFIXES.iter().any(|prefix| value.starts_with(prefix)) {
        return PartyIdentifier::VatUe(value);
    }
    if value.is_empty() {
        return PartyIdentifier::None;
    }
    PartyIdentifier::Other { country: None, number: value }
}
