//! The XAdES signed properties: signing time and signing certificate.

use jiff::Timestamp;
use ksef_crypto::{Certificate, HashAlgorithm};

use super::outline::Outline;
use super::{ProfileFault, VerifyError, VerifyOptions, algorithms, base64_of, simple_text};
use crate::tree::{Document, NodeId};
use crate::uris::{DSIG, XADES};

#[derive(Debug)]
pub(super) struct Properties {
    /// The `xades:SignedProperties` element.
    pub(super) node: NodeId,
    pub(super) signing_time: Option<Timestamp>,
    signing_certificate: Option<CertificateReference>,
}

/// What the signer says about the certificate. Of several only the first names the signer, the rest its chain.
#[derive(Debug)]
struct CertificateReference {
    hash: HashAlgorithm,
    digest: Vec<u8>,
    /// Decimal serial number; `SigningCertificateV2` may leave it out or give it in DER, which adds nothing to the digest.
    serial: Option<String>,
}

impl Properties {
    /// Which of the certificates is the signer's.
    pub(super) fn choose(&self, certificates: &[Certificate]) -> Result<usize, VerifyError> {
        let Some(named) = &self.signing_certificate else { return Ok(0) };
        certificates
            .iter()
            .position(|certificate| {
                named.hash.digest(certificate.der()) == named.digest
                    && named.serial.as_ref().is_none_or(|serial| *serial == certificate.serial_decimal())
            })
            .ok_or(VerifyError::CertificateMismatch)
    }
}

fn structure(reason: &'static str) -> VerifyError {
    VerifyError::Structure { reason }
}

/// The only child with this name, if there is one.
fn only(
    tree: &Document<'_>,
    parent: NodeId,
    namespace: &str,
    local: &str,
) -> Result<Option<NodeId>, VerifyError> {
    let mut found = tree.child_elements(parent).filter(|child| tree.is_named(*child, namespace, local));
    let first = found.next();
    match found.next() {
        Some(_) => Err(structure("an element is given twice")),
        None => Ok(first),
    }
}

/// Reads the properties of a signature; outside strict mode they may be missing.
pub(super) fn read(
    tree: &Document<'_>,
    outline: &Outline<'_>,
    options: &VerifyOptions,
) -> Result<Option<Properties>, VerifyError> {
    let mut found = outline
        .objects
        .iter()
        .flat_map(|object| tree.child_elements(*object))
        .filter(|node| tree.is_named(*node, XADES, "QualifyingProperties"));
    let Some(qualifying) = found.next() else {
        return match options.strict {
            true => Err(VerifyError::Profile(ProfileFault::NoProperties)),
            false => Ok(None),
        };
    };
    if found.next().is_some() {
        return Err(structure("more than one QualifyingProperties"));
    }
    let target = tree.attribute(qualifying, "Target").and_then(|target| target.strip_prefix('#'));
    if options.strict && (target.is_none() || target != outline.id) {
        return Err(VerifyError::Profile(ProfileFault::WrongTarget));
    }
    let Some(node) = only(tree, qualifying, XADES, "SignedProperties")? else {
        return match options.strict {
            true => Err(VerifyError::Profile(ProfileFault::NoProperties)),
            false => Ok(None),
        };
    };
    let mut properties = Properties { node, signing_time: None, signing_certificate: None };
    if let Some(parent) = only(tree, node, XADES, "SignedSignatureProperties")? {
        if let Some(time) = only(tree, parent, XADES, "SigningTime")? {
            let text = simple_text(tree, time)?;
            let time = text.trim_matches([' ', '\t', '\r', '\n']).parse::<Timestamp>();
            properties.signing_time =
                Some(time.map_err(|_| VerifyError::Profile(ProfileFault::BadSigningTime))?);
        }
        let v1 = only(tree, parent, XADES, "SigningCertificate")?;
        let v2 = only(tree, parent, XADES, "SigningCertificateV2")?;
        properties.signing_certificate = match (v1, v2) {
            (Some(_), Some(_)) => return Err(structure("both SigningCertificate and SigningCertificateV2")),
            (Some(v1), None) => Some(certificate_reference(tree, v1, true, options)?),
            (None, Some(v2)) => Some(certificate_reference(tree, v2, false, options)?),
            (None, None) => None,
        };
    }
    if options.strict && properties.signing_certificate.is_none() {
        return Err(VerifyError::Profile(ProfileFault::NoSigningCertificate));
    }
    Ok(Some(properties))
}

fn certificate_reference(
    tree: &Document<'_>,
    node: NodeId,
    needs_serial: bool,
    options: &VerifyOptions,
) -> Result<CertificateReference, VerifyError> {
    let first = tree.child_elements(node).next().filter(|cert| tree.is_named(*cert, XADES, "Cert"));
    let cert = first.ok_or(structure("no Cert in the signing certificate"))?;
    let digest = only(tree, cert, XADES, "CertDigest")?.ok_or(structure("no CertDigest"))?;
    let method = only(tree, digest, DSIG, "DigestMethod")?.ok_or(structure("no DigestMethod"))?;
    let value = only(tree, digest, DSIG, "DigestValue")?.ok_or(structure("no DigestValue"))?;
    let mut serial = None;
    if needs_serial {
        let issuer_serial = only(tree, cert, XADES, "IssuerSerial")?.ok_or(structure("no IssuerSerial"))?;
        let number =
            only(tree, issuer_serial, DSIG, "X509SerialNumber")?.ok_or(structure("no X509SerialNumber"))?;
        let text = simple_text(tree, number)?;
        let digits = text.trim_matches([' ', '\t', '\r', '\n']).trim_start_matches('0');
        serial = Some(if digits.is_empty() { "0".to_owned() } else { digits.to_owned() });
    }
    Ok(CertificateReference {
        hash: algorithms::digest(algorithms::identifier(tree, method)?, options)?,
        digest: base64_of(tree, value)?,
        serial,
    })
}
