//! The interactive session: open, send, look, close.

use std::ffi::{CString, c_char};
use std::time::Duration;

use libksef::blocking::OnlineSession;
use libksef::{OfflineMode, OpenOptions, SendOptions, Sha256, WaitPolicy, bridge};

use crate::bytes::ksef_bytes;
use crate::call::ksef_call;
use crate::client::{json, ksef_client, parse_reference};
use crate::error::{Failure, Refusal, c_text, ksef_error, ksef_status};
use crate::guard::{Place, borrow, borrow_optional, buffer, free, guard, optional_text, text};
use crate::outcome::ksef_outcome;

/// An open interactive session. Made by `ksef_client_open_session`, freed by `ksef_session_free`.
///
/// Functions that take `const ksef_session *` may run in any number of threads at once.
#[derive(Debug)]
pub struct ksef_session {
    pub(crate) session: OnlineSession,
    reference: CString,
    valid_until: CString,
}

impl ksef_session {
    pub(crate) fn scoped(&self, call: *const ksef_call) -> Result<OnlineSession, Failure> {
        Ok(self.session.scoped(ksef_call::options(call)?))
    }
}

/// A call that asks a session for a buffer.
pub(crate) fn read(
    session: *const ksef_session,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
    ask: impl FnOnce(&OnlineSession) -> Result<ksef_bytes, Failure>,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        place.put(ask(&borrow(session, "session")?.scoped(call)?)?);
        Ok(())
    })
}

/// How to send one invoice. Pass NULL for the usual: issued online, wait for the verdict, fetch the UPO.
///
/// Set `size` to `sizeof(ksef_send_options)` and the rest to zero before you fill it in.
#[repr(C)]
#[derive(Debug)]
pub struct ksef_send_options {
    /// `sizeof(ksef_send_options)` of the header the program was compiled with.
    pub size: usize,
    /// 1 if the invoice was issued offline (PROTOCOL §12), 0 if online.
    pub offline: i32,
    /// For a technical correction (PROTOCOL §6.6): the SHA-256 in Base64 of the refused original, else NULL.
    pub hash_of_corrected_invoice: *const c_char,
    /// Milliseconds to wait for the verdict: 0 for the default of two minutes, less than 0 not to wait at all. When the
    /// time is over the outcome is pending, which is no error.
    pub wait_ms: i64,
    /// 1 to leave the UPO for later, 0 to fetch it with the verdict.
    pub without_upo: i32,
}

impl ksef_send_options {
    fn convert(options: *const Self) -> Result<SendOptions, Failure> {
        let mut converted = SendOptions { fetch_upo: true, ..SendOptions::default() };
        let Some(options) = borrow_optional(options) else { return Ok(converted) };
        if options.size < size_of::<Self>() {
            return Err(Failure::Refused(Refusal::OutOfRange("options.size")));
        }
        converted.offline_mode = match options.offline {
            0 => OfflineMode::Online,
            1 => OfflineMode::Offline,
            _ => return Err(Failure::Refused(Refusal::OutOfRange("options.offline"))),
        };
        if let Some(hash) =
            optional_text(options.hash_of_corrected_invoice, "options.hash_of_corrected_invoice")?
        {
            let hash = Sha256::from_base64(hash)
                .map_err(|_| Failure::Refused(Refusal::OutOfRange("options.hash_of_corrected_invoice")))?;
            converted.hash_of_corrected_invoice = Some(hash);
        }
        converted.wait = wait_policy(options.wait_ms);
        converted.fetch_upo = options.without_upo == 0;
        Ok(converted)
    }
}

/// How long to wait for a verdict, from the number that C passes.
pub(crate) fn wait_policy(milliseconds: i64) -> WaitPolicy {
    match u64::try_from(milliseconds) {
        Err(_) => WaitPolicy::DoNotWait,
        Ok(0) => WaitPolicy::default(),
        Ok(milliseconds) => WaitPolicy::AtMost(Duration::from_millis(milliseconds)),
    }
}

/// Opens an interactive session for one form of invoice, such as `"FA (3)"` (the default when `form` is NULL).
///
/// A session lives 12 hours at most (PROTOCOL §6.2). Many sessions may be open at once.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_open_session(
    client: *const ksef_client,
    form: *const c_char,
    call: *const ksef_call,
    out: *mut *mut ksef_session,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check_handle(out, "out")?;
        let client = borrow(client, "client")?;
        let form = bridge::form(optional_text(form, "form")?.unwrap_or("FA (3)"))?;
        // The session outlives the call, so it is opened by the limited client and kept without its limits.
        let session = client.scoped(call)?.open_online_session(form.code(), OpenOptions::default())?;
        let session = session.scoped(libksef::CallOptions::default());
        let reference = c_text(session.reference_number().as_str());
        let valid_until = c_text(&session.valid_until().to_string());
        place.put_handle(ksef_session { session, reference, valid_until });
        Ok(())
    })
}

/// Frees a session handle. It does not close the session at KSeF: use `ksef_session_close`. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_free(session: *mut ksef_session) {
    free(session);
}

/// The session's reference number; lives as long as the handle. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_reference_number(session: *const ksef_session) -> *const c_char {
    borrow_optional(session).map_or(std::ptr::null(), |session| session.reference.as_ptr())
}

/// When KSeF closes the session by itself (RFC 3339); lives as long as the handle. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_valid_until(session: *const ksef_session) -> *const c_char {
    borrow_optional(session).map_or(std::ptr::null(), |session| session.valid_until.as_ptr())
}

/// Sends one invoice: the exact bytes of the XML file. They are checked first; a file that KSeF would refuse unread does
/// not leave, and the error (6xxx) names the place.
///
/// After the request may have left, no network error is returned any more: the outcome is pending or unknown and carries
/// a resume token. Never send such an invoice again; settle it by `ksef_client_resume`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_send(
    session: *const ksef_session,
    invoice: *const u8,
    length: usize,
    options: *const ksef_send_options,
    call: *const ksef_call,
    out: *mut *mut ksef_outcome,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check_handle(out, "out")?;
        let session = borrow(session, "session")?.scoped(call)?;
        let invoice = buffer(invoice, length, "invoice")?.to_vec();
        let outcome = session.send(invoice, ksef_send_options::convert(options)?)?;
        place.put_handle(ksef_outcome::new(outcome)?);
        Ok(())
    })
}

/// The state of the session as JSON (`SessionStatusResponse`).
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_status(
    session: *const ksef_session,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(session, call, out, error, |session| json(&session.status()?))
}

/// The state of one invoice of the session as JSON (`SessionInvoiceStatusResponse`), by its reference number.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_invoice(
    session: *const ksef_session,
    invoice_reference: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(session, call, out, error, |session| {
        let reference = parse_reference(text(invoice_reference, "invoice_reference")?)?;
        json(&session.invoice(&reference)?)
    })
}

/// All invoices of the session, all pages, as a JSON array of `SessionInvoiceStatusResponse`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_invoices(
    session: *const ksef_session,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(session, call, out, error, |session| json(&session.invoices()?))
}

/// The refused invoices of the session, all pages, as a JSON array of `SessionInvoiceStatusResponse`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_failed_invoices(
    session: *const ksef_session,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(session, call, out, error, |session| json(&session.failed_invoices()?))
}

/// Closes the session at KSeF, which then makes its collective UPO. Closing a closed session is no error.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_close(
    session: *const ksef_session,
    call: *const ksef_call,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || Ok(borrow(session, "session")?.scoped(call)?.close()?))
}
