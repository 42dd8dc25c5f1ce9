//! Algorithm identifiers of PROTOCOL §3.4, read.

use ksef_crypto::{HashAlgorithm, SignatureAlgorithm};

use super::{VerifyError, VerifyOptions};
use crate::c14n::{Algorithm, Method};
use crate::tree::{Document, NodeId};

/// The list is compared with every declaration of the document.
const MAX_PREFIXES: usize = 64;
const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

pub(super) fn unsupported(role: &'static str, uri: &str) -> VerifyError {
    VerifyError::UnsupportedAlgorithm { role, uri: uri.chars().take(200).collect() }
}

/// The `Algorithm` attribute of a method or transform element.
pub(super) fn identifier<'d>(tree: &'d Document<'_>, node: NodeId) -> Result<&'d str, VerifyError> {
    tree.attribute(node, "Algorithm").ok_or(VerifyError::Structure { reason: "an algorithm is not named" })
}

pub(super) fn signature(uri: &str, options: &VerifyOptions) -> Result<SignatureAlgorithm, VerifyError> {
    use SignatureAlgorithm as A;
    let algorithm = match uri {
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => A::RsaPkcs1Sha1,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => A::RsaPkcs1Sha256,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => A::RsaPkcs1Sha384,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => A::RsaPkcs1Sha512,
        "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1" => A::RsaPssSha1,
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1" => A::RsaPssSha256,
        "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1" => A::RsaPssSha384,
        "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1" => A::RsaPssSha512,
        "http://www.w3.org/2007/05/xmldsig-more#sha3-256-rsa-MGF1" => A::RsaPssSha3_256,
        "http://www.w3.org/2007/05/xmldsig-more#sha3-384-rsa-MGF1" => A::RsaPssSha3_384,
        "http://www.w3.org/2007/05/xmldsig-more#sha3-512-rsa-MGF1" => A::RsaPssSha3_512,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1" => A::EcdsaSha1,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => A::EcdsaSha256,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => A::EcdsaSha384,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512" => A::EcdsaSha512,
        "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256" => A::EcdsaSha3_256,
        "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-384" => A::EcdsaSha3_384,
        "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-512" => A::EcdsaSha3_512,
        _ => return Err(unsupported("signature", uri)),
    };
    match algorithm.hash() == HashAlgorithm::Sha1 && !options.allow_sha1 {
        true => Err(unsupported("signature", uri)),
        false => Ok(algorithm),
    }
}

pub(super) fn digest(uri: &str, options: &VerifyOptions) -> Result<HashAlgorithm, VerifyError> {
    match uri {
        "http://www.w3.org/2000/09/xmldsig#sha1" if options.allow_sha1 => Ok(HashAlgorithm::Sha1),
        "http://www.w3.org/2001/04/xmlenc#sha256" => Ok(HashAlgorithm::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Ok(HashAlgorithm::Sha384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Ok(HashAlgorithm::Sha512),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-256" => Ok(HashAlgorithm::Sha3_256),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-384" => Ok(HashAlgorithm::Sha3_384),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-512" => Ok(HashAlgorithm::Sha3_512),
        _ => Err(unsupported("digest", uri)),
    }
}

/// A canonicalisation method or transform with its `InclusiveNamespaces`; `None` when the identifier is of something else.
pub(super) fn canonicalization(tree: &Document<'_>, node: NodeId) -> Result<Option<Method>, VerifyError> {
    let Some(algorithm) = Algorithm::from_uri(identifier(tree, node)?) else { return Ok(None) };
    let mut method = Method::from(algorithm);
    let mut parameters = tree.child_elements(node);
    if let Some(parameter) = parameters.next() {
        let is_exclusive = matches!(algorithm, Algorithm::Exclusive | Algorithm::ExclusiveWithComments);
        if !is_exclusive
            || !tree.is_named(parameter, EXC_C14N, "InclusiveNamespaces")
            || parameters.next().is_some()
        {
            return Err(VerifyError::Structure { reason: "unknown parameters of a canonicalization" });
        }
        let prefixes = tree.attribute(parameter, "PrefixList").unwrap_or_default().split_ascii_whitespace();
        method.inclusive_prefixes = prefixes
            .take(MAX_PREFIXES + 1)
            .map(|prefix| if prefix == "#default" { String::new() } else { prefix.to_owned() })
            .collect();
        if method.inclusive_prefixes.len() > MAX_PREFIXES {
            return Err(VerifyError::Structure { reason: "too many inclusive namespaces" });
        }
    }
    Ok(Some(method))
}
