//! X.509 certificates: reading them, and the questions KSeF asks about them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::asn1::{Reader, hex_upper, strip_zeros};
use crate::digest::Sha256;
use crate::error::{Error, Result};
use crate::pem;
use crate::public_key::{KeyKind, PublicKey};
use crate::{algorithm, verify};

mod decimal;
mod key_usage;
mod name;
mod reading;
mod subject;

pub use key_usage::KeyUsage;
pub use subject::{SubjectIdentity, SubjectKind};

use name::Name;

/// An X.509 certificate. Cloning it is cheap.
///
/// Reading is lenient: everything that can be found is accepted, because the certificates of the Ministry and of
/// qualified providers do not all follow DER to the letter. Nothing is verified by reading; see
/// [`verify_issued_by`](Self::verify_issued_by).
#[derive(Clone)]
pub struct Certificate {
    fields: Arc<Fields>,
}

struct Fields {
    der: Vec<u8>,
    /// The signed part.
    tbs: Range<usize>,
    serial: Range<usize>,
    issuer_der: Range<usize>,
    subject_der: Range<usize>,
    spki: Range<usize>,
    /// The AlgorithmIdentifier of the signature, with its tag.
    signature_algorithm: Range<usize>,
    signature: Range<usize>,
    issuer: Name,
    subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    key_usage: Option<KeyUsage>,
    is_authority: bool,
}

impl Certificate {
    /// Reads DER.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the bytes are not a certificate.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        reading::read(der).map(|fields| Self { fields: Arc::new(fields) })
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// [`Error::NotACertificate`] when the text holds none, [`Error::Malformed`] when it cannot be read.
    pub fn from_pem(text: &str) -> Result<Self> {
        let block = pem::blocks("certificate", text)?;
        block
            .iter()
            .find(|block| is_certificate(&block.label))
            .ok_or_else(|| Error::NotACertificate { found: pem::describe(&block) })
            .and_then(|block| Self::from_der(&block.der))
    }

    /// Reads all certificates of a PEM text, in order; there is at least one.
    ///
    /// # Errors
    /// The same as [`from_pem`](Self::from_pem).
    pub fn chain_from_pem(text: &str) -> Result<Vec<Self>> {
        let blocks = pem::blocks("certificate", text)?;
        let chain: Vec<Self> = blocks
            .iter()
            .filter(|block| is_certificate(&block.label))
            .map(|block| Self::from_der(&block.der))
            .collect::<Result<_>>()?;
        if chain.is_empty() {
            Err(Error::NotACertificate { found: pem::describe(&blocks) })
        } else {
            Ok(chain)
        }
    }

    /// Reads Base64 of DER, as the API and XML signatures carry it. White space is skipped.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the text is not Base64 or not a certificate.
    pub fn from_base64(text: &str) -> Result<Self> {
        let compact: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        let der =
            STANDARD.decode(compact).map_err(|error| Error::malformed("certificate", error.to_string()))?;
        Self::from_der(&der)
    }

    /// The certificate in DER, exactly as it was read.
    pub fn der(&self) -> &[u8] {
        &self.fields.der
    }

    /// The certificate in PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE", self.der())
    }

    /// The certificate in Base64 of DER, on one line.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.der())
    }

    /// The first instant of the validity.
    pub fn not_before(&self) -> Timestamp {
        self.fields.not_before
    }

    /// The last instant of the validity.
    pub fn not_after(&self) -> Timestamp {
        self.fields.not_after
    }

    /// Whether the instant lies within the validity, both ends included.
    pub fn is_valid_at(&self, instant: Timestamp) -> bool {
        (self.not_before()..=self.not_after()).contains(&instant)
    }

    /// The serial number in decimal, as `X509SerialNumber` of XML signatures wants it.
    pub fn serial_decimal(&self) -> String {
        decimal::from_magnitude(self.part(&self.fields.serial))
    }

    /// The serial number in upper-case hexadecimal, at least 16 digits: the form of KSeF's certificate registry and
    /// of KOD II links (PROTOCOL §10.2, §11.3).
    pub fn serial_hex(&self) -> String {
        format!("{:0>16}", hex_upper(strip_zeros(self.part(&self.fields.serial))))
    }

    /// The issuer's name after RFC 2253, as `X509IssuerName` of XML signatures wants it: most specific part first,
    /// attributes without a short name of that RFC as OID and hexadecimal value.
    pub fn issuer_rfc2253(&self) -> String {
        self.fields.issuer.to_rfc2253()
    }

    /// The subject's name after RFC 2253. It holds personal data: keep it out of logs.
    pub fn subject_rfc2253(&self) -> String {
        self.fields.subject.to_rfc2253()
    }

    /// The fingerprint that KSeF knows the certificate by: SHA-256 of the DER, 64 upper-case hexadecimal digits
    /// (PROTOCOL §3.5).
    pub fn fingerprint(&self) -> String {
        self.sha256().to_hex()
    }

    /// SHA-256 of the DER. Its Base64 is the API's `certificateId` (PROTOCOL §4).
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(self.der())
    }

    /// The DER SubjectPublicKeyInfo, exactly as it stands in the certificate.
    pub fn spki_der(&self) -> &[u8] {
        self.part(&self.fields.spki)
    }

    /// The kind of the certified key.
    ///
    /// # Errors
    /// [`Error::UnsupportedKey`] for keys that KSeF does not know.
    pub fn key_kind(&self) -> Result<KeyKind> {
        PublicKey::from_spki_der(self.spki_der()).map(|key| key.kind)
    }

    /// Who the certificate is about, by the rules of PROTOCOL §3.5.
    pub fn subject(&self) -> SubjectIdentity {
        SubjectIdentity::of(&self.fields.subject)
    }

    /// What the key may be used for; none when the certificate has no such extension, which means for anything.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.fields.key_usage
    }

    /// Whether the certificate says of itself that it is an authority's (basicConstraints with cA).
    pub fn is_authority(&self) -> bool {
        self.fields.is_authority
    }

    /// Whether issuer and subject are the same and the certificate is signed with its own key.
    pub fn is_self_signed(&self) -> bool {
        self.is_signed_by_key_of(self).is_ok()
    }

    /// Checks that the issuer's key signed this certificate, that the names agree, and that the issuer is an
    /// authority. Validity in time and revocation are the caller's to check.
    ///
    /// # Errors
    /// [`Error::NotIssuedBy`] when the names do not agree or the issuer is not an authority;
    /// [`Error::InvalidSignature`] when the signature does not fit; [`Error::UnsupportedAlgorithm`] and
    /// [`Error::UnsupportedKey`] for algorithms that KSeF does not know.
    pub fn verify_issued_by(&self, issuer: &Self) -> Result<()> {
        self.is_signed_by_key_of(issuer)?;
        if issuer.is_authority() {
            Ok(())
        } else {
            Err(Error::NotIssuedBy { reason: "the issuer is not a certificate authority" })
        }
    }

    fn is_signed_by_key_of(&self, issuer: &Self) -> Result<()> {
        if self.part(&self.fields.issuer_der) != issuer.part(&issuer.fields.subject_der) {
            return Err(Error::NotIssuedBy { reason: "the names differ" });
        }
        let identifier =
            Reader::new("certificate", self.part(&self.fields.signature_algorithm)).sequence()?;
        let (signature_algorithm, salt) = algorithm::from_algorithm_identifier(identifier)?;
        let key = PublicKey::from_spki_der(issuer.spki_der())?;
        let signature = self.part(&self.fields.signature);
        let raw;
        let signature = match key.kind.field_size() {
            Some(width) => {
                raw = crate::ecdsa_raw_from_der(signature, width).map_err(|_| Error::InvalidSignature)?;
                raw.as_slice()
            }
            None => signature,
        };
        verify::verify(&key, signature_algorithm, salt, self.part(&self.fields.tbs), signature)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        &self.fields.der[range.clone()]
    }
}

fn is_certificate(label: &str) -> bool {
    matches!(label, "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE")
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

/// The subject is left out: it names a person.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("serial", &self.serial_hex())
            .field("not_before", &self.not_before())
            .field("not_after", &self.not_after())
            .finish_non_exhaustive()
    }
}
