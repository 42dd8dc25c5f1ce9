//! The status of an authentication (PROTOCOL §2.7).

use serde_json::{Value, json};

/// Why a login by token failed: details of status 450.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenProblem {
    Challenge,
    Invalid,
    Timestamp,
    Revoked,
    Inactive,
    Encryption,
    Encoding,
    /// The token belongs to another context; holds the one that was asked for.
    Context(String),
}

/// Why a login by certificate failed: details of status 460.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CertificateProblem {
    /// Outside its period of validity.
    NotValid,
    /// The chain could not be built.
    Chain,
    /// The chain ends where nobody is trusted.
    Untrusted,
    Revoked,
    /// The certificate may not be used for this.
    Unsuitable,
}

/// What an authentication has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    InProgress,
    Succeeded,
    NoPermissions,
    Revoked,
    BadToken(TokenProblem),
    BadCertificate(CertificateProblem),
    /// The subject is a person who is dead.
    Deceased,
    Blocked,
}

impl Outcome {
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::InProgress => 100,
            Self::Succeeded => 200,
            Self::NoPermissions => 415,
            Self::Revoked => 425,
            Self::BadToken(_) => 450,
            Self::BadCertificate(_) => 460,
            Self::Deceased => 470,
            Self::Blocked => 480,
        }
    }

    fn description(&self) -> &'static str {
        match self {
            Self::InProgress => "Uwierzytelnianie w toku",
            Self::Succeeded => "Uwierzytelnianie zakończone sukcesem",
            Self::NoPermissions | Self::Deceased => "Uwierzytelnianie zakończone niepowodzeniem",
            Self::Revoked => "Uwierzytelnienie unieważnione",
            Self::BadToken(_) => "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu",
            Self::BadCertificate(_) => {
                "Uwierzytelnianie zakończone niepowodzeniem z powodu błędu certyfikatu"
            }
            Self::Blocked => "Uwierzytelnienie zablokowane",
        }
    }

    fn detail(&self) -> Option<String> {
        let text = match self {
            Self::InProgress | Self::Succeeded => return None,
            Self::NoPermissions => "Brak przypisanych uprawnień",
            Self::Revoked => {
                "Uwierzytelnienie i powiązane refresh tokeny zostały unieważnione przez użytkownika"
            }
            Self::BadToken(TokenProblem::Context(context)) => {
                return Some(format!("Token nie może być użyty w kontekście {context}"));
            }
            Self::BadToken(TokenProblem::Challenge) => "Nieprawidłowe wyzwanie autoryzacyjne",
            Self::BadToken(TokenProblem::Invalid) => "Nieprawidłowy token",
            Self::BadToken(TokenProblem::Timestamp) => "Nieprawidłowy czas tokena",
            Self::BadToken(TokenProblem::Revoked) => "Token unieważniony",
            Self::BadToken(TokenProblem::Inactive) => "Token nieaktywny",
            Self::BadToken(TokenProblem::Encryption) => "Nieprawidłowe szyfrowanie tokena",
            Self::BadToken(TokenProblem::Encoding) => "Nieprawidłowe kodowanie tokena",
            Self::BadCertificate(CertificateProblem::NotValid) => "Nieważny certyfikat",
            Self::BadCertificate(CertificateProblem::Chain) => "Błąd weryfikacji łańcucha certyfikatów",
            Self::BadCertificate(CertificateProblem::Untrusted) => "Niezaufany łańcuch certyfikatów",
            Self::BadCertificate(CertificateProblem::Revoked) => "Certyfikat odwołany",
            Self::BadCertificate(CertificateProblem::Unsuitable) => "Niepoprawny certyfikat",
            Self::Deceased => "Próba wykorzystania metod autoryzacyjnych osoby zmarłej",
            Self::Blocked => {
                "Podejrzenie incydentu bezpieczeństwa. Skontaktuj się z Ministerstwem Finansów przez formularz zgłoszeniowy."
            }
        };
        Some(text.to_owned())
    }

    /// `StatusInfo` of the wire.
    pub(crate) fn to_json(&self) -> Value {
        let mut status = json!({"code": self.code(), "description": self.description()});
        if let Some(detail) = self.detail() {
            status["details"] = json!([detail]);
        }
        status
    }
}
