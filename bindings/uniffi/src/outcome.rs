use std::time::Duration;

use libksef::{
    Conflict, DocumentCheck, Error, Language, OfflineMode, ResumeToken, SendOptions, SendOutcome, Sha256,
    WaitPolicy,
};

use crate::error::{ErrorInfo, KsefError};
use crate::upo::Upo;

/// What became of an invoice, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum OutcomeKind {
    /// KSeF took the invoice and gave it a number.
    Accepted,
    /// KSeF refused the invoice.
    Rejected,
    /// KSeF has the invoice and has not decided yet. Do not send it again: resume.
    Pending,
    /// It is not known whether KSeF has the invoice. Do not send it again: resume.
    Unknown,
}

/// What became of an invoice. Fields that do not apply to the kind are empty.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Outcome {
    /// What became of it, in one word.
    pub kind: OutcomeKind,
    /// SHA-256 of the invoice bytes, Base64.
    pub invoice_hash: String,
    /// The reference number of the session.
    pub session_reference: String,
    /// The reference number of the invoice in its session; empty while KSeF is not known to have the invoice.
    pub invoice_reference: Option<String>,
    /// The number that the seller gave, as KSeF read it.
    pub invoice_number: Option<String>,
    /// The KSeF number of an accepted invoice.
    pub ksef_number: Option<String>,
    /// When KSeF took the invoice, RFC 3339.
    pub acquisition_date: Option<String>,
    /// From when an accepted invoice can be downloaded, RFC 3339; often not yet known.
    pub permanent_storage_date: Option<String>,
    /// `Online` or `Offline`, as KSeF qualified an accepted invoice.
    pub invoicing_mode: Option<String>,
    /// Whether the same bytes had been accepted before, by an earlier call.
    pub already_sent: bool,
    /// The UPO of an accepted invoice, if it was asked for and could be fetched.
    pub upo: Option<Upo>,
    /// KSeF's status code: 200 when accepted, such as 450 or 440 when rejected.
    pub code: Option<i32>,
    /// KSeF's own words on a rejected invoice, in Polish.
    pub description: Option<String>,
    /// KSeF's details on a rejected invoice. They may name companies and people.
    pub details: Vec<String>,
    /// What the code of a rejected invoice means, in English: one line.
    pub english: Option<String>,
    /// What the code of a rejected invoice means, in Polish: one line.
    pub polish: Option<String>,
    /// What to do about a rejected invoice, in English.
    pub english_advice: Option<String>,
    /// What to do about a rejected invoice, in Polish.
    pub polish_advice: Option<String>,
    /// Whether sending a rejected invoice again, unchanged, can succeed.
    pub is_retryable: bool,
    /// For a duplicate: the KSeF number of the invoice that was there before.
    pub original_ksef_number: Option<String>,
    /// For a duplicate: the session of the invoice that was there before.
    pub original_session_reference: Option<String>,
    /// For a duplicate: `different_content`, or `original_unreadable` when the contents could not be compared.
    pub conflict: Option<String>,
    /// The text to keep for `resume` when the outcome is pending or unknown.
    pub resume_token: Option<String>,
    /// Why the outcome is unknown, or why the UPO is missing.
    pub cause: Option<ErrorInfo>,
}

impl Outcome {
    fn new(kind: OutcomeKind, invoice_hash: Sha256, session_reference: String) -> Self {
        Self {
            kind,
            invoice_hash: invoice_hash.to_base64(),
            session_reference,
            invoice_reference: None,
            invoice_number: None,
            ksef_number: None,
            acquisition_date: None,
            permanent_storage_date: None,
            invoicing_mode: None,
            already_sent: false,
            upo: None,
            code: None,
            description: None,
            details: Vec::new(),
            english: None,
            polish: None,
            english_advice: None,
            polish_advice: None,
            is_retryable: false,
            original_ksef_number: None,
            original_session_reference: None,
            conflict: None,
            resume_token: None,
            cause: None,
        }
    }

    fn open(kind: OutcomeKind, token: &ResumeToken) -> Self {
        Self {
            invoice_reference: token.invoice_reference().map(ToString::to_string),
            resume_token: Some(token.to_string()),
            cause: token.cause().map(ErrorInfo::from),
            ..Self::new(kind, token.invoice_hash(), token.session_reference().to_string())
        }
    }
}

impl From<SendOutcome> for Outcome {
    fn from(outcome: SendOutcome) -> Self {
        match outcome {
            SendOutcome::Accepted(accepted) => Self {
                invoice_reference: Some(accepted.invoice_reference.to_string()),
                invoice_number: accepted.invoice_number,
                ksef_number: Some(accepted.ksef_number.to_string()),
                acquisition_date: accepted.acquisition_date.map(|date| date.to_string()),
                permanent_storage_date: accepted.permanent_storage_date.map(|date| date.to_string()),
                invoicing_mode: accepted.invoicing_mode.map(|mode| mode.as_str().to_owned()),
                already_sent: accepted.already_sent,
                upo: accepted.upo.as_ref().map(Upo::from),
                code: Some(200),
                cause: accepted.upo_error.as_ref().map(ErrorInfo::from),
                ..Self::new(
                    OutcomeKind::Accepted,
                    accepted.invoice_hash,
                    accepted.session_reference.to_string(),
                )
            },
            SendOutcome::Rejected(rejected) => Self {
                invoice_reference: Some(rejected.invoice_reference.to_string()),
                code: Some(rejected.code),
                english: Some(rejected.explanation(Language::English).to_owned()),
                polish: Some(rejected.explanation(Language::Polish).to_owned()),
                english_advice: Some(rejected.advice(Language::English).to_owned()),
                polish_advice: Some(rejected.advice(Language::Polish).to_owned()),
                is_retryable: rejected.is_retryable(),
                original_ksef_number: rejected
                    .original
                    .as_ref()
                    .and_then(|original| original.ksef_number.as_ref().map(ToString::to_string)),
                original_session_reference: rejected
                    .original
                    .as_ref()
                    .and_then(|original| original.session_reference.as_ref().map(ToString::to_string)),
                conflict: rejected.conflict.and_then(conflict).map(str::to_owned),
                description: Some(rejected.description),
                details: rejected.details,
                invoice_number: rejected.invoice_number,
                ..Self::new(
                    OutcomeKind::Rejected,
                    rejected.invoice_hash,
                    rejected.session_reference.to_string(),
                )
            },
            SendOutcome::Pending(token) => Self::open(OutcomeKind::Pending, &token),
            SendOutcome::Unknown(token) => Self::open(OutcomeKind::Unknown, &token),
        }
    }
}

fn conflict(conflict: Conflict) -> Option<&'static str> {
    match conflict {
        Conflict::DifferentContent => Some("different_content"),
        Conflict::OriginalUnreadable => Some("original_unreadable"),
        _ => None,
    }
}

/// How long a call waits for KSeF's verdict on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Wait {
    /// Until it is there, however long that takes: in a crisis of KSeF that can be hours.
    UntilSettled,
    /// At most so long; then the outcome is pending, which is no error.
    AtMost {
        /// Milliseconds.
        milliseconds: u64,
    },
    /// Not at all.
    DoNotWait,
}

impl Wait {
    /// Nothing means the engine's default.
    pub(crate) fn policy(wait: Option<Self>) -> WaitPolicy {
        match wait {
            None => WaitPolicy::default(),
            Some(Self::UntilSettled) => WaitPolicy::UntilSettled,
            Some(Self::AtMost { milliseconds }) => WaitPolicy::AtMost(Duration::from_millis(milliseconds)),
            Some(Self::DoNotWait) => WaitPolicy::DoNotWait,
        }
    }
}

/// How to send one invoice.
#[derive(Debug, Clone, uniffi::Record)]
pub struct SendSettings {
    /// Whether the invoice was issued offline (PROTOCOL §12).
    #[uniffi(default = false)]
    pub offline: bool,
    /// For a technical correction (PROTOCOL §6.6): SHA-256 of the refused original, Base64.
    #[uniffi(default = None)]
    pub hash_of_corrected_invoice: Option<String>,
    /// Whether the bytes are checked first, so that what KSeF would refuse unread does not leave. For tests, and for the day
    /// when KSeF relaxes a rule.
    #[uniffi(default = true)]
    pub check: bool,
    /// How long to wait for the verdict; two minutes if nothing is given.
    #[uniffi(default = None)]
    pub wait: Option<Wait>,
    /// Whether to fetch the UPO with the verdict.
    #[uniffi(default = true)]
    pub fetch_upo: bool,
}

impl TryFrom<SendSettings> for SendOptions {
    type Error = KsefError;

    fn try_from(settings: SendSettings) -> Result<Self, KsefError> {
        let hash = settings.hash_of_corrected_invoice.as_deref().map(Sha256::from_base64).transpose();
        let hash =
            hash.map_err(|error| Error::invalid_argument("hash_of_corrected_invoice", &error.to_string()))?;
        Ok(Self {
            offline_mode: if settings.offline { OfflineMode::Offline } else { OfflineMode::Online },
            hash_of_corrected_invoice: hash,
            document_check: if settings.check { DocumentCheck::Required } else { DocumentCheck::Skipped },
            wait: Wait::policy(settings.wait),
            fetch_upo: settings.fetch_upo,
        })
    }
}
