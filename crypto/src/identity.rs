use std::fmt;

use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::private_key::PrivateKey;
use crate::public_key::PublicKey;

/// A certificate together with its private key: who signs a login (XAdES, PROTOCOL §3.4) or a verification link
/// (KOD II, PROTOCOL §11.3).
#[derive(Clone)]
pub struct SigningIdentity {
    certificate: Certificate,
    key: PrivateKey,
}

impl SigningIdentity {
    /// Joins a certificate and its key.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] when the key is not the one that the certificate certifies.
    pub fn new(certificate: Certificate, key: PrivateKey) -> Result<Self> {
        if PublicKey::from_spki_der(certificate.spki_der())? == *key.public() {
            Ok(Self { certificate, key })
        } else {
            Err(Error::KeyMismatch)
        }
    }

    /// Reads both from PEM texts, which may be one and the same text. When the certificate's text holds a whole
    /// chain, the certificate that belongs to the key is taken.
    ///
    /// # Errors
    /// Those of [`Certificate::from_pem`] and [`PrivateKey::from_pem`], and [`Error::KeyMismatch`].
    pub fn from_pem(certificate: &str, key: &str, password: Option<&str>) -> Result<Self> {
        let certificates = Certificate::chain_from_pem(certificate)?;
        let key = PrivateKey::from_pem(key, password)?;
        let own = certificates.into_iter().find(|certificate| {
            PublicKey::from_spki_der(certificate.spki_der()).is_ok_and(|public| public == *key.public())
        });
        Ok(Self { certificate: own.ok_or(Error::KeyMismatch)?, key })
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The private key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }
}

impl fmt::Debug for SigningIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningIdentity")
            .field("certificate", &self.certificate)
            .field("key", &self.key)
            .finish()
    }
}
