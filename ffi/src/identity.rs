//! Self-signed certificates for the Test environment and the emulator.

use std::ffi::c_char;

use libksef::SigningIdentity;
use libksef::test_identity::{KeyKind, seal};

use crate::bytes::ksef_bytes;
use crate::error::{Failure, Refusal, ksef_error, ksef_status};
use crate::guard::{Place, guard, text};

/// RSA with 2048 bits.
pub const KSEF_KEY_RSA_2048: i32 = 1;
/// Elliptic curve P-256, which KSeF's own certificates use.
pub const KSEF_KEY_P256: i32 = 2;

/// Makes a company seal for a NIP, self-signed and valid for two years, as two PEM texts. Only the Test environment and
/// the emulator accept it (PROTOCOL §3.5).
#[unsafe(no_mangle)]
pub extern "C" fn ksef_test_seal(
    nip: *const c_char,
    name: *const c_char,
    key_kind: i32,
    certificate_pem: *mut ksef_bytes,
    key_pem: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let certificate_place = Place::check(certificate_pem, "certificate_pem")?;
        let key_place = Place::check(key_pem, "key_pem")?;
        let kind = match key_kind {
            KSEF_KEY_RSA_2048 => KeyKind::Rsa { bits: 2048 },
            KSEF_KEY_P256 => KeyKind::P256,
            _ => return Err(Failure::Refused(Refusal::OutOfRange("key_kind"))),
        };
        let nip = text(nip, "nip")?.parse().map_err(libksef::Error::from)?;
        let identity: SigningIdentity = seal(&nip, text(name, "name")?, kind)?;
        certificate_place.put(ksef_bytes::new(identity.certificate().to_pem().into_bytes()));
        key_place.put(ksef_bytes::new(identity.key().to_pkcs8_pem().as_bytes().to_vec()));
        Ok(())
    })
}
