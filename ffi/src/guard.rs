//! The wall between C and Rust: no panic crosses it, no pointer is trusted before it is checked.

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use std::sync::Once;

use crate::error::{Failure, Refusal, ksef_error, ksef_status};

/// Runs the body of an entry point. A failure becomes its stable number, and an object behind `error` if the caller
/// gave a place for one; a panic becomes an internal error.
pub(crate) fn guard(error: *mut *mut ksef_error, body: impl FnOnce() -> Result<(), Failure>) -> ksef_status {
    keep_panics_off_the_terminal();
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => {
            hand_out_error(error, None);
            return 0;
        }
        Ok(Err(failure)) => failure,
        Err(panic) => Failure::panic(panic.as_ref()),
    };
    let object = ksef_error::from(failure);
    let status = object.number();
    hand_out_error(error, Some(object));
    status
}

/// A panic becomes an error with a number; its text and backtrace do not belong on the host program's terminal. The hook
/// is that of this library's own copy of the runtime, not the host's.
fn keep_panics_off_the_terminal() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
}

/// Runs an entry point that cannot report, such as a destructor.
pub(crate) fn quietly<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(fallback)
}

fn hand_out_error(place: *mut *mut ksef_error, error: Option<ksef_error>) {
    if place.is_null() {
        return;
    }
    let object = error.map_or(std::ptr::null_mut(), |error| Box::into_raw(Box::new(error)));
    // SAFETY: the caller gave a non-null place for one pointer (header, "Errors").
    unsafe { place.write(object) };
}

/// A handle or record that the call borrows.
pub(crate) fn borrow<'a, T>(pointer: *const T, name: &'static str) -> Result<&'a T, Failure> {
    // SAFETY: the header demands a live object made by this library, or a record of the declared layout.
    unsafe { pointer.as_ref() }.ok_or(Failure::Refused(Refusal::Null(name)))
}

/// A handle that the call changes and that no other thread uses meanwhile.
pub(crate) fn borrow_mut<'a, T>(pointer: *mut T, name: &'static str) -> Result<&'a mut T, Failure> {
    // SAFETY: as for `borrow`; the header forbids concurrent use of functions that take a non-const handle.
    unsafe { pointer.as_mut() }.ok_or(Failure::Refused(Refusal::Null(name)))
}

/// A record or handle that may be NULL.
pub(crate) fn borrow_optional<'a, T>(pointer: *const T) -> Option<&'a T> {
    // SAFETY: as for `borrow`; NULL is allowed here.
    unsafe { pointer.as_ref() }
}

/// Text ending with a zero byte, in UTF-8.
pub(crate) fn text<'a>(pointer: *const c_char, name: &'static str) -> Result<&'a str, Failure> {
    if pointer.is_null() {
        return Err(Failure::Refused(Refusal::Null(name)));
    }
    // SAFETY: not null, and the header demands a terminating zero.
    unsafe { CStr::from_ptr(pointer) }.to_str().map_err(|_| Failure::Refused(Refusal::NotUtf8(name)))
}

/// Text that may be NULL.
pub(crate) fn optional_text<'a>(
    pointer: *const c_char,
    name: &'static str,
) -> Result<Option<&'a str>, Failure> {
    if pointer.is_null() { Ok(None) } else { text(pointer, name).map(Some) }
}

/// A buffer of the caller. Length 0 is an empty buffer, whatever the pointer.
pub(crate) fn buffer<'a>(pointer: *const u8, length: usize, name: &'static str) -> Result<&'a [u8], Failure> {
    if length == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(Failure::Refused(Refusal::Null(name)));
    }
    if length > isize::MAX as usize {
        return Err(Failure::Refused(Refusal::OutOfRange(name)));
    }
    // SAFETY: not null, and the header demands `length` readable bytes.
    Ok(unsafe { slice::from_raw_parts(pointer, length) })
}

/// A place for a result. It is checked before any work is done.
pub(crate) struct Place<T>(*mut T);

impl<T> Place<T> {
    pub(crate) fn check(pointer: *mut T, name: &'static str) -> Result<Self, Failure> {
        if pointer.is_null() { Err(Failure::Refused(Refusal::Null(name))) } else { Ok(Self(pointer)) }
    }

    pub(crate) fn put(self, value: T) {
        // SAFETY: not null (checked), and the header demands a writable place.
        unsafe { self.0.write(value) };
    }
}

impl<T> Place<*mut T> {
    /// A place for a handle; it holds NULL until the call succeeds.
    pub(crate) fn check_handle(pointer: *mut *mut T, name: &'static str) -> Result<Self, Failure> {
        let place = Self::check(pointer, name)?;
        // SAFETY: as in `put`.
        unsafe { place.0.write(std::ptr::null_mut()) };
        Ok(place)
    }

    pub(crate) fn put_handle(self, value: T) {
        self.put(Box::into_raw(Box::new(value)));
    }
}

/// Ends a handle. NULL is allowed and does nothing.
pub(crate) fn free<T>(pointer: *mut T) {
    if pointer.is_null() {
        return;
    }
    // SAFETY: the header demands a handle made by this library that was not freed before.
    quietly((), || drop(unsafe { Box::from_raw(pointer) }));
}
