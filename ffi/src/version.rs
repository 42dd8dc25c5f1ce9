//! What library this is.

use std::ffi::c_char;

/// Raised when a function or a record changes in a way that breaks a compiled program. Functions are only added
/// within one number.
pub const KSEF_ABI_VERSION: u32 = 1;

/// The version of the library, such as `0.1.0`. Static text, not to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// `KSEF_ABI_VERSION` of the library that is loaded; compare it with that of the header.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_abi_version() -> u32 {
    KSEF_ABI_VERSION
}
