//! Confirmations before other people's tools: libxml2 and xmlsec1.

use std::{fs, path::Path, process::Command};

use ksef_crypto::Authority;
use ksef_documents::upo::{Receiver, Upo};
use ksef_xades::{VerifyOptions, verify};

use super::{SealPlace, UpoSlot};
use crate::sessions::{
    Opening,
    fixture::{World, invoice},
};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec/xsd/upo/upo-v4-3.xsd");

struct Confirmed {
    invoice: UpoSlot,
    page: UpoSlot,
    place: SealPlace,
    authority: Authority,
    world: World,
}

fn confirmed(receiver: Receiver) -> Confirmed {
    let mut world = World::new();
    let opening = Opening { receiver, ..world.opening() };
    let session = world.open_with(opening);
    let first = world.send(session, &invoice("VAT", "FV/1 &amp; &lt;2>", "2026-11-22"));
    world.send(session, &invoice("VAT", "FV/2", "2026-11-20"));
    world.pass(10);
    world.close(session).unwrap();
    world.pass(10);
    Confirmed {
        invoice: world.accepted(&first).upo.clone(),
        page: world.store.session(session).pages[0].upo.clone(),
        place: world.store.seal(),
        authority: Authority::new("Emulator CA", world.now).unwrap(),
        world,
    }
}

/// Runs a tool of another maker.
fn run(tool: &str, package: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(tool).args(arguments).output().unwrap_or_else(|error| {
        panic!("{tool} does not run ({error}); install the Debian package {package}")
    });
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn path_of(file: &Path) -> &str {
    file.to_str().unwrap()
}

#[test]
fn the_schema_accepts_the_production_upo() {
    if !Path::new(SCHEMA).exists() {
        eprintln!("SKIPPED the_schema_accepts_the_production_upo: the reference pack is not here");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    for (receiver, valid) in [(Receiver::Production, true), (Receiver::Test, false)] {
        let confirmed = confirmed(receiver);
        for slot in [&confirmed.invoice, &confirmed.page] {
            let file = directory.path().join("upo.xml");
            fs::write(&file, slot.unsigned().unwrap()).unwrap();
            let arguments = ["--noout", "--nonet", "--schema", SCHEMA, path_of(&file)];
            let (accepted, text) = run("xmllint", "libxml2-utils", &arguments);
            assert_eq!(accepted, valid, "{text}");
        }
    }
}

#[test]
fn xmlsec1_verifies_the_signature_and_sees_tampering() {
    let confirmed = confirmed(Receiver::Test);
    let seal = confirmed.place.seal(&confirmed.authority, confirmed.world.now).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let authority = directory.path().join("ca.pem");
    fs::write(&authority, confirmed.authority.certificate().to_pem()).unwrap();
    let time = confirmed.world.now.strftime("%Y-%m-%d %H:%M:%S").to_string();
    for slot in [&confirmed.invoice, &confirmed.page] {
        let signed = slot.signed(&seal).unwrap().content;
        let file = directory.path().join("upo.xml");
        let arguments = [
            "--verify",
            "--enabled-key-data",
            "x509",
            "--trusted-pem",
            path_of(&authority),
            "--verification-time",
            &time,
            "--id-attr:Id",
            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
            path_of(&file),
        ];
        fs::write(&file, &signed).unwrap();
        let (good, text) = run("xmlsec1", "xmlsec1", &arguments);
        assert!(good, "{text}");

        let text = String::from_utf8(signed.to_vec()).unwrap();
        fs::write(&file, text.replace("FV/1", "FV/9").replace("FV/2", "FV/9")).unwrap();
        assert!(!run("xmlsec1", "xmlsec1", &arguments).0);
    }
}

#[test]
fn the_seal_is_the_ministrys_and_the_contents_are_ours() {
    let confirmed = confirmed(Receiver::Test);
    let seal = confirmed.place.seal(&confirmed.authority, confirmed.world.now).unwrap();
    let signed = confirmed.page.signed(&seal).unwrap();
    let verified = verify(&signed.content, &VerifyOptions::default()).unwrap();
    assert_eq!(verified.certificate.subject().nip.as_deref(), Some("5260250274"));
    verified.certificate.verify_issued_by(confirmed.authority.certificate()).unwrap();

    let read = Upo::parse(&signed.content).unwrap();
    assert!(read.signed);
    assert_eq!(read.documents.len(), 2);
    assert_eq!(read.documents[0].invoice_number, "FV/1 & <2>");
    let page = read.page.unwrap();
    assert_eq!((page.number, page.count, page.first_document, page.last_document), (1, 1, 1, 2));
    assert_eq!(Upo::parse(&confirmed.invoice.signed(&seal).unwrap().content).unwrap().page, None);
}

#[test]
fn everyone_gets_the_same_bytes() {
    let confirmed = confirmed(Receiver::Test);
    let seal = confirmed.place.seal(&confirmed.authority, confirmed.world.now).unwrap();
    let page = &confirmed.page;
    let copies: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| page.signed(&seal).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for copy in &copies {
        assert_eq!(copy.content, copies[0].content);
        assert_eq!(copy.hash, ksef_crypto::Sha256::of(&copies[0].content));
    }
}

#[test]
fn a_page_holds_ten_thousand_documents_and_ranges_include_both_ends() {
    let confirmed = confirmed(Receiver::Test);
    let one = confirmed.page.documents()[0].clone();
    let documents = vec![one; 10_001];
    let opening = confirmed.world.opening();
    let session = "20260119-SO-36E370E000-B1C29B0B96-6B".parse().unwrap();
    let pages: Vec<_> = UpoSlot::pages(&session, &opening, &documents, confirmed.world.now)
        .iter()
        .map(|slot| (slot.page().unwrap(), slot.documents().len()))
        .map(|(page, held)| (page.number, page.count, page.first_document, page.last_document, held))
        .collect();
    assert_eq!(pages, [(1, 2, 1, 10_000, 10_000), (2, 2, 10_001, 10_001, 1)]);
}
