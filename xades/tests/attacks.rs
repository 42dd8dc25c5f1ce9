//! Changed, wrapped and bent signatures. Each mutation must be refused here and, where it is its business, by xmlsec1.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/template.rs"]
mod template;

use common::{REQUEST, p256, person, rsa, signing_time, xmlsec1_verify};
use ksef_crypto::KeyKind;
use ksef_xades::verify::{ProfileFault, ReferenceTarget};
use ksef_xades::{SignOptions, VerifyError, VerifyOptions, XmlError, sign, verify};
use template::{EXCLUSIVE, TYPE, Template, sign_again};

fn strict(signed: &str) -> Result<ksef_xades::Verified, VerifyError> {
    verify(signed.as_bytes(), &VerifyOptions::default())
}

fn code(signed: &str) -> i32 {
    strict(signed).expect_err("accepted").ksef_code()
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the text has no {from:?}");
    text.replacen(from, to, 1)
}

/// The text with the first letter or digit after a marker exchanged for another one.
fn flipped(text: &str, marker: &str) -> String {
    let at = text.find(marker).unwrap_or_else(|| panic!("no {marker:?}")) + marker.len();
    let other = if text[at..].starts_with('A') { 'B' } else { 'A' };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// Mutations of a request, what we say to them, and whether xmlsec1 must refuse them too. What xmlsec1 lets pass is XAdES, which
/// it does not know, or the number of signatures, which is no concern of it.
fn mutations(signed: &str) -> Vec<(&'static str, String, VerifyError, bool)> {
    let document = VerifyError::DigestMismatch { target: ReferenceTarget::Document };
    let properties = VerifyError::DigestMismatch { target: ReferenceTarget::SignedProperties };
    let signature = VerifyError::SignatureMismatch;
    let structure = |reason| VerifyError::Structure { reason };
    let start = signed.find("<ds:Signature ").unwrap();
    let end = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let element = &signed[start..end];
    let other = person(KeyKind::P256).certificate().to_base64();
    let certificate_at = signed.find("<ds:X509Certificate>").unwrap() + "<ds:X509Certificate>".len();
    let certificate_end = signed.find("</ds:X509Certificate>").unwrap();
    let with_other_certificate =
        format!("{}{other}{}", &signed[..certificate_at], &signed[certificate_end..]);
    let object_at = signed.find("<ds:Object>").unwrap();
    let object_end = signed.find("</ds:Object>").unwrap() + "</ds:Object>".len();
    vec![
        ("content changed", replaced(signed, "5265877635", "1111111111"), document.clone(), true),
        ("white space changed", replaced(signed, "  <Challenge>", " <Challenge>"), document.clone(), true),
        ("attribute added", replaced(signed, "<Nip>", "<Nip a='b'>"), document.clone(), true),
        ("element added", replaced(signed, "<Nip>", "<Nip/><Nip>"), document.clone(), true),
        ("namespace changed", replaced(signed, "auth/token/2.1", "auth/token/2.0"), signature.clone(), true),
        (
            "text after the signature",
            replaced(signed, "</ds:Signature>", "</ds:Signature>\n"),
            document.clone(),
            true,
        ),
        ("instruction added", replaced(signed, "<Nip>", "<?x?><Nip>"), document, true),
        ("signature value changed", flipped(signed, "<ds:SignatureValue>"), signature.clone(), true),
        ("document digest changed", flipped(signed, "<ds:DigestValue>"), signature.clone(), true),
        (
            "signed info reformatted",
            replaced(signed, "<ds:SignedInfo>", "<ds:SignedInfo>\n"),
            signature.clone(),
            true,
        ),
        ("method changed", replaced(signed, "#ecdsa-sha256", "#ecdsa-sha512"), signature.clone(), true),
        (
            "method of another key",
            replaced(signed, "#ecdsa-sha256", "#rsa-sha256"),
            VerifyError::AlgorithmDoesNotFitKey,
            true,
        ),
        ("transform removed", replaced(signed, EXCLUSIVE, ""), signature.clone(), true),
        ("type removed", replaced(signed, &format!(" {TYPE}"), ""), signature, true),
        (
            "signing time changed",
            replaced(signed, "2026-02-01T10", "2026-02-01T09"),
            properties.clone(),
            true,
        ),
        ("issuer changed", replaced(signed, "<ds:X509IssuerName>", "<ds:X509IssuerName>x"), properties, true),
        (
            "certificate digest changed",
            flipped(
                signed,
                "</xades:SigningTime><xades:SigningCertificate><xades:Cert><xades:CertDigest><ds:DigestMethod \
                     Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>",
            ),
            VerifyError::CertificateMismatch,
            true,
        ),
        ("certificate exchanged", with_other_certificate, VerifyError::CertificateMismatch, true),
        (
            "certificate removed",
            replaced(signed, "X509Certificate>", "X509Nothing>").replacen(
                "/ds:X509Certificate>",
                "/ds:X509Nothing>",
                1,
            ),
            VerifyError::Certificate { reason: "there is none in KeyInfo" },
            true,
        ),
        (
            "properties removed",
            format!("{}{}", &signed[..object_at], &signed[object_end..]),
            VerifyError::Profile(ProfileFault::NoProperties),
            true,
        ),
        (
            "target changed",
            replaced(signed, "Target=\"#Signature\"", "Target=\"#Else\""),
            VerifyError::Profile(ProfileFault::WrongTarget),
            false,
        ),
        ("signature removed", replaced(signed, element, ""), VerifyError::NoSignature, true),
        (
            "signature doubled",
            replaced(signed, element, &element.repeat(2)),
            VerifyError::TooManySignatures,
            false,
        ),
        (
            "value removed",
            replaced(signed, "ds:SignatureValue>", "ds:Nothing>").replacen(
                "/ds:SignatureValue>",
                "/ds:Nothing>",
                1,
            ),
            structure("no SignatureValue"),
            true,
        ),
        (
            "not base64",
            replaced(signed, "<ds:SignatureValue>", "<ds:SignatureValue>*"),
            structure("a value is not base64"),
            false,
        ),
    ]
}

#[test]
fn every_mutation_is_refused_here_and_by_xmlsec1() {
    let signed = sign(REQUEST.as_bytes(), p256(), &SignOptions::request(signing_time())).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    assert!(strict(&signed).is_ok() && xmlsec1_verify(signed.as_bytes(), p256()).0);
    let mutations = mutations(&signed);
    assert!(mutations.len() >= 24);
    for (name, mutated, expected, concerns_xmlsec1) in mutations {
        assert_ne!(mutated, signed, "{name}");
        assert_eq!(strict(&mutated).expect_err(name), expected, "{name}");
        if concerns_xmlsec1 {
            assert!(!xmlsec1_verify(mutated.as_bytes(), p256()).0, "xmlsec1 accepts: {name}");
        }
    }
}

#[test]
fn every_flipped_byte_of_the_signed_part_is_noticed() {
    let signed = sign(REQUEST.as_bytes(), p256(), &SignOptions::upo(signing_time())).unwrap();
    let declaration = REQUEST.find("<AuthTokenRequest").unwrap();
    let end = signed.windows(13).position(|window| window == b"<ds:Signature").unwrap();
    for at in declaration..end {
        let mut mutated = signed.clone();
        mutated[at] ^= 1;
        assert!(verify(&mutated, &VerifyOptions::default()).is_err(), "byte {at}");
    }
}

#[test]
fn comments_are_not_signed_and_do_not_hide_content() {
    let signed = sign(REQUEST.as_bytes(), rsa(), &SignOptions::request(signing_time())).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let commented = replaced(&signed, "<Nip>5265877635", "<Nip>52<!-- 11 -->65877635");
    let verified = strict(&commented).unwrap();
    assert!(String::from_utf8(verified.signed_bytes).unwrap().contains("<Nip>5265877635</Nip>"));
    assert!(xmlsec1_verify(commented.as_bytes(), rsa()).0);
}

const WRAPPED: &str = "<r xmlns=\"urn:doc\" Id=\"root\"><a>5265877635</a><!--signature--></r>";

/// A signature over an element by its Id stays valid when the element is moved; only the coverage rule notices.
#[test]
fn a_moved_document_is_refused() {
    let template = Template { document: "URI=\"#root\"".into(), ..Template::new(p256()) };
    let signed = template.sign(WRAPPED, p256());
    assert!(strict(&signed).is_ok());
    let original = &signed[signed.find("<r ").unwrap()..];
    let wrapped = format!("<r xmlns=\"urn:doc\"><a>1111111111</a><hidden>{original}</hidden></r>");
    assert_eq!(strict(&wrapped).unwrap_err(), VerifyError::DocumentNotCovered);

    // the same with the signature taken out to where a reader expects it
    let start = original.find("<ds:Signature ").unwrap();
    let end = original.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let (signature, rest) = (&original[start..end], format!("{}{}", &original[..start], &original[end..]));
    let moved = format!("<r xmlns=\"urn:doc\"><a>1111111111</a><hidden>{rest}</hidden>{signature}</r>");
    assert_eq!(strict(&moved).unwrap_err(), VerifyError::DocumentNotCovered);

    // and with the old root inside the signature, which is dropped from what is read
    let inside =
        replaced(signature, "</ds:Signature>", &format!("<ds:Object>{rest}</ds:Object></ds:Signature>"));
    let inside = format!("<r xmlns=\"urn:doc\"><a>1111111111</a>{inside}</r>");
    assert_eq!(strict(&inside).unwrap_err(), VerifyError::DocumentNotCovered);
}

#[test]
fn ids_given_twice_are_refused() {
    let template = Template { document: "URI=\"#root\"".into(), ..Template::new(p256()) };
    let signed = template.sign(WRAPPED, p256());
    for attribute in ["Id", "ID", "id", "xml:id"] {
        for id in ["root", "SignedProperties", "Signature"] {
            let doubled = replaced(&signed, "<ds:KeyInfo>", &format!("<ds:KeyInfo {attribute}=\"{id}\">"));
            let error = strict(&doubled).unwrap_err();
            assert!(matches!(error, VerifyError::Document(XmlError::DuplicateId { .. })), "{error}");
        }
    }
}

#[test]
fn decoy_properties_are_refused() {
    // the reference finds properties that are not those of the signature
    let signed = Template::new(p256()).sign(WRAPPED, p256());
    let start = signed.find("<xades:SignedProperties").unwrap();
    let end = signed.find("</xades:SignedProperties>").unwrap() + "</xades:SignedProperties>".len();
    let honest = &signed[start..end];
    let forged =
        replaced(honest, "11:00:00.5", "12:00:00.5").replacen("Id=\"SignedProperties\"", "Id=\"Forged\"", 1);
    let decoy = format!(
        "<ds:Object xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\">{honest}</ds:Object></ds:Signature>"
    );
    let bent = replaced(&replaced(&signed, honest, &forged), "</ds:Signature>", &decoy);
    assert_eq!(strict(&bent).unwrap_err(), VerifyError::Profile(ProfileFault::ReferenceToOtherProperties));
}

#[test]
fn a_signer_cannot_claim_coverage_that_is_not_there() {
    // a text that happens to be base64
    let signed = Template::new(p256()).sign(&WRAPPED.replace("5265877635", "526587763500"), p256());
    assert!(strict(&sign_again(&signed, p256())).is_ok());
    let bent = |from: &str, to: &str| strict(&sign_again(&replaced(&signed, from, to), p256())).unwrap_err();

    let base64 = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/>";
    assert_eq!(bent(EXCLUSIVE, base64), VerifyError::DocumentNotCovered);
    assert_eq!(bent("URI=\"\"", "URI=\"#SignedProperties\""), VerifyError::DocumentNotCovered);
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>";
    assert!(matches!(bent(EXCLUSIVE, xslt), VerifyError::UnsupportedAlgorithm { role: "transform", .. }));
    let repeated = format!("{base64}{EXCLUSIVE}");
    assert_eq!(bent(EXCLUSIVE, &repeated).ksef_code(), 9101);
    assert_eq!(bent(EXCLUSIVE, &EXCLUSIVE.repeat(9)).ksef_code(), 9101);
    let md5 = bent("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#md5");
    assert!(matches!(md5, VerifyError::UnsupportedAlgorithm { role: "digest", .. }));
    let hmac = bent(
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
    );
    let list = (0..65).map(|number| format!("p{number} ")).collect::<String>();
    let listed = format!(
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><InclusiveNamespaces \
         xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{list}\"/></ds:Transform>"
    );
    assert_eq!(bent(EXCLUSIVE, &listed).ksef_code(), 9101);
    assert!(matches!(hmac, VerifyError::UnsupportedAlgorithm { role: "signature", .. }));
}

#[test]
fn countersignatures_do_not_count() {
    let signed = Template::new(p256()).sign(WRAPPED, p256());
    let unsigned = "</xades:SignedProperties><xades:UnsignedProperties><xades:UnsignedSignatureProperties>\
                    <xades:CounterSignature><ds:Signature/></xades:CounterSignature>\
                    </xades:UnsignedSignatureProperties></xades:UnsignedProperties>";
    assert!(strict(&replaced(&signed, "</xades:SignedProperties>", unsigned)).is_ok());
    let outside = replaced(
        &signed,
        "<a>",
        "<x:CounterSignature xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\">\
                    <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/></x:CounterSignature><a>",
    );
    assert_eq!(code(&outside), 9103);
}

#[test]
fn codes_for_what_is_no_signed_document() {
    assert_eq!(code(REQUEST), 9102);
    assert_eq!(code(""), 9101);
    assert_eq!(code("<a"), 9101);
    assert_eq!(code("<a><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/></a>"), 9101);
}
