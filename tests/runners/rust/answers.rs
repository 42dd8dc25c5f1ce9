//! What both Rust runners share: the library's values as the JSON of the runner protocol.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use libksef::model::{AuthenticationListItem, SessionInvoiceStatusResponse, SessionStatusResponse};
use libksef::{
    CallOptions, CancelToken, ContextIdentifier, Credentials, Environment, Error, Form, Hosts, Language,
    OfflineMode, SendOptions, SendOutcome, Sha256, SigningIdentity, SystemWarning, Upo, WaitPolicy,
};
use serde_json::{Map, Value, json};

/// Why a command has no answer of the library.
pub(crate) enum Refusal {
    /// The library's error.
    Library(Box<Error>),
    /// The command makes no sense to this runner.
    Unsupported(String),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Library(Box::new(error.into()))
    }
}

/// One command with typed access to its fields.
pub(crate) struct Command(Map<String, Value>);

impl Command {
    pub(crate) fn name(&self) -> &str {
        self.optional("do").unwrap_or_default()
    }

    pub(crate) fn optional(&self, field: &str) -> Option<&str> {
        self.0.get(field).and_then(Value::as_str)
    }

    pub(crate) fn text(&self, field: &str) -> Result<&str, Refusal> {
        self.optional(field).ok_or_else(|| Refusal::Unsupported(format!("field {field} is missing")))
    }

    pub(crate) fn milliseconds(&self, field: &str) -> Option<Duration> {
        self.0.get(field).and_then(Value::as_u64).map(Duration::from_millis)
    }

    pub(crate) fn environment(&self) -> Result<Environment, Refusal> {
        Ok(Environment::custom(Hosts::api(self.text("api")?)?))
    }

    pub(crate) fn context(&self) -> Result<ContextIdentifier, Refusal> {
        let field = |name: &str| self.0.get("context").and_then(|c| c.get(name)).and_then(Value::as_str);
        Ok(libksef::bridge::context(field("type").unwrap_or_default(), field("value").unwrap_or_default())?)
    }

    pub(crate) fn credentials(&self) -> Result<Credentials, Refusal> {
        let field = |name: &str| self.0.get("credentials").and_then(|c| c.get(name)).and_then(Value::as_str);
        match (field("token"), field("certificate_pem"), field("key_pem")) {
            (Some(token), None, None) => Ok(Credentials::token(token)?),
            (None, Some(certificate), Some(key)) => Ok(Credentials::certificate(SigningIdentity::from_pem(
                certificate,
                key,
                field("key_password"),
            )?)),
            _ => {
                Err(Refusal::Unsupported("credentials are a token or a certificate with its key".to_owned()))
            }
        }
    }

    pub(crate) fn form(&self) -> Result<Form, Refusal> {
        Ok(libksef::bridge::form(self.optional("form").unwrap_or("FA (3)"))?)
    }

    pub(crate) fn invoice(&self) -> Result<Vec<u8>, Refusal> {
        let path = self.text("invoice")?;
        std::fs::read(path).map_err(|e| Refusal::Unsupported(format!("{path}: {e}")))
    }

    pub(crate) fn send_options(&self) -> Result<SendOptions, Refusal> {
        let mut options = SendOptions::default();
        if self.0.get("offline") == Some(&Value::Bool(true)) {
            options.offline_mode = OfflineMode::Offline;
        }
        if let Some(hash) = self.optional("corrected_hash") {
            options.hash_of_corrected_invoice = Some(Sha256::from_base64(hash)?);
        }
        match self.milliseconds("wait_ms") {
            Some(Duration::ZERO) => options.wait = WaitPolicy::DoNotWait,
            Some(longest) => options.wait = WaitPolicy::AtMost(longest),
            None => {}
        }
        Ok(options)
    }

    /// Deadline and cancel token of this call; `fallback` is the client's own deadline.
    pub(crate) fn limits(&self, fallback: Option<Duration>) -> CallOptions {
        let cancel = self.milliseconds("cancel_after_ms").map(|after| {
            let token = CancelToken::new();
            let timer = token.clone();
            std::thread::spawn(move || {
                std::thread::sleep(after);
                timer.cancel();
            });
            token
        });
        CallOptions { deadline: self.milliseconds("timeout_ms").or(fallback), cancel }
    }
}

/// Commands from standard input until its end.
pub(crate) fn commands() -> impl Iterator<Item = io::Result<Command>> {
    io::stdin().lock().lines().map(|line| {
        let command = serde_json::from_str(&line?).map_err(io::Error::other)?;
        Ok(Command(command))
    })
}

/// Prints one line and flushes it.
pub(crate) fn say(value: &Value) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{value}")?;
    output.flush()
}

pub(crate) fn answer(result: Result<Value, Refusal>) -> Value {
    match result {
        Ok(value) => value,
        Err(Refusal::Library(error)) => json!({"error": describe(&error)}),
        Err(Refusal::Unsupported(why)) => json!({"unsupported": why}),
    }
}

fn describe(error: &Error) -> Value {
    json!({
        "number": error.number(),
        "kind": error.kind().as_str(),
        "ksef_code": error.ksef_code(),
        "http_status": error.http_status(),
        "was_sent": error.was_sent(),
        "retryable": error.is_retryable(),
        "operation": error.operation(),
        "message_en": error.message(Language::English),
        "message_pl": error.message(Language::Polish),
    })
}

pub(crate) fn outcome(outcome: &SendOutcome) -> Value {
    match outcome {
        SendOutcome::Accepted(accepted) => json!({
            "outcome": "accepted",
            "ksef_number": accepted.ksef_number.to_string(),
            "invoice_reference": accepted.invoice_reference.to_string(),
            "invoice_hash": accepted.invoice_hash.to_base64(),
            "already_sent": accepted.already_sent,
        }),
        SendOutcome::Rejected(rejected) => json!({
            "outcome": "rejected",
            "invoice_reference": rejected.invoice_reference.to_string(),
            "invoice_hash": rejected.invoice_hash.to_base64(),
            "code": rejected.code,
            "description": rejected.description,
            "details": rejected.details,
            "original_ksef_number":
                rejected.original.as_ref().and_then(|original| original.ksef_number.as_ref()).map(ToString::to_string),
        }),
        SendOutcome::Pending(token) => json!({"outcome": "pending", "resume_token": token.to_string()}),
        SendOutcome::Unknown(token) => json!({"outcome": "unknown", "resume_token": token.to_string()}),
    }
}

pub(crate) fn auth_sessions(sessions: &[AuthenticationListItem]) -> Value {
    let sessions: Vec<Value> = sessions
        .iter()
        .map(|session| {
            json!({"reference_number": session.reference_number.to_string(), "is_current": session.is_current.unwrap_or(false)})
        })
        .collect();
    json!({ "sessions": sessions })
}

pub(crate) fn session_status(status: &SessionStatusResponse) -> Value {
    json!({
        "code": status.status.code,
        "description": status.status.description,
        "invoice_count": status.invoice_count.unwrap_or(0),
        "successful_invoice_count": status.successful_invoice_count.unwrap_or(0),
        "failed_invoice_count": status.failed_invoice_count.unwrap_or(0),
    })
}

pub(crate) fn invoices(invoices: &[SessionInvoiceStatusResponse]) -> Value {
    let invoices: Vec<Value> = invoices
        .iter()
        .map(|invoice| {
            json!({
                "reference_number": invoice.reference_number.to_string(),
                "ordinal_number": invoice.ordinal_number,
                "ksef_number": invoice.ksef_number.as_ref().map(ToString::to_string),
                "invoice_hash": invoice.invoice_hash,
                "code": invoice.status.code,
            })
        })
        .collect();
    json!({ "invoices": invoices })
}

pub(crate) fn upos(upos: &[Upo]) -> Result<Value, Refusal> {
    let upos: Result<Vec<Value>, Refusal> = upos
        .iter()
        .map(|upo| {
            let numbers: Vec<String> =
                upo.documents().iter().map(|document| document.ksef_number.to_string()).collect();
            Ok(json!({
                "sha256": Sha256::of(upo.bytes()).to_base64(),
                "ksef_numbers": numbers,
                "hash_verified": upo.declared_hash().is_some(),
                "signature_valid": upo.verify_signature().is_ok(),
            }))
        })
        .collect();
    Ok(json!({"upos": upos?}))
}

pub(crate) fn warnings(warnings: &[SystemWarning]) -> Value {
    let warnings: Vec<Value> =
        warnings.iter().map(|warning| json!({"code": warning.code, "message": warning.message})).collect();
    json!({ "warnings": warnings })
}
