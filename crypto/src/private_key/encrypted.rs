//! PKCS#8 keys encrypted with a password (PBES2), as the certificate portal hands them out.

use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::pkcs5::pbes2::Kdf;
use pkcs8::pkcs5::{self, EncryptionScheme};
use zeroize::Zeroizing;

use crate::asn1::{INTEGER, Reader};
use crate::error::{Error, Result};

/// Far above what any program writes (OWASP recommends 600 000), low enough that a hostile file cannot keep the
/// processor busy for minutes.
const MOST_ITERATIONS: u32 = 20_000_000;

pub(super) fn decrypt(der: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>> {
    let unreadable = || Error::malformed("encrypted private key", "it is not an encrypted PKCS#8 structure");
    let info = EncryptedPrivateKeyInfoRef::try_from(der)
        .map_err(|_| scheme_error(der).unwrap_or_else(unreadable))?;
    if let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm
        && let Kdf::Pbkdf2(kdf) = &parameters.kdf
        && kdf.iteration_count > MOST_ITERATIONS
    {
        return Err(Error::UnsupportedEncryption { reason: format!("{} iterations", kdf.iteration_count) });
    }
    let plain = info
        .encryption_algorithm
        .decrypt(password, info.encrypted_data.as_bytes())
        .map(Zeroizing::new)
        .map_err(|error| match error {
            pkcs5::Error::DecryptFailed => Error::WrongPassword,
            other => Error::UnsupportedEncryption { reason: other.to_string() },
        })?;
    // One wrong password in 256 leaves correct padding by chance; the plaintext then is not a key.
    let looks_like_key = Reader::new("private key", &plain)
        .sequence()
        .is_ok_and(|mut fields| fields.expect(INTEGER).is_ok() && fields.sequence().is_ok());
    if looks_like_key { Ok(plain) } else { Err(Error::WrongPassword) }
}

/// An outer structure that is readable, with a scheme that the library does not know.
fn scheme_error(der: &[u8]) -> Option<Error> {
    let mut fields = Reader::new("encrypted private key", der).sequence().ok()?;
    let scheme = fields.sequence().ok()?.oid().ok()?;
    fields.expect(crate::asn1::OCTET_STRING).ok()?;
    Some(Error::UnsupportedEncryption { reason: format!("scheme {}; use PBES2 with AES", scheme.dotted()) })
}
