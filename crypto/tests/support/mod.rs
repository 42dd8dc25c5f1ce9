//! What several tests need: the reference pack and the OpenSSL program.

#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::print_stderr, reason = "a skipped test says so where people look")]

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

pub(crate) fn base64(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

pub(crate) fn base64url(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

pub(crate) fn hex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// A file of the reference pack, or a SKIPPED line when the pack is not here.
pub(crate) fn pack(test: &str, path: &str) -> Option<Vec<u8>> {
    let full = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec")).join(path);
    let read = std::fs::read(&full);
    if read.is_err() {
        eprintln!("SKIPPED {test}: {} is not present", full.display());
    }
    read.ok()
}

pub(crate) fn vectors(test: &str, name: &str) -> Option<Value> {
    pack(test, &format!("vectors/{name}.json")).map(|bytes| serde_json::from_slice(&bytes).unwrap())
}

/// A directory where OpenSSL works.
pub(crate) struct OpenSsl {
    directory: tempfile::TempDir,
}

impl OpenSsl {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn read_text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// Runs `openssl`, feeds its standard input and gives what it said.
    pub(crate) fn try_run(&self, arguments: &[impl AsRef<OsStr>], input: &[u8]) -> Output {
        let mut child = Command::new("openssl")
            .args(arguments)
            .current_dir(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this test needs the program `openssl`: install the Debian package openssl");
        // A program that does not read its input closes the pipe; its own verdict is what counts.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// Runs `openssl` and demands success.
    pub(crate) fn run(&self, command: &str, input: &[u8]) -> Vec<u8> {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let output = self.try_run(&arguments, input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {command}: {said}");
        output.stdout
    }
}
