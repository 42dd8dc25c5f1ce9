use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::{Error, Result};
use crate::private_key::PrivateKey;
use crate::public_key::KeyKind;

/// The private half of a Ministry key, for emulators and tests. Decryption runs in constant time.
#[derive(Clone)]
pub struct MinistryPrivateKey {
    key: PrivateKey,
    oaep: Arc<OaepPrivateDecryptingKey>,
}

impl MinistryPrivateKey {
    /// A fresh RSA key of 2048, 3072, 4096 or 8192 bits.
    ///
    /// # Errors
    /// [`Error::UnsupportedKey`] for another size.
    pub fn generate(bits: u32) -> Result<Self> {
        Self::from_private_key(PrivateKey::generate(KeyKind::Rsa { bits })?)
    }

    /// Reads an unencrypted RSA key from PEM: PKCS#8, or PKCS#1.
    ///
    /// # Errors
    /// Those of [`PrivateKey::from_pem`], and [`Error::UnsupportedKey`] when the key is not RSA.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self> {
        Self::from_private_key(PrivateKey::from_pem(pem, None)?)
    }

    fn from_private_key(key: PrivateKey) -> Result<Self> {
        if !matches!(key.kind(), KeyKind::Rsa { .. }) {
            return Err(Error::unsupported_key(format!("{} cannot decrypt, RSA is needed", key.kind())));
        }
        let oaep = PrivateDecryptingKey::from_pkcs8(key.pkcs8_der())
            .map_err(|rejected| Error::unsupported_key(rejected.to_string()))
            .and_then(|key| {
                OaepPrivateDecryptingKey::new(key).map_err(|_| Error::Provider { what: "RSA-OAEP key" })
            })?;
        Ok(Self { key, oaep: Arc::new(oaep) })
    }

    /// Unwraps the 32 bytes of a symmetric key.
    ///
    /// # Errors
    /// [`Error::Decryption`] when the wrap was made for another key, is damaged, or holds something else than
    /// 32 bytes. One error for all of them, because the difference would help an attacker.
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<[u8; 32]> {
        let plaintext = Zeroizing::new(self.decrypt(wrapped)?);
        plaintext.as_slice().try_into().map_err(|_| Error::Decryption { what: "wrapped symmetric key" })
    }

    /// Decrypts one RSA-OAEP block, such as an encrypted KSeF token.
    ///
    /// # Errors
    /// [`Error::Decryption`] when the block was made for another key or is damaged.
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>> {
        let mut buffer = vec![0; self.oaep.min_output_size()];
        let decrypted =
            self.oaep.decrypt(&OAEP_SHA256_MGF1SHA256, ciphertext, &mut buffer, None).map(|part| part.len());
        match decrypted {
            Ok(length) => {
                buffer[length..].zeroize();
                buffer.truncate(length);
                Ok(buffer)
            }
            Err(_) => {
                buffer.zeroize();
                Err(Error::Decryption { what: "RSA-OAEP block" })
            }
        }
    }

    /// The public half as a DER SubjectPublicKeyInfo.
    pub fn spki_der(&self) -> Vec<u8> {
        self.key.spki_der()
    }

    /// The key as PKCS#8 PEM, not encrypted.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        self.key.to_pkcs8_pem()
    }

    /// The same key for signing, for example for a certificate of its own.
    pub fn signing_key(&self) -> &PrivateKey {
        &self.key
    }
}

impl fmt::Debug for MinistryPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MinistryPrivateKey(…)")
    }
}
