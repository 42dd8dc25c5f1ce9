//! Errors: a stable number as the return value, and an object with the rest for those who ask.

use std::any::Any;
use std::ffi::{CString, c_char};

use libksef::{Error, Language, bridge};

use crate::bytes::ksef_bytes;
use crate::guard::{Place, borrow, borrow_optional, free, guard};

/// The result of every function that can fail: 0 is success, anything else is the stable number of an error.
///
/// Thousands tell the kind: 1xxx misuse, 2xxx transport, 3xxx authentication, 4xxx refused by KSeF, 5xxx crypto and
/// XAdES, 6xxx documents, 7xxx journal, 9xxx internal. `docs` of the project list them all; `ksef_error_text` gives each
/// one's sentence at run time.
pub type ksef_status = u32;

/// English texts.
pub const KSEF_LANGUAGE_ENGLISH: i32 = 0;
/// Polish texts.
pub const KSEF_LANGUAGE_POLISH: i32 = 1;

/// What went wrong in one call. Made by the library, freed by `ksef_error_free`.
///
/// Texts got from it live as long as the object.
#[derive(Debug)]
pub struct ksef_error {
    error: Error,
    english: Texts,
    polish: Texts,
    operation: Option<CString>,
    trace_id: Option<CString>,
}

#[derive(Debug)]
struct Texts {
    message: CString,
    advice: CString,
}

impl Texts {
    fn of(error: &Error, language: Language) -> Self {
        Self { message: c_text(&error.message(language)), advice: c_text(error.advice(language)) }
    }
}

/// Text for C. A zero byte inside cannot happen in our own texts; in a server's text it is replaced.
pub(crate) fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{FFFD}")).unwrap_or_default()
}

impl From<Failure> for ksef_error {
    fn from(failure: Failure) -> Self {
        let error = match failure {
            Failure::Engine(error) => error,
            Failure::Refused(refusal) => refusal.into_error(),
        };
        Self {
            english: Texts::of(&error, Language::English),
            polish: Texts::of(&error, Language::Polish),
            operation: error.operation().map(c_text),
            trace_id: error.trace_id().map(c_text),
            error,
        }
    }
}

impl ksef_error {
    pub(crate) fn number(&self) -> ksef_status {
        ksef_status::from(self.error.number())
    }

    fn texts(&self, language: i32) -> &Texts {
        if language == KSEF_LANGUAGE_POLISH { &self.polish } else { &self.english }
    }
}

/// Why an entry point failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The engine said no.
    Engine(Error),
    /// The arguments could not be used; the engine was not asked.
    Refused(Refusal),
}

/// An argument that cannot be used.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A pointer that must not be NULL was.
    Null(&'static str),
    /// Text was not UTF-8.
    NotUtf8(&'static str),
    /// A number, an enum value or a size was outside what is allowed.
    OutOfRange(&'static str),
}

impl Refusal {
    fn into_error(self) -> Error {
        match self {
            Self::Null(name) => bridge::null_argument(name),
            Self::NotUtf8(name) => bridge::not_utf8_argument(name),
            Self::OutOfRange(name) => bridge::out_of_range_argument(name),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl Failure {
    /// The panic's own text may hold data of the caller, so only the fact is told.
    pub(crate) fn panic(_payload: &(dyn Any + Send)) -> Self {
        Self::Engine(bridge::panicked())
    }
}

/// Frees an error. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_free(error: *mut ksef_error) {
    free(error);
}

/// The stable number; the same as the status that the call returned. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_number(error: *const ksef_error) -> ksef_status {
    borrow_optional(error).map_or(0, ksef_error::number)
}

/// KSeF's own code, such as 21405 (an exception) or 440 (a status); 0 if KSeF gave none.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_ksef_code(error: *const ksef_error) -> i32 {
    borrow_optional(error).and_then(|error| error.error.ksef_code()).unwrap_or(0)
}

/// The HTTP status of the answer; 0 if there was no answer.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_http_status(error: *const ksef_error) -> u32 {
    borrow_optional(error).and_then(|error| error.error.http_status()).map_or(0, u32::from)
}

/// 1 if the request may have reached KSeF, 0 if it certainly did not.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_was_sent(error: *const ksef_error) -> i32 {
    borrow_optional(error).is_some_and(|error| error.error.was_sent()).into()
}

/// 1 if the same call may succeed later without any change, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_is_retryable(error: *const ksef_error) -> i32 {
    borrow_optional(error).is_some_and(|error| error.error.is_retryable()).into()
}

/// Milliseconds that KSeF asks to wait before the next try; -1 if it did not say.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_retry_after_ms(error: *const ksef_error) -> i64 {
    borrow_optional(error)
        .and_then(|error| error.error.retry_after())
        .map_or(-1, |wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

/// What happened: one line for a person, UTF-8, in one of the `KSEF_LANGUAGE_` languages (English if unknown).
/// NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_message(error: *const ksef_error, language: i32) -> *const c_char {
    borrow_optional(error).map_or(std::ptr::null(), |error| error.texts(language).message.as_ptr())
}

/// What to do about it: one line for a person. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_advice(error: *const ksef_error, language: i32) -> *const c_char {
    borrow_optional(error).map_or(std::ptr::null(), |error| error.texts(language).advice.as_ptr())
}

/// The operation that failed, such as `sessions.send_invoice`; NULL if no operation was under way.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_operation(error: *const ksef_error) -> *const c_char {
    borrow_optional(error)
        .and_then(|error| error.operation.as_ref())
        .map_or(std::ptr::null(), |text| text.as_ptr())
}

/// KSeF's trace identifier, which its support asks for; NULL if it gave none.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_trace_id(error: *const ksef_error) -> *const c_char {
    borrow_optional(error)
        .and_then(|error| error.trace_id.as_ref())
        .map_or(std::ptr::null(), |text| text.as_ptr())
}

/// All that is known, as a JSON object: number, kind, name, ksefCode, reasonCode, details, httpStatus, traceId,
/// operation, wasSent, isRetryable, retryAfterMs, and the texts in both languages.
///
/// Errors: misuse if an argument is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_error_json(error: *const ksef_error, out: *mut ksef_bytes) -> ksef_status {
    guard(std::ptr::null_mut(), || {
        let place = Place::check(out, "out")?;
        let error = borrow(error, "error")?;
        place.put(ksef_bytes::new(error.error.to_json().into_bytes()));
        Ok(())
    })
}
