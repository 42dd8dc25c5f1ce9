//! OpenSSL makes keys and requests for certificates, and looks at certificates.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

/// Runs openssl on its standard input; it must succeed.
pub(crate) fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("openssl does not run ({error}): apt-get install openssl"));
    // A program that wants no input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {errors}");
    output.stdout
}

/// A private key in a file of its own.
#[derive(Debug)]
pub(crate) struct Key {
    _folder: tempfile::TempDir,
    file: PathBuf,
}

impl Key {
    /// A key of `openssl genpkey`, such as `["EC", "ec_paramgen_curve:P-256"]`.
    pub(crate) fn generate(algorithm: &str, option: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        let out = file.to_str().unwrap();
        openssl(&["genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", out], b"");
        Self { _folder: folder, file }
    }

    pub(crate) fn p256() -> Self {
        Self::generate("EC", "ec_paramgen_curve:P-256")
    }

    pub(crate) fn rsa(bits: u32) -> Self {
        Self::generate("RSA", &format!("rsa_keygen_bits:{bits}"))
    }

    pub(crate) fn pem(&self) -> String {
        std::fs::read_to_string(&self.file).unwrap()
    }

    /// A request for a certificate with these attributes, DER.
    pub(crate) fn csr(&self, data: &Value, options: &[&str]) -> Vec<u8> {
        let subject: String = data
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| {
                let value =
                    value.as_str().unwrap().replace('\\', "\\\\").replace('/', "\\/").replace('+', "\\+");
                format!("/{}={value}", short_name(name))
            })
            .collect();
        let mut arguments = vec!["req", "-new", "-utf8", "-outform", "DER", "-subj", &subject, "-key"];
        arguments.push(self.file.to_str().unwrap());
        arguments.extend(options);
        openssl(&arguments, b"")
    }
}

/// The name by which openssl knows a member of the enrolment data.
fn short_name(member: &str) -> &str {
    match member {
        "commonName" => "CN",
        "surname" => "SN",
        "countryName" => "C",
        "organizationName" => "O",
        "givenName" => "GN",
        "uniqueIdentifier" => "x500UniqueIdentifier",
        // serialNumber and organizationIdentifier go by their own names.
        other => other,
    }
}

/// Demands that openssl believes at this instant that the authority issued the certificate (both PEM).
pub(crate) fn verify(authority: &str, certificate: &str, at: jiff::Timestamp) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (authority, certificate) = (write("ca.pem", authority), write("leaf.pem", certificate));
    let at = at.as_second().to_string();
    let said = openssl(&["verify", "-x509_strict", "-attime", &at, "-CAfile", &authority, &certificate], b"");
    assert!(String::from_utf8_lossy(&said).trim().ends_with(": OK"));
}

/// What openssl prints of a certificate (PEM).
pub(crate) fn look(certificate: &str, arguments: &[&str]) -> String {
    let mut all = vec!["x509", "-noout"];
    all.extend(arguments);
    String::from_utf8(openssl(&all, certificate.as_bytes())).unwrap()
}
