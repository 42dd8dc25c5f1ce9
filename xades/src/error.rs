//! Errors of reading XML and of signing. The errors of verification live in [`crate::verify`].

use crate::verify::VerifyError;

/// Why a document could not be read or canonicalised.
///
/// Messages never quote the document: it may hold personal data. Offsets are bytes from the start of the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// The bytes are not UTF-8.
    #[error("the document is not valid utf-8 at byte {offset}")]
    NotUtf8 {
        /// First offending byte.
        offset: usize,
    },
    /// The XML declaration names an encoding other than UTF-8, or a version other than 1.0.
    #[error("the xml declaration must say version 1.0 and, if anything, encoding utf-8")]
    UnsupportedDeclaration,
    /// The document has a document type declaration. It could define entities and default attributes.
    #[error("the document has a document type declaration (dtd), which is refused")]
    DocumentType,
    /// An entity other than the five predefined ones.
    #[error("unknown entity reference at byte {offset}")]
    UnknownEntity {
        /// Where the reference begins.
        offset: usize,
    },
    /// The document is not well formed, or not namespace well formed.
    #[error("malformed xml at byte {offset}: {reason}")]
    Malformed {
        /// Where the construct begins.
        offset: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The document exceeds a bound that protects the reader.
    #[error("the document exceeds the limit of {limit} {what}")]
    LimitExceeded {
        /// What is counted: bytes, nodes, levels of nesting ...
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// A namespace name without a scheme: Canonical XML demands a failure.
    #[error("a namespace name is a relative uri, which canonical xml does not allow")]
    RelativeNamespace,
    /// No element carries the wanted Id.
    #[error("no element has the wanted id")]
    IdNotFound,
    /// Two elements carry the same Id, so a reference to it would be ambiguous.
    #[error("two elements carry the same id, one at byte {offset}")]
    DuplicateId {
        /// Where the second of them begins.
        offset: usize,
    },
}

/// Why a document could not be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The input is not a readable XML document.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The key refused to sign.
    #[error("signing failed: {0}")]
    Crypto(#[from] ksef_crypto::Error),
    /// The input already has a `ds:Signature`. The service accepts one per document.
    #[error("the document already has a signature")]
    AlreadySigned,
    /// The input already uses an Id which the signature needs (`Signature`, `SignedProperties`).
    #[error("the document already uses an id that the signature needs")]
    IdTaken,
    /// [`crate::SignOptions::signing_time`] was left at its default.
    #[error("no signing time was given")]
    SigningTimeMissing,
    /// The signer's algorithm cannot be written as an XML signature algorithm.
    #[error("the signer's algorithm is not supported for xml signatures")]
    UnsupportedAlgorithm,
    /// The new signature does not verify. The key does not belong to the certificate, or the signer is broken.
    #[error("the new signature does not verify: {0}")]
    SelfCheck(#[from] VerifyError),
}
