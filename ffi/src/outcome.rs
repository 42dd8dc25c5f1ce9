//! What became of an invoice.

use std::ffi::{CString, c_char};

use libksef::SendOutcome;

use crate::bytes::ksef_bytes;
use crate::client::json;
use crate::error::{Failure, c_text, ksef_error, ksef_status};
use crate::guard::{Place, borrow, borrow_optional, free, guard};

/// KSeF took the invoice; `ksef_outcome_ksef_number` is its number.
pub const KSEF_OUTCOME_ACCEPTED: i32 = 1;
/// KSeF refused the invoice; `ksef_outcome_code` and `ksef_outcome_description` say why.
pub const KSEF_OUTCOME_REJECTED: i32 = 2;
/// KSeF has the invoice and has not decided yet. Do not send it again: `ksef_client_resume`.
pub const KSEF_OUTCOME_PENDING: i32 = 3;
/// It is not known whether KSeF has the invoice. Do not send it again: `ksef_client_resume`.
pub const KSEF_OUTCOME_UNKNOWN: i32 = 4;

/// What became of an invoice. Made by the library, freed by `ksef_outcome_free`; texts live as long as it does.
#[derive(Debug)]
pub struct ksef_outcome {
    outcome: SendOutcome,
    kind: i32,
    code: i32,
    ksef_number: Option<CString>,
    invoice_reference: Option<CString>,
    description: Option<CString>,
    resume_token: Option<CString>,
}

impl ksef_outcome {
    pub(crate) fn new(outcome: SendOutcome) -> Result<Self, Failure> {
        let mut this = Self {
            kind: 0,
            code: 0,
            ksef_number: None,
            invoice_reference: None,
            description: None,
            resume_token: None,
            outcome,
        };
        match &this.outcome {
            SendOutcome::Accepted(accepted) => {
                this.kind = KSEF_OUTCOME_ACCEPTED;
                this.code = 200;
                this.ksef_number = Some(c_text(accepted.ksef_number.as_str()));
                this.invoice_reference = Some(c_text(accepted.invoice_reference.as_str()));
            }
            SendOutcome::Rejected(rejected) => {
                this.kind = KSEF_OUTCOME_REJECTED;
                this.code = rejected.code;
                this.invoice_reference = Some(c_text(rejected.invoice_reference.as_str()));
                this.description = Some(c_text(&rejected.description));
            }
            SendOutcome::Pending(token) => {
                this.kind = KSEF_OUTCOME_PENDING;
                this.resume_token = Some(c_text(&token.to_string()));
            }
            SendOutcome::Unknown(token) => {
                this.kind = KSEF_OUTCOME_UNKNOWN;
                this.resume_token = Some(c_text(&token.to_string()));
            }
        }
        Ok(this)
    }
}

fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(std::ptr::null(), |text| text.as_ptr())
}

/// Frees an outcome. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_free(outcome: *mut ksef_outcome) {
    free(outcome);
}

/// One of the `KSEF_OUTCOME_` values; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_kind(outcome: *const ksef_outcome) -> i32 {
    borrow_optional(outcome).map_or(0, |outcome| outcome.kind)
}

/// KSeF's status code of the invoice: 200 when accepted, such as 450 or 440 when rejected, 0 when not decided.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_code(outcome: *const ksef_outcome) -> i32 {
    borrow_optional(outcome).map_or(0, |outcome| outcome.code)
}

/// The KSeF number of an accepted invoice, else NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_ksef_number(outcome: *const ksef_outcome) -> *const c_char {
    borrow_optional(outcome).map_or(std::ptr::null(), |outcome| pointer(outcome.ksef_number.as_ref()))
}

/// The reference number of the invoice in its session, or NULL when it is not known.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_invoice_reference(outcome: *const ksef_outcome) -> *const c_char {
    borrow_optional(outcome).map_or(std::ptr::null(), |outcome| pointer(outcome.invoice_reference.as_ref()))
}

/// KSeF's own words (Polish) on a rejected invoice, else NULL. The JSON form has the details too.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_description(outcome: *const ksef_outcome) -> *const c_char {
    borrow_optional(outcome).map_or(std::ptr::null(), |outcome| pointer(outcome.description.as_ref()))
}

/// The text to keep for `ksef_client_resume` when the outcome is pending or unknown, else NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_resume_token(outcome: *const ksef_outcome) -> *const c_char {
    borrow_optional(outcome).map_or(std::ptr::null(), |outcome| pointer(outcome.resume_token.as_ref()))
}

/// The whole outcome as a JSON object.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_json(
    outcome: *const ksef_outcome,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        place.put(json(&borrow(outcome, "outcome")?.outcome)?);
        Ok(())
    })
}

/// The UPO that came with an accepted invoice: the exact XML bytes. An empty buffer if none was fetched.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_outcome_upo(
    outcome: *const ksef_outcome,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        let content = match &borrow(outcome, "outcome")?.outcome {
            SendOutcome::Accepted(accepted) => accepted.upo.as_ref().map(|upo| upo.bytes().to_vec()),
            _ => None,
        };
        place.put(ksef_bytes::new(content.unwrap_or_default()));
        Ok(())
    })
}
