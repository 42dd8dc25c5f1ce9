//! Programs that are not ours: xmlsec1 signs, openssl makes certificates and encrypts.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use base64::{Engine, prelude::BASE64_STANDARD};

/// Runs a program of a Debian package on its standard input; the program must succeed.
pub(crate) fn run(package: &str, program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let output = output(package, program, arguments, input);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    output.stdout
}

fn output(package: &str, program: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} does not run ({error}): apt-get install {package}"));
    // A program that wants no input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

pub(crate) fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    run("openssl", "openssl", arguments, input)
}

/// A self-signed certificate and its key, made by openssl. `subject` is in the form of `openssl req -subj`.
pub(crate) fn self_signed(subject: &str, key: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, private) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    let mut arguments = vec!["req", "-x509", "-nodes", "-utf8", "-days", "30", "-sha256", "-subj", subject];
    arguments.extend([
        "-keyout",
        private.to_str().unwrap(),
        "-out",
        certificate.to_str().unwrap(),
        "-newkey",
    ]);
    arguments.extend(key);
    openssl(&arguments, b"");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    (read(&certificate), read(&private))
}

/// Encrypts by RSA-OAEP with SHA-256 for hash and mask, to the key of a certificate of the Ministry (Base64 of DER).
pub(crate) fn oaep(certificate: &str, plain: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let public = folder.path().join("public.pem");
    let der = BASE64_STANDARD.decode(certificate).unwrap();
    std::fs::write(&public, openssl(&["x509", "-inform", "DER", "-pubkey", "-noout"], &der)).unwrap();
    let mut arguments = vec!["pkeyutl", "-encrypt", "-pubin", "-inkey", public.to_str().unwrap()];
    for option in ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"] {
        arguments.extend(["-pkeyopt", option]);
    }
    BASE64_STANDARD.encode(openssl(&arguments, plain))
}

/// Signs a document by xmlsec1 with an enveloped XAdES-BES signature of the shape of PROTOCOL §3.4.
pub(crate) fn xmlsec1_sign(document: &str, certificate: &str, key: &str, method: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (certificate_file, key_file) = (file("certificate.pem", certificate), file("key.pem", key));
    let der = openssl(&["x509", "-outform", "DER"], certificate.as_bytes());
    let digest = BASE64_STANDARD.encode(openssl(&["dgst", "-sha256", "-binary"], &der));
    let issuer = field(certificate, "-issuer");
    let serial = field(certificate, "-serial");
    let signature = template(method, &digest, &issuer, &decimal(&serial));
    let end = document.rfind("</").unwrap();
    let template = format!("{}{signature}{}", &document[..end], &document[end..]);
    let template = file("template.xml", &template);
    let signed = folder.path().join("signed.xml");
    run(
        "xmlsec1",
        "xmlsec1",
        &[
            "--sign",
            "--id-attr:Id",
            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
            "--privkey-pem",
            &format!("{key_file},{certificate_file}"),
            "--output",
            signed.to_str().unwrap(),
            &template,
        ],
        b"",
    );
    std::fs::read(&signed).unwrap()
}

fn field(certificate: &str, which: &str) -> String {
    let arguments = ["x509", "-noout", which, "-nameopt", "RFC2253"];
    let text = String::from_utf8(openssl(&arguments, certificate.as_bytes())).unwrap();
    text.split_once('=').unwrap().1.trim().replace('&', "&amp;").replace('<', "&lt;")
}

/// A hexadecimal number in decimal digits.
fn decimal(hex: &str) -> String {
    let mut digits = vec![0_u32];
    for nibble in hex.chars().map(|digit| digit.to_digit(16).unwrap()) {
        let mut carry = nibble;
        for digit in &mut digits {
            carry += *digit * 16;
            *digit = carry % 10;
            carry /= 10;
        }
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from_digit(*digit, 10).unwrap()).collect()
}

fn template(method: &str, digest: &str, issuer: &str, serial: &str) -> String {
    let now = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1);
    let exclusive = r#"<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>"#;
    let sha256 = r#"<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>"#;
    format!(
        r##"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="Signature"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>
<ds:SignatureMethod Algorithm="{method}"/>
<ds:Reference URI=""><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>{exclusive}</ds:Transforms>
{sha256}<ds:DigestValue/></ds:Reference>
<ds:Reference URI="#SignedProperties" Type="http://uri.etsi.org/01903#SignedProperties">
<ds:Transforms>{exclusive}</ds:Transforms>{sha256}<ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue/>
<ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>
<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#Signature">
<xades:SignedProperties Id="SignedProperties"><xades:SignedSignatureProperties>
<xades:SigningTime>{now:.0}</xades:SigningTime>
<xades:SigningCertificate><xades:Cert><xades:CertDigest>{sha256}<ds:DigestValue>{digest}</ds:DigestValue>
</xades:CertDigest><xades:IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName>
<ds:X509SerialNumber>{serial}</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert></xades:SigningCertificate>
</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>
</ds:Signature>"##
    )
}

pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

#[test]
fn hexadecimal_becomes_decimal() {
    assert_eq!(decimal("00"), "0");
    assert_eq!(decimal("FFFFFFFFFFFFFFFF"), "18446744073709551615");
}
