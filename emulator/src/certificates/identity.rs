//! Whom a certificate will name: the enrolment data (PROTOCOL §13.3).

use std::{collections::BTreeMap, fmt};

use ksef_crypto::authority::{PersonSubject, SealSubject, Subject};
use serde_json::{Map, Value};

use super::names::Attribute;

/// The attributes of a person or of an organisation's seal, as a request for a certificate must repeat them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Identity(BTreeMap<Attribute, String>);

const PERSON: [Attribute; 5] = [
    Attribute::CommonName,
    Attribute::Surname,
    Attribute::SerialNumber,
    Attribute::CountryName,
    Attribute::GivenName,
];

const SEAL: [Attribute; 4] = [
    Attribute::CommonName,
    Attribute::CountryName,
    Attribute::OrganizationName,
    Attribute::OrganizationIdentifier,
];

impl Identity {
    /// Reads the attributes of the certificate that was used to log in. There is none when they are neither a
    /// person's nor a seal's.
    ///
    /// A serial number `NIP-…` becomes `TINPL-…` (FIELD-NOTES F60).
    pub(super) fn of_login(details: &Value) -> Option<Self> {
        let value = |attribute: Attribute| details.get(attribute.member())?.as_str().map(str::to_owned);
        let all = |wanted: &[Attribute]| {
            wanted.iter().map(|one| Some((*one, value(*one)?))).collect::<Option<BTreeMap<_, _>>>()
        };
        let is_natural = value(Attribute::GivenName).is_some() || value(Attribute::Surname).is_some();
        let mut found = if is_natural { all(&PERSON)? } else { all(&SEAL)? };
        if let Some(identifier) = value(Attribute::UniqueIdentifier) {
            found.insert(Attribute::UniqueIdentifier, identifier);
        }
        if let Some(serial) = found.get_mut(&Attribute::SerialNumber)
            && let Some(nip) = serial.strip_prefix("NIP-")
        {
            *serial = format!("TINPL-{nip}");
        }
        Some(Self(found))
    }

    /// Whether a request for a certificate names exactly this: the same attributes with the same values.
    pub(super) fn is_named_by(&self, name: &BTreeMap<Attribute, String>) -> bool {
        self.0 == *name
    }

    /// `commonName`.
    pub(super) fn common_name(&self) -> &str {
        self.value(Attribute::CommonName)
    }

    fn value(&self, attribute: Attribute) -> &str {
        self.0.get(&attribute).map_or("", String::as_str)
    }

    /// `CertificateEnrollmentDataResponse`.
    pub(super) fn to_json(&self) -> Value {
        let members = self.0.iter().map(|(one, value)| (one.member().to_owned(), value.as_str().into()));
        Value::Object(members.collect::<Map<_, _>>())
    }

    /// The subject of the certificate to issue.
    pub(super) fn to_subject(&self) -> Subject {
        let text = |attribute| self.value(attribute).to_owned();
        let unique_identifier = self.0.get(&Attribute::UniqueIdentifier).cloned();
        if self.0.contains_key(&Attribute::Surname) {
            Subject::Person(PersonSubject {
                given_name: text(Attribute::GivenName),
                surname: text(Attribute::Surname),
                serial_number: text(Attribute::SerialNumber),
                common_name: text(Attribute::CommonName),
                country: text(Attribute::CountryName),
                unique_identifier,
            })
        } else {
            Subject::Seal(SealSubject {
                organization: text(Attribute::OrganizationName),
                organization_identifier: text(Attribute::OrganizationIdentifier),
                common_name: text(Attribute::CommonName),
                country: text(Attribute::CountryName),
                unique_identifier,
            })
        }
    }
}

/// The names stay out of logs.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_nip_of_a_person_gets_the_prefix_of_the_standard() {
        let login = json!({"givenName": "Żaneta", "surname": "Kowalska", "serialNumber": "NIP-5265877635",
                           "commonName": "Żaneta Kowalska", "countryName": "PL", "organizationName": "Firma"});
        let identity = Identity::of_login(&login).unwrap();
        let expected = json!({"commonName": "Żaneta Kowalska", "surname": "Kowalska",
                              "serialNumber": "TINPL-5265877635", "countryName": "PL", "givenName": "Żaneta"});
        assert_eq!(identity.to_json(), expected);
    }

    #[test]
    fn what_is_neither_a_person_nor_a_seal_has_no_data() {
        assert_eq!(Identity::of_login(&json!({"commonName": "PPL123456", "countryName": "PL"})), None);
        let nameless = json!({"surname": "Kowalska", "commonName": "K", "countryName": "PL"});
        assert_eq!(Identity::of_login(&nameless), None);
    }
}
