//! Key wrapping and token encryption, with OpenSSL and the published ciphertexts as judges.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use jiff::Timestamp;
use ksef_crypto::authority::{Authority, PersonSubject, Validity};
use ksef_crypto::{
    Certificate, Error, KeyKind, KeyUsage, MinistryKey, MinistryPrivateKey, PrivateKey, SymmetricKey,
    self_signed,
};
use support::OpenSsl;

const OAEP: &str = "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256";

fn validity() -> Validity {
    let now: Timestamp = "2026-02-01T10:00:00Z".parse().unwrap();
    Validity::days(now, 730).unwrap()
}

#[test]
fn openssl_unwraps_what_was_wrapped() {
    let openssl = OpenSsl::new();
    for bits in [2048, 4096] {
        let private = MinistryPrivateKey::generate(bits).unwrap();
        openssl.write("key.pem", private.to_pkcs8_pem().as_bytes());
        let public = MinistryKey::from_spki_der(&private.spki_der()).unwrap();
        assert_eq!(public.bits(), bits);

        let key = SymmetricKey::generate().unwrap();
        let wrapped = public.wrap(&key).unwrap();
        assert_eq!(wrapped.len() as u32 * 8, bits);
        assert_eq!(openssl.run(&format!("pkeyutl -decrypt -inkey key.pem {OAEP}"), &wrapped), key.key());
        assert_eq!(&private.unwrap(&wrapped).unwrap(), key.key());
        assert_ne!(public.wrap(&key).unwrap(), wrapped, "OAEP is randomised");

        let by_openssl = openssl.run(&format!("pkeyutl -encrypt -inkey key.pem {OAEP}"), key.key());
        assert_eq!(&private.unwrap(&by_openssl).unwrap(), key.key());

        let token = public.encrypt_token("20251010-EC-1|nip-5265877635|abc", 1_768_838_353_805).unwrap();
        let plain = openssl.run(&format!("pkeyutl -decrypt -inkey key.pem {OAEP}"), &token);
        assert_eq!(plain, b"20251010-EC-1|nip-5265877635|abc|1768838353805");
    }
}

#[test]
fn blocks_for_another_key_or_of_another_kind_are_refused() {
    let openssl = OpenSsl::new();
    let (private, other) =
        (MinistryPrivateKey::generate(2048).unwrap(), MinistryPrivateKey::generate(2048).unwrap());
    let public = MinistryKey::from_spki_der(&private.spki_der()).unwrap();
    let wrapped = public.wrap(&SymmetricKey::generate().unwrap()).unwrap();
    assert!(matches!(other.unwrap(&wrapped), Err(Error::Decryption { .. })));
    assert!(matches!(private.unwrap(&wrapped[1..]), Err(Error::Decryption { .. })));
    assert!(matches!(private.unwrap(b""), Err(Error::Decryption { .. })));
    // A token is not a symmetric key.
    assert!(matches!(private.unwrap(&public.encrypt_token("t", 1).unwrap()), Err(Error::Decryption { .. })));
    // OAEP with SHA-1, the default of many libraries.
    openssl.write("key.pem", private.to_pkcs8_pem().as_bytes());
    let sha1 = openssl.run("pkeyutl -encrypt -inkey key.pem -pkeyopt rsa_padding_mode:oaep", &[7; 32]);
    assert!(matches!(private.unwrap(&sha1), Err(Error::Decryption { .. })));
}

#[test]
fn a_token_fills_one_block_and_no_more() {
    let public = MinistryKey::from_spki_der(&MinistryPrivateKey::generate(2048).unwrap().spki_der()).unwrap();
    let token = "t".repeat(176);
    assert_eq!(public.encrypt_token(&token, 1_768_838_353_805).unwrap().len(), 256);
    let longer = "t".repeat(177);
    let refused = public.encrypt_token(&longer, 1_768_838_353_805);
    assert_eq!(refused, Err(Error::TooLong { length: 191, capacity: 190 }));
}

#[test]
fn elliptic_curve_and_short_keys_are_refused_with_the_reason() {
    let openssl = OpenSsl::new();
    let person = PersonSubject::with_nip("Jan", "Kowalski", "5265877635");
    let ec = self_signed::person(&person, KeyKind::P256, validity()).unwrap();
    let refused = MinistryKey::from_certificate_der(ec.certificate().der()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "unsupported key: EC P-256 cannot encrypt for KSeF, which specifies RSA only"
    );
    openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out short.pem", b"");
    let short = openssl.run("pkey -in short.pem -pubout -outform DER", b"");
    let refused = MinistryKey::from_spki_der(&short).unwrap_err();
    assert_eq!(refused.to_string(), "unsupported key: RSA of 1024 bits, at least 2048 are needed");
    assert!(matches!(PrivateKey::generate(KeyKind::Rsa { bits: 1024 }), Err(Error::UnsupportedKey { .. })));
    assert!(matches!(
        MinistryPrivateKey::from_pkcs8_pem(&ec.key().to_pkcs8_pem()),
        Err(Error::UnsupportedKey { .. })
    ));
}

#[test]
fn a_new_certificate_for_the_same_key_keeps_the_identifier() {
    let now = "2026-02-01T10:00:00Z".parse().unwrap();
    let authority = Authority::new("Test CCK", now).unwrap();
    let private = MinistryPrivateKey::generate(2048).unwrap();
    let certify = || {
        let request = ksef_crypto::authority::IssueRequest {
            subject: PersonSubject::with_nip("Jan", "Kowalski", "5265877635").into(),
            spki_der: private.spki_der(),
            validity: validity(),
            serial: None,
            key_usage: KeyUsage::KEY_ENCIPHERMENT,
        };
        authority.issue(&request).unwrap()
    };
    let (one, two) = (certify(), certify());
    assert_ne!(one.sha256(), two.sha256());
    let (one, two) = (one.to_base64(), two.to_base64());
    let (one, two) = (MinistryKey::from_certificate_base64(&one), MinistryKey::from_certificate_base64(&two));
    assert_eq!(one.unwrap().id(), two.unwrap().id());
    assert_eq!(format!("{private:?}"), "MinistryPrivateKey(…)");
}

#[test]
fn certificates_of_the_ministry() {
    let Some(vectors) = support::vectors("certificates_of_the_ministry", "public-key-certificates") else {
        return;
    };
    let certificates = vectors["certificates"].as_array().unwrap();
    assert!(!certificates.is_empty());
    for vector in certificates {
        let text = vector["certificate_der_base64"].as_str().unwrap();
        let certificate = Certificate::from_base64(text).unwrap();
        assert_eq!(certificate.sha256().to_base64(), vector["certificateId"]);
        assert_eq!(certificate.serial_hex(), vector["serial_hex"]);
        let instant = |value: &serde_json::Value| value.as_str().unwrap().parse::<Timestamp>().unwrap();
        assert_eq!(certificate.not_before(), instant(&vector["not_before"]));
        assert_eq!(certificate.not_after(), instant(&vector["not_after"]));
        let key = MinistryKey::from_certificate_der(certificate.der()).unwrap();
        assert_eq!(key.id(), vector["publicKeyId"]);
        assert_eq!(key.wrap(&SymmetricKey::generate().unwrap()).unwrap().len(), 256);
    }
}

#[test]
fn published_ciphertexts() {
    let Some(tokens) = support::vectors("published_ciphertexts", "ksef-token") else { return };
    let links = support::vectors("published_ciphertexts", "qr-links").unwrap();
    let pkcs1 = support::base64(&links["kod_II"][0]["private_key_pkcs1_der_base64"]);
    let key = PrivateKey::from_der(&pkcs1, None).unwrap();
    let key = MinistryPrivateKey::from_pkcs8_pem(&key.to_pkcs8_pem()).unwrap();
    let cases = tokens["oaep_decrypt"].as_array().unwrap();
    let plaintext = key.decrypt(&support::base64(&cases[0]["ciphertext_base64"])).unwrap();
    assert_eq!(plaintext, cases[0]["plaintext_utf8"].as_str().unwrap().as_bytes());
    let unwrapped = key.unwrap(&support::base64(&cases[1]["ciphertext_base64"])).unwrap();
    assert_eq!(unwrapped.to_vec(), support::hex(&cases[1]["plaintext_hex"]));
}
