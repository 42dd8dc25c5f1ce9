//! Who logs in, and by what means.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What identifies the one who logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum SubjectKind {
    Nip,
    Pesel,
    /// SHA-256 of the certificate, 64 upper-case hexadecimal digits.
    Fingerprint,
}

impl SubjectKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Nip => "Nip",
            Self::Pesel => "Pesel",
            Self::Fingerprint => "Fingerprint",
        }
    }
}

/// The authenticating subject (PROTOCOL §3.1): read from the certificate, or the author of the token used.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Subject {
    #[serde(rename = "type")]
    pub(crate) kind: SubjectKind,
    pub(crate) value: String,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(…)", self.kind.as_str())
    }
}

/// How the subject proved itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Token,
    QualifiedSignature,
    QualifiedSeal,
    PeppolSignature,
    /// A certificate of KSeF.
    InternalCertificate,
}

impl Method {
    /// `authenticationMethod`, also claim `aum`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::QualifiedSignature => "QualifiedSignature",
            Self::QualifiedSeal => "QualifiedSeal",
            Self::PeppolSignature => "PeppolSignature",
            Self::InternalCertificate => "InternalCertificate",
        }
    }

    /// `authenticationMethodInfo.category`.
    pub(crate) fn category(self) -> &'static str {
        if self == Self::Token { "Token" } else { "XadesSignature" }
    }

    /// `authenticationMethodInfo.code`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Token => "token.ksef",
            Self::QualifiedSignature => "xades.qualified-signature",
            Self::QualifiedSeal => "xades.qualified-seal",
            Self::PeppolSignature => "xades.peppol-signature",
            Self::InternalCertificate => "xades.ksef-certificate",
        }
    }

    /// `authenticationMethodInfo.displayName`.
    pub(crate) fn display_name(self) -> &'static str {
        match self {
            Self::Token => "Token KSeF",
            Self::QualifiedSignature => "Podpis kwalifikowany",
            Self::QualifiedSeal => "Pieczęć kwalifikowana",
            Self::PeppolSignature => "Podpis dostawcy usług Peppol",
            Self::InternalCertificate => "Certyfikat KSeF",
        }
    }
}
