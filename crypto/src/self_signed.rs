//! Self-signed certificates: what the TEST environment accepts in place of qualified ones (PROTOCOL §3.5).

use jiff::Timestamp;

use crate::authority::issuing::{self, Draft, Purpose};
use crate::certificate::KeyUsage;
use crate::error::Result;
use crate::identity::SigningIdentity;
use crate::private_key::PrivateKey;
use crate::public_key::KeyKind;

/// A natural person as the subject of a certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonSubject {
    /// givenName; several names are joined by spaces.
    pub given_name: String,
    /// surname.
    pub surname: String,
    /// serialNumber with its prefix: `TINPL-` and a NIP, or `PNOPL-` and a PESEL.
    pub serial_number: String,
    /// commonName.
    pub common_name: String,
    /// countryName, two letters.
    pub country: String,
    /// uniqueIdentifier, where there is one.
    pub unique_identifier: Option<String>,
}

impl PersonSubject {
    /// A person known by a NIP.
    pub fn with_nip(given_name: &str, surname: &str, nip: &str) -> Self {
        Self::with_serial_number(given_name, surname, format!("TINPL-{nip}"))
    }

    /// A person known by a PESEL.
    pub fn with_pesel(given_name: &str, surname: &str, pesel: &str) -> Self {
        Self::with_serial_number(given_name, surname, format!("PNOPL-{pesel}"))
    }

    fn with_serial_number(given_name: &str, surname: &str, serial_number: String) -> Self {
        Self {
            given_name: given_name.to_owned(),
            surname: surname.to_owned(),
            serial_number,
            common_name: format!("{given_name} {surname}"),
            country: "PL".to_owned(),
            unique_identifier: None,
        }
    }
}

/// An organisation as the subject of a seal's certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct SealSubject {
    /// organizationName.
    pub organization: String,
    /// organizationIdentifier with its prefix: `VATPL-` and a NIP.
    pub organization_identifier: String,
    /// commonName.
    pub common_name: String,
    /// countryName, two letters.
    pub country: String,
    /// uniqueIdentifier, where there is one.
    pub unique_identifier: Option<String>,
}

impl SealSubject {
    /// An organisation known by a NIP.
    pub fn with_nip(organization: &str, nip: &str) -> Self {
        Self {
            organization: organization.to_owned(),
            organization_identifier: format!("VATPL-{nip}"),
            common_name: organization.to_owned(),
            country: "PL".to_owned(),
            unique_identifier: None,
        }
    }
}

/// The subject of a certificate.
#[derive(Clone, PartialEq, Eq)]
pub enum Subject {
    /// A natural person.
    Person(PersonSubject),
    /// An organisation.
    Seal(SealSubject),
    /// A common name only, such as that of an authority or a server.
    CommonName(String),
}

impl From<PersonSubject> for Subject {
    fn from(person: PersonSubject) -> Self {
        Self::Person(person)
    }
}

impl From<SealSubject> for Subject {
    fn from(seal: SealSubject) -> Self {
        Self::Seal(seal)
    }
}

/// From when to when a certificate is valid, in whole seconds, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first valid instant.
    pub not_before: Timestamp,
    /// The last valid instant.
    pub not_after: Timestamp,
}

impl Validity {
    /// From one hour before the given instant, against clocks that run behind, for the given number of days.
    ///
    /// # Errors
    /// [`Error::Issue`](crate::Error::Issue) when the end lies beyond the year 9999.
    pub fn days(now: Timestamp, days: u32) -> Result<Self> {
        let beyond = |_| crate::Error::issue("the validity ends after the year 9999");
        let hours = |count: i64| jiff::SignedDuration::from_hours(count);
        Ok(Self {
            not_before: now.checked_sub(hours(1)).map_err(beyond)?,
            not_after: now.checked_add(hours(i64::from(days) * 24)).map_err(beyond)?,
        })
    }
}

/// A fresh key with a self-signed certificate of a person, for [`KeyUsage::DIGITAL_SIGNATURE`].
///
/// # Errors
/// [`Error::Issue`](crate::Error::Issue) when an attribute cannot be encoded, [`Error::UnsupportedKey`](crate::Error::UnsupportedKey)
/// when the key cannot be generated.
pub fn person(subject: &PersonSubject, kind: KeyKind, validity: Validity) -> Result<SigningIdentity> {
    identity(subject.clone().into(), kind, validity)
}

/// A fresh key with a self-signed certificate of an organisation's seal, for [`KeyUsage::DIGITAL_SIGNATURE`].
///
/// # Errors
/// The same as [`person`].
pub fn seal(subject: &SealSubject, kind: KeyKind, validity: Validity) -> Result<SigningIdentity> {
    identity(subject.clone().into(), kind, validity)
}

/// A fresh key with a self-signed certificate of any subject.
///
/// # Errors
/// The same as [`person`].
pub fn identity(subject: Subject, kind: KeyKind, validity: Validity) -> Result<SigningIdentity> {
    let key = PrivateKey::generate(kind)?;
    let draft = Draft {
        subject,
        validity,
        serial: issuing::random_serial()?,
        purpose: Purpose::Signing(KeyUsage::DIGITAL_SIGNATURE),
    };
    let certificate = issuing::self_signed(&draft, &key)?;
    SigningIdentity::new(certificate, key)
}

/// The names stay out of logs.
impl std::fmt::Debug for PersonSubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonSubject(…)")
    }
}

/// The identifier stays out of logs.
impl std::fmt::Debug for SealSubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealSubject(…)")
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(person) => person.fmt(f),
            Self::Seal(seal) => seal.fmt(f),
            Self::CommonName(_) => f.write_str("CommonName(…)"),
        }
    }
}
