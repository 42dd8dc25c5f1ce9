//! The one decoder of every error body: problem+json, the legacy `exception` form, the 429 `status` form, the
//! gateway's JSON, HTML pages and nothing at all (PROTOCOL §2.2 to §2.5).

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use ksef_model::operations::{Auth, Operation};
use serde_json::Value;

use super::catalog::ErrorEntry;
use super::{Error, KsefError, texts};
use crate::http::body::{Sniffed, firewall_incident, sniff};

/// What an error body says, whatever its form was.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) title: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) errors: Vec<KsefError>,
    pub(crate) reason_code: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) incident_id: Option<String>,
    pub(crate) security: BTreeMap<String, Vec<String>>,
    pub(super) remarks: Vec<String>,
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("title", &self.title)
            .field("errors", &self.errors)
            .field("reason_code", &self.reason_code)
            .finish_non_exhaustive()
    }
}

impl Problem {
    pub(super) fn of_remarks(remarks: &[String]) -> Self {
        Self { remarks: remarks.to_vec(), ..Self::default() }
    }

    /// Texts about the occurrence that belong to no listed error.
    pub(super) fn remarks(&self) -> Vec<&str> {
        if self.remarks.is_empty() {
            self.detail.as_deref().into_iter().collect()
        } else {
            self.remarks.iter().map(String::as_str).collect()
        }
    }

    fn parse(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let object = value.as_object()?;
        if let Some(exception) = object.get("exception") {
            return Some(Self::legacy(exception));
        }
        if let Some(status) = object.get("status").filter(|status| status.is_object()) {
            return Some(Self {
                title: text(status, "description"),
                remarks: texts_of(status, "details"),
                trace_id: text(&value, "traceId"),
                ..Self::default()
            });
        }
        Some(Self::rfc9457(&value))
    }

    fn legacy(exception: &Value) -> Self {
        let listed = exception.get("exceptionDetailList").and_then(Value::as_array);
        let errors = listed.into_iter().flatten().map(|item| KsefError {
            code: code(item, "exceptionCode"),
            description: text(item, "exceptionDescription").unwrap_or_default(),
            details: texts_of(item, "details"),
        });
        Self { errors: errors.collect(), trace_id: text(exception, "serviceCode"), ..Self::default() }
    }

    fn rfc9457(value: &Value) -> Self {
        let listed = value.get("errors").and_then(Value::as_array);
        let errors = listed.into_iter().flatten().filter(|item| item.is_object()).map(|item| KsefError {
            code: code(item, "code"),
            description: text(item, "description").unwrap_or_default(),
            details: texts_of(item, "details"),
        });
        let mut security = BTreeMap::new();
        if let Some(members) = value.get("security").and_then(Value::as_object) {
            for (name, member) in members {
                security.insert(name.clone(), strings(member));
            }
        }
        Self {
            title: text(value, "title"),
            detail: text(value, "detail"),
            errors: errors.collect(),
            reason_code: text(value, "reasonCode"),
            trace_id: text(value, "traceId"),
            incident_id: security.get("incidentId").and_then(|ids| ids.first().cloned()),
            security,
            remarks: Vec::new(),
        }
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn texts_of(value: &Value, name: &str) -> Vec<String> {
    value.get(name).map(strings).unwrap_or_default()
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        other => vec![other.to_string()],
    }
}

fn code(value: &Value, name: &str) -> i32 {
    let member = value.get(name);
    let number = member.and_then(Value::as_i64).or_else(|| member?.as_str()?.trim().parse().ok());
    number.and_then(|number| i32::try_from(number).ok()).unwrap_or_default()
}

/// Turns an unsuccessful answer into an error. The request was sent, whatever the answer says.
pub(crate) fn refusal(
    operation: &'static Operation,
    status: u16,
    content_type: Option<&str>,
    retry_after: Option<Duration>,
    body: Bytes,
) -> Error {
    let sniffed = sniff(content_type, &body);
    let (entry, problem) = match sniffed {
        Sniffed::Html => html(status, &body),
        Sniffed::Json => match Problem::parse(&body) {
            Some(problem) => (classify(operation, status, &problem), problem),
            None => (by_status(status), Problem::default()),
        },
        _ => (by_status(status), Problem::default()),
    };
    Error::new(entry)
        .in_operation(operation.id)
        .with_status(status)
        .with_problem(problem)
        .with_retry_after(retry_after)
        .with_body(body)
        .sent(true)
}

fn html(status: u16, body: &[u8]) -> (&'static ErrorEntry, Problem) {
    let incident_id = firewall_incident(body);
    let firewall = incident_id.is_some() || matches!(status, 401 | 403);
    let entry = match status {
        _ if firewall => texts::BLOCKED_BY_FIREWALL,
        300..=399 => texts::UNEXPECTED_REDIRECT,
        429 => texts::RATE_LIMITED,
        500.. => texts::GATEWAY_ERROR,
        _ => texts::UNEXPECTED_CONTENT,
    };
    (entry, Problem { incident_id, ..Problem::default() })
}

/// The class of an answer without a readable body.
fn by_status(status: u16) -> &'static ErrorEntry {
    match status {
        300..=399 => texts::UNEXPECTED_REDIRECT,
        400 => texts::REQUEST_REFUSED,
        401 => texts::UNAUTHORIZED,
        403 => texts::FORBIDDEN,
        410 => texts::GONE,
        413 => texts::REQUEST_TOO_LARGE,
        415 => texts::UNREADABLE_REQUEST,
        429 => texts::RATE_LIMITED,
        502..=504 => texts::GATEWAY_ERROR,
        500.. => texts::SERVER_FAILURE,
        _ => texts::UNEXPECTED_STATUS,
    }
}

fn classify(operation: &'static Operation, status: u16, problem: &Problem) -> &'static ErrorEntry {
    match status {
        403 => forbidden(problem),
        400 => problem.errors.first().map_or(texts::REQUEST_REFUSED, |error| by_code(operation, error.code)),
        _ => by_status(status),
    }
}

fn forbidden(problem: &Problem) -> &'static ErrorEntry {
    match problem.reason_code.as_deref() {
        Some("missing-permissions") => texts::MISSING_PERMISSIONS,
        Some("ip-not-allowed") => texts::IP_NOT_ALLOWED,
        Some("insufficient-resource-access") => texts::RESOURCE_NOT_ACCESSIBLE,
        Some("auth-method-not-allowed") => texts::AUTH_METHOD_NOT_ALLOWED,
        Some("security-service-blocked") => texts::BLOCKED_BY_SECURITY,
        Some("context-type-not-allowed") => texts::CONTEXT_TYPE_NOT_ALLOWED,
        None if problem.incident_id.is_some() || problem.title.as_deref() == Some("Request blocked") => {
            texts::BLOCKED_BY_FIREWALL
        }
        _ => texts::FORBIDDEN,
    }
}

fn by_code(operation: &'static Operation, code: i32) -> &'static ErrorEntry {
    match code {
        9101 | 9102 | 9103 | 9105 | 21217 => texts::LOGIN_SIGNATURE_REFUSED,
        21111 => texts::LOGIN_CHALLENGE_REFUSED,
        21115 => texts::LOGIN_CERTIFICATE_REFUSED,
        21117 | 21406 => texts::LOGIN_IDENTIFIER_CONFLICT,
        21401 => texts::LOGIN_REQUEST_REFUSED,
        21301 | 21304 => texts::LOGIN_TOKENS_REFUSED,
        21308 => texts::LOGIN_DECEASED,
        21001 => texts::UNREADABLE_REQUEST,
        21155 => texts::SESSION_FULL,
        21164 => texts::INVOICE_NOT_FOUND,
        21165 => texts::INVOICE_NOT_YET_AVAILABLE,
        21166 | 21167 => texts::CORRECTION_UNAVAILABLE,
        21173 => texts::SESSION_NOT_FOUND,
        21178 => texts::UPO_NOT_FOUND,
        // Retired addresses answer every path with this code (FIELD-NOTES F06); no anonymous operation has sessions.
        21180 if operation.auth == Auth::None => texts::WRONG_ADDRESS,
        21180 => texts::SESSION_STATUS,
        21182 => texts::EXPORT_LIMIT,
        21184 => texts::SESSION_UNAVAILABLE,
        21402 | 21403 => texts::CONTENT_MISMATCH,
        21405 => texts::VALIDATION_FAILED,
        21418 => texts::CONTINUATION_REFUSED,
        21470 => texts::KEY_UNKNOWN,
        500 => texts::SERVER_FAILURE,
        _ => texts::REQUEST_REFUSED,
    }
}
