//! Buffers that the library hands out.

use crate::guard::quietly;

/// A buffer that belongs to the caller until it is given to `ksef_bytes_free`.
///
/// `data` is never NULL after a successful call; one zero byte stands behind the last byte and is not counted in
/// `length`, so JSON and XML can be used as a C string.
#[repr(C)]
#[derive(Debug)]
pub struct ksef_bytes {
    /// The first byte.
    pub data: *mut u8,
    /// The number of bytes, without the zero behind them.
    pub length: usize,
}

impl ksef_bytes {
    pub(crate) fn new(mut content: Vec<u8>) -> Self {
        let length = content.len();
        content.push(0);
        let data = Box::into_raw(content.into_boxed_slice()).cast::<u8>();
        Self { data, length }
    }
}

/// Frees a buffer and empties the record. NULL and an empty record are allowed.
///
/// # Safety
/// `bytes` is NULL or points to a record filled by this library, or to a zeroed one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_bytes_free(bytes: *mut ksef_bytes) {
    // SAFETY: see above.
    let Some(bytes) = (unsafe { bytes.as_mut() }) else { return };
    if bytes.data.is_null() {
        return;
    }
    let whole = std::ptr::slice_from_raw_parts_mut(bytes.data, bytes.length + 1);
    bytes.data = std::ptr::null_mut();
    bytes.length = 0;
    // SAFETY: `new` made the slice with exactly this length, and the record is emptied so that it is freed once.
    quietly((), || drop(unsafe { Box::from_raw(whole) }));
}
