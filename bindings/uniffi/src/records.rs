use libksef::SystemWarning;
use libksef::model::{AuthenticationListItem, SessionInvoiceStatusResponse, SessionStatusResponse};

/// The state of a session (PROTOCOL §2.8). Codes from 200 on are final; 200 does not mean that all were accepted.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SessionStatus {
    /// KSeF's status code.
    pub code: i32,
    /// KSeF's own words, in Polish.
    pub description: String,
    /// KSeF's details.
    pub details: Vec<String>,
    /// How many invoices the session has.
    pub invoice_count: i32,
    /// How many were accepted.
    pub successful_invoice_count: i32,
    /// How many were refused.
    pub failed_invoice_count: i32,
    /// The reference numbers of the pages of the collective UPO; empty until it is made.
    pub upo_references: Vec<String>,
}

impl From<SessionStatusResponse> for SessionStatus {
    fn from(response: SessionStatusResponse) -> Self {
        Self {
            code: response.status.code,
            description: response.status.description,
            details: response.status.details.unwrap_or_default(),
            invoice_count: response.invoice_count.unwrap_or_default(),
            successful_invoice_count: response.successful_invoice_count.unwrap_or_default(),
            failed_invoice_count: response.failed_invoice_count.unwrap_or_default(),
            upo_references: response
                .upo
                .map(|upo| upo.pages.into_iter().map(|page| page.reference_number.to_string()).collect())
                .unwrap_or_default(),
        }
    }
}

/// The state of one invoice in a session (PROTOCOL §2.9). Codes from 200 on are final.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct InvoiceStatus {
    /// The reference number of the invoice.
    pub reference_number: String,
    /// Its place in the session, from 1.
    pub ordinal_number: i32,
    /// KSeF's status code.
    pub code: i32,
    /// KSeF's own words, in Polish.
    pub description: String,
    /// KSeF's details.
    pub details: Vec<String>,
    /// SHA-256 of the invoice bytes, Base64.
    pub invoice_hash: Option<String>,
    /// The number that the seller gave.
    pub invoice_number: Option<String>,
    /// The number that KSeF gave.
    pub ksef_number: Option<String>,
    /// `Online` or `Offline`, as KSeF qualified it.
    pub invoicing_mode: Option<String>,
}

impl From<SessionInvoiceStatusResponse> for InvoiceStatus {
    fn from(response: SessionInvoiceStatusResponse) -> Self {
        Self {
            reference_number: response.reference_number.to_string(),
            ordinal_number: response.ordinal_number,
            code: response.status.code,
            description: response.status.description,
            details: response.status.details.unwrap_or_default(),
            invoice_hash: response.invoice_hash,
            invoice_number: response.invoice_number,
            ksef_number: response.ksef_number.map(|number| number.to_string()),
            invoicing_mode: response.invoicing_mode.map(|mode| mode.as_str().to_owned()),
        }
    }
}

/// One login of the context.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AuthSession {
    /// The reference number of the login.
    pub reference_number: String,
    /// Whether it is the one that asks.
    pub is_current: bool,
    /// When it began, RFC 3339.
    pub start_date: String,
    /// KSeF's status code.
    pub code: i32,
    /// KSeF's own words, in Polish.
    pub description: String,
}

impl From<AuthenticationListItem> for AuthSession {
    fn from(item: AuthenticationListItem) -> Self {
        Self {
            reference_number: item.reference_number.to_string(),
            is_current: item.is_current.unwrap_or(false),
            start_date: item.start_date.to_string(),
            code: item.status.code,
            description: item.status.description,
        }
    }
}

/// A warning that KSeF attached to an answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Warning {
    /// The code, such as `sig-001`.
    pub code: String,
    /// KSeF's words.
    pub message: String,
    /// The operation whose answer carried it last.
    pub operation: String,
    /// When it was seen last, RFC 3339.
    pub seen_at: String,
    /// How many answers carried it.
    pub count: u64,
}

impl From<SystemWarning> for Warning {
    fn from(warning: SystemWarning) -> Self {
        Self {
            code: warning.code,
            message: warning.message,
            operation: warning.operation.to_owned(),
            seen_at: warning.seen_at.to_string(),
            count: warning.count,
        }
    }
}
