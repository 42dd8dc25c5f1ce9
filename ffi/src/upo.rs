//! UPO, the official confirmation of receipt.

use std::ffi::c_char;

use libksef::{KsefNumber, Upo};

use crate::bytes::ksef_bytes;
use crate::call::ksef_call;
use crate::client::{json, parse_reference};
use crate::error::{Failure, Refusal, ksef_error, ksef_status};
use crate::guard::{Place, borrow, borrow_optional, buffer, free, guard, text};
use crate::session::{ksef_session, read};

/// Fetches the UPO of one invoice by its KSeF number: the exact XML bytes, compared with the hash that KSeF sends along.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_upo_by_ksef_number(
    session: *const ksef_session,
    ksef_number: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(session, call, out, error, |session| {
        let number: KsefNumber = text(ksef_number, "ksef_number")?.parse().map_err(libksef::Error::from)?;
        Ok(ksef_bytes::new(session.upo_by_ksef_number(&number)?.bytes().to_vec()))
    })
}

/// Fetches the UPO of one invoice by its reference number in the session.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_upo_by_invoice(
    session: *const ksef_session,
    invoice_reference: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(session, call, out, error, |session| {
        let reference = parse_reference(text(invoice_reference, "invoice_reference")?)?;
        Ok(ksef_bytes::new(session.upo_by_invoice(&reference)?.bytes().to_vec()))
    })
}

/// Fetches one page of the session's collective UPO, by the page's reference number from `ksef_session_status`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_upo_page(
    session: *const ksef_session,
    upo_reference: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(session, call, out, error, |session| {
        let reference = parse_reference(text(upo_reference, "upo_reference")?)?;
        Ok(ksef_bytes::new(session.upo_page(&reference)?.bytes().to_vec()))
    })
}

/// The pages of a collective UPO. Made by `ksef_session_upos`, freed by `ksef_upo_list_free`.
#[derive(Debug)]
pub struct ksef_upo_list(Vec<Upo>);

/// Fetches all pages of the collective UPO of a closed session; waits until KSeF has made them.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_upos(
    session: *const ksef_session,
    call: *const ksef_call,
    out: *mut *mut ksef_upo_list,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check_handle(out, "out")?;
        place.put_handle(ksef_upo_list(borrow(session, "session")?.scoped(call)?.upos()?));
        Ok(())
    })
}

/// The number of pages; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_upo_list_length(list: *const ksef_upo_list) -> usize {
    borrow_optional(list).map_or(0, |list| list.0.len())
}

/// The exact XML bytes of one page, counted from 0.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_upo_list_content(
    list: *const ksef_upo_list,
    index: usize,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        let page =
            borrow(list, "list")?.0.get(index).ok_or(Failure::Refused(Refusal::OutOfRange("index")))?;
        place.put(ksef_bytes::new(page.bytes().to_vec()));
        Ok(())
    })
}

/// Frees a list. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_upo_list_free(list: *mut ksef_upo_list) {
    free(list);
}

/// Checks the signature of a UPO and tells what it confirms, as a JSON object: `sessionReference`, `hash`,
/// `signature` (its subject, issuer, time) and `documents` with their KSeF numbers and hashes. Works on stored files, without a client.
///
/// Errors: 5xxx if the signature does not hold, 6xxx if the file is no UPO.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_upo_verify(
    upo: *const u8,
    length: usize,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        let upo = Upo::from_bytes(buffer(upo, length, "upo")?.to_vec())?;
        let signature = upo.verify_signature()?;
        let mut description = upo.describe();
        description.signature = Some(signature);
        place.put(json(&description)?);
        Ok(())
    })
}
