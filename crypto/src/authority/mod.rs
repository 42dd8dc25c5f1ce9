//! A small certificate authority, for emulators and tests.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::certificate::{Certificate, KeyUsage};
use crate::error::{Error, Result};
use crate::identity::SigningIdentity;
use crate::private_key::PrivateKey;
use crate::public_key::{KeyKind, PublicKey};
pub use crate::self_signed::{PersonSubject, SealSubject, Subject, Validity};

pub(crate) mod issuing;

use issuing::{Draft, Purpose};

const AUTHORITY_DAYS: u32 = 20 * 365;

/// A certificate authority with a P-256 key: it issues what KSeF's own authority issues (PROTOCOL §13), and
/// certificates of TLS servers. It keeps no register.
#[derive(Debug, Clone)]
pub struct Authority {
    identity: SigningIdentity,
    subject: Subject,
}

/// What to certify.
#[derive(Debug, Clone)]
pub struct IssueRequest {
    /// Whom the certificate names.
    pub subject: Subject,
    /// The key to certify, as a DER SubjectPublicKeyInfo.
    pub spki_der: Vec<u8>,
    /// From when to when.
    pub validity: Validity,
    /// The serial number: 16 upper-case hexadecimal digits, as KSeF numbers its certificates. A random one when
    /// not given.
    pub serial: Option<String>,
    /// What the key may be used for: [`KeyUsage::DIGITAL_SIGNATURE`] for KSeF's type `Authentication`,
    /// [`KeyUsage::NON_REPUDIATION`] for `Offline`.
    pub key_usage: KeyUsage,
}

impl Authority {
    /// A new authority with a fresh key, valid for 20 years from the given instant.
    ///
    /// # Errors
    /// [`Error::Issue`] when the name cannot be encoded.
    pub fn new(name: &str, now: Timestamp) -> Result<Self> {
        let key = PrivateKey::generate(KeyKind::P256)?;
        let subject = Subject::CommonName(name.to_owned());
        let draft = Draft {
            subject: subject.clone(),
            validity: Validity::days(now, AUTHORITY_DAYS)?,
            serial: issuing::random_serial()?,
            purpose: Purpose::Authority,
        };
        let certificate = issuing::self_signed(&draft, &key)?;
        Ok(Self { identity: SigningIdentity::new(certificate, key)?, subject })
    }

    /// The authority's own certificate, self-signed.
    pub fn certificate(&self) -> &Certificate {
        self.identity.certificate()
    }

    /// Issues a certificate for a key that someone else holds.
    ///
    /// # Errors
    /// [`Error::Issue`] when an attribute cannot be encoded or the serial number is not 16 hexadecimal digits;
    /// [`Error::UnsupportedKey`] when the key is not one that KSeF knows.
    pub fn issue(&self, request: &IssueRequest) -> Result<Certificate> {
        let public = PublicKey::from_spki_der(&request.spki_der)?;
        let serial = match &request.serial {
            Some(digits) => serial_from_hex(digits)?,
            None => issuing::random_serial()?,
        };
        let draft = Draft {
            subject: request.subject.clone(),
            validity: request.validity,
            serial,
            purpose: Purpose::Signing(request.key_usage),
        };
        issuing::issued(&draft, &public, &self.subject, self.identity.key())
    }

    /// Generates a key and issues its certificate.
    ///
    /// # Errors
    /// Those of [`issue`](Self::issue) and of [`PrivateKey::generate`].
    pub fn issue_identity(
        &self,
        subject: impl Into<Subject>,
        kind: KeyKind,
        validity: Validity,
        key_usage: KeyUsage,
    ) -> Result<SigningIdentity> {
        let key = PrivateKey::generate(kind)?;
        let request = IssueRequest {
            subject: subject.into(),
            spki_der: key.spki_der(),
            validity,
            serial: None,
            key_usage,
        };
        SigningIdentity::new(self.issue(&request)?, key)
    }

    /// Generates a P-256 key and the certificate of a TLS server for the given host names and IP addresses.
    ///
    /// # Errors
    /// [`Error::Issue`] when no host is given or a host is not ASCII.
    pub fn issue_tls_server(&self, hosts: &[&str], validity: Validity) -> Result<SigningIdentity> {
        let first = hosts.first().ok_or_else(|| Error::issue("a TLS server needs a host name"))?;
        let key = PrivateKey::generate(KeyKind::P256)?;
        let draft = Draft {
            subject: Subject::CommonName((*first).to_owned()),
            validity,
            serial: issuing::random_serial()?,
            purpose: Purpose::TlsServer(hosts.iter().map(|host| Host::of(host)).collect()),
        };
        let certificate = issuing::issued(&draft, key.public(), &self.subject, self.identity.key())?;
        SigningIdentity::new(certificate, key)
    }
}

/// A subject alternative name.
pub(crate) enum Host {
    Address(IpAddr),
    Name(String),
}

impl Host {
    fn of(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Address)
    }
}

fn serial_from_hex(digits: &str) -> Result<[u8; 8]> {
    let wrong = || Error::issue("the serial number is not 16 upper-case hexadecimal digits");
    let well_formed =
        digits.len() == 16 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F'));
    if !well_formed {
        return Err(wrong());
    }
    u64::from_str_radix(digits, 16).map(u64::to_be_bytes).map_err(|_| wrong())
}
