//! UPO, the official confirmation of receipt.

use std::ffi::c_char;

use libksef::{KsefNumber, Upo};

use crate::bytes::ksef_bytes;
use crate::call::ksef_call;
use crate::client::{json, parse_reference};
use crate::error::{ksef_error, ksef_status};
use crate::guard::{Place, borrow, buffer, guard, text};
use crate::session::ksef_session;

/// Fetches the UPO of one invoice by its KSeF number: the exact XML bytes, compared with the hash that KSeF sends along.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_session_upo_by_ksef_number(
    session: *const ksef_session,
    ksef_number: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        let session = borrow(session, "session")?.scoped(call)?;
        let number: KsefNumber = text(ksef_number, "ksef_number")?.parse().map_err(libksef::Error::from)?;
        place.put(ksef_bytes::new(session.upo_by_ksef_number(&number)?.bytes().to_vec()));
        Ok(())
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
    guard(error, || {
        let place = Place::check(out, "out")?;
        let session = borrow(session, "session")?.scoped(call)?;
        let reference = parse_reference(text(invoice_reference, "invoice_reference")?)?;
        place.put(ksef_bytes::new(session.upo_by_invoice(&reference)?.bytes().to_vec()));
        Ok(())
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
    guard(error, || {
        let place = Place::check(out, "out")?;
        let session = borrow(session, "session")?.scoped(call)?;
        let reference = parse_reference(text(upo_reference, "upo_reference")?)?;
        place.put(ksef_bytes::new(session.upo_page(&reference)?.bytes().to_vec()));
        Ok(())
    })
}

/// Checks the signature of a UPO and tells what it confirms, as a JSON object: `sessionReferenceNumber`, `signer`,
/// `signingTime` and `documents` with their KSeF numbers and hashes. Works on stored files, without a client.
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
