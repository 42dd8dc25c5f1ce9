//! The FA(3) samples of the reference pack: the valid ones are accepted by the emulator through our client, the ones
//! that break a rule without a schema are refused by both.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ksef_conformance::house;
use ksef_crypto::{MinistryKey, Sha256, SymmetricKey, prepare};
use ksef_documents::InvoiceHeader;
use ksef_emulator::Profile;
use ksef_model::{EncryptionInfo, OpenOnlineSessionRequest, PublicKeyCertificateUsage, SendInvoiceRequest};
use libksef::{Client, Form, OfflineMode, OpenOptions, SendOptions, SendOutcome};
use serde_json::json;
use tokio::task::JoinSet;

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec/samples");
/// Invoices in one session.
const SESSION: usize = 100;

/// The folder of the samples; without it the test says so and ends.
fn pack(test: &str) -> Option<PathBuf> {
    let folder = Path::new(PACK);
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    writeln!(std::io::stderr(), "SKIPPED {test}: the reference pack is not at hand ({PACK})")
        .expect("standard error");
    None
}

/// Rows of a table with a heading, columns by name.
fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    let content = fs::read_to_string(file).expect("a table of the pack");
    let mut lines = content.lines();
    let columns: Vec<&str> = lines.next().expect("a heading").split('\t').collect();
    lines
        .map(|line| {
            columns.iter().zip(line.split('\t')).map(|(c, v)| ((*c).to_owned(), v.to_owned())).collect()
        })
        .collect()
}

struct Sample {
    path: String,
    bytes: Vec<u8>,
    header: InvoiceHeader,
}

/// Samples that one KSeF can hold together.
#[derive(Default)]
struct Round {
    /// Seller, type and number of each.
    keys: BTreeSet<(String, String, String)>,
    samples: Vec<Arc<Sample>>,
}

fn valid_samples(pack: &Path) -> Vec<Sample> {
    let rows = table(&pack.join("MANIFEST.tsv"));
    let valid = rows.iter().filter(|row| row["form_code"] == "FA (3)/1-0E/FA" && row["xsd_valid"] == "yes");
    let samples: Vec<Sample> = valid
        .filter(|row| row["path"].starts_with("invoices/"))
        .map(|row| {
            let bytes = fs::read(pack.join(&row["path"])).expect("a sample of the pack");
            let header = InvoiceHeader::read(&bytes).unwrap_or_else(|e| panic!("{}: {e}", row["path"]));
            Sample { path: row["path"].clone(), bytes, header }
        })
        .collect();
    assert!(samples.len() >= 60, "the pack has {} valid FA(3) samples", samples.len());
    samples
}

#[tokio::test(flavor = "multi_thread")]
async fn every_valid_sample_is_accepted() {
    let Some(pack) = pack("every_valid_sample_is_accepted") else { return };
    // KSeF takes one invoice per seller, type and number; samples that share them go to different emulators.
    let mut rounds: Vec<Round> = Vec::new();
    for sample in valid_samples(&pack) {
        let header = &sample.header;
        let key = (header.seller_nip.to_string(), header.invoice_type.clone(), header.invoice_number.clone());
        let round = rounds.iter().position(|round| !round.keys.contains(&key)).unwrap_or(rounds.len());
        if round == rounds.len() {
            rounds.push(Round::default());
        }
        rounds[round].keys.insert(key);
        rounds[round].samples.push(Arc::new(sample));
    }
    let mut accepted = 0;
    for Round { samples, .. } in rounds {
        let emulator = house::emulator(Profile::Test).await;
        let mut by_seller: BTreeMap<String, Vec<Arc<Sample>>> = BTreeMap::new();
        for sample in samples {
            by_seller.entry(sample.header.seller_nip.to_string()).or_default().push(sample);
        }
        for (seller, samples) in by_seller {
            let context = house::context(&seller);
            let consent = json!({"context": {"type": "Nip", "value": seller}});
            house::manage(&emulator, "POST", "/contexts/attachments", Some(&consent));
            let client = house::client(&emulator, &context);
            for chunk in samples.chunks(SESSION) {
                accepted += send_all(&client, chunk).await;
            }
        }
        emulator.stop().await;
    }
    assert!(accepted >= 60, "only {accepted} samples were sent");
}

/// Sends samples in one session, all at once, and counts them.
async fn send_all(client: &Client, samples: &[Arc<Sample>]) -> usize {
    let session = client.open_online_session(Form::Fa3, OpenOptions::default()).await.expect("a session");
    let mut senders = JoinSet::new();
    for sample in samples {
        let (session, sample) = (session.clone(), Arc::clone(sample));
        senders.spawn(async move {
            let mut options = SendOptions::default();
            if sample.header.has_attachment {
                // Interactively an attachment may come only in a technical correction (PROTOCOL §19 rule 15).
                options.offline_mode = OfflineMode::Offline;
                options.hash_of_corrected_invoice = Some(Sha256::of(sample.path.as_bytes()));
            }
            let outcome = session.send(sample.bytes.clone(), options).await;
            let Ok(SendOutcome::Accepted(accepted)) = outcome else { panic!("{}: {outcome:?}", sample.path) };
            assert_eq!(accepted.invoice_hash, Sha256::of(&sample.bytes), "{}", sample.path);
        });
    }
    let mut count = 0;
    while let Some(done) = senders.join_next().await {
        done.expect("accepted");
        count += 1;
    }
    let status = session.status().await.expect("a status");
    assert_eq!(status.successful_invoice_count, Some(i32::try_from(count).expect("few")));
    session.close().await.expect("closed");
    count
}

/// Samples that break a rule without a schema: what our client says, and the status that the server gives.
const BROKEN: &[(&str, u16, i32)] = &[
    ("derived-server-rules/02-prolog-windows-1250.xml", 6004, 450),
    ("derived-server-rules/04-discouraged-char-u0080.xml", 6006, 450),
    ("derived-server-rules/08-dtd-doctype.xml", 6008, 450),
    ("derived-server-rules/10-discouraged-char-u10ffff.xml", 6006, 450),
    ("ksefuj/13-malformed-xml.xml", 6007, 450),
];
/// The one that only the server can judge: check digits count on production.
const WRONG_NIP: &str = "derived-server-rules/06-seller-nip-checksum.xml";

#[tokio::test(flavor = "multi_thread")]
async fn samples_that_break_rules_are_refused_by_client_and_emulator() {
    let Some(pack) = pack("samples_that_break_rules_are_refused_by_client_and_emulator") else { return };
    let invalid = pack.join("invalid/fa3");
    let emulator = house::emulator(Profile::Test).await;
    let client = house::client(&emulator, &house::context("5265877635"));
    let session = client.open_online_session(Form::Fa3, OpenOptions::default()).await.expect("a session");
    for (file, number, code) in BROKEN {
        let bytes = fs::read(invalid.join(file)).expect("a sample of the pack");
        let error = session.send(bytes.clone(), SendOptions::default()).await.expect_err(file);
        assert_eq!(error.number(), *number, "{file}: {error:?}");
        assert!(!error.was_sent(), "{file}");
        assert_eq!(status_of_unchecked(&client, &bytes).await, *code, "{file}");
    }
    assert_eq!(house::held(&emulator), 0);
    emulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_check_digit_is_refused_on_production_only() {
    let Some(pack) = pack("a_wrong_check_digit_is_refused_on_production_only") else { return };
    let bytes = fs::read(pack.join("invalid/fa3").join(WRONG_NIP)).expect("a sample of the pack");
    let header = InvoiceHeader::read(&bytes).expect("a header");
    for (profile, context) in
        [(Profile::Test, header.seller_nip.as_str()), (Profile::Production, "5265877635")]
    {
        let emulator = house::emulator(profile).await;
        let client = house::client(&emulator, &house::context(context));
        let session = client.open_online_session(Form::Fa3, OpenOptions::default()).await.expect("a session");
        let outcome = session.send(bytes.clone(), SendOptions::default()).await.expect("an outcome");
        match (profile, &outcome) {
            (Profile::Test, SendOutcome::Accepted(_)) => {}
            (Profile::Production, SendOutcome::Rejected(rejected)) => assert_eq!(rejected.code, 450),
            _ => panic!("{profile:?}: {outcome:?}"),
        }
        emulator.stop().await;
    }
}

/// Sends bytes that our client would not send, through the generated layer, and returns the invoice's final status.
async fn status_of_unchecked(client: &Client, bytes: &[u8]) -> i32 {
    let keys = client.public_keys().list().await.expect("public keys");
    let usage = PublicKeyCertificateUsage::SymmetricKeyEncryption;
    let published = keys.iter().find(|key| key.usage.contains(&usage)).expect("a key for sessions");
    let certificate = ksef_crypto::Certificate::from_base64(&published.certificate).expect("a certificate");
    let ministry = MinistryKey::from_certificate_der(certificate.der()).expect("a key");
    let key = SymmetricKey::generate().expect("a key");
    let request = OpenOnlineSessionRequest {
        form_code: Form::Fa3.into(),
        encryption: EncryptionInfo {
            encrypted_symmetric_key: base64(&ministry.wrap(&key).expect("wrapped")),
            initialization_vector: base64(key.iv()),
            public_key_id: Some(published.public_key_id.clone()),
        },
    };
    let session = client.sessions().open_online(&request).await.expect("a session").reference_number;
    let prepared = prepare(bytes, &key);
    let request = SendInvoiceRequest {
        invoice_hash: prepared.invoice_hash.to_base64(),
        invoice_size: prepared.invoice_size.try_into().expect("a size"),
        encrypted_invoice_hash: prepared.encrypted_hash.to_base64(),
        encrypted_invoice_size: prepared.encrypted_size.try_into().expect("a size"),
        encrypted_invoice_content: base64(&prepared.content),
        offline_mode: None,
        hash_of_corrected_invoice: None,
    };
    let invoice = client.sessions().send_invoice(&session, &request).await.expect("sent").reference_number;
    for _ in 0..1000 {
        let status = client.sessions().invoice_status(&session, &invoice).await.expect("a status").status;
        if status.code >= 200 {
            return status.code;
        }
        tokio::task::yield_now().await;
    }
    panic!("the invoice is never judged")
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
