use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA256_FIXED_SIGNING,
    ECDSA_P521_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::algorithm::SignatureAlgorithm;
use crate::asn1::{OCTET_STRING, Reader, SEQUENCE, context, element, oid, unsigned_integer};
use crate::error::{Error, Result};
use crate::pem;
use crate::public_key::{KeyKind, PublicKey};

mod encrypted;

const WHAT: &str = "private key";

/// A private key that signs. Cloning it is cheap and shares the key; the memory is wiped when the last clone is
/// dropped. Nothing of it shows in `Debug`.
#[derive(Clone)]
pub struct PrivateKey {
    inner: Arc<Inner>,
}

struct Inner {
    pair: Pair,
    public: PublicKey,
    pkcs8: Zeroizing<Vec<u8>>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

impl PrivateKey {
    /// Reads a key from PEM: PKCS#8 (`PRIVATE KEY`), PKCS#8 encrypted with PBES2 (`ENCRYPTED PRIVATE KEY`), PKCS#1
    /// (`RSA PRIVATE KEY`) and SEC1 (`EC PRIVATE KEY`). Text and other blocks around the key are skipped. The
    /// password is used for encrypted keys only.
    ///
    /// # Errors
    /// [`Error::NotAKey`] when there is no private key in the text; [`Error::PasswordRequired`] and
    /// [`Error::WrongPassword`] for encrypted keys; [`Error::UnsupportedEncryption`] for other encryption than PBES2;
    /// [`Error::UnsupportedKey`] for RSA below 2048 bits and for other algorithms and curves; [`Error::Malformed`]
    /// when the key cannot be read.
    pub fn from_pem(text: &str, password: Option<&str>) -> Result<Self> {
        let blocks = pem::blocks(WHAT, text)?;
        let found = || Error::NotAKey { found: pem::describe(&blocks) };
        let block = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY")).ok_or_else(found)?;
        if block.has_headers {
            return Err(Error::UnsupportedEncryption {
                reason: "the old PEM encryption with a Proc-Type header; convert the key to PKCS#8"
                    .to_owned(),
            });
        }
        match block.label.as_str() {
            "PRIVATE KEY" => Self::from_pkcs8_der(&block.der),
            "ENCRYPTED PRIVATE KEY" => Self::from_encrypted_pkcs8_der(&block.der, password),
            "RSA PRIVATE KEY" => Self::from_pkcs1_der(&block.der),
            "EC PRIVATE KEY" => Self::from_sec1_der(&block.der, None),
            _ => Err(found()),
        }
    }

    /// Reads a key from DER: the same structures as [`from_pem`](Self::from_pem), told apart by their shape.
    ///
    /// # Errors
    /// The same as [`from_pem`](Self::from_pem).
    pub fn from_der(der: &[u8], password: Option<&str>) -> Result<Self> {
        let mut fields = Reader::new(WHAT, der).sequence()?;
        if fields.peek() == Some(SEQUENCE) {
            return Self::from_encrypted_pkcs8_der(der, password);
        }
        fields.unsigned()?;
        match fields.peek() {
            Some(SEQUENCE) => Self::from_pkcs8_der(der),
            Some(OCTET_STRING) => Self::from_sec1_der(der, None),
            _ => Self::from_pkcs1_der(der),
        }
    }

    fn from_encrypted_pkcs8_der(der: &[u8], password: Option<&str>) -> Result<Self> {
        let plain = encrypted::decrypt(der, password.ok_or(Error::PasswordRequired)?)?;
        Self::from_pkcs8_der(&plain)
    }

    fn from_pkcs8_der(der: &[u8]) -> Result<Self> {
        let mut info = Reader::new(WHAT, der).sequence()?;
        info.unsigned()?;
        let mut algorithm = info.sequence()?;
        let algorithm_oid = algorithm.oid()?;
        let key = info.expect(OCTET_STRING)?.content;
        if algorithm_oid.is(oid::RSA_ENCRYPTION) || algorithm_oid.is(oid::RSASSA_PSS) {
            return Self::from_pkcs1_der(key);
        }
        if !algorithm_oid.is(oid::EC_PUBLIC_KEY) {
            return Err(Error::unsupported_key(format!("algorithm {}", algorithm_oid.dotted())));
        }
        if algorithm.peek() == Some(SEQUENCE) {
            return Err(Error::unsupported_key("an elliptic curve that is not given by name"));
        }
        Self::from_sec1_der(key, Some(algorithm.oid()?.0))
    }

    fn from_pkcs1_der(der: &[u8]) -> Result<Self> {
        let mut parts = Reader::new(WHAT, der).sequence()?;
        parts.unsigned()?;
        let bits = crate::public_key::bit_length(parts.unsigned()?);
        if bits < 2048 {
            return Err(Error::unsupported_key(format!("RSA of {bits} bits, at least 2048 are needed")));
        }
        let pair =
            RsaKeyPair::from_der(der).map_err(|rejected| Error::malformed(WHAT, rejected.to_string()))?;
        Self::from_rsa(pair)
    }

    fn from_rsa(pair: RsaKeyPair) -> Result<Self> {
        let key = pair.public_key().as_ref().to_vec();
        let pkcs8 = pair.as_der().map_err(|_| Error::Provider { what: "RSA key encoding" })?;
        let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
        let modulus = Reader::new(WHAT, &key).sequence()?.unsigned()?;
        let kind = KeyKind::Rsa { bits: crate::public_key::bit_length(modulus) };
        let public = PublicKey { kind, key };
        Ok(Self { inner: Arc::new(Inner { pair: Pair::Rsa(pair), public, pkcs8 }) })
    }

    /// The curve stands outside in PKCS#8 and inside in a bare SEC1 key.
    fn from_sec1_der(der: &[u8], curve: Option<Vec<u8>>) -> Result<Self> {
        let mut fields = Reader::new(WHAT, der).sequence()?;
        fields.unsigned()?;
        let scalar = fields.expect(OCTET_STRING)?.content;
        let inner = fields.optional(context(0))?;
        let curve = match (curve, inner) {
            (Some(curve), _) => curve,
            (None, Some(named)) if fields.inside(named).peek() != Some(SEQUENCE) => {
                fields.inside(named).oid()?.0
            }
            _ => return Err(Error::unsupported_key("an elliptic curve that is not given by name")),
        };
        let kind = KeyKind::from_curve_oid(&curve).ok_or_else(|| {
            Error::unsupported_key(format!("elliptic curve {}", crate::asn1::Oid(curve.clone()).dotted()))
        })?;
        // Some programs drop leading zeros of the scalar and leave the public point out. Written anew, the
        // structure is the one that the provider reads.
        let width = kind.field_size().unwrap_or_default();
        let digits = crate::asn1::strip_zeros(scalar);
        let missing =
            width.checked_sub(digits.len()).ok_or_else(|| fields.malformed("the scalar is too long"))?;
        let mut fixed = Zeroizing::new(vec![0; width]);
        fixed[missing..].copy_from_slice(digits);
        let sec1 = Zeroizing::new(element(
            SEQUENCE,
            &[
                &unsigned_integer(&[1]),
                &Zeroizing::new(element(OCTET_STRING, &[&fixed])),
                &element(context(0), &[&element(crate::asn1::OBJECT_IDENTIFIER, &[&curve])]),
            ],
        ));
        let pair = EcdsaKeyPair::from_private_key_der(default_ec_algorithm(kind)?, &sec1)
            .map_err(|rejected| Error::malformed(WHAT, rejected.to_string()))?;
        Self::from_ec(kind, pair)
    }

    fn from_ec(kind: KeyKind, pair: EcdsaKeyPair) -> Result<Self> {
        let public = PublicKey { kind, key: pair.public_key().as_ref().to_vec() };
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| Error::Provider { what: "EC key encoding" })?;
        let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
        Ok(Self { inner: Arc::new(Inner { pair: Pair::Ec(pair), public, pkcs8 }) })
    }

    /// A fresh key.
    ///
    /// # Errors
    /// [`Error::UnsupportedKey`] for an RSA size other than 2048, 3072, 4096 and 8192 bits; [`Error::Provider`] when
    /// the operating system gives no random bytes.
    pub fn generate(kind: KeyKind) -> Result<Self> {
        let failed = |_| Error::Provider { what: "key generation" };
        let KeyKind::Rsa { bits } = kind else {
            return Self::from_ec(kind, EcdsaKeyPair::generate(default_ec_algorithm(kind)?).map_err(failed)?);
        };
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            8192 => KeySize::Rsa8192,
            _ => {
                return Err(Error::unsupported_key(format!(
                    "RSA of {bits} bits cannot be generated; 2048, 3072, 4096 and 8192 can"
                )));
            }
        };
        Self::from_rsa(RsaKeyPair::generate(size).map_err(failed)?)
    }

    /// The kind of the key.
    pub fn kind(&self) -> KeyKind {
        self.inner.public.kind
    }

    /// Signs a message, which is hashed here. An ECDSA signature comes as `r || s` of fixed width; PSS uses a salt
    /// as long as the digest.
    ///
    /// RSA keys sign with PKCS#1 v1.5 and PSS over SHA-256, SHA-384 and SHA-512. P-256 signs with SHA-256, P-384
    /// with SHA-384, P-521 with any of the three.
    ///
    /// # Errors
    /// [`Error::UnsupportedAlgorithm`] when the algorithm does not fit the key.
    pub fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>> {
        let failed = |_| Error::Provider { what: "signing" };
        let unfit =
            || Error::unsupported_algorithm(format!("{algorithm} cannot be made with a key {}", self.kind()));
        match &self.inner.pair {
            Pair::Rsa(pair) => {
                let encoding = rsa_encoding(algorithm).ok_or_else(unfit)?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &SystemRandom::new(), message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            Pair::Ec(pair) => {
                let wanted = ec_algorithm(self.kind(), algorithm).ok_or_else(unfit)?;
                let signature = if wanted == pair.algorithm() {
                    pair.sign(&SystemRandom::new(), message)
                } else {
                    EcdsaKeyPair::from_pkcs8(wanted, &self.inner.pkcs8)
                        .map_err(|_| Error::Provider { what: "EC key" })?
                        .sign(&SystemRandom::new(), message)
                };
                Ok(signature.map_err(failed)?.as_ref().to_vec())
            }
        }
    }

    /// The public half as a DER SubjectPublicKeyInfo.
    pub fn spki_der(&self) -> Vec<u8> {
        self.inner.public.to_spki_der()
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.inner.public
    }

    /// The key as PKCS#8 DER, not encrypted.
    pub fn pkcs8_der(&self) -> &[u8] {
        &self.inner.pkcs8
    }

    /// The key as PKCS#8 PEM, not encrypted. The text is wiped when it is dropped.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode("PRIVATE KEY", &self.inner.pkcs8))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, …)", self.kind())
    }
}

fn rsa_encoding(algorithm: SignatureAlgorithm) -> Option<&'static dyn RsaEncoding> {
    Some(match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha256 => &RSA_PKCS1_SHA256,
        SignatureAlgorithm::RsaPkcs1Sha384 => &RSA_PKCS1_SHA384,
        SignatureAlgorithm::RsaPkcs1Sha512 => &RSA_PKCS1_SHA512,
        SignatureAlgorithm::RsaPssSha256 => &RSA_PSS_SHA256,
        SignatureAlgorithm::RsaPssSha384 => &RSA_PSS_SHA384,
        SignatureAlgorithm::RsaPssSha512 => &RSA_PSS_SHA512,
        _ => return None,
    })
}

fn ec_algorithm(kind: KeyKind, algorithm: SignatureAlgorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    Some(match (kind, algorithm) {
        (KeyKind::P256, SignatureAlgorithm::EcdsaSha256) => &ECDSA_P256_SHA256_FIXED_SIGNING,
        (KeyKind::P384, SignatureAlgorithm::EcdsaSha384) => &ECDSA_P384_SHA384_FIXED_SIGNING,
        (KeyKind::P521, SignatureAlgorithm::EcdsaSha256) => &ECDSA_P521_SHA256_FIXED_SIGNING,
        (KeyKind::P521, SignatureAlgorithm::EcdsaSha384) => &ECDSA_P521_SHA384_FIXED_SIGNING,
        (KeyKind::P521, SignatureAlgorithm::EcdsaSha512) => &ECDSA_P521_SHA512_FIXED_SIGNING,
        _ => return None,
    })
}

fn default_ec_algorithm(kind: KeyKind) -> Result<&'static EcdsaSigningAlgorithm> {
    ec_algorithm(kind, SignatureAlgorithm::default_for(kind))
        .ok_or_else(|| Error::unsupported_key(format!("{kind} is not an elliptic curve")))
}
