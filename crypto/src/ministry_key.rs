use std::fmt;

use rsa::Oaep;
use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::digest::Sha256;
use crate::error::{Error, Result};
use crate::public_key::{KeyKind, PublicKey};
use crate::symmetric::SymmetricKey;

/// A public key of the Ministry from `GET /security/public-key-certificates`: it wraps symmetric keys and encrypts
/// KSeF tokens, with RSAES-OAEP, SHA-256, MGF1-SHA-256 and an empty label. Sources: PROTOCOL §3.6, §4, §5.
///
/// Which of the published certificates to take, by usage and validity, is the caller's decision.
#[derive(Clone)]
pub struct MinistryKey {
    spki_der: Vec<u8>,
    rsa: rsa::RsaPublicKey,
    bits: u32,
}

impl MinistryKey {
    /// Takes the key out of a DER certificate. The certificate's own validity and issuer are not checked: it came
    /// from KSeF itself over TLS.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the certificate cannot be read, [`Error::UnsupportedKey`] when its key is not RSA.
    pub fn from_certificate_der(der: &[u8]) -> Result<Self> {
        Self::from_spki_der(Certificate::from_der(der)?.spki_der())
    }

    /// Takes the key out of a certificate in Base64 of DER, as the API sends it.
    ///
    /// # Errors
    /// The same as [`from_certificate_der`](Self::from_certificate_der).
    pub fn from_certificate_base64(text: &str) -> Result<Self> {
        Self::from_spki_der(Certificate::from_base64(text)?.spki_der())
    }

    /// Reads a DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it cannot be read. [`Error::UnsupportedKey`] for RSA below 2048 bits and for
    /// elliptic curve keys: no encryption with them is specified, and the official clients disagree on one.
    pub fn from_spki_der(der: &[u8]) -> Result<Self> {
        let key = PublicKey::from_spki_der(der)?;
        match key.kind {
            KeyKind::Rsa { bits } if bits >= 2048 => {
                Ok(Self { spki_der: der.to_vec(), rsa: key.to_rsa()?, bits })
            }
            KeyKind::Rsa { bits } => {
                Err(Error::unsupported_key(format!("RSA of {bits} bits, at least 2048 are needed")))
            }
            kind => Err(Error::unsupported_key(format!(
                "{kind} cannot encrypt for KSeF, which specifies RSA only"
            ))),
        }
    }

    /// The `publicKeyId` of the API: Base64 of the SHA-256 of the SubjectPublicKeyInfo, 44 characters. It stays
    /// the same when the key gets a new certificate.
    pub fn id(&self) -> String {
        Sha256::of(&self.spki_der).to_base64()
    }

    /// The size of the modulus in bits.
    pub const fn bits(&self) -> u32 {
        self.bits
    }

    /// The DER SubjectPublicKeyInfo.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// Wraps a symmetric key for `encryptedSymmetricKey`. The result is as long as the modulus.
    ///
    /// # Errors
    /// [`Error::Provider`] when encryption fails, which needs a broken key.
    pub fn wrap(&self, key: &SymmetricKey) -> Result<Vec<u8>> {
        self.encrypt(key.key())
    }

    /// Encrypts a KSeF token for `encryptedToken`: the token, a vertical bar, and the challenge's timestamp in
    /// milliseconds since the epoch (not the current time).
    ///
    /// # Errors
    /// [`Error::TooLong`] when the token does not fit into one RSA block (190 bytes with RSA-2048).
    pub fn encrypt_token(&self, token: &str, timestamp_ms: i64) -> Result<Vec<u8>> {
        let timestamp = timestamp_ms.to_string();
        let mut plaintext = Zeroizing::new(Vec::with_capacity(token.len() + 1 + timestamp.len()));
        plaintext.extend_from_slice(token.as_bytes());
        plaintext.push(b'|');
        plaintext.extend_from_slice(timestamp.as_bytes());
        self.encrypt(&plaintext)
    }

    fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>> {
        const OAEP_OVERHEAD: usize = 2 * 32 + 2;
        let capacity = self.bits.div_ceil(8) as usize - OAEP_OVERHEAD;
        if plaintext.len() > capacity {
            return Err(Error::TooLong { length: plaintext.len(), capacity });
        }
        self.rsa
            .encrypt(&mut rsa::rand_core::OsRng, Oaep::new::<rsa::sha2::Sha256>(), plaintext)
            .map_err(|_| Error::Provider { what: "RSA-OAEP encryption" })
    }
}

impl fmt::Debug for MinistryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MinistryKey").field("id", &self.id()).field("bits", &self.bits).finish()
    }
}
