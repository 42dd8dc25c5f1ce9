//! `POST /certificates` of the management API: certificates that log in.

use std::{fs, path::PathBuf};

use jiff::Timestamp;
use ksef_crypto::{
    KeyKind,
    authority::{PersonSubject, SealSubject, Subject, Validity},
    self_signed,
};
use serde::{Deserialize, Serialize};

use super::{CommandError, nip};
use crate::state::AppState;

/// Whom the certificate names.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Holder {
    /// An organisation's seal with a NIP.
    #[default]
    Seal,
    /// A person with a NIP or a PESEL.
    Person,
    /// A Peppol service provider: the identifier is the common name.
    Peppol,
    /// A certificate without any identifier, known by its fingerprint only.
    Anonymous,
}

/// The key to generate.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Key {
    #[default]
    P256,
    P384,
    P521,
    Rsa2048,
    Rsa4096,
}

/// What certificate to make.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct CertificateRequest {
    kind: Holder,
    nip: Option<String>,
    pesel: Option<String>,
    peppol_id: Option<String>,
    /// Name of the organisation, or given name and surname.
    name: Option<String>,
    key: Key,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    /// Signed by its own key instead of the emulator's authority.
    self_signed: bool,
    /// Where a seed writes the certificate, PEM.
    pub(crate) certificate_file: Option<PathBuf>,
    /// Where a seed writes the private key, PEM, PKCS#8, not encrypted.
    pub(crate) key_file: Option<PathBuf>,
}

/// A certificate with its private key.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuedCertificate {
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
    /// 16 upper-case hexadecimal digits.
    serial_number: String,
    /// SHA-256 of the certificate, 64 upper-case hexadecimal digits.
    fingerprint: String,
}

const DAYS: u32 = 730;

impl CertificateRequest {
    /// A seal with this NIP.
    pub(crate) fn seal(nip: &str, key: KeyKind) -> Self {
        let key = match key {
            KeyKind::P384 => Key::P384,
            KeyKind::P521 => Key::P521,
            KeyKind::Rsa { bits } if bits > 2048 => Key::Rsa4096,
            KeyKind::Rsa { .. } => Key::Rsa2048,
            _ => Key::P256,
        };
        Self { nip: Some(nip.to_owned()), key, ..Self::default() }
    }

    pub(crate) fn run(&self, state: &AppState) -> Result<IssuedCertificate, CommandError> {
        let subject = self.subject(state)?;
        let mut validity = Validity::days(state.now(), DAYS).map_err(CommandError::new)?;
        validity.not_before = self.not_before.unwrap_or(validity.not_before);
        validity.not_after = self.not_after.unwrap_or(validity.not_after);
        let kind = match self.key {
            Key::P256 => KeyKind::P256,
            Key::P384 => KeyKind::P384,
            Key::P521 => KeyKind::P521,
            Key::Rsa2048 => KeyKind::Rsa { bits: 2048 },
            Key::Rsa4096 => KeyKind::Rsa { bits: 4096 },
        };
        let identity = if self.self_signed {
            self_signed::identity(subject, kind, validity)
        } else {
            state.trust().issue_login(subject, kind, validity)
        };
        let identity = identity.map_err(CommandError::new)?;
        Ok(IssuedCertificate {
            certificate_pem: identity.certificate().to_pem(),
            key_pem: identity.key().to_pkcs8_pem().as_str().to_owned(),
            serial_number: identity.certificate().serial_hex(),
            fingerprint: identity.certificate().fingerprint(),
        })
    }

    /// Makes the certificate and writes it to the files that a seed names.
    pub(crate) fn write(&self, state: &AppState) -> Result<(), CommandError> {
        let (Some(certificate), Some(key)) = (&self.certificate_file, &self.key_file) else {
            return Err(CommandError::new("a certificate of a seed needs certificateFile and keyFile"));
        };
        let issued = self.run(state)?;
        for (path, content) in [(certificate, &issued.certificate_pem), (key, &issued.key_pem)] {
            fs::write(path, content).map_err(|error| {
                CommandError::new(format_args!("{} cannot be written: {error}", path.display()))
            })?;
        }
        Ok(())
    }

    fn subject(&self, state: &AppState) -> Result<Subject, CommandError> {
        let name = |default: &str| self.name.clone().unwrap_or_else(|| default.to_owned());
        let nip = self.nip.as_deref().map(|text| nip(text, state.profile())).transpose()?;
        Ok(match (self.kind, &nip, &self.pesel) {
            (Holder::Seal, Some(nip), None) => {
                SealSubject::with_nip(&name("Firma testowa"), nip.as_str()).into()
            }
            (Holder::Person, Some(nip), None) => {
                let (given, surname) = person_name(&name("Jan Testowy"));
                PersonSubject::with_nip(&given, &surname, nip.as_str()).into()
            }
            (Holder::Person, None, Some(pesel)) => {
                let pesel = ksef_model::Pesel::try_from(pesel.as_str()).map_err(CommandError::new)?;
                let (given, surname) = person_name(&name("Jan Testowy"));
                PersonSubject::with_pesel(&given, &surname, pesel.as_str()).into()
            }
            (Holder::Peppol, None, None) => {
                let id = self.peppol_id.as_deref().ok_or_else(|| CommandError::new("peppolId is missing"))?;
                let id = ksef_model::PeppolId::try_from(id).map_err(CommandError::new)?;
                Subject::CommonName(id.as_str().to_owned())
            }
            (Holder::Anonymous, None, None) => Subject::CommonName(name("Certyfikat testowy")),
            _ => {
                return Err(CommandError::new(
                    "a seal needs a nip, a person a nip or a pesel, the other kinds neither",
                ));
            }
        })
    }
}

fn person_name(name: &str) -> (String, String) {
    let (given, surname) = name.split_once(' ').unwrap_or((name, "Testowy"));
    (given.to_owned(), surname.to_owned())
}
