use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pss::Pss;

use crate::algorithm::{HashAlgorithm, SignatureAlgorithm, SignatureScheme};
use crate::error::{Error, Result};
use crate::public_key::{KeyKind, PublicKey};

/// Checks a signature over a message. The public key is a DER SubjectPublicKeyInfo; an ECDSA signature is `r || s`
/// of fixed width, see [`ecdsa_raw_from_der`](crate::ecdsa_raw_from_der) for the other form.
///
/// The code behind it shares nothing with [`PrivateKey::sign`](crate::PrivateKey::sign), so each can judge the other.
///
/// # Errors
/// [`Error::InvalidSignature`] when the signature does not fit; [`Error::UnsupportedAlgorithm`] when the algorithm
/// does not fit the key; [`Error::UnsupportedKey`] for RSA below 2048 bits and for other keys that KSeF does not
/// accept; [`Error::Malformed`] when the key cannot be read.
pub fn verify_signature(
    spki_der: &[u8],
    algorithm: SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<()> {
    let key = PublicKey::from_spki_der(spki_der)?;
    verify(&key, algorithm, algorithm.hash().size(), message, signature)
}

/// As [`verify_signature`], for RSA-PSS with a salt of this many bytes instead of as many as the digest has; requests
/// for certificates choose it freely. Other schemes have no salt and ignore it.
///
/// # Errors
/// The same as [`verify_signature`].
pub fn verify_signature_with_salt(
    spki_der: &[u8],
    algorithm: SignatureAlgorithm,
    salt: usize,
    message: &[u8],
    signature: &[u8],
) -> Result<()> {
    verify(&PublicKey::from_spki_der(spki_der)?, algorithm, salt, message, signature)
}

/// The check with an explicit length of the PSS salt, which certificates may choose freely.
pub(crate) fn verify(
    key: &PublicKey,
    algorithm: SignatureAlgorithm,
    salt: usize,
    message: &[u8],
    signature: &[u8],
) -> Result<()> {
    let digest = algorithm.hash().digest(message);
    match (key.kind, algorithm.scheme()) {
        (KeyKind::Rsa { bits }, scheme @ (SignatureScheme::RsaPkcs1 | SignatureScheme::RsaPss)) => {
            if bits < 2048 {
                return Err(Error::unsupported_key(format!("RSA of {bits} bits, at least 2048 are needed")));
            }
            let rsa_key = key.to_rsa()?;
            match scheme {
                SignatureScheme::RsaPkcs1 => rsa_key.verify(pkcs1(algorithm.hash())?, &digest, signature),
                _ => rsa_key.verify(pss(algorithm.hash(), salt), &digest, signature),
            }
            .map_err(|_| Error::InvalidSignature)
        }
        (KeyKind::P256, SignatureScheme::Ecdsa) => {
            let digest = widen(digest, 32);
            let point = p256::ecdsa::VerifyingKey::from_sec1_bytes(&key.key).map_err(bad_point)?;
            let signature =
                p256::ecdsa::Signature::from_slice(signature).map_err(|_| Error::InvalidSignature)?;
            point.verify_prehash(&digest, &signature).map_err(|_| Error::InvalidSignature)
        }
        (KeyKind::P384, SignatureScheme::Ecdsa) => {
            let digest = widen(digest, 48);
            let point = p384::ecdsa::VerifyingKey::from_sec1_bytes(&key.key).map_err(bad_point)?;
            let signature =
                p384::ecdsa::Signature::from_slice(signature).map_err(|_| Error::InvalidSignature)?;
            point.verify_prehash(&digest, &signature).map_err(|_| Error::InvalidSignature)
        }
        (KeyKind::P521, SignatureScheme::Ecdsa) => {
            let digest = widen(digest, 66);
            let point = p521::ecdsa::VerifyingKey::from_sec1_bytes(&key.key).map_err(bad_point)?;
            let signature =
                p521::ecdsa::Signature::from_slice(signature).map_err(|_| Error::InvalidSignature)?;
            point.verify_prehash(&digest, &signature).map_err(|_| Error::InvalidSignature)
        }
        (kind, _) => Err(Error::unsupported_algorithm(format!("{algorithm} does not fit a key {kind}"))),
    }
}

fn bad_point<E>(_: E) -> Error {
    Error::malformed("public key", "the point is not on the curve")
}

/// ECDSA reads the digest as a number, so zeros in front change nothing; the library refuses digests much shorter
/// than the field (SHA-1 with P-384, SHA-256 with P-521), which the standards allow.
fn widen(digest: Vec<u8>, field_size: usize) -> Vec<u8> {
    let missing = field_size.saturating_sub(digest.len());
    let mut wide = vec![0; missing];
    wide.extend_from_slice(&digest);
    wide
}

fn pkcs1(hash: HashAlgorithm) -> Result<Pkcs1v15Sign> {
    Ok(match hash {
        HashAlgorithm::Sha1 => Pkcs1v15Sign {
            hash_len: Some(20),
            // DigestInfo of RFC 8017 §9.2, note 1.
            prefix: Box::new([
                0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
            ]),
        },
        HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<rsa::sha2::Sha256>(),
        HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<rsa::sha2::Sha384>(),
        HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<rsa::sha2::Sha512>(),
        other => return Err(Error::unsupported_algorithm(format!("RSA PKCS#1 v1.5 with {other:?}"))),
    })
}

fn pss(hash: HashAlgorithm, salt: usize) -> Pss {
    match hash {
        HashAlgorithm::Sha1 => Pss::new_with_salt::<sha1::Sha1>(salt),
        HashAlgorithm::Sha256 => Pss::new_with_salt::<rsa::sha2::Sha256>(salt),
        HashAlgorithm::Sha384 => Pss::new_with_salt::<rsa::sha2::Sha384>(salt),
        HashAlgorithm::Sha512 => Pss::new_with_salt::<rsa::sha2::Sha512>(salt),
        HashAlgorithm::Sha3_256 => Pss::new_with_salt::<sha3::Sha3_256>(salt),
        HashAlgorithm::Sha3_384 => Pss::new_with_salt::<sha3::Sha3_384>(salt),
        HashAlgorithm::Sha3_512 => Pss::new_with_salt::<sha3::Sha3_512>(salt),
    }
}
