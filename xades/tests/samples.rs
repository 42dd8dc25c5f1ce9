//! Signed documents of the specification pack, made by other programs.
#![allow(clippy::unwrap_used)]

mod common;

use common::spec;
use ksef_crypto::{Certificate, Sha256};
use ksef_xades::c14n::{Algorithm, canonicalize_element};
use ksef_xades::verify::ReferenceTarget;
use ksef_xades::{VerifyError, VerifyOptions, verify};

#[test]
fn signed_requests_verify_and_the_tampered_one_fails() {
    let Some(directory) = spec("signed requests", "samples/auth/signed") else { return };
    let mut seen = (0, 0);
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "xml") {
            continue;
        }
        let result = verify(&std::fs::read(&path).unwrap(), &VerifyOptions::default());
        if path.file_name().unwrap().to_str().unwrap().starts_with("INVALID") {
            assert_eq!(
                result.unwrap_err(),
                VerifyError::DigestMismatch { target: ReferenceTarget::Document }
            );
            seen.1 += 1;
        } else {
            let verified = result.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let expected = std::fs::read_to_string(path.with_extension("cert.pem")).unwrap();
            assert_eq!(verified.certificate.der(), Certificate::from_pem(&expected).unwrap().der());
            assert_eq!(verified.signing_time, Some("2026-02-01T10:00:00Z".parse().unwrap()));
            assert!(!String::from_utf8(verified.unsigned_document).unwrap().contains("Signature"));
            seen.0 += 1;
        }
    }
    assert_eq!(seen, (6, 1));
}

/// A UPO of the TEST environment whose publisher replaced a number in it: the document digest cannot match any more, but the
/// signature value over the canonical `SignedInfo` and the digest of the signed properties still must.
#[test]
fn real_upo_fails_only_by_its_redacted_content() {
    let Some(path) = spec("real upo", "samples/upo/v4-3/signed/ksef4j-real-upo-v4-3.xml") else { return };
    let upo = std::fs::read(path).unwrap();
    let error = verify(&upo, &VerifyOptions::default()).unwrap_err();
    assert_eq!(error, VerifyError::DigestMismatch { target: ReferenceTarget::Document });

    let properties = canonicalize_element(&upo, "SignedProperties", Algorithm::Inclusive10, &[]).unwrap();
    let digest = Sha256::of(&properties).to_base64();
    assert!(std::str::from_utf8(&upo).unwrap().contains(&format!("<DigestValue>{digest}</DigestValue>")));
}
