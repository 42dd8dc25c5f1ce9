use std::fmt;

use sha1::Digest as _;
use sha2::Digest as _;

use crate::asn1::{NULL, Oid, Reader, context, oid};
use crate::error::{Error, Result};
use crate::public_key::KeyKind;

/// The hash functions that KSeF accepts in signatures (PROTOCOL §3.4). SHA-256 is what this library writes; the
/// others are there to read what other programs wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum HashAlgorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Sha3_256,
    Sha3_384,
    Sha3_512,
}

impl HashAlgorithm {
    /// The digest of the bytes.
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
            Self::Sha3_256 => sha3::Sha3_256::digest(bytes).to_vec(),
            Self::Sha3_384 => sha3::Sha3_384::digest(bytes).to_vec(),
            Self::Sha3_512 => sha3::Sha3_512::digest(bytes).to_vec(),
        }
    }

    /// The size of the digest in bytes.
    pub const fn size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 | Self::Sha3_256 => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha512 | Self::Sha3_512 => 64,
        }
    }

    fn from_oid(oid: &Oid) -> Result<Self> {
        Ok(match oid.dotted().as_str() {
            "1.3.14.3.2.26" => Self::Sha1,
            "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" => Self::Sha512,
            "2.16.840.1.101.3.4.2.8" => Self::Sha3_256,
            "2.16.840.1.101.3.4.2.9" => Self::Sha3_384,
            "2.16.840.1.101.3.4.2.10" => Self::Sha3_512,
            other => return Err(Error::unsupported_algorithm(format!("hash {other}"))),
        })
    }
}

/// How a signature is computed from a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureScheme {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1,
    /// RSASSA-PSS with MGF1 over the same hash and a salt as long as the digest.
    RsaPss,
    /// ECDSA, the signature as `r || s` of fixed width.
    Ecdsa,
}

/// The signature algorithms of PROTOCOL §3.4. RSA needs a key of at least 2048 bits, ECDSA a curve of at least
/// 256 bits. [`PrivateKey`](crate::PrivateKey) signs with the SHA-2 ones, [`verify_signature`](crate::verify_signature)
/// checks all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum SignatureAlgorithm {
    RsaPkcs1Sha1,
    RsaPkcs1Sha256,
    RsaPkcs1Sha384,
    RsaPkcs1Sha512,
    RsaPssSha1,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
    RsaPssSha3_256,
    RsaPssSha3_384,
    RsaPssSha3_512,
    EcdsaSha1,
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    EcdsaSha3_256,
    EcdsaSha3_384,
    EcdsaSha3_512,
}

impl SignatureAlgorithm {
    /// The algorithm that KSeF is known to accept for keys of this kind: PKCS#1 v1.5 with SHA-256 for RSA, ECDSA
    /// with the hash that matches the curve otherwise.
    pub const fn default_for(kind: KeyKind) -> Self {
        match kind {
            KeyKind::Rsa { .. } => Self::RsaPkcs1Sha256,
            KeyKind::P256 => Self::EcdsaSha256,
            KeyKind::P384 => Self::EcdsaSha384,
            KeyKind::P521 => Self::EcdsaSha512,
        }
    }

    /// How the signature is computed.
    pub const fn scheme(self) -> SignatureScheme {
        match self {
            Self::RsaPkcs1Sha1 | Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha384 | Self::RsaPkcs1Sha512 => {
                SignatureScheme::RsaPkcs1
            }
            Self::RsaPssSha1
            | Self::RsaPssSha256
            | Self::RsaPssSha384
            | Self::RsaPssSha512
            | Self::RsaPssSha3_256
            | Self::RsaPssSha3_384
            | Self::RsaPssSha3_512 => SignatureScheme::RsaPss,
            Self::EcdsaSha1
            | Self::EcdsaSha256
            | Self::EcdsaSha384
            | Self::EcdsaSha512
            | Self::EcdsaSha3_256
            | Self::EcdsaSha3_384
            | Self::EcdsaSha3_512 => SignatureScheme::Ecdsa,
        }
    }

    /// The hash of the message.
    pub const fn hash(self) -> HashAlgorithm {
        match self {
            Self::RsaPkcs1Sha1 | Self::RsaPssSha1 | Self::EcdsaSha1 => HashAlgorithm::Sha1,
            Self::RsaPkcs1Sha256 | Self::RsaPssSha256 | Self::EcdsaSha256 => HashAlgorithm::Sha256,
            Self::RsaPkcs1Sha384 | Self::RsaPssSha384 | Self::EcdsaSha384 => HashAlgorithm::Sha384,
            Self::RsaPkcs1Sha512 | Self::RsaPssSha512 | Self::EcdsaSha512 => HashAlgorithm::Sha512,
            Self::RsaPssSha3_256 | Self::EcdsaSha3_256 => HashAlgorithm::Sha3_256,
            Self::RsaPssSha3_384 | Self::EcdsaSha3_384 => HashAlgorithm::Sha3_384,
            Self::RsaPssSha3_512 | Self::EcdsaSha3_512 => HashAlgorithm::Sha3_512,
        }
    }

    fn pss(hash: HashAlgorithm) -> Self {
        match hash {
            HashAlgorithm::Sha1 => Self::RsaPssSha1,
            HashAlgorithm::Sha256 => Self::RsaPssSha256,
            HashAlgorithm::Sha384 => Self::RsaPssSha384,
            HashAlgorithm::Sha512 => Self::RsaPssSha512,
            HashAlgorithm::Sha3_256 => Self::RsaPssSha3_256,
            HashAlgorithm::Sha3_384 => Self::RsaPssSha3_384,
            HashAlgorithm::Sha3_512 => Self::RsaPssSha3_512,
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme() {
            SignatureScheme::RsaPkcs1 => "RSA PKCS#1 v1.5",
            SignatureScheme::RsaPss => "RSA-PSS",
            SignatureScheme::Ecdsa => "ECDSA",
        };
        write!(f, "{scheme} with {:?}", self.hash())
    }
}

/// The AlgorithmIdentifier of a certificate's signature: the algorithm and the length of a PSS salt. Parameters of
/// ECDSA and PKCS#1 are not looked at: the KSeF test authority writes a NULL where there should be nothing.
pub(crate) fn from_algorithm_identifier(mut identifier: Reader<'_>) -> Result<(SignatureAlgorithm, usize)> {
    use SignatureAlgorithm as A;
    let algorithm_oid = identifier.oid()?;
    if algorithm_oid.is(oid::RSASSA_PSS) {
        return pss_parameters(identifier);
    }
    let algorithm = match algorithm_oid.dotted().as_str() {
        "1.2.840.113549.1.1.5" => A::RsaPkcs1Sha1,
        "1.2.840.113549.1.1.11" => A::RsaPkcs1Sha256,
        "1.2.840.113549.1.1.12" => A::RsaPkcs1Sha384,
        "1.2.840.113549.1.1.13" => A::RsaPkcs1Sha512,
        "1.2.840.10045.4.1" => A::EcdsaSha1,
        "1.2.840.10045.4.3.2" => A::EcdsaSha256,
        "1.2.840.10045.4.3.3" => A::EcdsaSha384,
        "1.2.840.10045.4.3.4" => A::EcdsaSha512,
        "2.16.840.1.101.3.4.3.10" => A::EcdsaSha3_256,
        "2.16.840.1.101.3.4.3.11" => A::EcdsaSha3_384,
        "2.16.840.1.101.3.4.3.12" => A::EcdsaSha3_512,
        other => return Err(Error::unsupported_algorithm(format!("signature {other}"))),
    };
    Ok((algorithm, 0))
}

/// RSASSA-PSS-params of RFC 4055, with its defaults of SHA-1 and a salt of 20 bytes.
fn pss_parameters(mut identifier: Reader<'_>) -> Result<(SignatureAlgorithm, usize)> {
    let mut hash = HashAlgorithm::Sha1;
    let mut mask_hash = HashAlgorithm::Sha1;
    let mut salt = 20usize;
    if !identifier.is_empty() && identifier.peek() != Some(NULL) {
        let mut parameters = identifier.sequence()?;
        if let Some(field) = parameters.optional(context(0))? {
            hash = HashAlgorithm::from_oid(&parameters.inside(field).sequence()?.oid()?)?;
        }
        if let Some(field) = parameters.optional(context(1))? {
            let mut mask = parameters.inside(field).sequence()?;
            if !mask.oid()?.is(oid::MGF1) {
                return Err(Error::unsupported_algorithm("RSA-PSS with a mask other than MGF1"));
            }
            mask_hash = HashAlgorithm::from_oid(&mask.sequence()?.oid()?)?;
        }
        if let Some(field) = parameters.optional(context(2))? {
            let digits = parameters.inside(field).unsigned()?;
            if digits.len() > 2 {
                return Err(parameters.malformed("the salt is too long"));
            }
            salt = digits.iter().fold(0, |length, &digit| (length << 8) | usize::from(digit));
        }
    }
    if hash != mask_hash {
        return Err(Error::unsupported_algorithm("RSA-PSS with two different hashes"));
    }
    Ok((SignatureAlgorithm::pss(hash), salt))
}
