//! XAdES-BES signing in the shape of PROTOCOL §3.4 and §8.3.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ksef_crypto::{Certificate, Sha256, SignatureAlgorithm};

use crate::c14n::{Algorithm, NodeSet, node_set};
use crate::error::{SignError, XmlError};
use crate::parse::{decode, parse};
use crate::signer::Signer;
use crate::tree::{Document, Element, NodeId};
use crate::uris::{DSIG, ENVELOPED_SIGNATURE, SIGNED_PROPERTIES_TYPE, XADES};
use crate::verify::{VerifyOptions, verify};

const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const SIGNATURE_ID: &str = "Signature";
const SIGNED_PROPERTIES_ID: &str = "SignedProperties";

/// Where the signature stands in relation to what it signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Packaging {
    /// The signature is the last child of the document's root element.
    #[default]
    Enveloped,
}

/// How to sign. [`SignOptions::request`] and [`SignOptions::upo`] give the two shapes KSeF uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOptions {
    /// The claimed time of signing; written in UTC with whole seconds. The default is refused.
    /// Callers usually take the current time less a minute, against clock skew.
    pub signing_time: Timestamp,
    /// Where the signature goes.
    pub packaging: Packaging,
    /// Canonicalisation of `SignedInfo`.
    pub signed_info_c14n: Algorithm,
    /// Canonicalisation transform of the document reference; `None` writes no transform besides enveloped-signature, which
    /// means Canonical XML 1.0.
    pub document_c14n: Option<Algorithm>,
    /// Canonicalisation transform of the reference to the signed properties.
    pub properties_c14n: Algorithm,
    /// Verify the result before returning it. On by default.
    pub self_check: bool,
}

impl Default for SignOptions {
    fn default() -> Self {
        Self::request(Timestamp::UNIX_EPOCH)
    }
}

impl SignOptions {
    /// The shape of an authentication request (PROTOCOL §3.4).
    pub fn request(signing_time: Timestamp) -> Self {
        Self {
            signing_time,
            packaging: Packaging::Enveloped,
            signed_info_c14n: Algorithm::Inclusive10,
            document_c14n: Some(Algorithm::Exclusive),
            properties_c14n: Algorithm::Exclusive,
            self_check: true,
        }
    }

    /// The shape of a UPO (PROTOCOL §8.3).
    pub fn upo(signing_time: Timestamp) -> Self {
        Self { document_c14n: None, properties_c14n: Algorithm::Inclusive10, ..Self::request(signing_time) }
    }
}

/// Signs a document: XAdES-BES, enveloped, digests SHA-256.
///
/// The bytes of the document stay as they are, save a byte order mark, which is dropped, and an empty root element, which is
/// opened. The result is deterministic when the signer is.
///
/// # Errors
/// The input is not XML or already signed; the signer fails; the new signature does not verify.
pub fn sign(xml: &[u8], signer: &dyn Signer, options: &SignOptions) -> Result<Vec<u8>, SignError> {
    if options.signing_time == Timestamp::UNIX_EPOCH {
        return Err(SignError::SigningTimeMissing);
    }
    let algorithm = signer.algorithm();
    let algorithm_uri = algorithm_uri(algorithm).ok_or(SignError::UnsupportedAlgorithm)?;
    let document = parse(decode(xml)?)?;
    refuse_signed(&document)?;
    let envelope = Envelope::of(&document)?;

    let document_c14n = options.document_c14n.unwrap_or(Algorithm::Inclusive10);
    let mut nodes = NodeSet::of(NodeId::DOCUMENT);
    // A reference with URI="" never covers comments (XML Signature §4.4.3.3).
    nodes.comments = false;
    let document_digest = Sha256::of(&node_set(&document, &nodes, &document_c14n.into())?);

    let mut parts = Parts {
        signed_info: String::new(),
        signature_value: String::new(),
        certificate: STANDARD.encode(signer.certificate().der()),
        properties: properties(signer.certificate(), options.signing_time),
    };
    let properties_digest =
        Sha256::of(&envelope.canonical(&parts, "SignedProperties", XADES, options.properties_c14n)?);
    parts.signed_info = signed_info(options, algorithm_uri, &document_digest, &properties_digest);
    let message = envelope.canonical(&parts, "SignedInfo", DSIG, options.signed_info_c14n)?;
    parts.signature_value = STANDARD.encode(signer.sign(algorithm, &message)?);

    let signed = envelope.insert(&document, &parts.to_xml());
    if options.self_check {
        verify(&signed, &VerifyOptions::default())?;
    }
    Ok(signed)
}

fn refuse_signed(document: &Document<'_>) -> Result<(), SignError> {
    if document.elements(NodeId::DOCUMENT).any(|node| document.is_named(node, DSIG, "Signature")) {
        return Err(SignError::AlreadySigned);
    }
    let ids = document.ids()?;
    if ids.contains_key(SIGNATURE_ID) || ids.contains_key(SIGNED_PROPERTIES_ID) {
        return Err(SignError::IdTaken);
    }
    Ok(())
}

/// The `Algorithm` of `SignatureMethod` for algorithms that KSeF is known to accept from signers.
fn algorithm_uri(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    Some(match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        SignatureAlgorithm::RsaPkcs1Sha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        SignatureAlgorithm::RsaPkcs1Sha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        SignatureAlgorithm::RsaPssSha256 => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        SignatureAlgorithm::RsaPssSha384 => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        SignatureAlgorithm::RsaPssSha512 => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
        SignatureAlgorithm::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        SignatureAlgorithm::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        SignatureAlgorithm::EcdsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        _ => return None,
    })
}

fn signed_info(
    options: &SignOptions,
    algorithm_uri: &str,
    document_digest: &Sha256,
    properties_digest: &Sha256,
) -> String {
    let c14n = |algorithm: Algorithm| format!("<ds:Transform Algorithm=\"{}\"/>", algorithm.uri());
    format!(
        "<ds:SignedInfo>\
         <ds:CanonicalizationMethod Algorithm=\"{signed_info_c14n}\"/>\
         <ds:SignatureMethod Algorithm=\"{algorithm_uri}\"/>\
         <ds:Reference URI=\"\">\
         <ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED_SIGNATURE}\"/>{document_c14n}</ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue>{document_digest}</ds:DigestValue>\
         </ds:Reference>\
         <ds:Reference Type=\"{SIGNED_PROPERTIES_TYPE}\" URI=\"#{SIGNED_PROPERTIES_ID}\">\
         <ds:Transforms>{properties_c14n}</ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue>{properties_digest}</ds:DigestValue>\
         </ds:Reference>\
         </ds:SignedInfo>",
        signed_info_c14n = options.signed_info_c14n.uri(),
        document_c14n = options.document_c14n.map(c14n).unwrap_or_default(),
        document_digest = document_digest.to_base64(),
        properties_c14n = c14n(options.properties_c14n),
        properties_digest = properties_digest.to_base64(),
    )
}

fn properties(certificate: &Certificate, signing_time: Timestamp) -> String {
    format!(
        "<xades:SignedProperties Id=\"{SIGNED_PROPERTIES_ID}\"><xades:SignedSignatureProperties>\
         <xades:SigningTime>{time}</xades:SigningTime>\
         <xades:SigningCertificate><xades:Cert>\
         <xades:CertDigest><ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue>{digest}</ds:DigestValue></xades:CertDigest>\
         <xades:IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName>\
         <ds:X509SerialNumber>{serial}</ds:X509SerialNumber></xades:IssuerSerial>\
         </xades:Cert></xades:SigningCertificate>\
         </xades:SignedSignatureProperties></xades:SignedProperties>",
        time = signing_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        digest = Sha256::of(certificate.der()).to_base64(),
        issuer = escape(&certificate.issuer_rfc2253()),
        serial = certificate.serial_decimal(),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#xD;")
}

/// The pieces of the `ds:Signature` element; pieces that are not known yet are empty.
struct Parts {
    signed_info: String,
    signature_value: String,
    certificate: String,
    properties: String,
}

impl Parts {
    fn to_xml(&self) -> String {
        format!(
            "<ds:Signature xmlns:ds=\"{DSIG}\" Id=\"{SIGNATURE_ID}\">{signed_info}\
             <ds:SignatureValue>{signature_value}</ds:SignatureValue>\
             <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
             <ds:Object><xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#{SIGNATURE_ID}\">{properties}\
             </xades:QualifyingProperties></ds:Object></ds:Signature>",
            signed_info = self.signed_info,
            signature_value = self.signature_value,
            certificate = self.certificate,
            properties = self.properties,
        )
    }
}

/// The root element that will enclose the signature: all that canonicalisation of signature parts can see of the document.
struct Envelope {
    start_tag: String,
    end_tag: String,
    /// The part of the source that the signature replaces: nothing, or an empty root element.
    replaced: std::ops::Range<usize>,
    opens_root: bool,
}

impl Envelope {
    fn of(document: &Document<'_>) -> Result<Self, SignError> {
        let source = document.source();
        let root: &Element<'_> = document.element(document.root_element()).ok_or(XmlError::IdNotFound)?;
        let written = &source[root.start_tag.clone()];
        let start_tag = match root.self_closed {
            true => format!("{}>", written.strip_suffix("/>").unwrap_or(written)),
            false => written.to_owned(),
        };
        let name = match root.prefix {
            "" => root.local.to_owned(),
            prefix => format!("{prefix}:{}", root.local),
        };
        let end_at = source[root.span.clone()].rfind("</").map_or(root.span.start, |at| root.span.start + at);
        let replaced = if root.self_closed { root.span.clone() } else { end_at..end_at };
        Ok(Self { start_tag, end_tag: format!("</{name}>"), replaced, opens_root: root.self_closed })
    }

    /// The canonical form of one element of the signature, in the context of the document.
    fn canonical(
        &self,
        parts: &Parts,
        local: &str,
        namespace: &str,
        algorithm: Algorithm,
    ) -> Result<Vec<u8>, XmlError> {
        let skeleton = format!("{}{}{}", self.start_tag, parts.to_xml(), self.end_tag);
        let tree = parse(&skeleton)?;
        let element = tree.elements(NodeId::DOCUMENT).find(|node| tree.is_named(*node, namespace, local));
        let mut nodes = NodeSet::of(element.ok_or(XmlError::IdNotFound)?);
        nodes.comments = false;
        node_set(&tree, &nodes, &algorithm.into())
    }

    fn insert(&self, document: &Document<'_>, signature: &str) -> Vec<u8> {
        let source = document.source();
        let mut signed = String::with_capacity(source.len() + signature.len() + self.start_tag.len());
        signed.push_str(&source[..self.replaced.start]);
        if self.opens_root {
            signed.push_str(&self.start_tag);
        }
        signed.push_str(signature);
        if self.opens_root {
            signed.push_str(&self.end_tag);
        }
        signed.push_str(&source[self.replaced.end..]);
        signed.into_bytes()
    }
}
