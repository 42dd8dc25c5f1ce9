//! Private keys in every form that OpenSSL writes, and what is said about those that cannot be read.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use ksef_crypto::{Error, KeyKind, PrivateKey, SignatureAlgorithm, verify_signature};
use support::OpenSsl;

const KINDS: [(&str, KeyKind); 5] = [
    ("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", KeyKind::Rsa { bits: 2048 }),
    ("-algorithm RSA -pkeyopt rsa_keygen_bits:3072", KeyKind::Rsa { bits: 3072 }),
    ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", KeyKind::P256),
    ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", KeyKind::P384),
    ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", KeyKind::P521),
];

/// Makes `key.pem` and gives its public half as OpenSSL writes it.
fn generate(openssl: &OpenSsl, options: &str) -> Vec<u8> {
    openssl.run(&format!("genpkey {options} -out key.pem"), b"");
    openssl.run("pkey -in key.pem -pubout -outform DER", b"")
}

fn assert_signs(key: &PrivateKey) {
    let algorithm = SignatureAlgorithm::default_for(key.kind());
    let signature = key.sign(algorithm, b"message").unwrap();
    verify_signature(&key.spki_der(), algorithm, b"message", &signature).unwrap();
}

#[test]
fn every_unencrypted_form_is_read() {
    let openssl = OpenSsl::new();
    for (options, kind) in KINDS {
        let public = generate(&openssl, options);
        openssl.run("pkey -in key.pem -traditional -out traditional.pem", b"");
        openssl.run("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out pkcs8.der", b"");
        openssl.run("pkey -in key.pem -traditional -outform DER -out traditional.der", b"");
        let keys = [
            PrivateKey::from_pem(&openssl.read_text("key.pem"), None).unwrap(),
            PrivateKey::from_pem(&openssl.read_text("traditional.pem"), Some("not needed")).unwrap(),
            PrivateKey::from_der(&openssl.read("pkcs8.der"), None).unwrap(),
            PrivateKey::from_der(&openssl.read("traditional.der"), None).unwrap(),
        ];
        for key in keys {
            assert_eq!(key.kind(), kind);
            assert_eq!(key.spki_der(), public);
            assert_signs(&key);
            let again = PrivateKey::from_pem(&key.to_pkcs8_pem(), None).unwrap();
            assert_eq!(again.spki_der(), public);
        }
    }
}

#[test]
fn openssl_reads_what_was_written() {
    let openssl = OpenSsl::new();
    for (_, kind) in KINDS {
        let key = PrivateKey::generate(kind).unwrap();
        openssl.write("own.pem", key.to_pkcs8_pem().as_bytes());
        openssl.run("pkey -in own.pem -check -noout", b"");
        assert_eq!(openssl.run("pkey -in own.pem -pubout -outform DER", b""), key.spki_der());
    }
}

#[test]
fn parameters_and_text_before_the_key_are_skipped() {
    let openssl = OpenSsl::new();
    openssl.run("ecparam -name prime256v1 -genkey -out key.pem", b"");
    let text = openssl.read_text("key.pem");
    assert!(text.starts_with("-----BEGIN EC PARAMETERS-----"));
    assert_signs(&PrivateKey::from_pem(&format!("friendlyName: key\n{text}"), None).unwrap());
}

#[test]
fn an_elliptic_curve_key_without_its_public_point_is_read() {
    let openssl = OpenSsl::new();
    let public = generate(&openssl, KINDS[2].0);
    openssl.run("ec -in key.pem -no_public -out short.pem", b"");
    let key = PrivateKey::from_pem(&openssl.read_text("short.pem"), None).unwrap();
    assert_eq!(key.spki_der(), public);
}

#[test]
fn encrypted_keys_open_with_their_password_only() {
    let openssl = OpenSsl::new();
    let schemes = [
        "",
        "-v2 aes-128-cbc",
        "-v2 aes-256-cbc -v2prf hmacWithSHA512",
        "-v2 aes-256-cbc -v2prf hmacWithSHA1",
        "-v2 des3",
        "-scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 1",
    ];
    for (options, kind) in [KINDS[0], KINDS[2]] {
        let public = generate(&openssl, options);
        for scheme in schemes {
            openssl.run(
                &format!("pkcs8 -topk8 -in key.pem -out encrypted.pem {scheme} -passout pass:zażółć-1"),
                b"",
            );
            let text = openssl.read_text("encrypted.pem");
            assert!(text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
            let key = PrivateKey::from_pem(&text, Some("zażółć-1")).unwrap();
            assert_eq!((key.kind(), key.spki_der()), (kind, public.clone()));
            assert_eq!(PrivateKey::from_pem(&text, None).err(), Some(Error::PasswordRequired));
            assert_eq!(PrivateKey::from_pem(&text, Some("")).err(), Some(Error::WrongPassword), "{scheme}");

            openssl.run("pkey -in encrypted.pem -passin pass:zażółć-1 -outform DER -out plain.der", b"");
            openssl.run(
                &format!("pkcs8 -topk8 -in key.pem -outform DER -out encrypted.der {scheme} -passout pass:p"),
                b"",
            );
            let der = openssl.read("encrypted.der");
            assert_eq!(PrivateKey::from_der(&der, Some("p")).unwrap().spki_der(), public);
            assert_eq!(PrivateKey::from_der(&der, Some("q")).err(), Some(Error::WrongPassword));
        }
    }
}

/// Every 256th wrong password leaves valid padding by chance.
#[test]
fn no_wrong_password_is_taken_for_a_damaged_key() {
    let openssl = OpenSsl::new();
    generate(&openssl, KINDS[2].0);
    openssl.run("pkcs8 -topk8 -in key.pem -out encrypted.pem -iter 1 -passout pass:right", b"");
    let text = openssl.read_text("encrypted.pem");
    for attempt in 0..2000 {
        let refused = PrivateKey::from_pem(&text, Some(&format!("wrong {attempt}")));
        assert_eq!(refused.err(), Some(Error::WrongPassword));
    }
}

#[test]
fn other_encryptions_are_named() {
    let openssl = OpenSsl::new();
    openssl.run("genrsa -traditional -aes256 -passout pass:p -out old.pem 2048", b"");
    let refused = PrivateKey::from_pem(&openssl.read_text("old.pem"), Some("p")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the private key is encrypted in an unsupported way: the old PEM encryption with a Proc-Type header; \
         convert the key to PKCS#8"
    );
    generate(&openssl, KINDS[2].0);
    openssl.run("pkcs8 -topk8 -in key.pem -out pbes1.pem -v1 PBE-SHA1-3DES -passout pass:p", b"");
    let refused = PrivateKey::from_pem(&openssl.read_text("pbes1.pem"), Some("p"));
    assert!(matches!(refused, Err(Error::UnsupportedEncryption { .. })), "{refused:?}");
}

#[test]
fn a_costly_key_derivation_is_refused_at_once() {
    let openssl = OpenSsl::new();
    generate(&openssl, KINDS[2].0);
    openssl
        .run("pkcs8 -topk8 -in key.pem -outform DER -out encrypted.der -iter 16777217 -passout pass:p", b"");
    let mut der = openssl.read("encrypted.der");
    // INTEGER 16 777 217 becomes 2 130 706 433.
    let place = der.windows(6).position(|window| window == [2, 4, 1, 0, 0, 1]).unwrap();
    der[place + 2] = 0x7f;
    let refused = PrivateKey::from_der(&der, Some("p"));
    assert!(matches!(refused, Err(Error::UnsupportedEncryption { .. })), "{refused:?}");
}

#[test]
fn unsupported_keys_are_named() {
    let openssl = OpenSsl::new();
    for (options, reason) in [
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "RSA of 1024 bits, at least 2048 are needed"),
        ("-algorithm ED25519", "algorithm 1.3.101.112"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "elliptic curve 1.3.132.0.10"),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
            "an elliptic curve that is not given by name",
        ),
    ] {
        generate(&openssl, options);
        let refused = PrivateKey::from_pem(&openssl.read_text("key.pem"), None);
        assert_eq!(refused.err(), Some(Error::UnsupportedKey { reason: reason.to_owned() }));
    }
}

#[test]
fn what_is_no_key_is_named() {
    let openssl = OpenSsl::new();
    generate(&openssl, KINDS[2].0);
    openssl.run("pkey -in key.pem -pubout -out public.pem", b"");
    let refused = PrivateKey::from_pem(&openssl.read_text("public.pem"), None).unwrap_err();
    assert_eq!(refused, Error::NotAKey { found: "public key".to_owned() });
    let refused = PrivateKey::from_pem("just text", None).unwrap_err();
    assert_eq!(refused, Error::NotAKey { found: "no PEM block".to_owned() });
}

#[test]
fn damaged_keys_are_errors_and_never_panics() {
    let openssl = OpenSsl::new();
    generate(&openssl, KINDS[2].0);
    let text = openssl.read_text("key.pem");
    let cut = &text[..text.len() / 2];
    assert!(matches!(PrivateKey::from_pem(cut, None), Err(Error::Malformed { .. })));
    let garbled = text.replacen("MI", "M!", 1);
    assert!(matches!(PrivateKey::from_pem(&garbled, None), Err(Error::Malformed { .. })));
    openssl.run("pkcs8 -topk8 -in key.pem -outform DER -out encrypted.der -iter 1 -passout pass:p", b"");
    let plain = PrivateKey::from_pem(&text, None).unwrap();
    for der in [plain.pkcs8_der().to_vec(), openssl.read("encrypted.der")] {
        for length in 0..der.len() {
            assert!(PrivateKey::from_der(&der[..length], Some("p")).is_err(), "cut to {length}");
        }
        for position in 0..der.len() {
            let mut damaged = der.clone();
            damaged[position] ^= 0x21;
            // Some damage gives another valid key (another scalar); what matters is that nothing panics.
            if let Ok(key) = PrivateKey::from_der(&damaged, Some("p")) {
                assert_signs(&key);
            }
        }
    }
}

#[test]
fn keys_do_not_show() {
    let key = PrivateKey::generate(KeyKind::Rsa { bits: 2048 }).unwrap();
    assert_eq!(format!("{key:?}"), "PrivateKey(RSA 2048, …)");
}
