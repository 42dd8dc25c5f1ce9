//! Identities, files and outside judges for the tests of this crate.
#![allow(dead_code, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use jiff::Timestamp;
use ksef_crypto::self_signed::{self, PersonSubject, SealSubject, Validity};
use ksef_crypto::{KeyKind, SigningIdentity};

/// A request as PROTOCOL §3.3 shows it, with indentation.
pub(crate) const REQUEST: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <AuthTokenRequest xmlns=\"http://ksef.mf.gov.pl/auth/token/2.1\">\n  \
    <Challenge>20250604-CR-461EA5B000-537A6BA15D-D7</Challenge>\n  \
    <ContextIdentifier>\n    <Nip>5265877635</Nip>\n  </ContextIdentifier>\n  \
    <SubjectIdentifierType>certificateSubject</SubjectIdentifierType>\n</AuthTokenRequest>";

pub(crate) fn signing_time() -> Timestamp {
    "2026-02-01T10:00:00Z".parse().unwrap()
}

fn validity() -> Validity {
    Validity::days("2026-01-01T00:00:00Z".parse().unwrap(), 3650).unwrap()
}

/// The issuer's name has characters that need escaping in RFC 2253 and in XML.
pub(crate) fn seal(kind: KeyKind) -> SigningIdentity {
    let subject = SealSubject::with_nip("Kowalski, \"Żółw\" & Syn <sp. z o.o.>", "5265877635");
    self_signed::seal(&subject, kind, validity()).unwrap()
}

pub(crate) fn person(kind: KeyKind) -> SigningIdentity {
    self_signed::person(&PersonSubject::with_pesel("Jan", "Kowalski", "30112206276"), kind, validity())
        .unwrap()
}

/// RSA keys take long to generate, so tests of one program share one.
pub(crate) fn rsa() -> &'static SigningIdentity {
    static RSA: OnceLock<SigningIdentity> = OnceLock::new();
    RSA.get_or_init(|| seal(KeyKind::Rsa { bits: 2048 }))
}

pub(crate) fn p256() -> &'static SigningIdentity {
    static P256: OnceLock<SigningIdentity> = OnceLock::new();
    P256.get_or_init(|| person(KeyKind::P256))
}

/// The specification pack beside the repository; `None` with a note when it is not there.
pub(crate) fn spec(test: &str, path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/spec").join(path);
    if !full.exists() {
        eprintln!("SKIPPED {test}: the specification pack has no {path}");
        return None;
    }
    Some(full)
}

/// Runs a tool; a missing tool fails the test with the package to install. Returns success, stdout and stderr.
pub(crate) fn run(package: &str, command: &mut Command) -> (bool, Vec<u8>, String) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{:?} does not run ({error}): install the Debian package {package}", command.get_program())
    });
    (output.status.success(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A scratch directory with files in it.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// The verdict of xmlsec1 on a signed document; the trusted certificate is the signer's own.
pub(crate) fn xmlsec1_verify(document: &[u8], identity: &SigningIdentity) -> (bool, String) {
    let scratch = Scratch::new();
    let file = scratch.write("signed.xml", document);
    let certificate = scratch.write("signer.pem", identity.certificate().to_pem());
    let mut command = Command::new("xmlsec1");
    command
        .args(["--verify", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"])
        .args(["--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object"])
        .args(["--verification-gmt-time", "2026-02-01 10:00:00", "--enabled-key-data", "x509"])
        .arg("--trusted-pem")
        .arg(certificate)
        .arg(file);
    let (valid, _, stderr) = run("xmlsec1", &mut command);
    (valid, stderr)
}

/// Runs the Java judge of this crate.
pub(crate) fn java_judge(arguments: &[&str]) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/Judge.java");
    let mut command = Command::new("java");
    command.arg(source).args(arguments);
    let (success, stdout, stderr) = run("default-jdk-headless", &mut command);
    assert!(success, "the java judge failed: {stderr}");
    String::from_utf8(stdout).unwrap()
}
