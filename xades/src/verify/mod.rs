//! Verification of XAdES signatures by the rules of PROTOCOL §3.4.
//!
//! Nothing here is shared with signing except the XML tree and canonicalisation. A signature is accepted only when it covers
//! the whole document, so that what stands beside the signature is what was signed.

mod algorithms;
mod error;
mod outline;
mod properties;
mod reference;
mod transform;

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ksef_crypto::{Certificate, HashAlgorithm, SignatureAlgorithm, verify_signature};

pub use error::{ProfileFault, ReferenceTarget, VerifyError};

use crate::c14n::{Algorithm, NodeSet, node_set};
use crate::parse::{decode, parse};
use crate::tree::{Document, NodeId};
use crate::uris::{DSIG, XADES};
use outline::Outline;
use reference::Covered;

/// What to accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Demand the XAdES profile which the service enforces: signed properties, referenced with their `Type`, and a
    /// signing certificate in them. On by default; without it a plain XML signature passes as well.
    pub strict: bool,
    /// Accept SHA-1 in digests and signatures. PROTOCOL §3.4 lists it, production was seen to refuse it. Off by default.
    pub allow_sha1: bool,
    /// Demand that the certificate is valid at this instant. By default validity is not looked at.
    pub at: Option<Timestamp>,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { strict: true, allow_sha1: false, at: None }
    }
}

/// How the signature and the document enclose each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignaturePackaging {
    /// The signature stands inside the document.
    Enveloped,
    /// The document stands inside the signature.
    Enveloping,
}

/// A document whose signature is valid. Whether the certificate is to be trusted is another question.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Verified {
    /// The signer's certificate.
    pub certificate: Certificate,
    /// Further certificates found beside it, unchecked.
    pub other_certificates: Vec<Certificate>,
    /// The claimed time of signing; `None` when the signature does not say.
    pub signing_time: Option<Timestamp>,
    /// How the signature was made.
    pub algorithm: SignatureAlgorithm,
    /// The hash that binds the document.
    pub digest: HashAlgorithm,
    /// How the signature was packaged.
    pub packaging: SignaturePackaging,
    /// The document as received, without the signature element and without a byte order mark. Of an enveloping signature:
    /// the decoded or canonicalised content of the signed object.
    pub unsigned_document: Vec<u8>,
    /// The very bytes that were digested for the document: its canonical form. Comments are usually gone.
    pub signed_bytes: Vec<u8>,
}

/// Verifies the one signature of a document.
///
/// Checked are the document (well-formed, no DTD, no Id given twice), the number of signatures, the coverage of the whole
/// document by a reference, all digests, the signed properties and their certificate digest and serial number, the key size and
/// the signature. Not checked are the chain of the certificate, revocation, and the issuer's name, which every program
/// spells in its own way and which the certificate digest makes redundant.
///
/// # Errors
/// The first fault found; [`VerifyError::ksef_code`] gives the service's code for it.
pub fn verify(xml: &[u8], options: &VerifyOptions) -> Result<Verified, VerifyError> {
    let tree = parse(decode(xml)?)?;
    // counted first: two signatures of one program usually share their Ids as well
    let signature = only_signature(&tree)?;
    let ids = tree.ids()?;
    let outline = Outline::read(&tree, signature)?;
    let algorithm = algorithms::signature(outline.signature_method, options)?;
    let properties = properties::read(&tree, &outline, options)?;

    let mut certificates = outline.certificates(&tree)?;
    let signer = properties.as_ref().map_or(Ok(0), |p| p.choose(&certificates))?;
    let certificate = certificates.swap_remove(signer);
    if let Some(at) = options.at
        && !certificate.is_valid_at(at)
    {
        return Err(VerifyError::Certificate { reason: "it is expired or not valid yet" });
    }

    check_signature(&tree, &outline, &certificate, algorithm)?;
    let checked = check_references(&tree, &ids, &outline, properties.as_ref().map(|p| p.node), options)?;
    Ok(Verified {
        certificate,
        other_certificates: certificates,
        signing_time: properties.and_then(|p| p.signing_time),
        algorithm,
        digest: checked.digest,
        packaging: if outline.is_root {
            SignaturePackaging::Enveloping
        } else {
            SignaturePackaging::Enveloped
        },
        unsigned_document: checked.unsigned_document,
        signed_bytes: checked.octets,
    })
}

/// Finds the signature; counter-signatures in its unsigned properties do not count.
fn only_signature(tree: &Document<'_>) -> Result<NodeId, VerifyError> {
    let is_countersignature = |node: NodeId| {
        let mut ancestors = tree.ancestors(node);
        ancestors.any(|a| tree.is_named(a, XADES, "CounterSignature"))
            && tree.ancestors(node).any(|a| tree.is_named(a, DSIG, "Signature"))
    };
    let mut signatures = tree
        .elements(NodeId::DOCUMENT)
        .filter(|node| tree.is_named(*node, DSIG, "Signature") && !is_countersignature(*node));
    let signature = signatures.next().ok_or(VerifyError::NoSignature)?;
    match signatures.next() {
        Some(_) => Err(VerifyError::TooManySignatures),
        None => Ok(signature),
    }
}

fn check_signature(
    tree: &Document<'_>,
    outline: &Outline<'_>,
    certificate: &Certificate,
    algorithm: SignatureAlgorithm,
) -> Result<(), VerifyError> {
    let message = node_set(tree, &NodeSet::of(outline.signed_info), &outline.signed_info_c14n)?;
    let value = base64_of(tree, outline.signature_value)?;
    verify_signature(certificate.spki_der(), algorithm, &message, &value).map_err(|error| match error {
        ksef_crypto::Error::UnsupportedKey { .. } | ksef_crypto::Error::Malformed { .. } => {
            VerifyError::Certificate { reason: "its key is too small or of an unsupported kind" }
        }
        ksef_crypto::Error::UnsupportedAlgorithm { .. } => VerifyError::AlgorithmDoesNotFitKey,
        _ => VerifyError::SignatureMismatch,
    })
}

/// What the document reference yielded.
struct Checked {
    digest: HashAlgorithm,
    octets: Vec<u8>,
    unsigned_document: Vec<u8>,
}

fn check_references(
    tree: &Document<'_>,
    ids: &HashMap<&str, NodeId>,
    outline: &Outline<'_>,
    properties: Option<NodeId>,
    options: &VerifyOptions,
) -> Result<Checked, VerifyError> {
    let mut document = None;
    let mut properties_signed = false;
    for node in &outline.references {
        let reference = reference::read(tree, *node, options)?;
        let (octets, covered) = reference::dereference(tree, ids, outline, &reference)?;
        let claims_properties = reference.is_typed_as_properties();
        let is_properties =
            properties.is_some() && covered == Covered::Element(properties.unwrap_or(NodeId::DOCUMENT));
        let target = match &covered {
            Covered::Document | Covered::Object(_) => ReferenceTarget::Document,
            Covered::Element(_) if is_properties => ReferenceTarget::SignedProperties,
            Covered::Element(_) => ReferenceTarget::Other,
        };
        if reference.digest.digest(&octets) != reference.value {
            return Err(VerifyError::DigestMismatch { target });
        }
        if claims_properties && !is_properties {
            return Err(VerifyError::Profile(ProfileFault::ReferenceToOtherProperties));
        }
        if is_properties {
            if options.strict && !claims_properties {
                return Err(VerifyError::Profile(ProfileFault::MissingType));
            }
            if std::mem::replace(&mut properties_signed, true) {
                return Err(VerifyError::Profile(ProfileFault::ReferencedTwice));
            }
        }
        if target == ReferenceTarget::Document {
            let unsigned_document = match covered {
                Covered::Object(object) => reference::object_content(tree, object, &reference, &octets)?,
                _ => without_element(tree, outline.signature),
            };
            let checked = Checked { digest: reference.digest, octets, unsigned_document };
            if document.replace(checked).is_some() {
                return Err(VerifyError::Profile(ProfileFault::ReferencedTwice));
            }
        }
    }
    // Even outside strict mode properties that are there must be signed: their content is handed to the caller.
    if properties.is_some() && !properties_signed {
        return Err(VerifyError::Profile(ProfileFault::UnsignedProperties));
    }
    document.ok_or(VerifyError::DocumentNotCovered)
}

fn without_element(tree: &Document<'_>, node: NodeId) -> Vec<u8> {
    let source = tree.source();
    let span = tree.element(node).map_or(0..0, |element| element.span.clone());
    [&source[..span.start], &source[span.end..]].concat().into_bytes()
}

/// Reads Base64 content of an element that has no child elements. White space is skipped.
fn base64_of(tree: &Document<'_>, node: NodeId) -> Result<Vec<u8>, VerifyError> {
    let text = simple_text(tree, node)?;
    decode_base64(&text).ok_or(VerifyError::Structure { reason: "a value is not base64" })
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    STANDARD.decode(compact).ok()
}

fn simple_text(tree: &Document<'_>, node: NodeId) -> Result<String, VerifyError> {
    match tree.child_elements(node).next() {
        None => Ok(tree.text(node)),
        Some(_) => Err(VerifyError::Structure { reason: "elements where a plain value belongs" }),
    }
}

/// The default of XML signatures where a reference ends in a node set.
const DEFAULT_C14N: Algorithm = Algorithm::Inclusive10;
