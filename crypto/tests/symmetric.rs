//! AES-256-CBC: every length around the block size, against OpenSSL and against the published vectors.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use ksef_crypto::{Error, Sha256, SymmetricKey, prepare};
use support::OpenSsl;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|position| (position * 31 + length) as u8).collect()
}

#[test]
fn every_length_comes_back_and_has_the_announced_size() {
    let key = SymmetricKey::generate().unwrap();
    for length in (0..=64).chain([1000, 4096, 65_537]) {
        let plaintext = pattern(length);
        let ciphertext = key.encrypt(&plaintext);
        assert_eq!(ciphertext.len() as u64, SymmetricKey::encrypted_size(length as u64));
        assert_eq!(ciphertext.len() % 16, 0);
        assert!(ciphertext.len() > length);
        assert_eq!(key.decrypt(&ciphertext).unwrap(), plaintext);
        assert_eq!(key.encrypt_vec(plaintext.clone()), ciphertext, "in place gives the same bytes");
        let mut output = vec![0xaa; ciphertext.len()];
        key.encrypt_into(&plaintext, &mut output).unwrap();
        assert_eq!(output, ciphertext, "into another buffer too");
        let (expected, actual) = (output.len(), output.len() - 1);
        let refused = key.encrypt_into(&plaintext, &mut output[1..]);
        assert_eq!(refused, Err(Error::BufferSize { expected, actual }));
        assert_eq!(key.decrypt_vec(ciphertext).unwrap(), plaintext);
    }
}

#[test]
fn nothing_is_moved_when_there_is_room_for_the_padding() {
    let key = SymmetricKey::generate().unwrap();
    let mut buffer = Vec::with_capacity(1_000_016);
    buffer.resize(1_000_000, 7);
    let place = buffer.as_ptr();
    let ciphertext = key.encrypt_vec(buffer);
    assert_eq!(ciphertext.as_ptr(), place);
    let plaintext = key.decrypt_vec(ciphertext).unwrap();
    assert_eq!(plaintext.as_ptr(), place);
}

#[test]
fn openssl_decrypts_what_was_encrypted_and_the_other_way_round() {
    let openssl = OpenSsl::new();
    let key = SymmetricKey::generate().unwrap();
    let options = format!("-aes-256-cbc -K {} -iv {}", hex(key.key()), hex(key.iv()));
    for length in [0, 1, 15, 16, 17, 31, 32, 33, 5000] {
        let plaintext = pattern(length);
        assert_eq!(openssl.run(&format!("enc -d {options}"), &key.encrypt(&plaintext)), plaintext);
        assert_eq!(key.decrypt(&openssl.run(&format!("enc {options}"), &plaintext)).unwrap(), plaintext);
    }
}

#[test]
fn damaged_ciphertexts_are_refused() {
    let key = SymmetricKey::from_parts([1; 32], [2; 16]);
    let wrong = Err(Error::Decryption { what: "AES-256-CBC content" });
    assert_eq!(key.decrypt(b""), wrong);
    let ciphertext = key.encrypt(b"0123456789abcdef");
    for length in (0..ciphertext.len()).filter(|length| length % 16 != 0) {
        assert_eq!(key.decrypt(&ciphertext[..length]), wrong, "cut to {length}");
    }
    // The last block of a cut message is no padding: its plaintext ends in `f`, which is above 16.
    assert_eq!(key.decrypt(&ciphertext[..16]), wrong);
}

#[test]
fn keys_are_fresh_and_secret() {
    let (one, two) = (SymmetricKey::generate().unwrap(), SymmetricKey::generate().unwrap());
    assert_ne!(one.key(), two.key());
    assert_ne!(one.iv(), two.iv());
    assert_eq!(format!("{one:?}"), "SymmetricKey(…)");
}

#[test]
fn an_invoice_is_described_by_its_own_bytes() {
    let key = SymmetricKey::generate().unwrap();
    let invoice = "<Faktura>Zażółć</Faktura>".as_bytes();
    let prepared = prepare(invoice, &key);
    assert_eq!(prepared.invoice_hash, Sha256::of(invoice));
    assert_eq!(prepared.invoice_size, invoice.len() as u64);
    assert_eq!(prepared.encrypted_hash, Sha256::of(&prepared.content));
    assert_eq!(prepared.encrypted_size, prepared.content.len() as u64);
    assert_eq!(key.decrypt(&prepared.content).unwrap(), invoice);
    let first_bytes = format!("{:?}", &prepared.content[..4]);
    let shown = format!("{prepared:?}");
    assert!(shown.contains("content: …") && !shown.contains(first_bytes.trim_matches(['[', ']'])), "{shown}");
}

#[test]
fn published_vectors() {
    let Some(vectors) = support::vectors("published_vectors", "aes-256-cbc") else { return };
    let nist = &vectors["nist_sp800_38a_F_2_5"];
    let key = SymmetricKey::from_parts(
        support::hex(&nist["key_hex"]).try_into().unwrap(),
        support::hex(&nist["iv_hex"]).try_into().unwrap(),
    );
    // The published ciphertext has no padding block.
    assert_eq!(
        key.encrypt(&support::hex(&nist["plaintext_hex"]))[..64],
        support::hex(&nist["ciphertext_hex"])
    );

    let key = SymmetricKey::from_parts(
        support::hex(&vectors["key_hex"]).try_into().unwrap(),
        support::hex(&vectors["iv_hex"]).try_into().unwrap(),
    );
    for small in vectors["small"].as_array().unwrap() {
        let plaintext = small["plaintext_utf8"].as_str().unwrap().as_bytes();
        let ciphertext = support::base64(&small["ciphertext_base64"]);
        assert_eq!(key.encrypt(plaintext), ciphertext);
        assert_eq!(key.decrypt(&ciphertext).unwrap(), plaintext);
        assert_eq!(
            SymmetricKey::encrypted_size(small["plaintext_size"].as_u64().unwrap()),
            small["ciphertext_size"]
        );
    }
    for invoice in vectors["invoices"].as_array().unwrap() {
        let file = support::pack("published_vectors", invoice["file"].as_str().unwrap()).unwrap();
        let prepared = prepare(&file, &key);
        assert_eq!(prepared.invoice_hash.to_base64(), invoice["invoiceHash"]);
        assert_eq!(prepared.invoice_size, invoice["invoiceSize"]);
        assert_eq!(prepared.encrypted_hash.to_base64(), invoice["encryptedInvoiceHash"]);
        assert_eq!(prepared.encrypted_size, invoice["encryptedInvoiceSize"]);
        assert!(prepared.content.starts_with(&support::hex(&invoice["ciphertext_first_32_bytes_hex"])));
        assert!(prepared.content.ends_with(&support::hex(&invoice["ciphertext_last_16_bytes_hex"])));
    }
}
