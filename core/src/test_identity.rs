//! Self-signed certificates for the test environment and for emulators. Demo and production refuse them
//! (PROTOCOL §1.3, §3.5).

use jiff::Timestamp;
pub use ksef_crypto::KeyKind;
use ksef_crypto::SigningIdentity;
use ksef_crypto::self_signed::{self, PersonSubject, SealSubject, Validity};
use ksef_model::{Nip, Pesel};

use crate::error::Result;

/// How long the certificates are valid.
const DAYS: u32 = 730;

/// A seal of an organisation with its NIP.
///
/// # Errors
/// 5xxx when the key cannot be made.
pub fn seal(nip: &Nip, organization: &str, kind: KeyKind) -> Result<SigningIdentity> {
    let subject = SealSubject::with_nip(organization, nip.as_str());
    Ok(self_signed::seal(&subject, kind, Validity::days(Timestamp::now(), DAYS)?)?)
}

/// A certificate of a person with a NIP.
///
/// # Errors
/// 5xxx when the key cannot be made.
pub fn person(nip: &Nip, given_name: &str, surname: &str, kind: KeyKind) -> Result<SigningIdentity> {
    let subject = PersonSubject::with_nip(given_name, surname, nip.as_str());
    Ok(self_signed::person(&subject, kind, Validity::days(Timestamp::now(), DAYS)?)?)
}

/// A certificate of a person with a PESEL.
///
/// # Errors
/// 5xxx when the key cannot be made.
pub fn person_with_pesel(
    pesel: &Pesel,
    given_name: &str,
    surname: &str,
    kind: KeyKind,
) -> Result<SigningIdentity> {
    let subject = PersonSubject::with_pesel(given_name, surname, pesel.as_str());
    Ok(self_signed::person(&subject, kind, Validity::days(Timestamp::now(), DAYS)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_carry_their_identifier() {
        let nip: Nip = "5265877635".parse().expect("a NIP");
        let seal = seal(&nip, "Firma", KeyKind::P256).expect("a seal");
        assert_eq!(seal.certificate().subject().nip.as_deref(), Some("5265877635"));
        let person = person(&nip, "Jan", "Kowalski", KeyKind::P256).expect("a person");
        assert!(person.certificate().is_self_signed());
    }
}
