use std::fmt;

use super::name::{Name, attribute};

/// What kind of holder a certificate names, by the attributes of its subject (PROTOCOL §3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// A natural person: given name, surname, serial number, common name and country.
    Person,
    /// An organisation's seal: organisation, organisation identifier, common name and country; neither given name
    /// nor surname.
    Seal,
    /// Neither: KSeF can know the holder by the certificate's fingerprint only.
    Other,
}

/// The holder of a certificate: the attributes of the subject and the identifiers that KSeF finds in them.
///
/// It is personal data: `Debug` shows the kind and which identifiers there are, not their values.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectIdentity {
    /// Person, seal or neither.
    pub kind: SubjectKind,
    /// The NIP from `TINPL` or `NIP` of a person's serial number, or from `VATPL` of a seal's identifier.
    pub nip: Option<String>,
    /// The PESEL from `PNOPL` or `PESEL` of a person's serial number.
    pub pesel: Option<String>,
    /// commonName, 2.5.4.3.
    pub common_name: Option<String>,
    /// givenName, 2.5.4.42.
    pub given_name: Option<String>,
    /// surname, 2.5.4.4.
    pub surname: Option<String>,
    /// serialNumber, 2.5.4.5.
    pub serial_number: Option<String>,
    /// countryName, 2.5.4.6.
    pub country: Option<String>,
    /// organizationName, 2.5.4.10.
    pub organization: Option<String>,
    /// organizationIdentifier, 2.5.4.97.
    pub organization_identifier: Option<String>,
    /// uniqueIdentifier, 2.5.4.45.
    pub unique_identifier: Option<String>,
}

impl SubjectIdentity {
    pub(super) fn of(name: &Name) -> Self {
        let value = |oid| name.value(oid).map(str::to_owned);
        let mut identity = Self {
            kind: SubjectKind::Other,
            nip: None,
            pesel: None,
            common_name: value(attribute::COMMON_NAME),
            given_name: value(attribute::GIVEN_NAME),
            surname: value(attribute::SURNAME),
            serial_number: value(attribute::SERIAL_NUMBER),
            country: value(attribute::COUNTRY),
            organization: value(attribute::ORGANIZATION),
            organization_identifier: value(attribute::ORGANIZATION_IDENTIFIER),
            unique_identifier: value(attribute::UNIQUE_IDENTIFIER),
        };
        identity.kind = identity.find_kind();
        match (identity.kind, &identity.serial_number, &identity.organization_identifier) {
            (SubjectKind::Person, Some(serial), _) => {
                identity.pesel = digits_after(serial, &["PNOPL", "PESEL"], 11);
                identity.nip = digits_after(serial, &["TINPL", "NIP"], 10);
            }
            (SubjectKind::Seal, _, Some(identifier)) => {
                identity.nip = digits_after(identifier, &["VATPL"], 10);
            }
            _ => {}
        }
        identity
    }

    fn find_kind(&self) -> SubjectKind {
        let named = self.common_name.is_some() && self.country.is_some();
        let natural = [&self.given_name, &self.surname];
        if named && natural.iter().all(|part| part.is_some()) && self.serial_number.is_some() {
            SubjectKind::Person
        } else if named
            && natural.iter().all(|part| part.is_none())
            && self.organization.is_some()
            && self.organization_identifier.is_some()
        {
            SubjectKind::Seal
        } else {
            SubjectKind::Other
        }
    }
}

/// What the pattern `(label|label).*?(?<identifier>\d{count})` finds: the first `count` digits in a row after the
/// first of the labels.
fn digits_after(text: &str, labels: &[&str], count: usize) -> Option<String> {
    let start = labels.iter().filter_map(|label| Some(text.find(label)? + label.len())).min()?;
    let tail = &text.as_bytes()[start..];
    let digits = tail.windows(count).find(|window| window.iter().all(u8::is_ascii_digit))?;
    Some(digits.iter().copied().map(char::from).collect())
}

impl fmt::Debug for SubjectIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |value: &Option<String>| value.as_ref().map(|_| format_args!("…").to_string());
        f.debug_struct("SubjectIdentity")
            .field("kind", &self.kind)
            .field("nip", &hidden(&self.nip))
            .field("pesel", &hidden(&self.pesel))
            .finish_non_exhaustive()
    }
}
