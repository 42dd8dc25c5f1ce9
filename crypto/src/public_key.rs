use std::fmt;

use crate::asn1::{BIT_STRING, NULL, OBJECT_IDENTIFIER, Reader, SEQUENCE, element, oid};
use crate::error::{Error, Result};

/// The kinds of keys that KSeF knows. P-256 is the one to choose: small, fast and preferred by the Ministry
/// (PROTOCOL §13.4); P-521 comes out of some platforms' defaults and works for login only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA with the given size of the modulus. Keys can be generated with 2048, 3072, 4096 or 8192 bits.
    Rsa {
        /// The size of the modulus in bits.
        bits: u32,
    },
    /// NIST P-256 (secp256r1).
    P256,
    /// NIST P-384 (secp384r1).
    P384,
    /// NIST P-521 (secp521r1).
    P521,
}

impl KeyKind {
    /// The width of `r` and `s` in bytes; none for RSA.
    pub(crate) const fn field_size(self) -> Option<usize> {
        match self {
            Self::Rsa { .. } => None,
            Self::P256 => Some(32),
            Self::P384 => Some(48),
            Self::P521 => Some(66),
        }
    }

    const fn curve_oid(self) -> Option<&'static [u8]> {
        match self {
            Self::Rsa { .. } => None,
            Self::P256 => Some(oid::P256),
            Self::P384 => Some(oid::P384),
            Self::P521 => Some(oid::P521),
        }
    }

    pub(crate) fn from_curve_oid(encoded: &[u8]) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521].into_iter().find(|kind| kind.curve_oid() == Some(encoded))
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::P256 => f.write_str("EC P-256"),
            Self::P384 => f.write_str("EC P-384"),
            Self::P521 => f.write_str("EC P-521"),
        }
    }
}

/// A SubjectPublicKeyInfo taken apart.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    pub(crate) kind: KeyKind,
    /// The content of the BIT STRING: PKCS#1 `RSAPublicKey` or the point.
    pub(crate) key: Vec<u8>,
}

impl PublicKey {
    pub(crate) fn from_spki_der(der: &[u8]) -> Result<Self> {
        let mut info = Reader::new("public key", der).sequence()?;
        let mut algorithm = info.sequence()?;
        let algorithm_oid = algorithm.oid()?;
        let key = info.bit_string_bytes()?.to_vec();
        if algorithm_oid.is(oid::RSA_ENCRYPTION) || algorithm_oid.is(oid::RSASSA_PSS) {
            let (modulus, _) = rsa_parts(&key)?;
            let kind = KeyKind::Rsa { bits: bit_length(modulus) };
            return Ok(Self { kind, key });
        }
        if !algorithm_oid.is(oid::EC_PUBLIC_KEY) {
            return Err(Error::unsupported_key(format!("algorithm {}", algorithm_oid.dotted())));
        }
        if algorithm.peek() != Some(OBJECT_IDENTIFIER) {
            return Err(Error::unsupported_key("an elliptic curve that is not given by name"));
        }
        let curve = algorithm.oid()?;
        let kind = KeyKind::from_curve_oid(&curve.0)
            .ok_or_else(|| Error::unsupported_key(format!("elliptic curve {}", curve.dotted())))?;
        Ok(Self { kind, key })
    }

    pub(crate) fn to_spki_der(&self) -> Vec<u8> {
        let algorithm = match self.kind.curve_oid() {
            None => {
                element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[oid::RSA_ENCRYPTION]), &element(NULL, &[])])
            }
            Some(curve) => element(
                SEQUENCE,
                &[&element(OBJECT_IDENTIFIER, &[oid::EC_PUBLIC_KEY]), &element(OBJECT_IDENTIFIER, &[curve])],
            ),
        };
        element(SEQUENCE, &[&algorithm, &element(BIT_STRING, &[&[0], &self.key])])
    }

    /// The key for RSA operations of the `rsa` crate.
    pub(crate) fn to_rsa(&self) -> Result<rsa::RsaPublicKey> {
        const LARGEST_MODULUS: usize = 16384;
        let (modulus, exponent) = rsa_parts(&self.key)?;
        let integer = rsa::BigUint::from_bytes_be;
        rsa::RsaPublicKey::new_with_max_size(integer(modulus), integer(exponent), LARGEST_MODULUS)
            .map_err(|error| Error::unsupported_key(error.to_string()))
    }
}

/// Modulus and exponent of PKCS#1 `RSAPublicKey`.
fn rsa_parts(key: &[u8]) -> Result<(&[u8], &[u8])> {
    let mut parts = Reader::new("RSA public key", key).sequence()?;
    Ok((parts.unsigned()?, parts.unsigned()?))
}

pub(crate) fn bit_length(magnitude: &[u8]) -> u32 {
    magnitude.first().map_or(0, |first| magnitude.len() as u32 * 8 - first.leading_zeros())
}
