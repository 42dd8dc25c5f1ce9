//! What is accepted and what is refused of the shapes that PROTOCOL §3.4 lists, made by xmlsec1.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/template.rs"]
mod template;

use common::{Scratch, p256, person, rsa, run};
use ksef_crypto::{KeyKind, SignatureAlgorithm};
use ksef_xades::c14n::Algorithm;
use ksef_xades::verify::{ProfileFault, SignaturePackaging, Verified};
use ksef_xades::{SignOptions, Signer, VerifyError, VerifyOptions, sign, verify};
use template::{ENVELOPED, EXCLUSIVE, PLACE, TYPE, Template, certificate_v2, sign_again};

/// Written the way xmlsec1 writes documents, so that bytes can be compared.
fn document() -> String {
    let content = format!("<!--c--><q:a>5265877635</q:a>\n{PLACE}");
    format!(
        "<?xml version=\"1.0\"?>\n<r xmlns=\"urn:doc\" xmlns:q=\"urn:q\" Id=\"root\" xml:lang=\"pl\">{content}</r>\n"
    )
}

fn transform(uri: &str, content: &str) -> String {
    format!("<ds:Transform Algorithm=\"{uri}\">{content}</ds:Transform>")
}

fn strict(signed: &str) -> Result<Verified, VerifyError> {
    verify(signed.as_bytes(), &VerifyOptions::default())
}

fn lenient(signed: &str) -> Result<Verified, VerifyError> {
    verify(signed.as_bytes(), &VerifyOptions { strict: false, ..VerifyOptions::default() })
}

fn accepted(template: &Template) -> Verified {
    let signed = template.sign(&document(), p256());
    let verified = strict(&signed).unwrap_or_else(|error| panic!("{error}: {signed}"));
    assert_eq!(String::from_utf8(verified.unsigned_document.clone()).unwrap(), document().replace(PLACE, ""));
    assert_eq!(verified.signing_time, Some("2026-02-01T10:00:00.5Z".parse().unwrap()));
    assert_eq!(verified.packaging, SignaturePackaging::Enveloped);
    verified
}

fn fault(template: &Template) -> VerifyError {
    strict(&template.sign(&document(), p256())).unwrap_err()
}

#[test]
fn transforms_that_leave_out_the_signature() {
    let xpath = |expression: &str| {
        transform(
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            &format!("<ds:XPath>{expression}</ds:XPath>"),
        )
    };
    let filter = |expression: &str| {
        let content = format!(
            "<f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">{expression}</f:XPath>"
        );
        transform("http://www.w3.org/2002/06/xmldsig-filter2", &content)
    };
    let removals = [
        ENVELOPED.to_owned(),
        xpath("not(ancestor-or-self::ds:Signature)"),
        xpath(" not( ancestor-or-self::ds:Signature )\n"),
        filter("/descendant::ds:Signature"),
        filter("//ds:Signature"),
        filter("here()/ancestor::ds:Signature[1]"),
    ];
    for removal in &removals {
        for algorithm in Algorithm::ALL {
            let c14n = transform(algorithm.uri(), "");
            let template = Template {
                signed_info_c14n: algorithm.uri().into(),
                transforms: format!("{removal}{c14n}"),
                ..Template::new(p256())
            };
            accepted(&template);
        }
        accepted(&Template { transforms: removal.clone(), ..Template::new(p256()) });
    }
    for expression in
        ["true()", "not(ancestor-or-self::ds:Signature) or self::text()", "not(ancestor-or-self::ds:Object)"]
    {
        let template =
            Template { transforms: format!("{}{EXCLUSIVE}", xpath(expression)), ..Template::new(p256()) };
        assert!(
            matches!(fault(&template), VerifyError::UnsupportedAlgorithm { role: "transform", .. }),
            "{expression}"
        );
    }
}

#[test]
fn prefix_lists_and_repeated_canonicalisation() {
    let list =
        "<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"q #default\"/>";
    let exclusive = transform("http://www.w3.org/2001/10/xml-exc-c14n#", list);
    accepted(&Template { transforms: format!("{ENVELOPED}{exclusive}"), ..Template::new(p256()) });
    let inclusive = transform(Algorithm::Inclusive10WithComments.uri(), "");
    accepted(&Template { transforms: format!("{ENVELOPED}{inclusive}{EXCLUSIVE}"), ..Template::new(p256()) });
}

#[test]
fn references_to_the_root_by_id_and_by_xpointer() {
    for uri in ["#root", "#xpointer(/)", "#xpointer(id('root'))"] {
        accepted(&Template { document: format!("URI=\"{uri}\""), ..Template::new(p256()) });
    }
}

#[test]
fn digests_and_signature_methods() {
    for digest in ["http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512"]
    {
        accepted(&Template { digest: digest.into(), ..Template::new(p256()) });
    }
    for (hash, algorithm) in
        [("384", SignatureAlgorithm::EcdsaSha384), ("512", SignatureAlgorithm::EcdsaSha512)]
    {
        let method = format!("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha{hash}");
        assert_eq!(accepted(&Template { method, ..Template::new(p256()) }).algorithm, algorithm);
    }
    for (hash, algorithm) in
        [("384", SignatureAlgorithm::RsaPkcs1Sha384), ("512", SignatureAlgorithm::RsaPkcs1Sha512)]
    {
        let method = format!("http://www.w3.org/2001/04/xmldsig-more#rsa-sha{hash}");
        let signed = Template { method, ..Template::new(rsa()) }.sign(&document(), rsa());
        assert_eq!(strict(&signed).unwrap().algorithm, algorithm);
    }
}

#[test]
fn sha1_needs_permission() {
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1".to_owned();
    let by_digest = Template { digest: sha1, ..Template::new(rsa()) };
    let by_method =
        Template { method: "http://www.w3.org/2000/09/xmldsig#rsa-sha1".into(), ..Template::new(rsa()) };
    for (template, refused) in [(by_digest, "digest"), (by_method, "signature")] {
        let signed = template.sign(&document(), rsa());
        let error = strict(&signed).unwrap_err();
        assert!(
            matches!(error, VerifyError::UnsupportedAlgorithm { role, .. } if role == refused),
            "{error}"
        );
        verify(signed.as_bytes(), &VerifyOptions { allow_sha1: true, ..VerifyOptions::default() }).unwrap();
    }
}

/// A key that signs with RSA-PSS.
struct Pss(SignatureAlgorithm);

impl Signer for Pss {
    fn certificate(&self) -> &ksef_crypto::Certificate {
        rsa().certificate()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0
    }

    fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, ksef_crypto::Error> {
        rsa().key().sign(algorithm, message)
    }
}

#[test]
fn pss_verifies_here_and_in_the_jdk() {
    let scratch = Scratch::new();
    for algorithm in
        [SignatureAlgorithm::RsaPssSha256, SignatureAlgorithm::RsaPssSha384, SignatureAlgorithm::RsaPssSha512]
    {
        let options = SignOptions::request(common::signing_time());
        let signed = sign(document().as_bytes(), &Pss(algorithm), &options).unwrap();
        assert_eq!(verify(&signed, &VerifyOptions::default()).unwrap().algorithm, algorithm);
        let file = scratch.write(&format!("{algorithm:?}.xml"), signed);
        assert!(common::java_judge(&["verify", file.to_str().unwrap()]).ends_with("\tvalid\n"));
    }
}

#[test]
fn signing_certificate_of_version_2() {
    accepted(&Template {
        properties: format!(
            "<xades:SigningTime>2026-02-01T10:00:00.500Z</xades:SigningTime>{}",
            certificate_v2(p256())
        ),
        ..Template::new(p256())
    });
}

#[test]
fn further_references_are_checked_too() {
    let reference = format!(
        "<ds:Reference URI=\"#key\"><ds:Transforms>{EXCLUSIVE}</ds:Transforms><ds:DigestMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue/></ds:Reference>"
    );
    let certificate = p256().certificate().to_base64();
    let key_info = format!(
        "<ds:KeyInfo Id=\"key\"><ds:KeyName>n</ds:KeyName><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>\
         </ds:X509Data></ds:KeyInfo>"
    );
    let template = Template { more_references: reference, key_info, ..Template::new(p256()) };
    accepted(&template);
    let changed = template.sign(&document(), p256()).replace("<ds:KeyName>n<", "<ds:KeyName>m<");
    assert!(matches!(strict(&changed), Err(VerifyError::DigestMismatch { .. })));
}

#[test]
fn enveloping_signatures_hand_out_the_document() {
    let inner = "<q:doc xmlns:q=\"urn:q\"><q:a>1</q:a></q:doc>";
    let object =
        |attributes: &str, content: &str| format!("<ds:Object Id=\"doc\"{attributes}>{content}</ds:Object>");
    let reference = "URI=\"#doc\" Type=\"http://www.w3.org/2000/09/xmldsig#Object\"".to_owned();
    let base64 = "PHE6ZG9j\nIHhtbG5zOnE9InVybjpxIi8+";
    let decode = transform("http://www.w3.org/2000/09/xmldsig#base64", "");
    for (object, transforms, expected) in [
        (object("", inner), EXCLUSIVE.to_owned(), "<q:a>1</q:a></q:doc>"),
        (object("", inner), String::new(), "<q:a>1</q:a></q:doc>"),
        (object("", base64), decode.clone(), "<q:doc xmlns:q=\"urn:q\"/>"),
        (
            object(" Encoding=\"http://www.w3.org/2000/09/xmldsig#base64\"", base64),
            EXCLUSIVE.to_owned(),
            "<q:doc xmlns:q=\"urn:q\"/>",
        ),
    ] {
        let template =
            Template { document: reference.clone(), transforms, objects: object, ..Template::new(p256()) };
        let signed = template.sign(PLACE, p256());
        let verified = strict(&signed).unwrap_or_else(|error| panic!("{error}: {signed}"));
        assert_eq!(verified.packaging, SignaturePackaging::Enveloping);
        let content = String::from_utf8(verified.unsigned_document).unwrap();
        assert!(content.starts_with("<q:doc ") && content.ends_with(expected), "{content}");
        let changed = signed.replace("<q:a>1<", "<q:a>2<").replace("PHE6ZG9j", "PHE6ZG9k");
        assert!(matches!(strict(&changed), Err(VerifyError::DigestMismatch { .. })));
    }
    let hollow =
        Template { document: "URI=\"\"".into(), transforms: EXCLUSIVE.into(), ..Template::new(p256()) };
    let hollow = hollow.sign(PLACE, p256());
    assert!(strict(&hollow).is_err());
}

#[test]
fn the_strict_profile() {
    let base = Template::new(p256());
    let untyped = Template { properties_reference: "URI=\"#SignedProperties\"".into(), ..base.clone() };
    assert_eq!(fault(&untyped), VerifyError::Profile(ProfileFault::MissingType));
    assert!(lenient(&untyped.sign(&document(), p256())).unwrap().signing_time.is_some());

    let unsigned = Template { properties_reference: String::new(), ..base.clone() };
    assert_eq!(fault(&unsigned), VerifyError::Profile(ProfileFault::UnsignedProperties));
    assert!(lenient(&unsigned.sign(&document(), p256())).is_err());

    let plain = Template { properties: String::new(), ..unsigned };
    assert_eq!(fault(&plain), VerifyError::Profile(ProfileFault::NoProperties));
    assert_eq!(lenient(&plain.sign(&document(), p256())).unwrap().signing_time, None);

    let astray = Template { target: "#Other".into(), ..base.clone() };
    assert_eq!(fault(&astray), VerifyError::Profile(ProfileFault::WrongTarget));

    let time = "<xades:SigningTime>2026-02-01T10:00:00Z</xades:SigningTime>";
    let nameless = Template { properties: time.into(), ..base.clone() };
    assert_eq!(fault(&nameless), VerifyError::Profile(ProfileFault::NoSigningCertificate));

    let zoneless = Template { properties: base.properties.replace("+01:00", ""), ..base.clone() };
    assert_eq!(fault(&zoneless), VerifyError::Profile(ProfileFault::BadSigningTime));

    let decoy = format!("URI=\"#doc\" {TYPE}");
    let objects = "<ds:Object Id=\"doc\"><x/></ds:Object>".to_owned();
    let misdirected = Template { properties_reference: decoy, objects, ..base };
    assert_eq!(fault(&misdirected), VerifyError::Profile(ProfileFault::ReferenceToOtherProperties));
}

#[test]
fn certificates_that_do_not_belong() {
    let other = person(KeyKind::P256);
    let template = Template::new(&other);
    assert_eq!(fault(&template), VerifyError::CertificateMismatch);
    let base = Template::new(p256());
    let serial = format!("{}</ds:X509SerialNumber>", p256().certificate().serial_decimal());
    let template =
        Template { properties: base.properties.replace(&serial, "1</ds:X509SerialNumber>"), ..base.clone() };
    assert_eq!(fault(&template), VerifyError::CertificateMismatch);
    let signed = base.sign(&document(), p256());
    let (start, end) = (signed.find("<ds:X509Data>").unwrap(), signed.find("</ds:X509Data>").unwrap());
    for (data, reason) in [
        ("<ds:X509Data>", "there is none in KeyInfo"),
        ("<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate>", "it cannot be read"),
    ] {
        let error = strict(&format!("{}{data}{}", &signed[..start], &signed[end..])).unwrap_err();
        assert_eq!(error, VerifyError::Certificate { reason });
        assert_eq!(error.ksef_code(), 21115);
    }
    for at in ["2025-12-31T00:00:00Z", "2036-12-31T00:00:00Z"] {
        let options = VerifyOptions { at: Some(at.parse().unwrap()), ..VerifyOptions::default() };
        assert_eq!(verify(signed.as_bytes(), &options).unwrap_err().ksef_code(), 21115);
    }
}

#[test]
fn small_rsa_keys_are_unusable() {
    let scratch = Scratch::new();
    let (key, certificate) = (scratch.path().join("key.pem"), scratch.path().join("certificate.pem"));
    let mut command = std::process::Command::new("openssl");
    command.args([
        "req",
        "-x509",
        "-newkey",
        "rsa:1024",
        "-nodes",
        "-subj",
        "/CN=small/C=PL",
        "-days",
        "30",
        "-keyout",
    ]);
    command.arg(&key).arg("-out").arg(&certificate);
    let (success, _, log) = run("openssl", &mut command);
    assert!(success, "{log}");
    let read = |path| std::fs::read_to_string(path).unwrap();
    let template =
        Template { properties: String::new(), properties_reference: String::new(), ..Template::new(rsa()) };
    let text = document().replace(PLACE, &template.to_xml());
    let signed = template::sign_with_xmlsec1(&text, &read(key), &read(certificate));
    assert_eq!(lenient(&signed).unwrap_err().ksef_code(), 21115);
}

#[test]
fn what_points_outside_is_refused() {
    let signed = Template::new(p256()).sign(&document(), p256());
    let error = |uri: &str| strict(&sign_again(&signed.replacen("URI=\"\"", uri, 1), p256())).unwrap_err();
    for uri in ["URI=\"http://example.org/x.xml\"", "URI=\"other.xml\"", ""] {
        assert_eq!(error(uri), VerifyError::Detached);
    }
    assert_eq!(error("URI=\"#nowhere\""), VerifyError::DanglingReference);
    assert!(strict(&sign_again(&signed, p256())).is_ok());
}
