//! The fixture documents are what their program makes, and are good or bad as they say.
// Clippy does not see that functions beside the tests are test code too.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "../examples/make_fixtures/documents.rs"]
mod documents;

use ksef_documents::auth_request::AuthTokenRequest;
use ksef_documents::upo::Upo;
use ksef_documents::{EncodingHint, FindingKind, Form, InvoiceHeader, check};

#[test]
fn files_are_what_the_program_makes() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for (name, bytes) in documents::all() {
        let file = std::fs::read(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(file == bytes, "{name} differs: run cargo run -p ksef-documents --example make_fixtures");
    }
    let made: Vec<&str> = documents::all().into_iter().map(|(name, _)| name).collect();
    for folder in ["good", "bad"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap());
            assert!(made.contains(&name.as_str()), "{name} is not made by the program");
        }
    }
}

#[test]
fn good_files_are_good() {
    for (name, bytes) in documents::all() {
        let Some(name) = name.strip_prefix("good/") else { continue };
        assert_eq!(check(&bytes), Ok(()), "{name}");
        let form = match name {
            _ if name.starts_with("fa3") => Form::Fa3,
            _ if name.starts_with("fa2") => Form::Fa2,
            _ if name.starts_with("fa-rr") => Form::FaRr1,
            _ if name.starts_with("pef-kor") => Form::PefKor3,
            _ if name.starts_with("pef") => Form::Pef3,
            "auth-token-request.xml" => {
                AuthTokenRequest::parse(&bytes).unwrap();
                continue;
            }
            _ => {
                assert_eq!(Upo::parse(&bytes).unwrap().page.is_some(), name.contains("session"));
                continue;
            }
        };
        let header = InvoiceHeader::read(&bytes).unwrap();
        assert_eq!(header.form(), form, "{name}");
        assert_eq!(header.seller_nip.as_str(), "5265877635", "{name}");
        assert_eq!(header.has_attachment, name.contains("attachment"), "{name}");
        assert_eq!(header.is_self_invoicing, name.contains("self-invoicing"), "{name}");
    }
}

#[test]
fn good_files_are_valid() {
    let Some(spec) = common::spec("good_files_are_valid") else { return };
    let all = documents::all();
    let schemas = [
        ("good/fa3", "FA/schemat_FA(3)_v1-0E.xsd"),
        ("good/fa2", "FA/schemat_FA(2)_v1-0E.xsd"),
        ("good/fa-rr", "RR/schemat_FA_RR(1)_v1-1E.xsd"),
        ("good/pef-basic", "PEF/Schemat_PEF(3)_v2-1.xsd"),
        ("good/pef-kor", "PEF/Schemat_PEF_KOR(3)_v2-1.xsd"),
        ("good/auth", "auth/schemat_auth_v2-1.xsd"),
    ];
    for (prefix, schema) in schemas {
        let group: Vec<Vec<u8>> =
            all.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, bytes)| bytes.clone()).collect();
        assert!(!group.is_empty());
        assert_eq!(common::schema_errors(&spec, schema, &group), "", "{prefix}");
    }
}

#[test]
fn bad_files_break_the_rule_in_their_name() {
    use FindingKind::*;
    let mut count = 0;
    for (name, bytes) in documents::all() {
        let Some(name) = name.strip_prefix("bad/") else { continue };
        let expected = match name.trim_end_matches(".xml") {
            "windows-1250" => vec![DeclaredEncoding, NotUtf8],
            "windows-1250-as-utf-8" | "iso-8859-2-as-utf-8" => vec![NotUtf8],
            "discouraged-reference" => vec![DiscouragedCharacter],
            "forbidden-reference" => vec![ForbiddenCharacter],
            other => FindingKind::ALL.into_iter().filter(|kind| kind.code() == other).collect(),
        };
        let findings = check(&bytes).unwrap_err();
        let kinds: Vec<FindingKind> = findings.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, expected, "{name}");
        let hint = match name {
            _ if name.starts_with("windows") => Some(EncodingHint::Windows1250),
            _ if name.starts_with("iso") => Some(EncodingHint::Iso8859_2),
            _ => None,
        };
        assert_eq!(findings.iter().find_map(|finding| finding.encoding_hint()), hint, "{name}");
        count += 1;
    }
    assert_eq!(count, 15);
}
