//! Why a signature was refused.

use std::fmt;

use crate::error::XmlError;

/// What a reference points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferenceTarget {
    /// The signed document.
    Document,
    /// The signed properties of the signature.
    SignedProperties,
    /// Another part, for example `KeyInfo`.
    Other,
}

impl fmt::Display for ReferenceTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReferenceTarget::Document => "the document",
            ReferenceTarget::SignedProperties => "the signed properties",
            ReferenceTarget::Other => "another signed part",
        })
    }
}

/// In what way a signature is not XAdES as the service demands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileFault {
    /// No `xades:QualifyingProperties` with `SignedProperties`.
    #[error("there are no xades signed properties")]
    NoProperties,
    /// No reference covers the signed properties.
    #[error("the signed properties are not covered by a reference")]
    UnsignedProperties,
    /// The reference to the signed properties lacks its `Type`.
    #[error("the reference to the signed properties lacks its type")]
    MissingType,
    /// A reference typed as signed properties points elsewhere.
    #[error("a reference typed as signed properties points elsewhere")]
    ReferenceToOtherProperties,
    /// Two references cover the same part.
    #[error("two references cover the same part")]
    ReferencedTwice,
    /// `QualifyingProperties/@Target` does not name the signature.
    #[error("the qualifying properties do not target the signature")]
    WrongTarget,
    /// Neither `SigningCertificate` nor `SigningCertificateV2`.
    #[error("the signed properties do not name the signing certificate")]
    NoSigningCertificate,
    /// `SigningTime` is not a date and time with a zone.
    #[error("the signing time is not a date and time with a zone")]
    BadSigningTime,
}

/// Why a signature was refused. Messages never quote the document, save algorithm identifiers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The document cannot be read.
    #[error(transparent)]
    Document(#[from] XmlError),
    /// The signature element is not built as it must be.
    #[error("malformed signature: {reason}")]
    Structure {
        /// What is wrong.
        reason: &'static str,
    },
    /// There is no signature.
    #[error("the document has no signature")]
    NoSignature,
    /// There are several signatures; the service accepts one.
    #[error("the document has more than one signature")]
    TooManySignatures,
    /// The signature is no XAdES signature of an accepted profile.
    #[error("signature outside the accepted xades profiles: {0}")]
    Profile(ProfileFault),
    /// A reference points outside the document.
    #[error("detached signatures are refused")]
    Detached,
    /// A reference points at an Id which no element has.
    #[error("a reference points at an element that is not there")]
    DanglingReference,
    /// No reference covers the whole document, so parts of it could have been added later.
    #[error("no reference covers the whole document")]
    DocumentNotCovered,
    /// An algorithm that is unknown or not accepted.
    #[error("unsupported {role} algorithm {uri:?}")]
    UnsupportedAlgorithm {
        /// What the algorithm is for: signature, digest, canonicalization, transform.
        role: &'static str,
        /// Its identifier, cut to 200 characters.
        uri: String,
    },
    /// The signature algorithm is for another kind of key than the certificate holds.
    #[error("the signature algorithm does not fit the key of the certificate")]
    AlgorithmDoesNotFitKey,
    /// Signed content was changed.
    #[error("the digest of {target} does not match")]
    DigestMismatch {
        /// What was changed.
        target: ReferenceTarget,
    },
    /// `SignedInfo` was changed, or another key made the signature.
    #[error("the signature value does not match")]
    SignatureMismatch,
    /// The certificate in `KeyInfo` is not the one the signer named in the signed properties.
    #[error("the certificate is not the one named in the signed properties")]
    CertificateMismatch,
    /// The certificate is missing, unreadable, out of its validity or has an unusable key.
    #[error("unusable certificate: {reason}")]
    Certificate {
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl VerifyError {
    /// The exception code of the service for this fault (PROTOCOL §2.9, §3.4): 9101 malformed document, 9102 no signature,
    /// 9103 too many signatures, 9105 invalid signature, 21115 invalid certificate.
    pub fn ksef_code(&self) -> i32 {
        match self {
            VerifyError::Document(_) | VerifyError::Structure { .. } => 9101,
            VerifyError::NoSignature => 9102,
            VerifyError::TooManySignatures => 9103,
            VerifyError::Profile(_)
            | VerifyError::Detached
            | VerifyError::DanglingReference
            | VerifyError::DocumentNotCovered
            | VerifyError::UnsupportedAlgorithm { .. }
            | VerifyError::AlgorithmDoesNotFitKey
            | VerifyError::DigestMismatch { .. }
            | VerifyError::SignatureMismatch
            | VerifyError::CertificateMismatch => 9105,
            VerifyError::Certificate { .. } => 21115,
        }
    }
}
