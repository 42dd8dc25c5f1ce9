use libksef::{Error, ErrorKind, Language};

/// All that is known about a failure. Numbers are stable; texts are for people and may be improved.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ErrorInfo {
    /// The stable number: 1xxx misuse, 2xxx transport, 3xxx authentication, 4xxx refused by KSeF, 5xxx crypto and XAdES,
    /// 6xxx documents, 7xxx journal, 9xxx internal.
    pub number: u16,
    /// The stable name of the number, in snake case.
    pub name: String,
    /// What happened, in English: one line.
    pub english: String,
    /// What happened, in Polish: one line.
    pub polish: String,
    /// What to do about it, in English.
    pub english_advice: String,
    /// What to do about it, in Polish.
    pub polish_advice: String,
    /// KSeF's own code, such as 21405 or 450.
    pub ksef_code: Option<i32>,
    /// The reason of a refusal with HTTP 403, such as `missing-permissions`.
    pub reason_code: Option<String>,
    /// KSeF's own explanations, in the language it gave them.
    pub details: Vec<String>,
    /// The HTTP status, if there was an answer.
    pub http_status: Option<u16>,
    /// The identifier that KSeF's support asks for.
    pub trace_id: Option<String>,
    /// The operation under way, such as `sessions.send_invoice`.
    pub operation: Option<String>,
    /// Whether the request may have reached KSeF.
    pub was_sent: bool,
    /// Whether the same call may succeed later without any change.
    pub is_retryable: bool,
    /// How long KSeF asks to wait before the next try, in milliseconds.
    pub retry_after_ms: Option<u64>,
}

/// Why a call failed. The variant is the kind.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Error)]
pub enum KsefError {
    /// The program calls the library wrongly, or a value is not valid. Nothing was sent.
    Misuse {
        /// The details.
        info: ErrorInfo,
    },
    /// The request or its answer did not get through, or the time was over.
    Transport {
        /// The details.
        info: ErrorInfo,
    },
    /// Logging in failed, or the login was revoked.
    Authentication {
        /// The details.
        info: ErrorInfo,
    },
    /// KSeF received the request and refused it.
    Refused {
        /// The details.
        info: ErrorInfo,
    },
    /// Keys, certificates, encryption, signatures.
    Crypto {
        /// The details.
        info: ErrorInfo,
    },
    /// Invoice and UPO documents.
    Document {
        /// The details.
        info: ErrorInfo,
    },
    /// Journal, resuming and synchronisation.
    Journal {
        /// The details.
        info: ErrorInfo,
    },
    /// A fault of the library itself.
    Internal {
        /// The details.
        info: ErrorInfo,
    },
}

impl KsefError {
    /// The details, whatever the kind.
    #[must_use]
    pub fn info(&self) -> &ErrorInfo {
        match self {
            Self::Misuse { info }
            | Self::Transport { info }
            | Self::Authentication { info }
            | Self::Refused { info }
            | Self::Crypto { info }
            | Self::Document { info }
            | Self::Journal { info }
            | Self::Internal { info } => info,
        }
    }
}

impl std::fmt::Display for KsefError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.info().english)
    }
}

impl std::error::Error for KsefError {}

impl From<&Error> for ErrorInfo {
    fn from(error: &Error) -> Self {
        Self {
            number: error.number(),
            name: error.entry().name(),
            english: error.message(Language::English),
            polish: error.message(Language::Polish),
            english_advice: error.advice(Language::English).to_owned(),
            polish_advice: error.advice(Language::Polish).to_owned(),
            ksef_code: error.ksef_code(),
            reason_code: error.reason_code().map(str::to_owned),
            details: error.details().into_iter().map(str::to_owned).collect(),
            http_status: error.http_status(),
            trace_id: error.trace_id().map(str::to_owned),
            operation: error.operation().map(str::to_owned),
            was_sent: error.was_sent(),
            is_retryable: error.is_retryable(),
            retry_after_ms: error
                .retry_after()
                .map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

impl From<Error> for KsefError {
    fn from(error: Error) -> Self {
        let info = ErrorInfo::from(&error);
        match error.kind() {
            ErrorKind::Misuse => Self::Misuse { info },
            ErrorKind::Transport => Self::Transport { info },
            ErrorKind::Authentication => Self::Authentication { info },
            ErrorKind::Refused => Self::Refused { info },
            ErrorKind::Crypto => Self::Crypto { info },
            ErrorKind::Document => Self::Document { info },
            ErrorKind::Journal => Self::Journal { info },
            _ => Self::Internal { info },
        }
    }
}
