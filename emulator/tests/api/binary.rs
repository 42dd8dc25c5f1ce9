//! The program.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{judges::openssl, world::NIP};

struct Program {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    ready: Value,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ksef-emulator"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        Self { child, out, ready: serde_json::from_str(&line).unwrap() }
    }

    fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    /// Stops the program by SIGTERM; gives the rest of what it printed.
    fn terminate(mut self) -> String {
        let killed = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        let deadline = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the program does not stop");
            std::thread::yield_now();
        };
        assert!(status.success(), "{status}");
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn output(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ksef-emulator")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn help_tells_all() {
    let (success, help, _) = output(&["--help"]);
    assert!(success);
    for word in [
        "--port",
        "--management-port",
        "--public-url",
        "--profile",
        "--seed",
        "--tls",
        "production",
        "\"ready\":true",
    ] {
        assert!(help.contains(word), "{word} in {help}");
    }
}

#[test]
fn wrong_arguments_are_told_on_stderr() {
    for arguments in [
        ["--profile", "prod"],
        ["--seed", "/nonexistent/seed.json"],
        ["--public-url", "http://localhost/path"],
        ["--port", "70000"],
    ] {
        let (success, out, errors) = output(&arguments);
        assert!(!success && out.is_empty() && !errors.is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn prints_one_line_writes_seeded_certificates_and_stops_on_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let certificate = json!({"nip": NIP, "certificateFile": path("c.pem"), "keyFile": path("k.pem")});
    std::fs::write(path("seed.json"), json!({"certificates": [certificate]}).to_string()).unwrap();
    let program = Program::start(&[
        "--seed",
        &path("seed.json"),
        "--profile",
        "demo",
        "--public-url",
        "http://ksef.localhost:0",
    ]);
    assert_eq!((&program.ready["ready"], &program.ready["profile"]), (&json!(true), &json!("demo")));
    let port = program.text("api").trim_start_matches("http://127.0.0.1:").trim_end_matches("/v2").to_owned();
    assert_eq!(program.text("publicUrl"), format!("http://ksef.localhost:{port}"));
    let subject = openssl(&["x509", "-noout", "-subject", "-in", &path("c.pem")], b"");
    assert!(String::from_utf8(subject).unwrap().contains(NIP));
    openssl(&["pkey", "-noout", "-in", &path("k.pem")], b"");

    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.post(format!("{}/auth/challenge", program.text("api"))).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(program.terminate(), "");
}

#[test]
fn openssl_trusts_the_tls_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem");
    let program = Program::start(&["--tls", "--public-url", "https://ksef.localhost:0"]);
    std::fs::write(&authority, program.text("authorityPem")).unwrap();
    let address = program.text("api").trim_start_matches("https://").trim_end_matches("/v2").to_owned();
    for check in [["-verify_ip", "127.0.0.1"], ["-verify_hostname", "ksef.localhost"]] {
        let request = format!(
            "POST /v2/auth/challenge HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let mut arguments =
            vec!["s_client", "-quiet", "-ign_eof", "-verify_return_error", "-connect", &address];
        arguments.extend(["-CAfile", authority.to_str().unwrap()]);
        arguments.extend(check);
        let answer = String::from_utf8(openssl(&arguments, request.as_bytes())).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"challenge\""), "{answer}");
    }
}
