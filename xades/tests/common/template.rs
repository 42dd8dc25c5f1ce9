//! Signatures of other shapes than ours, made by xmlsec1 from a template.
#![allow(dead_code)]

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ksef_crypto::{Sha256, SigningIdentity};
use ksef_xades::Signer;
use ksef_xades::c14n::{Algorithm, canonicalize_element};

use crate::common::{Scratch, run};

pub(crate) const ENVELOPED: &str =
    "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
pub(crate) const EXCLUSIVE: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
pub(crate) const TYPE: &str = "Type=\"http://uri.etsi.org/01903#SignedProperties\"";
pub(crate) const PLACE: &str = "<!--signature-->";

/// A signature to be; every part is text so that a test can bend it.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) signed_info_c14n: String,
    pub(crate) method: String,
    /// Attributes of the document reference.
    pub(crate) document: String,
    pub(crate) transforms: String,
    pub(crate) digest: String,
    pub(crate) more_references: String,
    /// Attributes of the reference to the properties; empty for no such reference.
    pub(crate) properties_reference: String,
    /// Content of `SignedSignatureProperties`.
    pub(crate) properties: String,
    /// Whole `ds:Object` elements before the one with the properties.
    pub(crate) objects: String,
    pub(crate) target: String,
    pub(crate) key_info: String,
}

impl Template {
    pub(crate) fn new(identity: &SigningIdentity) -> Self {
        let rsa = matches!(identity.key().kind(), ksef_crypto::KeyKind::Rsa { .. });
        let method = if rsa { "rsa-sha256" } else { "ecdsa-sha256" };
        Self {
            signed_info_c14n: "http://www.w3.org/2001/10/xml-exc-c14n#".into(),
            method: format!("http://www.w3.org/2001/04/xmldsig-more#{method}"),
            document: "URI=\"\"".into(),
            transforms: format!("{ENVELOPED}{EXCLUSIVE}"),
            digest: "http://www.w3.org/2001/04/xmlenc#sha256".into(),
            more_references: String::new(),
            properties_reference: format!("URI=\"#SignedProperties\" {TYPE}"),
            properties: format!(
                "<xades:SigningTime>2026-02-01T11:00:00.5+01:00</xades:SigningTime>{}",
                certificate_v1(identity)
            ),
            objects: String::new(),
            target: "#Signature".into(),
            key_info: "<ds:KeyInfo><ds:X509Data/></ds:KeyInfo>".into(),
        }
    }

    pub(crate) fn to_xml(&self) -> String {
        let digest = format!("<ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue/>", self.digest);
        let properties_reference = match self.properties_reference.as_str() {
            "" => String::new(),
            attributes => format!(
                "<ds:Reference {attributes}><ds:Transforms>{EXCLUSIVE}</ds:Transforms>{digest}</ds:Reference>"
            ),
        };
        let properties = match self.properties.as_str() {
            "" => String::new(),
            content => format!(
                "<ds:Object><xades:QualifyingProperties xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\" Target=\"{}\">\
                 <xades:SignedProperties Id=\"SignedProperties\"><xades:SignedSignatureProperties>{content}\
                 </xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>",
                self.target
            ),
        };
        let transforms = match self.transforms.as_str() {
            "" => String::new(),
            transforms => format!("<ds:Transforms>{transforms}</ds:Transforms>"),
        };
        format!(
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"Signature\"><ds:SignedInfo Id=\"SignedInfo\">\
             <ds:CanonicalizationMethod Algorithm=\"{}\"/><ds:SignatureMethod Algorithm=\"{}\"/>\
             <ds:Reference {}>{transforms}{digest}</ds:Reference>{}{properties_reference}</ds:SignedInfo>\
             <ds:SignatureValue/>{}{}{properties}</ds:Signature>",
            self.signed_info_c14n,
            self.method,
            self.document,
            self.more_references,
            self.key_info,
            self.objects
        )
    }

    /// Puts the template where the document says [`PLACE`] (or makes it the whole document) and signs.
    pub(crate) fn sign(&self, document: &str, identity: &SigningIdentity) -> String {
        sign_with_xmlsec1(
            &document.replace(PLACE, &self.to_xml()),
            &identity.key().to_pkcs8_pem(),
            &identity.certificate().to_pem(),
        )
    }
}

/// Computes the signature value anew, as a signer with bad intentions would after bending `SignedInfo`.
pub(crate) fn sign_again(signed: &str, identity: &SigningIdentity) -> String {
    let message = canonicalize_element(signed.as_bytes(), "SignedInfo", Algorithm::Exclusive, &[]).unwrap();
    let value = STANDARD.encode(Signer::sign(identity, identity.algorithm(), &message).unwrap());
    let (start, end) = ("<ds:SignatureValue>", "</ds:SignatureValue>");
    let from = signed.find(start).unwrap() + start.len();
    let to = signed.find(end).unwrap();
    format!("{}{value}{}", &signed[..from], &signed[to..])
}

pub(crate) fn certificate_v1(identity: &SigningIdentity) -> String {
    format!(
        "<xades:SigningCertificate><xades:Cert>{}<xades:IssuerSerial><ds:X509IssuerName>CN=any</ds:X509IssuerName>\
         <ds:X509SerialNumber>{}</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert></xades:SigningCertificate>",
        certificate_digest(identity),
        identity.certificate().serial_decimal()
    )
}

pub(crate) fn certificate_v2(identity: &SigningIdentity) -> String {
    format!(
        "<xades:SigningCertificateV2><xades:Cert>{}</xades:Cert></xades:SigningCertificateV2>",
        certificate_digest(identity)
    )
}

fn certificate_digest(identity: &SigningIdentity) -> String {
    format!(
        "<xades:CertDigest><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
         <ds:DigestValue>{}</ds:DigestValue></xades:CertDigest>",
        Sha256::of(identity.certificate().der()).to_base64()
    )
}

pub(crate) fn sign_with_xmlsec1(document: &str, key_pem: &str, certificate_pem: &str) -> String {
    let scratch = Scratch::new();
    let file = scratch.write("template.xml", document);
    let key = scratch.write("key.pem", key_pem);
    let certificate = scratch.write("certificate.pem", certificate_pem);
    let signed = scratch.path().join("signed.xml");
    let mut command = Command::new("xmlsec1");
    command.arg("--sign");
    for name in [
        "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        "http://www.w3.org/2000/09/xmldsig#:Object",
        "http://www.w3.org/2000/09/xmldsig#:KeyInfo",
        "urn:doc:r",
    ] {
        command.args(["--id-attr:Id", name]);
    }
    command.arg("--privkey-pem").arg(format!("{},{}", key.display(), certificate.display()));
    command.arg("--output").arg(&signed).arg(file);
    let (success, _, log) = run("xmlsec1", &mut command);
    assert!(success, "xmlsec1 does not sign {document}: {log}");
    std::fs::read_to_string(signed).unwrap()
}
