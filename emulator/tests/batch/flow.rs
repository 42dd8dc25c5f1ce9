//! A package from the first call to the confirmation.

use std::{collections::HashMap, path::Path};

use ksef_crypto::{Sha256, SymmetricKey};
use ksef_documents::upo::Upo;
use ksef_emulator::Profile;
use ksef_model::{
    ContextIdentifier, Nip, OpenBatchSessionResponse, SessionInvoicesResponse, SessionsQueryResponse,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    client::{SELLER, World, hash_of},
    invoice,
    package::{Package, zip},
    today,
};

#[tokio::test]
async fn both_formats_are_numbered_listed_and_confirmed() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite", "InvoiceRead"]).await;
    for (series, parts) in [("Zip", 1), ("TarGz", 3)] {
        let files: Vec<(&str, Vec<u8>)> = ["a.xml", "folder/b.XML", "c.xml"]
            .into_iter()
            .map(|name| (name, invoice(&format!("{series}/{name}"), today())))
            .collect();
        let package = match series {
            "Zip" => Package::zip(&files, parts, &world.key),
            _ => Package::tar_gz(&files, parts, &world.key),
        };
        let body = world.batch_opening(&package).await;
        let opened: OpenBatchSessionResponse = world.try_open_batch(&token, body.clone()).await.json();
        assert_eq!(opened.reference_number.kind(), Some("SB"));
        assert!(opened.reference_number.checksum_is_valid());
        assert_eq!(opened.part_upload_requests.len(), parts);

        let session = world.send_batch_with(&token, &package, body).await;
        let done = world.final_session(&token, &session).await;
        assert_eq!((done.status.code, done.invoice_count), (200, Some(3)), "{:?}", done.status);
        assert_eq!(done.status.description, "Sesja wsadowa przetworzona pomyślnie");
        assert_eq!((done.successful_invoice_count, done.failed_invoice_count), (Some(3), None));

        let invoices = world.batch_invoices(&token, &session).await;
        for ((invoice, (name, content)), ordinal) in invoices.iter().zip(&files).zip(1..) {
            assert_eq!(invoice.ordinal_number, ordinal);
            assert_eq!(invoice.invoice_file_name.as_deref(), Some(*name));
            assert_eq!(invoice.invoice_hash, Some(hash_of(content)));
            assert_eq!(invoice.invoicing_date, done.date_created);
            assert_eq!(invoice.invoicing_mode.as_ref().unwrap().as_str(), "Online");
            let number = invoice.ksef_number.as_ref().unwrap();
            assert!(number.checksum_is_valid());
            let path = format!("/sessions/{session}/invoices/{}/upo", invoice.reference_number);
            let upo = Upo::parse(&world.read(&token, &path).await.body).unwrap();
            assert_eq!(upo.documents[0].ksef_number, *number);
            assert_eq!(upo.documents[0].invoice_hash, hash_of(content));
        }
        let page = &done.upo.unwrap().pages[0];
        let collective =
            world.read(&token, &format!("/sessions/{session}/upo/{}", page.reference_number)).await;
        let upo = Upo::parse(&collective.body).unwrap();
        assert_eq!(upo.session_reference.as_str(), session);
        assert_eq!(upo.documents.len(), 3);
        world.manage("/clock", json!({"advanceSeconds": 1})).await;
        let number = invoices[1].ksef_number.as_ref().unwrap();
        let stored = world.read(&token, &format!("/invoices/ksef/{number}")).await;
        assert_eq!(stored.body, files[1].1);
    }
    let list = async |kind: &str| -> SessionsQueryResponse {
        world.read(&token, &format!("/sessions?sessionType={kind}")).await.json()
    };
    // Each package was opened once more and left alone.
    assert_eq!(list("Batch").await.sessions.len(), 4);
    assert_eq!(list("Online").await.sessions.len(), 0);
}

#[tokio::test]
async fn every_invoice_has_its_own_verdict() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let tomorrow = today().tomorrow().unwrap().tomorrow().unwrap();
    let stranger = String::from_utf8(invoice("FV/4", today())).unwrap().replace(SELLER, "9999999999");
    let files = [
        ("1-good.xml", invoice("FV/1", today()), 200),
        ("2-duplicate.xml", invoice("FV/1", today().yesterday().unwrap()), 440),
        ("3-future.xml", invoice("FV/3", tomorrow), 450),
        ("4-stranger.xml", stranger.into_bytes(), 410),
        ("5-empty.xml", Vec::new(), 430),
        ("6-text.xml", b"no xml at all".to_vec(), 450),
        ("7-bom.xml", [b"\xEF\xBB\xBF".as_slice(), &invoice("FV/7", today())].concat(), 430),
        ("8-late.xml", invoice("FV/8", today().yesterday().unwrap()), 200),
        ("9-large.xml", vec![b' '; 3_000_001], 430),
    ];
    let contents: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(name, content, _)| (*name, content.clone())).collect();
    let package = Package::zip(&contents, 2, &world.key);
    let session = world.send_batch(&token, &package).await;
    let done = world.final_session(&token, &session).await;
    assert_eq!(done.status.code, 200);
    assert_eq!(
        (done.invoice_count, done.successful_invoice_count, done.failed_invoice_count),
        (Some(9), Some(2), Some(7))
    );
    let invoices = world.batch_invoices(&token, &session).await;
    let by_hash: HashMap<_, _> =
        invoices.iter().map(|invoice| (invoice.invoice_hash.clone().unwrap(), invoice)).collect();
    for (name, content, code) in &files {
        let invoice = by_hash[&hash_of(content)];
        assert_eq!(invoice.status.code, *code, "{name}: {:?}", invoice.status);
        assert_eq!(invoice.invoice_file_name.as_deref(), Some(*name));
    }
    let duplicate = by_hash[&hash_of(&files[1].1)];
    let original = &duplicate.status.extensions.as_ref().unwrap()["originalSessionReferenceNumber"];
    assert_eq!(original.as_deref(), Some(session.as_str()));
    assert_eq!(by_hash[&hash_of(&files[7].1)].invoicing_mode.as_ref().unwrap().as_str(), "Offline");
    let failed: SessionInvoicesResponse =
        world.read(&token, &format!("/sessions/{session}/invoices/failed")).await.json();
    assert_eq!(failed.invoices.len(), 7);

    let again = world.batch_result(&token, &Package::tar_gz(&contents[..1], 1, &world.key)).await;
    assert_eq!((again.status.code, again.failed_invoice_count), (445, Some(1)));
    assert_eq!(again.status.description, "Błąd weryfikacji, brak poprawnych faktur");
    assert!(again.upo.is_none());
}

#[tokio::test]
async fn attachments_need_consent_and_offline_counts_for_all() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let attached = |number: &str| {
        let text = String::from_utf8(invoice(number, today())).unwrap();
        let end = text.rfind("</").unwrap();
        format!("{}<Zalacznik/>{}", &text[..end], &text[end..]).into_bytes()
    };
    let refused = Package::zip(&[("a.xml", attached("FV/1"))], 1, &world.key);
    let session = world.send_batch(&token, &refused).await;
    assert_eq!(world.final_session(&token, &session).await.status.code, 445);
    assert_eq!(world.batch_invoices(&token, &session).await[0].status.code, 415);

    let context = ContextIdentifier::Nip(Nip::without_checksum(SELLER).unwrap());
    world.emulator.consent_to_attachments(&context);
    let package = Package::zip(&[("a.xml", attached("FV/2"))], 1, &world.key);
    let mut body = world.batch_opening(&package).await;
    body["offlineMode"] = true.into();
    let session = world.send_batch_with(&token, &package, body).await;
    assert_eq!(world.final_session(&token, &session).await.status.code, 200);
    let invoices = world.batch_invoices(&token, &session).await;
    assert_eq!(invoices[0].invoicing_mode.as_ref().unwrap().as_str(), "Offline");
}

/// Packages that another program built, encrypted and hashed.
#[tokio::test]
async fn takes_the_packages_of_the_reference_vectors() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec/vectors"));
    let Ok(text) = std::fs::read_to_string(folder.join("batch-package.json")) else {
        eprintln!("SKIPPED takes_the_packages_of_the_reference_vectors: the reference pack is not here");
        return;
    };
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    let mut world = World::start(Profile::Test).await;
    world.key = SymmetricKey::from_parts(
        bytes(vectors["key_hex"].as_str().unwrap()).try_into().unwrap(),
        bytes(vectors["iv_hex"].as_str().unwrap()).try_into().unwrap(),
    );
    for package in vectors["packages"].as_array().unwrap() {
        let token = world.log_in("9999999999", &["InvoiceWrite"]).await;
        let mut body = world.opening().await;
        body["batchFile"] = package["batchFile"].clone();
        body["batchFile"]["compressionType"] = package["compressionType"].clone();
        let opened = world.open_batch_with(&token, body).await;
        for (part, ordinal) in package["parts"].as_array().unwrap().iter().zip(1..) {
            let content = std::fs::read(folder.join(part["file"].as_str().unwrap())).unwrap();
            world.upload(&opened, ordinal, &content).await;
        }
        world.close_batch(&token, &opened.session).await;
        let done = world.final_session(&token, &opened.session).await;
        assert!(matches!(done.status.code, 200 | 445), "{:?}", done.status);
        let listed = world.batch_invoices(&token, &opened.session).await;
        let expected = package["invoices"].as_array().unwrap();
        assert_eq!(listed.len(), expected.len());
        for (invoice, expected) in listed.iter().zip(expected) {
            assert_eq!(invoice.invoice_hash.as_deref(), expected["sha256_base64"].as_str());
            assert_eq!(invoice.invoice_file_name.as_deref(), expected["name"].as_str());
        }
        world.manage("/reset", json!({})).await;
    }
}

/// The hash in a status is that of the file, whoever made the archive.
#[tokio::test]
async fn a_stored_archive_and_descriptors_are_read_too() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let folder = tempfile::tempdir().unwrap();
    let content = invoice("FV/1", today());
    std::fs::write(folder.path().join("one.xml"), &content).unwrap();
    let script = "import sys, zipfile, pathlib\n\
                  archive = zipfile.ZipFile(sys.stdout.buffer, 'w', zipfile.ZIP_STORED)\n\
                  archive.mkdir('folder')\n\
                  archive.write(sys.argv[1], 'folder/one.xml')\n\
                  archive.close()\n";
    let output = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(folder.path().join("one.xml"))
        .output()
        .unwrap_or_else(|error| panic!("python3 does not run ({error}); install the Debian package python3"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let package = Package::of(output.stdout, "Zip", 1, &world.key);
    let session = world.send_batch(&token, &package).await;
    assert_eq!(world.final_session(&token, &session).await.status.code, 200);
    let invoices = world.batch_invoices(&token, &session).await;
    assert_eq!(invoices[0].invoice_hash, Some(Sha256::of(&content).to_base64()));
    assert_ne!(package.archive, zip(&[("folder/one.xml", content)]));
    let one = world
        .call(
            Method::GET,
            &format!("/sessions/{session}/invoices/{}", invoices[0].reference_number),
            Some(&token),
            None,
        )
        .await;
    assert_eq!(one.json::<Value>()["invoiceFileName"], "folder/one.xml");
}
