//! Identifiers against the known-answer vectors of the reference pack.

mod support;

use ksef_model::{
    CollectiveIdentifier, Fingerprint, InternalId, KsefNumber, Nip, NipVatUe, PeppolId, Pesel,
    ReferenceNumber,
};
use serde_json::Value;
use support::{read_json, reference};

fn vectors(test: &str, file: &str) -> Option<Value> {
    reference(test, &format!("vectors/{file}")).map(|path| read_json(&path))
}

fn entries<'a>(vectors: &'a Value, key: &str) -> &'a [Value] {
    let found = vectors[key].as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(!found.is_empty(), "no entries under {key}");
    found
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_else(|| panic!("no {key} in {entry}"))
}

#[test]
fn ksef_numbers() {
    let Some(vectors) = vectors("ksef_numbers", "ksef-number.json") else { return };
    for entry in entries(&vectors, "valid_or_documented") {
        let number: KsefNumber =
            text(entry, "number").parse().unwrap_or_else(|error| panic!("{entry}: {error}"));
        let reproduces = entry["reproduces"].as_bool().expect("a verdict") && entry["length"] == 35;
        assert_eq!(number.checksum_is_valid(), reproduces, "{entry}");
    }
    for entry in entries(&vectors, "invalid") {
        let valid =
            text(entry, "number").parse::<KsefNumber>().is_ok_and(|number| number.checksum_is_valid());
        assert!(!valid, "{entry}");
    }
}

#[test]
fn reference_numbers() {
    let Some(vectors) = vectors("reference_numbers", "reference-number.json") else { return };
    for key in ["real_numbers_from_TEST_environment", "openapi_examples"] {
        for entry in entries(&vectors, key) {
            let number: ReferenceNumber =
                text(entry, "value").parse().unwrap_or_else(|error| panic!("{entry}: {error}"));
            assert_eq!(Some(number.checksum_is_valid()), entry["reproduces"].as_bool(), "{entry}");
            assert_eq!(number.kind(), entry["type"].as_str(), "{entry}");
        }
    }
}

#[test]
fn collective_identifiers() {
    let Some(vectors) = vectors("collective_identifiers", "collective-identifier.json") else { return };
    for entry in entries(&vectors, "vectors") {
        let number: CollectiveIdentifier =
            text(entry, "value").parse().unwrap_or_else(|error| panic!("{entry}: {error}"));
        assert_eq!(Some(number.checksum_is_valid()), entry["reproduces"].as_bool(), "{entry}");
    }
}

#[test]
fn nips() {
    let Some(vectors) = vectors("nips", "identifiers.json") else { return };
    for entry in entries(&vectors, "nip") {
        let nip = text(entry, "nip");
        let form = entry["matches_openapi_pattern"].as_bool().expect("a verdict");
        let checksum = form && entry["checksum_ok"].as_bool().expect("a verdict");
        assert_eq!(Nip::without_checksum(nip).is_ok(), form, "{entry}");
        assert_eq!(nip.parse::<Nip>().is_ok(), checksum, "{entry}");
    }
}

#[test]
fn internal_identifiers() {
    let Some(vectors) = vectors("internal_identifiers", "identifiers.json") else { return };
    for entry in entries(&vectors, "internal_id") {
        let parsed = text(entry, "value").parse::<InternalId>();
        assert_eq!(Some(parsed.is_ok()), entry["matches_openapi_pattern"].as_bool(), "{entry}");
        assert_eq!(
            Some(parsed.is_ok_and(|id| id.checksum_is_valid())),
            entry["checksum_ok"].as_bool(),
            "{entry}"
        );
    }
    for entry in entries(&vectors, "internal_id_generated") {
        let id: InternalId = text(entry, "value").parse().expect("a well-formed identifier");
        assert!(id.checksum_is_valid(), "{entry}");
        assert_eq!(id.nip().as_ref().map(Nip::as_str), entry["nip"].as_str());
    }
}

#[test]
fn other_identifiers() {
    let Some(vectors) = vectors("other_identifiers", "identifiers.json") else { return };
    let expected = |entry: &Value| entry["expected"].as_bool().expect("a verdict");
    for entry in entries(&vectors, "pesel_pattern_cases") {
        assert_eq!(text(entry, "value").parse::<Pesel>().is_ok(), expected(entry), "{entry}");
    }
    for entry in entries(&vectors, "pesel_checksum") {
        let pesel = text(entry, "value").parse::<Pesel>();
        assert_eq!(
            Some(pesel.is_ok_and(|pesel| pesel.checksum_is_valid())),
            entry["checksum_ok"].as_bool(),
            "{entry}"
        );
    }
    for entry in entries(&vectors, "nip_vat_ue") {
        assert_eq!(text(entry, "value").parse::<NipVatUe>().is_ok(), expected(entry), "{entry}");
    }
    for entry in entries(&vectors, "peppol_id") {
        assert_eq!(text(entry, "value").parse::<PeppolId>().is_ok(), expected(entry), "{entry}");
    }
    for entry in entries(&vectors, "fingerprint") {
        assert_eq!(text(entry, "value").parse::<Fingerprint>().is_ok(), expected(entry), "{entry}");
    }
}
