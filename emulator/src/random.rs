//! Randomness of the operating system.

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness to give: nothing sensible can be issued then.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    if let Err(error) = getrandom::fill(&mut out) {
        panic!("the operating system gave no randomness: {error}");
    }
    out
}

/// `N` random bytes as lower-case hexadecimal digits.
pub(crate) fn hex<const N: usize>() -> String {
    use std::fmt::Write;
    bytes::<N>().iter().fold(String::with_capacity(N * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
