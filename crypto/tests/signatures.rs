//! Signatures: OpenSSL judges ours, and the verify path judges OpenSSL's.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use ksef_crypto::{
    Certificate, Error, KeyKind, PrivateKey, SignatureAlgorithm, SignatureScheme, ecdsa_der_from_raw,
    ecdsa_raw_from_der, verify_signature,
};
use support::OpenSsl;

use SignatureAlgorithm as A;

const RSA: KeyKind = KeyKind::Rsa { bits: 2048 };

fn field_size(kind: KeyKind) -> usize {
    match kind {
        KeyKind::P256 => 32,
        KeyKind::P384 => 48,
        _ => 66,
    }
}

fn options(algorithm: SignatureAlgorithm) -> String {
    let hash = format!("{:?}", algorithm.hash()).to_lowercase().replace('_', "-");
    match algorithm.scheme() {
        SignatureScheme::RsaPss => {
            format!("-{hash} -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest")
        }
        _ => format!("-{hash}"),
    }
}

#[test]
fn openssl_accepts_every_signature() {
    let cases = [
        (RSA, A::RsaPkcs1Sha256),
        (RSA, A::RsaPkcs1Sha384),
        (RSA, A::RsaPkcs1Sha512),
        (RSA, A::RsaPssSha256),
        (RSA, A::RsaPssSha384),
        (RSA, A::RsaPssSha512),
        (KeyKind::P256, A::EcdsaSha256),
        (KeyKind::P384, A::EcdsaSha384),
        (KeyKind::P521, A::EcdsaSha256),
        (KeyKind::P521, A::EcdsaSha384),
        (KeyKind::P521, A::EcdsaSha512),
    ];
    let openssl = OpenSsl::new();
    for (kind, algorithm) in cases {
        let key = PrivateKey::generate(kind).unwrap();
        openssl.write("key.pem", key.to_pkcs8_pem().as_bytes());
        openssl.write("public.der", key.spki_der());
        openssl.run("pkey -pubin -inform DER -in public.der -out public.pem", b"");
        // Several, because r and s now and then begin with zeros or a high bit.
        for round in 0..8 {
            let message = format!("message {round}");
            let signature = key.sign(algorithm, message.as_bytes()).unwrap();
            verify_signature(&key.spki_der(), algorithm, message.as_bytes(), &signature).unwrap();
            let for_openssl = match algorithm.scheme() {
                SignatureScheme::Ecdsa => {
                    assert_eq!(signature.len(), 2 * field_size(kind));
                    let der = ecdsa_der_from_raw(&signature).unwrap();
                    assert_eq!(ecdsa_raw_from_der(&der, field_size(kind)).unwrap(), signature);
                    der
                }
                _ => signature,
            };
            openssl.write("signature", for_openssl);
            let said = openssl.run(
                &format!("dgst {} -verify public.pem -signature signature", options(algorithm)),
                message.as_bytes(),
            );
            assert_eq!(said, b"Verified OK\n");
        }
    }
}

#[test]
fn signatures_of_openssl_are_accepted_in_every_algorithm_of_ksef() {
    let cases = [
        (RSA, vec![A::RsaPkcs1Sha1, A::RsaPkcs1Sha256, A::RsaPkcs1Sha384, A::RsaPkcs1Sha512]),
        (RSA, vec![A::RsaPssSha1, A::RsaPssSha256, A::RsaPssSha384, A::RsaPssSha512]),
        (RSA, vec![A::RsaPssSha3_256, A::RsaPssSha3_384, A::RsaPssSha3_512]),
        (KeyKind::P256, vec![A::EcdsaSha1, A::EcdsaSha256, A::EcdsaSha384, A::EcdsaSha512]),
        (KeyKind::P256, vec![A::EcdsaSha3_256, A::EcdsaSha3_384, A::EcdsaSha3_512]),
        (KeyKind::P384, vec![A::EcdsaSha1, A::EcdsaSha256, A::EcdsaSha384, A::EcdsaSha512, A::EcdsaSha3_384]),
        (KeyKind::P521, vec![A::EcdsaSha1, A::EcdsaSha256, A::EcdsaSha384, A::EcdsaSha512, A::EcdsaSha3_512]),
    ];
    let openssl = OpenSsl::new();
    for (kind, algorithms) in cases {
        let key = PrivateKey::generate(kind).unwrap();
        openssl.write("key.pem", key.to_pkcs8_pem().as_bytes());
        for algorithm in algorithms {
            let made = openssl.run(&format!("dgst {} -sign key.pem", options(algorithm)), b"message");
            let signature = match algorithm.scheme() {
                SignatureScheme::Ecdsa => ecdsa_raw_from_der(&made, field_size(kind)).unwrap(),
                _ => made,
            };
            let spki = key.spki_der();
            verify_signature(&spki, algorithm, b"message", &signature)
                .unwrap_or_else(|error| panic!("{kind} {algorithm}: {error}"));
            let mut damaged = signature.clone();
            damaged[signature.len() / 2] ^= 1;
            assert_eq!(
                verify_signature(&spki, algorithm, b"message", &damaged),
                Err(Error::InvalidSignature)
            );
            assert_eq!(
                verify_signature(&spki, algorithm, b"massage", &signature),
                Err(Error::InvalidSignature)
            );
            for cut in [&signature[1..], &[]] {
                assert_eq!(verify_signature(&spki, algorithm, b"message", cut), Err(Error::InvalidSignature));
            }
        }
    }
}

#[test]
fn algorithms_that_do_not_fit_the_key_are_refused() {
    let (rsa, ec) = (PrivateKey::generate(RSA).unwrap(), PrivateKey::generate(KeyKind::P256).unwrap());
    for (key, algorithm) in [
        (&rsa, A::EcdsaSha256),
        (&rsa, A::RsaPkcs1Sha1),
        (&ec, A::RsaPssSha256),
        (&ec, A::EcdsaSha384),
        (&ec, A::EcdsaSha1),
    ] {
        assert!(matches!(key.sign(algorithm, b"m"), Err(Error::UnsupportedAlgorithm { .. })), "{algorithm}");
    }
    let refused = verify_signature(&rsa.spki_der(), A::EcdsaSha256, b"m", &[0; 64]);
    assert!(matches!(refused, Err(Error::UnsupportedAlgorithm { .. })));
    let refused = verify_signature(&ec.spki_der(), A::RsaPkcs1Sha256, b"m", &[0; 256]);
    assert!(matches!(refused, Err(Error::UnsupportedAlgorithm { .. })));
}

#[test]
fn a_der_signature_in_place_of_a_raw_one_is_refused() {
    let key = PrivateKey::generate(KeyKind::P256).unwrap();
    let raw = key.sign(A::EcdsaSha256, b"m").unwrap();
    let der = ecdsa_der_from_raw(&raw).unwrap();
    assert_eq!(verify_signature(&key.spki_der(), A::EcdsaSha256, b"m", &der), Err(Error::InvalidSignature));
    assert!(ecdsa_raw_from_der(&der[..der.len() - 1], 32).is_err());
    assert!(ecdsa_raw_from_der(&[der.as_slice(), &[0]].concat(), 32).is_err());
    assert!(ecdsa_raw_from_der(&der, 24).is_err(), "too wide for the field");
    assert!(ecdsa_der_from_raw(&raw[1..]).is_err());
    // Every part with a high bit and with leading zeros has one encoding.
    let mut edge = [0u8; 64];
    edge[0] = 0x80;
    edge[63] = 1;
    let der = ecdsa_der_from_raw(&edge).unwrap();
    assert_eq!(der[..5], [0x30, 0x26, 0x02, 0x21, 0x00]);
    assert_eq!(ecdsa_raw_from_der(&der, 32).unwrap(), edge);
}

#[test]
fn published_verification_links() {
    let Some(links) = support::vectors("published_verification_links", "qr-links") else { return };
    let links = links["kod_II"].as_array().unwrap();
    let mut checked = 0;
    for link in links.iter().filter(|link| link["certificate_der_base64"].is_string()) {
        let certificate = Certificate::from_der(&support::base64(&link["certificate_der_base64"])).unwrap();
        let message = link["signed_string"].as_str().unwrap().as_bytes();
        let signature = support::base64url(&link["signature_base64url"]);
        let (algorithm, signature) = match certificate.key_kind().unwrap() {
            KeyKind::Rsa { .. } => (A::RsaPssSha256, signature),
            _ if signature.len() == 64 => (A::EcdsaSha256, signature),
            _ => (A::EcdsaSha256, ecdsa_raw_from_der(&signature, 32).unwrap()),
        };
        verify_signature(certificate.spki_der(), algorithm, message, &signature).unwrap();
        assert_eq!(certificate.serial_hex(), link["certificate_serial"]);
        checked += 1;
    }
    assert!(checked > 0);
}
