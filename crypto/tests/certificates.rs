//! Certificates between this crate and OpenSSL: each reads and verifies the other's.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use jiff::Timestamp;
use ksef_crypto::authority::{Authority, IssueRequest, PersonSubject, SealSubject, Validity};
use ksef_crypto::{Certificate, Error, KeyKind, KeyUsage, PrivateKey, SubjectKind, self_signed};
use support::OpenSsl;

const KINDS: [KeyKind; 4] = [KeyKind::Rsa { bits: 2048 }, KeyKind::P256, KeyKind::P384, KeyKind::P521];

fn now() -> Timestamp {
    "2026-02-01T10:00:00Z".parse().unwrap()
}

fn validity() -> Validity {
    Validity::days(now(), 730).unwrap()
}

fn text(openssl: &OpenSsl, certificate: &Certificate) -> String {
    openssl.write("certificate.pem", certificate.to_pem());
    let text = openssl.run("x509 -in certificate.pem -noout -text -nameopt utf8,sep_comma_plus_space", b"");
    String::from_utf8(text).unwrap()
}

#[test]
fn openssl_reads_a_self_signed_person_and_seal() {
    let openssl = OpenSsl::new();
    for kind in KINDS {
        let person = PersonSubject::with_nip("Zażółć", "Gęślą", "5265877635");
        let identity = self_signed::person(&person, kind, validity()).unwrap();
        let shown = text(&openssl, identity.certificate());
        for part in [
            "Subject: GN=Zażółć, SN=Gęślą, serialNumber=TINPL-5265877635, CN=Zażółć Gęślą, C=PL",
            "Not Before: Feb  1 09:00:00 2026 GMT",
            "Not After : Feb  1 10:00:00 2028 GMT",
            "X509v3 Key Usage: critical\n                Digital Signature\n",
            "CA:FALSE",
        ] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
        openssl.run("verify -CAfile certificate.pem -no_check_time -check_ss_sig certificate.pem", b"");

        let seal = SealSubject::with_nip("Firma", "5265877635");
        let identity = self_signed::seal(&seal, kind, validity()).unwrap();
        let shown = text(&openssl, identity.certificate());
        assert!(
            shown.contains("Subject: O=Firma, organizationIdentifier=VATPL-5265877635, CN=Firma, C=PL"),
            "{shown}"
        );
    }
}

#[test]
fn string_types_are_those_of_the_official_clients() {
    let openssl = OpenSsl::new();
    let person = PersonSubject::with_pesel("Jan", "Kowalski", "44051401359");
    let identity = self_signed::person(&person, KeyKind::P256, validity()).unwrap();
    openssl.write("certificate.der", identity.certificate().der());
    let parsed = String::from_utf8(openssl.run("asn1parse -inform DER -in certificate.der", b"")).unwrap();
    for (tag, value) in [
        ("UTF8STRING", "Jan"),
        ("UTF8STRING", "Kowalski"),
        ("PRINTABLESTRING", "PNOPL-44051401359"),
        ("PRINTABLESTRING", "PL"),
    ] {
        let found = parsed.lines().any(|line| line.contains(tag) && line.ends_with(&format!(":{value}")));
        assert!(found, "{tag} {value}\n{parsed}");
    }
}

#[test]
fn openssl_verifies_what_the_authority_issues() {
    let openssl = OpenSsl::new();
    let authority = Authority::new("Test CCK", now()).unwrap();
    openssl.write("authority.pem", authority.certificate().to_pem());
    assert!(text(&openssl, authority.certificate()).contains("CA:TRUE"));
    for kind in KINDS {
        let key = PrivateKey::generate(kind).unwrap();
        let request = IssueRequest {
            subject: SealSubject::with_nip("Firma", "5265877635").into(),
            spki_der: key.spki_der(),
            validity: validity(),
            serial: Some("01F20A5D352AE590".to_owned()),
            key_usage: KeyUsage::NON_REPUDIATION,
        };
        let certificate = authority.issue(&request).unwrap();
        let shown = text(&openssl, &certificate);
        for part in [
            "140185933842146704 (0x1f20a5d352ae590)",
            "Issuer: CN=Test CCK",
            "X509v3 Key Usage: critical\n                Non Repudiation\n",
        ] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
        openssl.run("verify -x509_strict -no_check_time -CAfile authority.pem certificate.pem", b"");
        let public = openssl.run("x509 -in certificate.pem -noout -pubkey", b"");
        openssl.write("public.pem", public);
        assert_eq!(openssl.run("pkey -pubin -in public.pem -outform DER", b""), certificate.spki_der());
    }
}

#[test]
fn a_tls_server_is_good_for_its_hosts() {
    let openssl = OpenSsl::new();
    let authority = Authority::new("Test TLS", now()).unwrap();
    openssl.write("authority.pem", authority.certificate().to_pem());
    let server = authority.issue_tls_server(&["localhost", "127.0.0.1", "::1"], validity()).unwrap();
    openssl.write("server.pem", server.certificate().to_pem());
    let verify = |host: &str| {
        let command = format!(
            "verify -x509_strict -purpose sslserver -no_check_time -CAfile authority.pem {host} server.pem"
        );
        let arguments: Vec<&str> = command.split_whitespace().collect();
        openssl.try_run(&arguments, b"").status.success()
    };
    assert!(verify("-verify_hostname localhost"));
    assert!(verify("-verify_ip 127.0.0.1"));
    assert!(verify("-verify_ip ::1"));
    assert!(!verify("-verify_hostname elsewhere.example"));
    assert!(!verify("-verify_ip 127.0.0.2"));
    assert!(matches!(authority.issue_tls_server(&[], validity()), Err(Error::Issue { .. })));
}

/// Makes a certificate with OpenSSL and compares what both say about it.
fn compare(openssl: &OpenSsl, new_key: &str, subject: &str, options: &[&str]) -> Certificate {
    openssl.run(&format!("genpkey {new_key} -out key.pem"), b"");
    let mut arguments =
        vec!["req", "-x509", "-new", "-key", "key.pem", "-utf8", "-days", "30", "-subj", subject];
    arguments.extend(["-out", "made.pem"]);
    arguments.extend(options);
    let output = openssl.try_run(&arguments, b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let certificate = Certificate::from_pem(&openssl.read_text("made.pem")).unwrap();
    let said = |option: &str| {
        let text = openssl.run(&format!("x509 -in made.pem -noout {option}"), b"");
        let text = String::from_utf8(text).unwrap();
        text.trim().split_once('=').unwrap().1.to_owned()
    };
    assert_eq!(said("-fingerprint -sha256").replace(':', ""), certificate.fingerprint());
    assert_eq!(format!("{:0>16}", said("-serial").trim_start_matches("00")), certificate.serial_hex());
    assert_eq!(said("-subject -nameopt RFC2253,-esc_msb,utf8"), certificate.subject_rfc2253());
    assert_eq!(said("-issuer -nameopt RFC2253,-esc_msb,utf8"), certificate.issuer_rfc2253());
    let instant = |text: String| text.parse::<Timestamp>().unwrap();
    assert_eq!(instant(said("-startdate -dateopt iso_8601")), certificate.not_before());
    assert_eq!(instant(said("-enddate -dateopt iso_8601")), certificate.not_after());
    assert!(certificate.is_self_signed());
    certificate
}

const EC: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";

#[test]
fn openssl_and_we_say_the_same_about_its_certificates() {
    let openssl = OpenSsl::new();
    for name in [
        "/C=PL/O=Urząd, \"Gęślą\" <Jaźń>; \\\\ \\+ syn/CN=#1",
        "/CN=Łódź/OU= a /C=PL",
        "/CN=a/DC=example/ST=Mazowieckie/L=Warszawa/UID=x",
    ] {
        let certificate = compare(&openssl, EC, name, &[]);
        assert_eq!(certificate.subject().kind, SubjectKind::Other);
        assert_eq!(certificate.subject_rfc2253().contains("\\+ syn"), name.contains("syn"));
    }
    compare(&openssl, EC, "/CN=x", &["-set_serial", "0xFFEEDDCCBBAA99887766554433221100FFEEDDCC"]);
    compare(&openssl, EC, "/CN=x", &["-set_serial", "1"]);
    compare(&openssl, EC, "/CN=x", &["-days", "36500"]);
}

/// OpenSSL turns the attributes within one relative name around and writes `street` in small letters; RFC 2253 does
/// neither, and nor does the JDK.
#[test]
fn attributes_within_a_relative_name_keep_their_order() {
    let openssl = OpenSsl::new();
    openssl.run(&format!("genpkey {EC} -out key.pem"), b"");
    let subject = "/CN=a+OU=b/street=Polna 1";
    let arguments =
        ["req", "-x509", "-new", "-key", "key.pem", "-multivalue-rdn", "-subj", subject, "-out", "made.pem"];
    assert!(openssl.try_run(&arguments, b"").status.success());
    let certificate = Certificate::from_pem(&openssl.read_text("made.pem")).unwrap();
    assert_eq!(certificate.subject_rfc2253(), "STREET=Polna 1,CN=a+OU=b");
}

#[test]
fn signatures_of_many_kinds_are_verified() {
    let openssl = OpenSsl::new();
    for (key, options) in [
        (RSA, "-sha1"),
        (RSA, "-sha384"),
        (RSA, "-sha512"),
        (RSA, "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32"),
        (RSA, "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20"),
        (RSA, "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:max"),
        (RSA, "-sha1 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20"),
        (EC, "-sha1"),
        (EC, "-sha512"),
        (EC, "-sha3-256"),
    ] {
        compare(&openssl, key, "/CN=x", &options.split(' ').collect::<Vec<_>>());
    }
    // A key that is restricted to PSS has its own algorithm identifier.
    let key = "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048";
    let certificate = compare(&openssl, key, "/CN=x", &["-sha256"]);
    assert_eq!(certificate.key_kind().unwrap(), KeyKind::Rsa { bits: 2048 });
}

#[test]
fn a_subject_is_recognised_by_the_patterns_of_ksef() {
    let openssl = OpenSsl::new();
    let subject = |name: &str| compare_subject(&openssl, name);
    let person =
        |serial: &str| subject(&format!("/C=PL/GN=Jan/SN=Kowalski/serialNumber={serial}/CN=Jan Kowalski"));
    assert_eq!(person("PNOPL-44051401359"), (SubjectKind::Person, None, Some("44051401359".to_owned())));
    assert_eq!(person("PESEL: 44051401359"), (SubjectKind::Person, None, Some("44051401359".to_owned())));
    assert_eq!(person("TINPL-5265877635"), (SubjectKind::Person, Some("5265877635".to_owned()), None));
    assert_eq!(person("NIP 5265877635"), (SubjectKind::Person, Some("5265877635".to_owned()), None));
    assert_eq!(person("PNOPL-123"), (SubjectKind::Person, None, None));
    assert_eq!(person("IDCPL-44051401359"), (SubjectKind::Person, None, None));
    let seal = |name: &str| subject(&format!("/C=PL/O=Firma/CN=Firma/organizationIdentifier={name}"));
    assert_eq!(seal("VATPL-5265877635"), (SubjectKind::Seal, Some("5265877635".to_owned()), None));
    assert_eq!(seal("NTRPL-5265877635"), (SubjectKind::Seal, None, None));
    // A serial number alone makes no person.
    assert_eq!(subject("/C=PL/CN=x/serialNumber=TINPL-5265877635"), (SubjectKind::Other, None, None));
    // A name among a seal's attributes makes it no seal.
    let mixed = "/C=PL/O=Firma/CN=Firma/SN=Kowalski/organizationIdentifier=VATPL-5265877635";
    assert_eq!(subject(mixed), (SubjectKind::Other, None, None));
}

fn compare_subject(openssl: &OpenSsl, name: &str) -> (SubjectKind, Option<String>, Option<String>) {
    openssl.run(&format!("genpkey {EC} -out key.pem"), b"");
    let arguments = ["req", "-x509", "-new", "-key", "key.pem", "-subj", name, "-out", "made.pem"];
    let output = openssl.try_run(&arguments, b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let subject = Certificate::from_pem(&openssl.read_text("made.pem")).unwrap().subject();
    (subject.kind, subject.nip, subject.pesel)
}

#[test]
fn a_chain_made_by_openssl_is_verified() {
    let openssl = OpenSsl::new();
    openssl.run(&format!("genpkey {RSA} -out authority.key"), b"");
    openssl.run("req -x509 -new -key authority.key -subj /CN=Authority -out authority.pem", b"");
    openssl.run(&format!("genpkey {EC} -out leaf.key"), b"");
    openssl.run("req -new -key leaf.key -subj /CN=Leaf -out leaf.csr", b"");
    openssl.run(
        "x509 -req -in leaf.csr -CA authority.pem -CAkey authority.key -CAcreateserial -out leaf.pem",
        b"",
    );
    let read = |name: &str| Certificate::from_pem(&openssl.read_text(name)).unwrap();
    let (authority, leaf) = (read("authority.pem"), read("leaf.pem"));
    leaf.verify_issued_by(&authority).unwrap();
    assert!(matches!(authority.verify_issued_by(&leaf), Err(Error::NotIssuedBy { .. })));
    assert!(!leaf.is_self_signed());
    assert!(authority.is_authority());
    assert_eq!(leaf.key_usage(), None);
}

#[test]
fn the_certificate_of_the_published_links_is_read() {
    let Some(links) = support::vectors("the_certificate_of_the_published_links_is_read", "qr-links") else {
        return;
    };
    let der = support::base64(&links["kod_II"][0]["certificate_der_base64"]);
    let certificate = Certificate::from_der(&der).unwrap();
    assert_eq!(
        certificate.issuer_rfc2253(),
        "CN=TI CCK KSeF,OU=Krajowa Administracja Skarbowa,O=Ministerstwo Finansów,C=PL"
    );
    assert_eq!(certificate.serial_decimal(), "140185933842146704");
    assert_eq!(certificate.subject().kind, SubjectKind::Seal);
    assert_eq!(certificate.subject().nip.as_deref(), Some("5265877635"));
    assert_eq!(certificate.key_usage(), Some(KeyUsage::DIGITAL_SIGNATURE));
}
