//! What became of an invoice.

use jiff::Timestamp;
use ksef_crypto::Sha256;
use ksef_model::{InvoicingMode, KsefNumber, ReferenceNumber};
use serde::{Serialize, Serializer};

use super::resume::ResumeToken;
use super::upo::Upo;
use crate::error::{Error, Explanation, Language, Origin, of_status};

/// What became of an invoice that was sent: one of four, never a bare network error.
///
/// As JSON it is an object with `outcome` (`accepted`, `rejected`, `pending`, `unknown`) and the fields of the case.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum SendOutcome {
    /// KSeF accepted it and gave it a number.
    Accepted(AcceptedInvoice),
    /// KSeF refused it, finally.
    Rejected(RejectedInvoice),
    /// KSeF has it and is still processing it. Do not send it again; resume later.
    #[serde(serialize_with = "token")]
    Pending(ResumeToken),
    /// It was sent, and nothing could be learned about it yet. Do not send it again; resume later.
    #[serde(serialize_with = "token")]
    Unknown(ResumeToken),
}

impl SendOutcome {
    /// The accepted invoice, if it was accepted.
    #[must_use]
    pub fn accepted(&self) -> Option<&AcceptedInvoice> {
        match self {
            Self::Accepted(accepted) => Some(accepted),
            _ => None,
        }
    }

    /// The rejected invoice, if it was rejected.
    #[must_use]
    pub fn rejected(&self) -> Option<&RejectedInvoice> {
        match self {
            Self::Rejected(rejected) => Some(rejected),
            _ => None,
        }
    }

    /// The token to resume with, if the outcome is not final.
    #[must_use]
    pub fn resume_token(&self) -> Option<&ResumeToken> {
        match self {
            Self::Pending(token) | Self::Unknown(token) => Some(token),
            _ => None,
        }
    }
}

fn token<S: Serializer>(token: &ResumeToken, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Open<'a> {
        session_reference: &'a ReferenceNumber,
        #[serde(skip_serializing_if = "Option::is_none")]
        invoice_reference: Option<&'a ReferenceNumber>,
        invoice_hash: Sha256Text,
        resume_token: String,
    }
    let open = Open {
        session_reference: token.session_reference(),
        invoice_reference: token.invoice_reference(),
        invoice_hash: Sha256Text(token.invoice_hash()),
        resume_token: token.to_string(),
    };
    open.serialize(serializer)
}

pub(super) struct Sha256Text(pub(super) Sha256);

impl Serialize for Sha256Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_base64())
    }
}

fn hash<S: Serializer>(hash: &Sha256, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hash.to_base64())
}

/// An invoice with its KSeF number.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AcceptedInvoice {
    /// The number that makes it an issued invoice.
    pub ksef_number: KsefNumber,
    /// The reference of the invoice within its session.
    pub invoice_reference: ReferenceNumber,
    /// The session that accepted it.
    pub session_reference: ReferenceNumber,
    /// SHA-256 of the bytes that were sent; in Base64 as JSON.
    #[serde(serialize_with = "hash")]
    pub invoice_hash: Sha256,
    /// The seller's number of the invoice, as KSeF read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// When KSeF accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquisition_date: Option<Timestamp>,
    /// From when it can be downloaded; often not yet known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_storage_date: Option<Timestamp>,
    /// Whether KSeF counts it as issued online or offline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoicing_mode: Option<InvoicingMode>,
    /// The very same document had been accepted before; the number is that of the first time (PROTOCOL §6.8).
    pub already_sent: bool,
    /// The confirmation, when it was asked for and could be fetched. Its bytes are not part of the JSON.
    #[serde(skip)]
    pub upo: Option<Upo>,
    /// Why the confirmation is missing although it was asked for.
    #[serde(skip)]
    pub upo_error: Option<Error>,
}

/// An invoice that KSeF refused.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RejectedInvoice {
    /// The status code (PROTOCOL §2.9), for example 450.
    pub code: i32,
    /// KSeF's fixed text of the code, in Polish.
    pub description: String,
    /// KSeF's reasons. They may name companies and people.
    pub details: Vec<String>,
    /// The reference of the invoice within its session.
    pub invoice_reference: ReferenceNumber,
    /// The session that refused it.
    pub session_reference: ReferenceNumber,
    /// SHA-256 of the bytes that were sent; in Base64 as JSON.
    #[serde(serialize_with = "hash")]
    pub invoice_hash: Sha256,
    /// The seller's number of the invoice, as KSeF read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// For duplicates (440): the invoice that was accepted before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<OriginalInvoice>,
    /// For duplicates (440): how this document relates to the original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// The accepted invoice that a duplicate collides with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OriginalInvoice {
    /// Its number.
    pub ksef_number: Option<KsefNumber>,
    /// The session that accepted it.
    pub session_reference: Option<ReferenceNumber>,
}

/// How a refused duplicate relates to the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Conflict {
    /// The original has other content under the same seller, type and number.
    DifferentContent,
    /// The original cannot be read with this login, so that the contents could not be compared.
    OriginalUnreadable,
}

impl RejectedInvoice {
    /// Whether sending the same document again can succeed: KSeF broke off for reasons of its own.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.meaning().is_retryable
    }

    /// What the code means, one line for a person.
    #[must_use]
    pub fn explanation(&self, language: Language) -> &'static str {
        self.meaning().text(language)
    }

    /// What to do about it, one line for a person.
    #[must_use]
    pub fn advice(&self, language: Language) -> &'static str {
        self.meaning().advice(language)
    }

    fn meaning(&self) -> Explanation {
        let case = match self.conflict {
            Some(Conflict::DifferentContent) => Some("different_content"),
            _ => None,
        };
        of_status(Origin::Invoice, self.code, case)
    }
}
