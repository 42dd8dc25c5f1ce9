//! What every call to KSeF may carry: a deadline, and a token to cancel it from another thread.

use std::time::Duration;

use libksef::{CallOptions, CancelToken};

use crate::error::{Failure, Refusal};
use crate::guard::{borrow_optional, free};

/// How long a call may take and who may end it early. Pass NULL for no limit.
///
/// Set `size` to `sizeof(ksef_call)`; later versions may add fields behind the last one.
#[repr(C)]
#[derive(Debug)]
pub struct ksef_call {
    /// `sizeof(ksef_call)` of the header the program was compiled with.
    pub size: usize,
    /// Milliseconds for the whole call, retries and waits included; 0 or less for no limit.
    pub timeout_ms: i64,
    /// A token that ends the call from another thread, or NULL. It must live until the call returns.
    pub cancel: *const ksef_cancel,
}

impl ksef_call {
    pub(crate) fn options(call: *const Self) -> Result<CallOptions, Failure> {
        let mut options = CallOptions::default();
        let Some(call) = borrow_optional(call) else { return Ok(options) };
        if call.size < size_of::<Self>() {
            return Err(Failure::Refused(Refusal::OutOfRange("call.size")));
        }
        if let Ok(timeout @ 1..) = u64::try_from(call.timeout_ms) {
            options.deadline = Some(Duration::from_millis(timeout));
        }
        options.cancel = borrow_optional(call.cancel).map(|cancel| cancel.0.clone());
        Ok(options)
    }
}

/// A token that cancels calls. It may be used by any number of calls and threads at once.
#[derive(Debug)]
pub struct ksef_cancel(CancelToken);

/// Makes a cancel token. Freed by `ksef_cancel_free`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_cancel_new() -> *mut ksef_cancel {
    Box::into_raw(Box::new(ksef_cancel(CancelToken::new())))
}

/// Ends every call that carries the token, now and later. Such a call returns a transport error; if an invoice was
/// under way, its outcome is "unknown" and carries a resume token. NULL is allowed. Safe from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_cancel_now(cancel: *const ksef_cancel) {
    if let Some(cancel) = borrow_optional(cancel) {
        cancel.0.cancel();
    }
}

/// Frees a token that no running call uses. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_cancel_free(cancel: *mut ksef_cancel) {
    free(cancel);
}
