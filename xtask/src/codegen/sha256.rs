//! SHA-256 of the description, compared with the pinned one.

use sha2::{Digest, Sha256};

/// The digest in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
