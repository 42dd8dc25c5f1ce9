//! Rules that members of several bodies share.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::Sha256;
use ksef_model::EncryptionInfo;

use crate::json::Problems;

const IV_LENGTH: usize = 16;

/// The wrapped key and its IV (PROTOCOL §5).
pub(crate) fn encryption(problems: &mut Problems, encryption: &EncryptionInfo) {
    bytes(problems, "encryption.encryptedSymmetricKey", &encryption.encrypted_symmetric_key);
    if let Some(iv) = bytes(problems, "encryption.initializationVector", &encryption.initialization_vector)
        && iv.len() != IV_LENGTH
    {
        problems.invalid(format!(
            "Nieprawidłowa długość wektora inicjującego (IV). Oczekiwano {IV_LENGTH} bajtów, otrzymano {}.",
            iv.len()
        ));
    }
}

/// The bytes of a `format: byte` member; a text that is not Base64 is unreadable to the server.
fn bytes(problems: &mut Problems, path: &str, text: &str) -> Option<Vec<u8>> {
    let decoded = BASE64_STANDARD.decode(text).ok();
    if decoded.is_none() {
        problems.not_a_value(path);
    }
    decoded
}

/// A SHA-256 hash.
pub(crate) fn hash(problems: &mut Problems, name: &str, text: &str) {
    if Sha256::from_base64(text).is_err() {
        problems.invalid(format!("'{name}' must be a SHA-256 hash encoded in Base64 (44 characters)."));
    }
}

/// A number of at least 1.
pub(crate) fn positive(problems: &mut Problems, name: &str, value: i64) {
    if value < 1 {
        problems.invalid(format!("'{name}' must be greater than or equal to '1'."));
    }
}
