//! Signatures made here, judged by our verifier, xmlsec1 and the JDK.
#![allow(clippy::unwrap_used)]

mod common;

use common::{REQUEST, Scratch, java_judge, p256, person, rsa, seal, signing_time, xmlsec1_verify};
use ksef_crypto::{Certificate, Error, KeyKind, SignatureAlgorithm, SigningIdentity};
use ksef_xades::c14n::Algorithm;
use ksef_xades::verify::SignaturePackaging;
use ksef_xades::{SignError, SignOptions, Signer, VerifyError, VerifyOptions, sign, verify};

fn upo() -> String {
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><Potwierdzenie xmlns=\"http://upo.schematy.mf.gov.pl/KSeF/v4-3\" \
     xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xml:lang=\"pl\">\
     <NazwaPodmiotuPrzyjmujacego>Ministerstwo Finansów</NazwaPodmiotuPrzyjmujacego></Potwierdzenie>"
        .to_owned()
}

/// Documents that make signing harder: prefixes, inherited attributes, empty roots, comments, what follows the root.
fn awkward_documents() -> Vec<String> {
    vec![
        REQUEST.to_owned(),
        upo(),
        "<r/>".to_owned(),
        "<r />".to_owned(),
        "<a:r xmlns:a='urn:a' a:x='>\t&#9;\"/>'/>".to_owned(),
        "<ds:r xmlns:ds='urn:not-dsig' xmlns:xades='urn:not-xades' xml:lang='pl'><ds:x/></ds:r >".to_owned(),
        "<?xml version='1.0'?><!-- a --><?pi x?><r xmlns='urn:r'>\r\n<!-- b --><![CDATA[</r>]]>&#13;<x xmlns=''/></r>\n<!-- </r> -->\n"
            .to_owned(),
    ]
}

fn check(document: &str, identity: &SigningIdentity, options: &SignOptions) -> Vec<u8> {
    let signed = sign(document.as_bytes(), identity, options).unwrap();
    let verified =
        verify(&signed, &VerifyOptions { at: Some(signing_time()), ..VerifyOptions::default() }).unwrap();
    assert_eq!(verified.certificate.der(), identity.certificate().der());
    assert_eq!(verified.signing_time, Some(signing_time()));
    assert_eq!(verified.algorithm, identity.algorithm());
    assert_eq!(verified.packaging, SignaturePackaging::Enveloped);
    if !document.ends_with("/>") {
        assert_eq!(String::from_utf8(verified.unsigned_document).unwrap(), document);
    }
    let (valid, log) = xmlsec1_verify(&signed, identity);
    assert!(valid, "xmlsec1 refuses {}: {log}", String::from_utf8_lossy(&signed));
    signed
}

#[test]
fn every_key_kind_verifies_here_in_xmlsec1_and_in_the_jdk() {
    let scratch = Scratch::new();
    let (p384, p521, large) =
        (person(KeyKind::P384), person(KeyKind::P521), seal(KeyKind::Rsa { bits: 3072 }));
    let mut files = Vec::new();
    for (name, identity) in
        [("rsa", rsa()), ("rsa3072", &large), ("p256", p256()), ("p384", &p384), ("p521", &p521)]
    {
        for (shape, options) in
            [("request", SignOptions::request(signing_time())), ("upo", SignOptions::upo(signing_time()))]
        {
            let signed = check(REQUEST, identity, &options);
            files.push(scratch.write(&format!("{name}-{shape}.xml"), signed));
        }
    }
    let paths: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    let verdicts = java_judge(&[&["verify"], paths.as_slice()].concat());
    assert_eq!(verdicts.lines().count(), files.len());
    assert!(verdicts.lines().all(|line| line.ends_with("\tvalid")), "{verdicts}");
}

#[test]
fn awkward_documents_verify_with_every_canonicalisation() {
    let scratch = Scratch::new();
    let mut files = Vec::new();
    for (number, document) in awkward_documents().iter().enumerate() {
        for algorithm in Algorithm::ALL {
            let options = SignOptions {
                signed_info_c14n: algorithm,
                document_c14n: Some(algorithm),
                properties_c14n: algorithm,
                ..SignOptions::request(signing_time())
            };
            let signed = check(document, p256(), &options);
            files.push(scratch.write(&format!("{number}-{algorithm:?}.xml"), signed));
        }
        check(document, p256(), &SignOptions::upo(signing_time()));
    }
    let paths: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    let verdicts = java_judge(&[&["verify"], paths.as_slice()].concat());
    assert_eq!(verdicts.lines().count(), files.len());
    assert!(verdicts.lines().all(|line| line.ends_with("\tvalid")), "{verdicts}");
}

#[test]
fn the_shape_is_the_minimal_structure() {
    let signed =
        String::from_utf8(sign(REQUEST.as_bytes(), rsa(), &SignOptions::request(signing_time())).unwrap());
    let signed = signed.unwrap();
    let at = |needle: &str| signed.find(needle).unwrap_or_else(|| panic!("no {needle}"));
    let document_reference = at("<ds:Reference URI=\"\">");
    let enveloped = at("<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>");
    let exclusive = at("<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>");
    let properties_reference =
        at("<ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"#SignedProperties\">");
    assert!(document_reference < enveloped && enveloped < exclusive && exclusive < properties_reference);
    assert!(
        signed.contains("<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"Signature\">")
    );
    assert!(
        signed.contains(
            "CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>"
        )
    );
    assert!(
        signed.contains("SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>")
    );
    assert!(signed.contains("<xades:SigningTime>2026-02-01T10:00:00Z</xades:SigningTime>"));
    assert!(signed.contains(&format!("<ds:X509SerialNumber>{}<", rsa().certificate().serial_decimal())));
    assert!(signed.ends_with("</ds:Signature></AuthTokenRequest>"));
}

#[test]
fn rsa_signatures_are_the_same_every_time() {
    let options = SignOptions::request(signing_time());
    let first = sign(REQUEST.as_bytes(), rsa(), &options).unwrap();
    assert_eq!(first, sign(REQUEST.as_bytes(), rsa(), &options).unwrap());
}

#[test]
fn misuse_is_refused() {
    let options = SignOptions::request(signing_time());
    let refuse =
        |document: &str, options: &SignOptions| sign(document.as_bytes(), p256(), options).unwrap_err();
    assert!(matches!(refuse(REQUEST, &SignOptions::default()), SignError::SigningTimeMissing));
    assert!(matches!(refuse("<a Id='Signature'/>", &options), SignError::IdTaken));
    assert!(matches!(refuse("<a><b Id='SignedProperties'/></a>", &options), SignError::IdTaken));
    assert!(matches!(refuse("<a", &options), SignError::Xml(_)));
    let signed = String::from_utf8(sign(REQUEST.as_bytes(), p256(), &options).unwrap()).unwrap();
    assert!(matches!(refuse(&signed, &options), SignError::AlreadySigned));
}

/// A signer whose key does not belong to its certificate, and one that writes DER: the two ways to be refused with 9105.
struct Broken<'i> {
    certificate: &'i Certificate,
    key: &'i SigningIdentity,
    der: bool,
}

impl Signer for Broken<'_> {
    fn certificate(&self) -> &Certificate {
        self.certificate
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, Error> {
        let raw = self.key.sign(algorithm, message)?;
        if self.der { ksef_crypto::ecdsa_der_from_raw(&raw) } else { Ok(raw) }
    }
}

#[test]
fn the_self_check_catches_broken_signers() {
    let other = person(KeyKind::P256);
    let options = SignOptions::request(signing_time());
    for (certificate, der) in [(other.certificate(), false), (p256().certificate(), true)] {
        let broken = Broken { certificate, key: p256(), der };
        let error = sign(REQUEST.as_bytes(), &broken, &options).unwrap_err();
        assert!(matches!(error, SignError::SelfCheck(VerifyError::SignatureMismatch)), "{error}");
        let unchecked = SignOptions { self_check: false, ..options.clone() };
        assert!(sign(REQUEST.as_bytes(), &broken, &unchecked).is_ok());
    }
}
