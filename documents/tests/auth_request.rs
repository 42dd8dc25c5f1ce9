//! `AuthTokenRequest` against the official schema and samples.
// Clippy does not see that functions beside the tests are test code too.
#![allow(clippy::unwrap_used)]

mod common;

use std::net::Ipv4Addr;

use ksef_documents::Error;
use ksef_documents::auth_request::{AllowedIps, AuthTokenRequest, SubjectIdentifierType, Version};
use ksef_model::ContextIdentifier;

const CHALLENGE: &str = "20250604-CR-461EA5B000-537A6BA15D-D7";

fn context(kind: &str, value: &str) -> ContextIdentifier {
    ContextIdentifier::new(kind, value).unwrap()
}

fn requests() -> Vec<AuthTokenRequest> {
    let nip = AuthTokenRequest::new(CHALLENGE, context("Nip", "5265877635"));
    let unit = AuthTokenRequest::new(CHALLENGE, context("InternalId", "5265877635-12345"));
    let address = Ipv4Addr::new(192, 168, 0, 10);
    let policy = AllowedIps {
        addresses: vec![address; 10],
        ranges: vec![(Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 254)), (address, address)],
        masks: vec![(Ipv4Addr::new(0, 0, 0, 0), 0), (Ipv4Addr::new(172, 16, 0, 0), 16), (address, 32)],
    };
    vec![
        AuthTokenRequest {
            subject_identifier_type: SubjectIdentifierType::CertificateFingerprint,
            ..nip.clone()
        },
        AuthTokenRequest { allowed_ips: Some(policy), ..nip.clone() },
        AuthTokenRequest { allowed_ips: Some(AllowedIps::default()), ..unit.clone() },
        nip,
        unit,
    ]
}

#[test]
fn what_is_written_is_valid_and_reads_back() {
    let spec = common::spec("what_is_written_is_valid_and_reads_back");
    let schemas = [
        (Version::V2_0, "auth/AuthTokenRequest_v2-0.java-client.xsd"),
        (Version::V2_1, "auth/schemat_auth_v2-1.xsd"),
    ];
    for (version, schema) in schemas {
        let written: Vec<Vec<u8>> = requests().iter().map(|r| r.to_xml(version).unwrap()).collect();
        for (request, bytes) in requests().iter().zip(&written) {
            assert_eq!(&AuthTokenRequest::parse_versioned(bytes).unwrap(), &(request.clone(), version));
            assert_eq!(ksef_documents::check(bytes), Ok(()));
        }
        if let Some(spec) = &spec {
            assert_eq!(common::schema_errors(spec, schema, &written), "");
        }
    }
}

/// The patterns of the schema for these two contexts contain anchors, which no value can match; we compare with samples.
#[test]
fn contexts_that_the_schema_cannot_judge_read_back() {
    for (kind, value) in [("NipVatUe", "5265877635-ATU12345678"), ("PeppolId", "PPL123456")] {
        let request = AuthTokenRequest::new(CHALLENGE, context(kind, value));
        let bytes = request.to_xml(Version::V2_1).unwrap();
        assert!(String::from_utf8(bytes.clone()).unwrap().contains(&format!("<{kind}>{value}</{kind}>")));
        assert_eq!(AuthTokenRequest::parse(&bytes).unwrap(), request);
    }
}

#[test]
fn all_samples_are_read() {
    let Some(spec) = common::spec("all_samples_are_read") else { return };
    let rows = common::table(&spec.join("samples/MANIFEST.tsv"));
    let mut count = 0;
    for row in rows.iter().filter(|row| row["path"].starts_with("auth/")) {
        let path = &row["path"];
        let bytes = std::fs::read(spec.join("samples").join(path)).unwrap();
        let (request, version) =
            AuthTokenRequest::parse_versioned(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        let expected = if row["form_code"].ends_with("2.0") { Version::V2_0 } else { Version::V2_1 };
        assert_eq!(version, expected, "{path}");
        let fingerprint = request.subject_identifier_type == SubjectIdentifierType::CertificateFingerprint;
        assert_eq!(fingerprint, path.contains("fingerprint"), "{path}");
        assert_eq!(request.allowed_ips.is_some(), path.contains("allowed-ips"), "{path}");
        count += 1;
    }
    assert!(count >= 18, "{count} samples");
}

#[test]
fn errors_name_the_element() {
    let good = String::from_utf8(requests()[1].to_xml(Version::V2_1).unwrap()).unwrap();
    let swapped = "<SubjectIdentifierType>certificateSubject</SubjectIdentifierType>";
    let invalid = |element, reason| Error::Invalid { element, reason };
    let unexpected = |element| Error::Unexpected { element };
    let missing = |element| Error::Missing { element };
    let shape = "has a wrong shape";
    let table = [
        (good.replace("-D7<", "-d7<"), invalid("Challenge", shape)),
        (good.replace(&format!("<Challenge>{CHALLENGE}</Challenge>"), ""), missing("Challenge")),
        (good.replace("5265877635", "0265877635"), invalid("ContextIdentifier", shape)),
        (good.replace("<Nip>", "<Nip> "), invalid("ContextIdentifier", shape)),
        (good.replace("Nip>", "Pesel>"), unexpected("ContextIdentifier")),
        (good.replace("<Nip>", "<Nip>1111111111</Nip><Nip>"), unexpected("ContextIdentifier")),
        (good.replace("<Nip>5265877635</Nip>", ""), missing("ContextIdentifier")),
        (good.replace("certificateSubject", "subject"), invalid("SubjectIdentifierType", "is not known")),
        (good.replace(swapped, ""), missing("SubjectIdentifierType")),
        (good.replace(swapped, &swapped.repeat(2)), unexpected("AuthTokenRequest")),
        (good.replace("<Challenge>", &format!("{swapped}<Challenge>")), unexpected("AuthTokenRequest")),
        (good.replace("<Challenge>", "<Challenge a='1'>"), unexpected("AuthTokenRequest")),
        (good.replace("<AllowedIps>", "<x/><AllowedIps>"), unexpected("AuthorizationPolicy")),
        (good.replace("10.0.0.1-", "10.0.0.01-"), invalid("Ip4Range", shape)),
        (good.replace("172.16.0.0/16", "172.16.0.0/33"), invalid("Ip4Mask", shape)),
        (good.replace("172.16.0.0/16", "172.16.0.0/08"), invalid("Ip4Mask", shape)),
        (
            good.replacen("<Ip4Address>", "<Ip4Address>1.2.3.4</Ip4Address><Ip4Address>", 1),
            invalid("AllowedIps", "has more than 10 entries of one sort"),
        ),
        (good.replace("token/2.1", "token/2.2"), Error::UnexpectedRoot { expected: "AuthTokenRequest" }),
    ];
    for (text, error) in table {
        assert_ne!(text, good);
        assert_eq!(AuthTokenRequest::parse(text.as_bytes()).unwrap_err(), error, "{text}");
    }
    let repeated = good.replace("</AuthorizationPolicy>", "<AllowedIps/></AuthorizationPolicy>");
    assert_eq!(AuthTokenRequest::parse(repeated.as_bytes()).unwrap_err(), unexpected("AuthorizationPolicy"));
}

#[test]
fn requests_that_the_schema_forbids_are_not_written() {
    let mut request = requests().remove(1);
    request.challenge = "20250604".to_owned();
    assert!(matches!(request.to_xml(Version::V2_1), Err(Error::Invalid { element: "Challenge", .. })));
    let mut request = requests().remove(1);
    request.allowed_ips.as_mut().unwrap().addresses.push(Ipv4Addr::LOCALHOST);
    assert!(matches!(request.to_xml(Version::V2_1), Err(Error::Invalid { element: "AllowedIps", .. })));
    let mut request = requests().remove(1);
    request.allowed_ips.as_mut().unwrap().masks[0].1 = 33;
    assert!(matches!(request.to_xml(Version::V2_1), Err(Error::Invalid { element: "Ip4Mask", .. })));
}

#[test]
fn policies_admit_what_they_list() {
    let policy = requests().remove(1).allowed_ips.unwrap();
    let narrow = AllowedIps { masks: vec![(Ipv4Addr::new(172, 16, 0, 0), 16)], ..policy };
    for (address, admitted) in [
        ([192, 168, 0, 10], true),
        ([192, 168, 0, 11], false),
        ([10, 0, 0, 1], true),
        ([10, 0, 0, 254], true),
        ([10, 0, 0, 255], false),
        ([172, 16, 255, 255], true),
        ([172, 17, 0, 0], false),
    ] {
        assert_eq!(narrow.admits(Ipv4Addr::from(address)), admitted, "{address:?}");
    }
    let anywhere = AllowedIps { masks: vec![(Ipv4Addr::UNSPECIFIED, 0)], ..AllowedIps::default() };
    assert!(anywhere.admits(Ipv4Addr::BROADCAST) && AllowedIps::default().admits(Ipv4Addr::LOCALHOST));
}

#[test]
fn numbers_are_not_printed() {
    assert!(!format!("{:?}", requests()).contains("5265877635"));
}
