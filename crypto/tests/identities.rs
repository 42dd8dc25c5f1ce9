//! Certificates that this crate makes, read back and checked by its own code.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use jiff::Timestamp;
use ksef_crypto::authority::{Authority, IssueRequest, PersonSubject, SealSubject, Subject, Validity};
use ksef_crypto::{
    Certificate, Error, KeyKind, KeyUsage, PrivateKey, SignatureAlgorithm, SigningIdentity, SubjectKind,
    self_signed, verify_signature,
};

const KINDS: [KeyKind; 4] = [KeyKind::Rsa { bits: 2048 }, KeyKind::P256, KeyKind::P384, KeyKind::P521];

fn now() -> Timestamp {
    "2026-02-01T10:00:00Z".parse().unwrap()
}

fn two_years() -> Validity {
    Validity::days(now(), 730).unwrap()
}

fn jan() -> PersonSubject {
    PersonSubject::with_nip("Jan", "Kowalski", "5265877635")
}

#[test]
fn a_person_is_recognised_for_every_kind_of_key() {
    for kind in KINDS {
        let identity = self_signed::person(&jan(), kind, two_years()).unwrap();
        let certificate = identity.certificate();
        let subject = certificate.subject();
        assert_eq!(subject.kind, SubjectKind::Person);
        assert_eq!(subject.nip.as_deref(), Some("5265877635"));
        assert_eq!(subject.pesel, None);
        assert_eq!(subject.given_name.as_deref(), Some("Jan"));
        assert_eq!(subject.surname.as_deref(), Some("Kowalski"));
        assert_eq!(certificate.key_kind().unwrap(), kind);
        assert!(certificate.is_self_signed(), "{kind}");
        assert!(!certificate.is_authority());
        assert_eq!(certificate.key_usage(), Some(KeyUsage::DIGITAL_SIGNATURE));
        assert_eq!(certificate.not_before().to_string(), "2026-02-01T09:00:00Z");
        assert_eq!(certificate.not_after().to_string(), "2028-02-01T10:00:00Z");
        assert_eq!(certificate.spki_der(), identity.key().spki_der());
        assert_eq!(certificate.serial_hex().len(), 16);
        let serial = u64::from_str_radix(&certificate.serial_hex(), 16).unwrap();
        assert_eq!(certificate.serial_decimal(), serial.to_string());

        let algorithm = SignatureAlgorithm::default_for(kind);
        let signature = identity.key().sign(algorithm, b"message").unwrap();
        verify_signature(certificate.spki_der(), algorithm, b"message", &signature).unwrap();
        let refused = verify_signature(certificate.spki_der(), algorithm, b"another", &signature);
        assert_eq!(refused, Err(Error::InvalidSignature));
    }
}

#[test]
fn a_pesel_and_a_seal_are_recognised() {
    let person = PersonSubject::with_pesel("Zażółć", "Gęślą-Jaźń", "44051401359");
    let subject = self_signed::person(&person, KeyKind::P256, two_years()).unwrap().certificate().subject();
    assert_eq!((subject.kind, subject.pesel.as_deref()), (SubjectKind::Person, Some("44051401359")));
    assert_eq!(subject.nip, None);
    assert_eq!(subject.surname.as_deref(), Some("Gęślą-Jaźń"));

    let seal = SealSubject::with_nip("Firma, \"Łódź\" + syn", "5265877635");
    let identity = self_signed::seal(&seal, KeyKind::P256, two_years()).unwrap();
    let subject = identity.certificate().subject();
    assert_eq!((subject.kind, subject.nip.as_deref()), (SubjectKind::Seal, Some("5265877635")));
    assert_eq!(subject.organization.as_deref(), Some("Firma, \"Łódź\" + syn"));
    assert_eq!(
        identity.certificate().subject_rfc2253(),
        "C=PL,CN=Firma\\, \\\"Łódź\\\" \\+ syn,\
         2.5.4.97=#0c10564154504c2d35323635383737363335,O=Firma\\, \\\"Łódź\\\" \\+ syn"
    );
}

#[test]
fn an_authority_issues_for_foreign_keys_of_every_kind() {
    let authority = Authority::new("Test CCK", now()).unwrap();
    assert!(authority.certificate().is_authority());
    assert!(authority.certificate().is_self_signed());
    let stranger = Authority::new("Test CCK", now()).unwrap();
    for kind in KINDS {
        let key = PrivateKey::generate(kind).unwrap();
        let request = IssueRequest {
            subject: jan().into(),
            spki_der: key.spki_der(),
            validity: two_years(),
            serial: Some("01F20A5D352AE590".to_owned()),
            key_usage: KeyUsage::NON_REPUDIATION,
        };
        let certificate = authority.issue(&request).unwrap();
        assert_eq!(certificate.serial_hex(), "01F20A5D352AE590");
        assert_eq!(certificate.serial_decimal(), 0x01F2_0A5D_352A_E590u64.to_string());
        assert_eq!(certificate.key_usage(), Some(KeyUsage::NON_REPUDIATION));
        assert_eq!(certificate.issuer_rfc2253(), "CN=Test CCK");
        certificate.verify_issued_by(authority.certificate()).unwrap();
        assert_eq!(certificate.verify_issued_by(stranger.certificate()), Err(Error::InvalidSignature));
        assert!(!certificate.is_self_signed());
        SigningIdentity::new(certificate, key).unwrap();
    }
}

#[test]
fn serials_of_sixteen_digits_only() {
    let authority = Authority::new("Test CCK", now()).unwrap();
    let key = PrivateKey::generate(KeyKind::P256).unwrap();
    let with_serial = |serial: &str| {
        authority.issue(&IssueRequest {
            subject: Subject::CommonName("x".to_owned()),
            spki_der: key.spki_der(),
            validity: two_years(),
            serial: Some(serial.to_owned()),
            key_usage: KeyUsage::DIGITAL_SIGNATURE,
        })
    };
    assert_eq!(with_serial("FF20A5D352AE5900").unwrap().serial_hex(), "FF20A5D352AE5900");
    for wrong in ["", "01F20A5D352AE59", "01f20a5d352ae590", "01F20A5D352AE59G", "+1F20A5D352AE590"] {
        assert!(matches!(with_serial(wrong), Err(Error::Issue { .. })), "{wrong}");
    }
}

#[test]
fn an_issuer_that_is_no_authority_is_refused() {
    let person = self_signed::person(&jan(), KeyKind::P256, two_years()).unwrap();
    let refused = person.certificate().verify_issued_by(person.certificate());
    assert!(matches!(refused, Err(Error::NotIssuedBy { .. })));
    let authority = Authority::new("Test CCK", now()).unwrap();
    let refused = authority.certificate().verify_issued_by(person.certificate());
    assert!(matches!(refused, Err(Error::NotIssuedBy { .. })));
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let certificate = self_signed::person(&jan(), KeyKind::P256, two_years()).unwrap().certificate().clone();
    for kind in KINDS {
        let stranger = PrivateKey::generate(kind).unwrap();
        let joined = SigningIdentity::new(certificate.clone(), stranger);
        assert_eq!(joined.err(), Some(Error::KeyMismatch), "{kind}");
    }
}

#[test]
fn an_identity_survives_pem_with_its_chain() {
    let authority = Authority::new("Test CCK", now()).unwrap();
    let identity =
        authority.issue_identity(jan(), KeyKind::P256, two_years(), KeyUsage::DIGITAL_SIGNATURE).unwrap();
    // The authority first, Windows line ends, a byte order mark and everything in one text.
    let text = format!(
        "\u{feff}{}Bag Attributes\n{}{}",
        authority.certificate().to_pem(),
        identity.certificate().to_pem(),
        *identity.key().to_pkcs8_pem()
    )
    .replace('\n', "\r\n");
    let read = SigningIdentity::from_pem(&text, &text, None).unwrap();
    assert_eq!(read.certificate(), identity.certificate());
    assert_eq!(read.key().spki_der(), identity.key().spki_der());

    let only_authority = authority.certificate().to_pem();
    let joined = SigningIdentity::from_pem(&only_authority, &identity.key().to_pkcs8_pem(), None);
    assert_eq!(joined.err(), Some(Error::KeyMismatch));
}

#[test]
fn what_is_no_certificate_is_named() {
    let key = PrivateKey::generate(KeyKind::P256).unwrap();
    let error = Certificate::from_pem(&key.to_pkcs8_pem()).unwrap_err();
    assert_eq!(error.to_string(), "no certificate found in the input: private key");
    let error = Certificate::from_pem("").unwrap_err();
    assert_eq!(error.to_string(), "no certificate found in the input: no PEM block");
}

#[test]
fn damaged_certificates_are_errors_and_never_panics() {
    let certificate = self_signed::person(&jan(), KeyKind::P256, two_years()).unwrap().certificate().clone();
    let der = certificate.der();
    for length in 0..der.len() {
        assert!(Certificate::from_der(&der[..length]).is_err(), "cut to {length}");
    }
    for position in 0..der.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = der.to_vec();
            damaged[position] ^= flip;
            if let Ok(read) = Certificate::from_der(&damaged) {
                let _ = (read.subject(), read.issuer_rfc2253(), read.key_kind(), read.serial_decimal());
                assert!(!read.is_self_signed(), "the damage at {position} must break the signature");
            }
        }
    }
}

#[test]
fn nothing_secret_or_personal_shows_in_debug() {
    let identity = self_signed::person(&jan(), KeyKind::P256, two_years()).unwrap();
    let shown = format!("{identity:?} {:?} {:?}", identity.certificate().subject(), jan());
    for hidden in ["Kowalski", "Jan", "5265877635"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("PrivateKey(EC P-256, …)"), "{shown}");
}
