//! The program against the emulator: what it prints and how it ends.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use ksef_documents::fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate};
use ksef_emulator::{Emulator, EmulatorConfig, Profile};
use libksef::{ContextIdentifier, Nip};
use serde_json::Value;

const NIP: &str = "5265877635";

/// A KSeF, a token that may send and read, and a folder.
struct World {
    runtime: tokio::runtime::Runtime,
    emulator: Emulator,
    token: String,
    folder: PathBuf,
}

impl World {
    fn new(name: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let config = EmulatorConfig { profile: Profile::Test, ..EmulatorConfig::default() };
        let emulator = runtime.block_on(Emulator::start(config)).expect("the emulator starts");
        let context = ContextIdentifier::from(nip());
        let token = emulator.create_token(&context, &["InvoiceWrite", "InvoiceRead"]).expect("a token");
        let folder = std::env::temp_dir().join(format!("ksef-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self { runtime, emulator, token, folder }
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    /// Runs `ksef` with the connection of this world.
    fn ksef(&self, arguments: &[&str], input: &str) -> Output {
        let environment =
            [("KSEF_URL", self.emulator.api_url()), ("KSEF_NIP", NIP), ("KSEF_TOKEN", self.token.as_str())];
        ksef(arguments, &environment, input)
    }

    fn end(self) {
        self.runtime.block_on(self.emulator.stop());
        std::fs::remove_dir_all(self.folder).expect("the folder goes");
    }
}

fn ksef(arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ksef"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ksef starts");
    // A program that does not read its input may have ended before.
    let _ = child.stdin.take().expect("an input").write_all(input.as_bytes());
    child.wait_with_output().expect("ksef ends")
}

fn nip() -> Nip {
    NIP.parse().expect("a NIP")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[track_caller]
fn success(output: Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[track_caller]
fn json(output: Output) -> Value {
    serde_json::from_str(&success(output)).expect("JSON")
}

fn invoice(number: &str, days: i64) -> Vec<u8> {
    let today = jiff::Timestamp::now().in_tz("Europe/Warsaw").expect("a zone").date();
    let date = today.checked_add(jiff::Span::new().days(days)).expect("a date");
    let seller = Seller {
        nip: nip(),
        name: "Sprzedawca".into(),
        address: Address::polish("ul. Próbna 1", "00-001 Warszawa"),
    };
    let buyer = Buyer::with_nip("1111111111".parse().expect("a NIP"), "Nabywca");
    let line = Line::new("Usługa", 1.into(), "szt.", 100.into(), VatRate::Percent23);
    InvoiceBuilder::new(seller, buyer, number, date).line(line).build().expect("an invoice")
}

#[test]
fn invoices_are_sent_and_each_verdict_is_told() {
    let world = World::new("send");
    let good = world.file("good.xml", &invoice("CLI/1", 0));
    let future = world.file("future.xml", &invoice("CLI/2", 2));
    let broken = world.file("broken.xml", b"<Faktura>");
    let upo = world.folder.join("upo");
    let folder = upo.display().to_string();
    let sent = json(world.ksef(&["send", &good, "--upo-folder", &folder, "--json"], ""));
    assert_eq!(sent[0]["outcome"], "accepted", "{sent}");
    let saved = std::fs::read_to_string(sent[0]["upo"].as_str().expect("a path")).expect("the UPO");
    assert!(saved.contains(sent[0]["ksefNumber"].as_str().expect("a number")));

    let refused = world.ksef(&["send", &future], "");
    assert_eq!(refused.status.code(), Some(5));
    assert!(text(&refused.stdout).contains("450"), "{}", text(&refused.stdout));
    let broken = world.ksef(&["send", &broken], "");
    assert_eq!(broken.status.code(), Some(7), "{}", text(&broken.stdout));

    let sessions = json(world.ksef(&["sessions", "list", "--json"], ""));
    assert_eq!(sessions.as_array().expect("a list").len(), 3);
    let table = success(world.ksef(&["sessions", "list"], ""));
    let reference = sessions[0]["referenceNumber"].as_str().expect("a reference");
    assert!(table.starts_with("REFERENCE") && table.contains(reference), "{table}");
    let status = json(world.ksef(&["sessions", "status", reference, "--json"], ""));
    assert!(status["status"]["code"].is_number(), "{status}");
    world.end();
}

#[test]
fn any_operation_is_called_by_its_name() {
    let world = World::new("api");
    let listed = json(ksef(&["operations", "--json"], &[], ""));
    assert_eq!(listed.as_array().expect("a list").len(), 83);
    let table = success(ksef(&["operations", "tokens"], &[], ""));
    assert!(table.contains("tokens.revoke") && !table.contains("sessions.status"), "{table}");

    let page = json(world.ksef(&["api", "tokens.list", "-i", "pageSize=10", "-i", "status=Active"], ""));
    assert_eq!(page["tokens"].as_array().expect("tokens").len(), 1, "{page}");
    let range = "\"dateRange\":{\"dateType\":\"Issue\",\"from\":\"2026-01-01T00:00:00Z\"}";
    let query = format!("{{\"subjectType\":\"Subject1\",{range}}}");
    let found = world.ksef(&["api", "invoices.query_metadata", "--json", "-"], &query);
    let known = [Some(0), Some(5)];
    assert!(known.contains(&found.status.code()), "{}", text(&found.stderr));

    let garbled = world.ksef(&["api", "invoices.query_metadata", "--json", "-"], "{");
    assert_eq!(garbled.status.code(), Some(2), "{}", text(&garbled.stderr));

    for (arguments, named) in [
        (&["api", "tokens.make"][..], "tokens.make"),
        (&["api", "tokens.list", "-i", "pages=1"], "pages"),
        (&["api", "tokens.status"], "referenceNumber"),
    ] {
        let output = world.ksef(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(named), "{arguments:?}: {}", text(&output.stderr));
    }
    world.end();
}

#[test]
fn the_class_of_an_error_is_the_exit_code() {
    let world = World::new("codes");
    let closed = ("KSEF_URL", "http://127.0.0.1:1/v2");
    let token = ("KSEF_TOKEN", world.token.as_str());
    let api = ("KSEF_URL", world.emulator.api_url());
    let code = |environment: &[(&str, &str)]| ksef(&["limits"], environment, "").status.code();
    assert_eq!(code(&[closed, token, ("KSEF_NIP", NIP)]), Some(3), "no server");
    assert_eq!(code(&[api, ("KSEF_NIP", NIP)]), Some(2), "no credentials");
    assert_eq!(code(&[api, token, ("KSEF_NIP", "5265877636")]), Some(2), "no NIP");
    assert_eq!(code(&[token, ("KSEF_NIP", NIP)]), Some(2), "no environment");
    assert_eq!(code(&[api, token, ("KSEF_NIP", "1111111111")]), Some(4), "another context");
    let limits = success(world.ksef(&["limits"], ""));
    assert!(limits.contains("context.onlineSession.maxInvoices"), "{limits}");
    // A token may not make tokens.
    let made =
        world.ksef(&["tokens", "generate", "--permission", "InvoiceRead", "--description", "another"], "");
    assert_eq!(made.status.code(), Some(5), "{}", text(&made.stderr));
    world.end();
}

#[test]
fn tokens_are_made_listed_and_revoked_with_a_certificate() {
    let world = World::new("tokens");
    let seal = libksef::test_identity::seal(&nip(), "Command line", libksef::test_identity::KeyKind::P256)
        .expect("a seal");
    let certificate = world.file("certificate.pem", seal.certificate().to_pem().as_bytes());
    let key = world.file("key.pem", seal.key().to_pkcs8_pem().as_bytes());
    let run = |arguments: &[&str]| {
        let environment = [("KSEF_URL", world.emulator.api_url()), ("KSEF_NIP", NIP)];
        let identity = ["--certificate", &certificate, "--key", &key];
        ksef(&[arguments, &identity[..]].concat(), &environment, "")
    };
    let permissions = "InvoiceRead,InvoiceWrite";
    let made = json(run(&[
        "tokens",
        "generate",
        "--permission",
        permissions,
        "--description",
        "from a test",
        "--json",
    ]));
    let reference = made["referenceNumber"].as_str().expect("a reference");
    assert!(made["token"].as_str().expect("a token").contains(NIP));
    let table = success(run(&["tokens", "list"]));
    let row = table.lines().find(|line| line.contains(reference)).expect("a row");
    assert!(row.contains(permissions) && row.contains("from a test"), "{row}");
    assert!(success(run(&["tokens", "revoke", reference])).contains(reference));
    let status = json(run(&["api", "tokens.status", "-i", &format!("referenceNumber={reference}")]));
    assert_ne!(status["status"], "Active", "{status}");
    world.end();
}
