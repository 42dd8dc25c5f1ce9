//! Writing certificates. The structure is rcgen's work; names, keys and signatures are given to it.

use rcgen::string::PrintableString;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber, SigningKey,
};
use time::OffsetDateTime;

use super::Host;
use crate::algorithm::{SignatureAlgorithm, SignatureScheme};
use crate::certificate::{Certificate, KeyUsage};
use crate::error::{Error, Result};
use crate::private_key::PrivateKey;
use crate::public_key::{KeyKind, PublicKey};
use crate::self_signed::{Subject, Validity};

/// A certificate to be written.
pub(crate) struct Draft {
    pub(crate) subject: Subject,
    pub(crate) validity: Validity,
    pub(crate) serial: [u8; 8],
    pub(crate) purpose: Purpose,
}

pub(crate) enum Purpose {
    Signing(KeyUsage),
    Authority,
    TlsServer(Vec<Host>),
}

/// Eight random bytes whose first is neither zero nor above 0x7f, so that the number has exactly 16 hexadecimal
/// digits and stays positive without a leading zero byte.
pub(crate) fn random_serial() -> Result<[u8; 8]> {
    let mut serial = [0; 8];
    getrandom::fill(&mut serial).map_err(|_| Error::Provider { what: "random bytes" })?;
    serial[0] = serial[0] & 0x3f | 0x01;
    Ok(serial)
}

pub(crate) fn self_signed(draft: &Draft, key: &PrivateKey) -> Result<Certificate> {
    let certificate = parameters(draft)?.self_signed(&Signer(key)).map_err(refused)?;
    Certificate::from_der(certificate.der())
}

pub(crate) fn issued(
    draft: &Draft,
    public: &PublicKey,
    issuer: &Subject,
    issuer_key: &PrivateKey,
) -> Result<Certificate> {
    let mut issuer_parameters = CertificateParams::default();
    issuer_parameters.distinguished_name = distinguished_name(issuer)?;
    let issuer = Issuer::new(issuer_parameters, Signer(issuer_key));
    let mut parameters = parameters(draft)?;
    parameters.use_authority_key_identifier_extension = true;
    let certificate = parameters.signed_by(&Certified(public), &issuer).map_err(refused)?;
    Certificate::from_der(certificate.der())
}

fn refused(error: rcgen::Error) -> Error {
    Error::issue(error.to_string())
}

fn parameters(draft: &Draft) -> Result<CertificateParams> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = distinguished_name(&draft.subject)?;
    parameters.not_before = instant(draft.validity.not_before)?;
    parameters.not_after = instant(draft.validity.not_after)?;
    parameters.serial_number = Some(SerialNumber::from_slice(&draft.serial));
    match &draft.purpose {
        Purpose::Signing(usage) => {
            parameters.is_ca = IsCa::ExplicitNoCa;
            parameters.key_usages = key_usage_purposes(*usage);
        }
        Purpose::Authority => {
            parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            parameters.key_usages = key_usage_purposes(KeyUsage::CERTIFICATE_SIGN | KeyUsage::CRL_SIGN);
        }
        Purpose::TlsServer(hosts) => {
            parameters.is_ca = IsCa::ExplicitNoCa;
            parameters.key_usages = key_usage_purposes(KeyUsage::DIGITAL_SIGNATURE);
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            parameters.subject_alt_names = hosts.iter().map(alternative_name).collect::<Result<_>>()?;
        }
    }
    Ok(parameters)
}

fn alternative_name(host: &Host) -> Result<SanType> {
    Ok(match host {
        Host::Address(address) => SanType::IpAddress(*address),
        Host::Name(name) => SanType::DnsName(name.as_str().try_into().map_err(refused)?),
    })
}

fn key_usage_purposes(usage: KeyUsage) -> Vec<KeyUsagePurpose> {
    let known = [
        (KeyUsage::DIGITAL_SIGNATURE, KeyUsagePurpose::DigitalSignature),
        (KeyUsage::NON_REPUDIATION, KeyUsagePurpose::ContentCommitment),
        (KeyUsage::KEY_ENCIPHERMENT, KeyUsagePurpose::KeyEncipherment),
        (KeyUsage::DATA_ENCIPHERMENT, KeyUsagePurpose::DataEncipherment),
        (KeyUsage::KEY_AGREEMENT, KeyUsagePurpose::KeyAgreement),
        (KeyUsage::CERTIFICATE_SIGN, KeyUsagePurpose::KeyCertSign),
        (KeyUsage::CRL_SIGN, KeyUsagePurpose::CrlSign),
    ];
    known.into_iter().filter(|(member, _)| usage.contains(*member)).map(|(_, purpose)| purpose).collect()
}

fn instant(timestamp: jiff::Timestamp) -> Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(timestamp.as_second())
        .map_err(|_| Error::issue("a date of the validity is out of range"))
}

/// Attributes in the order and the string types of the official clients: UTF-8 except for the country and the
/// serial number (PROTOCOL §13.4).
fn distinguished_name(subject: &Subject) -> Result<DistinguishedName> {
    let mut name = DistinguishedName::new();
    let unique_identifier = || DnType::CustomDnType(vec![2, 5, 4, 45]);
    match subject {
        Subject::Person(person) => {
            name.push(DnType::CustomDnType(vec![2, 5, 4, 42]), person.given_name.as_str());
            name.push(DnType::CustomDnType(vec![2, 5, 4, 4]), person.surname.as_str());
            name.push(DnType::CustomDnType(vec![2, 5, 4, 5]), printable(&person.serial_number)?);
            name.push(DnType::CommonName, person.common_name.as_str());
            name.push(DnType::CountryName, printable(&person.country)?);
            if let Some(identifier) = &person.unique_identifier {
                name.push(unique_identifier(), identifier.as_str());
            }
        }
        Subject::Seal(seal) => {
            name.push(DnType::OrganizationName, seal.organization.as_str());
            name.push(DnType::CustomDnType(vec![2, 5, 4, 97]), seal.organization_identifier.as_str());
            name.push(DnType::CommonName, seal.common_name.as_str());
            name.push(DnType::CountryName, printable(&seal.country)?);
            if let Some(identifier) = &seal.unique_identifier {
                name.push(unique_identifier(), identifier.as_str());
            }
        }
        Subject::CommonName(common_name) => name.push(DnType::CommonName, common_name.as_str()),
    }
    Ok(name)
}

fn printable(text: &str) -> Result<DnValue> {
    PrintableString::try_from(text).map(DnValue::PrintableString).map_err(refused)
}

/// A key to certify, in rcgen's terms.
struct Certified<'a>(&'a PublicKey);

impl PublicKeyData for Certified<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.0.key
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        match self.0.kind {
            KeyKind::Rsa { .. } => &rcgen::PKCS_RSA_SHA256,
            KeyKind::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyKind::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyKind::P521 => &rcgen::PKCS_ECDSA_P521_SHA512,
        }
    }
}

/// A key to sign with, in rcgen's terms.
struct Signer<'a>(&'a PrivateKey);

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.0.public().key
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        Certified(self.0.public()).algorithm()
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, rcgen::Error> {
        let algorithm = SignatureAlgorithm::default_for(self.0.kind());
        let signed = self.0.sign(algorithm, message).and_then(|signature| match algorithm.scheme() {
            SignatureScheme::Ecdsa => crate::ecdsa_der_from_raw(&signature),
            _ => Ok(signature),
        });
        signed.map_err(|_| rcgen::Error::RemoteKeyError)
    }
}
