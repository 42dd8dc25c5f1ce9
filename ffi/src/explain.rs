//! What numbers and codes mean.

use std::ffi::c_char;

use libksef::{Explanation, explain};

use crate::bytes::ksef_bytes;
use crate::client::json;
use crate::error::{ksef_error, ksef_status};
use crate::guard::{Place, guard, optional_text};

/// All that a number can mean, as a JSON array: an error number of the library, an exception code or a status code of
/// KSeF. The same status code means different things in different operations; `operation` (such as
/// `sessions.send_invoice`, or an area such as `sessions`) leaves those of one place, NULL leaves all.
///
/// Each object has `code`, `origin` (`library`, `exception`, or what it is the status of), `operations`, `ksefText`
/// (KSeF's fixed Polish text), `isRetryable`, `isKnown`, and `message` and `advice` with a text for `en` and `pl`. The array
/// is empty for a code that the library does not know. Needs no client and no network.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_explain(
    code: i32,
    operation: *const c_char,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        let meanings = explain(code, optional_text(operation, "operation")?);
        place.put(json(&meanings.iter().map(Explanation::to_json).collect::<Vec<_>>())?);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::bytes::ksef_bytes_free;
    use crate::error::{ksef_error_free, ksef_error_number};

    fn explained(code: i32, operation: Option<&std::ffi::CStr>) -> serde_json::Value {
        let mut out = ksef_bytes { data: ptr::null_mut(), length: 0 };
        let operation = operation.map_or(ptr::null(), std::ffi::CStr::as_ptr);
        assert_eq!(ksef_explain(code, operation, &raw mut out, ptr::null_mut()), 0);
        // SAFETY: the call succeeded, so the record describes its bytes.
        let read = serde_json::from_slice(unsafe { std::slice::from_raw_parts(out.data, out.length) });
        // SAFETY: the record was filled by the library.
        unsafe { ksef_bytes_free(&raw mut out) };
        read.expect("JSON")
    }

    #[test]
    fn codes_are_explained_by_operation() {
        assert_eq!(explained(440, None).as_array().map(Vec::len), Some(4));
        let one = explained(440, Some(c"sessions.send_invoice"));
        assert_eq!(one[0]["origin"], "invoice");
        assert_eq!(one[0]["ksefText"], "Duplikat faktury");
        assert_eq!(explained(1002, None)[0]["origin"], "library");
        assert_eq!(explained(77, None), serde_json::json!([]));
    }

    #[test]
    fn a_missing_place_is_misuse() {
        let mut error = ptr::null_mut();
        assert_eq!(ksef_explain(440, ptr::null(), ptr::null_mut(), &raw mut error), 1901);
        assert_eq!(ksef_error_number(error), 1901);
        ksef_error_free(error);
    }
}
