//! SHA-256 in its KSeF spellings, the other hashes, and the CRC-8 of KSeF numbers.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::io::Write as _;

use ksef_crypto::{Error, HashAlgorithm, Sha256, Sha256Stream, crc8};
use support::OpenSsl;

#[test]
fn published_digests() {
    let Some(vectors) = support::vectors("published_digests", "hashes") else { return };
    let mut checked = 0;
    for vector in vectors["sha256"].as_array().unwrap() {
        let digest = Sha256::from_base64(vector["base64"].as_str().unwrap()).unwrap();
        assert_eq!(digest.to_base64url(), vector["base64url_nopad"]);
        assert_eq!(Sha256::from_base64url(&digest.to_base64url()).unwrap(), digest);
        let Some(input) = vector["input_utf8"].as_str() else { continue };
        assert_eq!(Sha256::of(input.as_bytes()), digest);
        assert_eq!(digest.to_hex(), vector["sha256_hex"].as_str().unwrap().to_uppercase());
        checked += 1;
    }
    assert!(checked > 3);
    for upo in vectors["upo_meta_hash"].as_array().unwrap() {
        let file = support::pack("published_digests", upo["file"].as_str().unwrap()).unwrap();
        assert_eq!(Sha256::of(&file).to_string(), upo["x_ms_meta_hash"]);
    }
}

#[test]
fn pieces_give_the_digest_of_the_whole() {
    let bytes: Vec<u8> = (0..1000u32).map(|value| value as u8).collect();
    for size in [1, 7, 64, 65, 1000] {
        let mut stream = Sha256Stream::new();
        for piece in bytes.chunks(size) {
            stream.write_all(piece).unwrap();
        }
        assert_eq!(stream.finish(), Sha256::of(&bytes));
    }
}

#[test]
fn texts_that_are_no_digest_are_refused() {
    for wrong in ["", "x", "qrs2gCLXnTUy6++AHwHuDxFuCj0BYUGRGtBuGnJwN+c", "AAAA"] {
        assert!(matches!(wrong.parse::<Sha256>(), Err(Error::Malformed { .. })), "{wrong}");
    }
}

#[test]
fn openssl_computes_the_same_hashes() {
    let openssl = OpenSsl::new();
    for (algorithm, name) in [
        (HashAlgorithm::Sha1, "sha1"),
        (HashAlgorithm::Sha256, "sha256"),
        (HashAlgorithm::Sha384, "sha384"),
        (HashAlgorithm::Sha512, "sha512"),
        (HashAlgorithm::Sha3_256, "sha3-256"),
        (HashAlgorithm::Sha3_384, "sha3-384"),
        (HashAlgorithm::Sha3_512, "sha3-512"),
    ] {
        let digest = algorithm.digest(b"Faktura");
        assert_eq!(digest, openssl.run(&format!("dgst -{name} -binary"), b"Faktura"));
        assert_eq!(digest.len(), algorithm.size());
    }
}

#[test]
fn crc_of_the_published_numbers() {
    assert_eq!(crc8(b"123456789"), 0xF4, "the check value of CRC-8/SMBUS");
    assert_eq!(crc8(b""), 0);
    for number in [
        "5265877635-20250626-010080DD2B5E-26",
        "5265877635-20250916-010040741B3E-46",
        "5265877635-20250925-010020A0A242-0A",
        "5555555555-20250828-010080615740-E4",
        "1111111111-IZ202607-65ED02180000-E7",
    ] {
        let (data, crc) = number.rsplit_once('-').unwrap();
        assert_eq!(format!("{:02X}", crc8(data.as_bytes())), crc);
    }
    let Some(vectors) = support::vectors("crc_of_the_published_numbers", "ksef-number") else { return };
    for number in vectors["valid_or_documented"].as_array().unwrap() {
        let data = number["data_for_crc"].as_str().unwrap();
        assert_eq!(format!("{:02X}", crc8(data.as_bytes())), number["crc_computed"]);
    }
}
