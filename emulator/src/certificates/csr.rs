//! Requests for certificates: PKCS#10, RFC 2986 (PROTOCOL §13.4).

use std::collections::BTreeMap;

use ksef_crypto::{SignatureAlgorithm, ecdsa_raw_from_der, verify_signature_with_salt};

use super::{
    der::{INTEGER, Malformed, NULL, OBJECT_IDENTIFIER, Reader, SEQUENCE, SET, context},
    names::Attribute,
};

/// Why a request is refused before anybody looks whom it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CsrProblem {
    /// It is no PKCS#10 in DER, or its signature is wrong (25004).
    Malformed,
    /// The key is neither RSA 2048 nor P-256 (25010).
    Key,
    /// The algorithm of the signature is none of those allowed (25011).
    Algorithm,
}

impl From<Malformed> for CsrProblem {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// What a verified request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CertificationRequest {
    /// The name, when it has only attributes that KSeF knows, each once and as text.
    pub(super) name: Option<BTreeMap<Attribute, String>>,
    /// DER SubjectPublicKeyInfo of the key to certify.
    pub(super) spki_der: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Rsa2048,
    P256,
}

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

impl CertificationRequest {
    /// Reads a request and verifies its signature.
    pub(super) fn read(der: &[u8]) -> Result<Self, CsrProblem> {
        let mut outer = Reader::new(der);
        let mut parts = outer.sequence()?;
        outer.end()?;
        let info = parts.expect(SEQUENCE)?;
        let algorithm = parts.sequence()?;
        let signature = parts.bit_string()?;
        parts.end()?;

        let mut fields = Reader::new(info.content);
        if fields.expect(INTEGER)?.content != [0] {
            return Err(CsrProblem::Malformed);
        }
        let name = name(fields.sequence()?)?;
        let spki = fields.expect(SEQUENCE)?;
        fields.optional(context(0))?;
        fields.end()?;

        let key = key(Reader::new(spki.content))?;
        let (algorithm, salt) = signature_algorithm(algorithm, key)?;
        let raw;
        let signature = match key {
            Key::Rsa2048 => signature,
            Key::P256 => {
                raw = ecdsa_raw_from_der(signature, 32).map_err(|_| CsrProblem::Malformed)?;
                &raw
            }
        };
        verify_signature_with_salt(spki.whole, algorithm, salt, info.whole, signature)
            .map_err(|_| CsrProblem::Malformed)?;
        Ok(Self { name, spki_der: spki.whole.to_vec() })
    }
}

fn name(mut relative_names: Reader<'_>) -> Result<Option<BTreeMap<Attribute, String>>, Malformed> {
    let mut found = BTreeMap::new();
    let mut known = true;
    while !relative_names.is_empty() {
        let mut members = Reader::new(relative_names.expect(SET)?.content);
        while !members.is_empty() {
            let mut pair = members.sequence()?;
            let attribute = Attribute::from_oid(pair.oid()?);
            let value = pair.any()?;
            pair.end()?;
            known &= match (attribute, text(value.tag, value.content)) {
                (Some(attribute), Some(text)) => found.insert(attribute, text).is_none(),
                _ => false,
            };
        }
    }
    Ok(known.then_some(found))
}

/// A string of a name as text.
fn text(tag: u8, content: &[u8]) -> Option<String> {
    const UTF8: u8 = 0x0c;
    const PRINTABLE: u8 = 0x13;
    const TELETEX: u8 = 0x14;
    const IA5: u8 = 0x16;
    const BMP: u8 = 0x1e;
    match tag {
        UTF8 => String::from_utf8(content.to_vec()).ok(),
        PRINTABLE | IA5 => String::from_utf8(content.to_vec()).ok().filter(|text| text.is_ascii()),
        // In practice Latin-1.
        TELETEX => Some(content.iter().copied().map(char::from).collect()),
        BMP => {
            let units: Option<Vec<u16>> =
                content.chunks(2).map(|pair| pair.try_into().map(u16::from_be_bytes).ok()).collect();
            String::from_utf16(&units?).ok()
        }
        _ => None,
    }
}

fn key(mut spki: Reader<'_>) -> Result<Key, CsrProblem> {
    let mut algorithm = spki.sequence()?;
    let bits = spki.bit_string()?;
    spki.end()?;
    match algorithm.oid()? {
        RSA_ENCRYPTION => {
            let mut numbers = Reader::new(bits).sequence()?;
            let modulus = numbers.unsigned()?;
            numbers.unsigned()?;
            let has_2048_bits = modulus.len() == 256 && modulus[0] >= 0x80;
            if has_2048_bits { Ok(Key::Rsa2048) } else { Err(CsrProblem::Key) }
        }
        EC_PUBLIC_KEY => {
            let curve = algorithm.any()?;
            let is_p256 = curve.tag == OBJECT_IDENTIFIER && curve.content == P256;
            if is_p256 { Ok(Key::P256) } else { Err(CsrProblem::Key) }
        }
        _ => Err(CsrProblem::Key),
    }
}

/// The algorithm and the length of a PSS salt.
fn signature_algorithm(
    mut identifier: Reader<'_>,
    key: Key,
) -> Result<(SignatureAlgorithm, usize), CsrProblem> {
    use SignatureAlgorithm as A;
    let oid = identifier.oid()?;
    let (of, algorithm) = match oid {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5] => (Key::Rsa2048, A::RsaPkcs1Sha1),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11] => (Key::Rsa2048, A::RsaPkcs1Sha256),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12] => (Key::Rsa2048, A::RsaPkcs1Sha384),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13] => (Key::Rsa2048, A::RsaPkcs1Sha512),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1] => (Key::P256, A::EcdsaSha1),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2] => (Key::P256, A::EcdsaSha256),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3] => (Key::P256, A::EcdsaSha384),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4] => (Key::P256, A::EcdsaSha512),
        RSASSA_PSS if key == Key::Rsa2048 => return pss(identifier),
        _ => return Err(CsrProblem::Algorithm),
    };
    if of == key { Ok((algorithm, 0)) } else { Err(CsrProblem::Algorithm) }
}

/// RSASSA-PSS-params of RFC 4055, with its defaults of SHA-1 and a salt of 20 bytes.
fn pss(mut identifier: Reader<'_>) -> Result<(SignatureAlgorithm, usize), CsrProblem> {
    let (mut hash, mut mask_hash, mut salt) =
        (SignatureAlgorithm::RsaPssSha1, SignatureAlgorithm::RsaPssSha1, 20);
    if !identifier.is_empty() && identifier.optional(NULL)?.is_none() {
        let mut parameters = identifier.sequence()?;
        if let Some(field) = parameters.optional(context(0))? {
            hash = pss_with(Reader::new(field.content).sequence()?)?;
        }
        if let Some(field) = parameters.optional(context(1))? {
            let mut mask = Reader::new(field.content).sequence()?;
            if mask.oid()? != MGF1 {
                return Err(CsrProblem::Algorithm);
            }
            mask_hash = pss_with(mask.sequence()?)?;
        }
        if let Some(field) = parameters.optional(context(2))? {
            salt = match Reader::new(field.content).unsigned()? {
                [] => 0,
                [length] => usize::from(*length),
                _ => return Err(CsrProblem::Algorithm),
            };
        }
    }
    if hash == mask_hash { Ok((hash, salt)) } else { Err(CsrProblem::Algorithm) }
}

fn pss_with(mut hash: Reader<'_>) -> Result<SignatureAlgorithm, CsrProblem> {
    Ok(match hash.oid()? {
        [0x2b, 0x0e, 3, 2, 0x1a] => SignatureAlgorithm::RsaPssSha1,
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => SignatureAlgorithm::RsaPssSha256,
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => SignatureAlgorithm::RsaPssSha384,
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => SignatureAlgorithm::RsaPssSha512,
        _ => return Err(CsrProblem::Algorithm),
    })
}
