//! What is in a package.

use std::io::{Cursor, Read};

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::Sha256;
use ksef_model::{InvoiceExportStatusResponse, InvoiceMetadata};
use serde_json::{Value, json};

use crate::{Desk, SELLER, filters, last_hour};

/// Downloads, verifies, decrypts and joins the parts of a package.
pub(crate) async fn fetch(desk: &Desk, status: &Value) -> Vec<u8> {
    let typed: InvoiceExportStatusResponse = serde_json::from_value(status.clone()).unwrap();
    assert_eq!(typed.status.code, 200, "{status}");
    let mut archive = Vec::new();
    for (index, part) in typed.package.unwrap().parts.iter().enumerate() {
        assert_eq!(usize::try_from(part.ordinal_number).unwrap(), index + 1);
        let answer = desk.download(&status["package"]["parts"][index]).await;
        assert_eq!(answer.status, 200);
        let hash = Sha256::of(&answer.body).to_base64();
        assert_eq!((answer.hash(), part.encrypted_part_hash.as_str()), (hash.as_str(), hash.as_str()));
        assert_eq!(answer.body.len(), usize::try_from(part.encrypted_part_size).unwrap());
        let plain = desk.world.key.decrypt(&answer.body).unwrap();
        assert_eq!(Sha256::of(&plain).to_base64(), part.part_hash);
        assert_eq!(plain.len(), usize::try_from(part.part_size).unwrap());
        archive.extend(plain);
    }
    assert_eq!(status["package"]["size"], archive.len());
    archive
}

fn unzip(archive: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn untar(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    tar.entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.path().unwrap().to_str().unwrap().to_owned(), content)
        })
        .collect()
}

/// The package holds these invoices, byte for byte, and their metadata.
async fn check(desk: &Desk, entries: &[(String, Vec<u8>)], numbers: &[String]) {
    let (metadata, invoices) = entries.split_last().unwrap();
    assert_eq!(metadata.0, "_metadata.json");
    let metadata: Value = serde_json::from_slice(&metadata.1).unwrap();
    let listed: Vec<InvoiceMetadata> = serde_json::from_value(metadata["invoices"].clone()).unwrap();
    assert_eq!(listed.iter().map(|one| one.ksef_number.as_str()).collect::<Vec<_>>(), numbers);
    let date = metadata["invoices"][0]["permanentStorageDate"].as_str().unwrap();
    assert_eq!(date.len(), "2026-11-22T12:00:00.123456+00:00".len(), "six digits: {date}");
    assert_eq!(invoices.len(), numbers.len());
    for ((name, content), one) in invoices.iter().zip(&listed) {
        assert_eq!(*name, format!("{}.xml", one.ksef_number.as_str()));
        assert_eq!(Sha256::of(content).to_base64(), one.invoice_hash);
    }
    let path = format!("/invoices/ksef/{}", numbers[0]);
    assert_eq!(desk.world.read(&desk.token, &path).await.body, invoices[0].1);
}

#[tokio::test]
async fn a_zip_in_many_parts_holds_every_invoice() {
    let desk = Desk::of(SELLER).await;
    let numbers = desk.deposit(json!({"seller": SELLER, "count": 30, "stepMs": 1})).await;
    desk.advance(60).await;
    desk.command("/download", json!({"partBytes": 5000})).await;
    let status = desk.export(desk.order(last_hour()).await).await;
    let package = &status["package"];
    assert!(package["parts"].as_array().unwrap().len() > 2, "{package}");
    assert_eq!((&package["invoiceCount"], &package["isTruncated"]), (&json!(30), &json!(false)));
    assert_eq!(package["compressionType"], "Zip");
    assert!(package.get("lastPermanentStorageDate").is_none());
    assert!(package["parts"][1]["partName"].as_str().unwrap().ends_with("-002.zip.aes"));
    check(&desk, &unzip(fetch(&desk, &status).await), &numbers).await;

    desk.command("/download", json!({"streamedZip": true})).await;
    let streamed = desk.export(desk.order(last_hour()).await).await;
    check(&desk, &unzip(fetch(&desk, &streamed).await), &numbers).await;
}

#[tokio::test]
async fn a_tar_is_chosen_by_the_caller() {
    let desk = Desk::of(SELLER).await;
    let numbers = desk.deposit(json!({"seller": SELLER, "count": 3})).await;
    desk.advance(60).await;
    let mut order = desk.order(last_hour()).await;
    order["compressionType"] = "TarGz".into();
    let status = desk.export(order).await;
    assert_eq!(status["package"]["compressionType"], "TarGz");
    assert!(status["package"]["parts"][0]["partName"].as_str().unwrap().ends_with("-001.tar.gz.aes"));
    check(&desk, &untar(&fetch(&desk, &status).await), &numbers).await;
}

#[tokio::test]
async fn metadata_alone_and_in_the_other_shape() {
    let desk = Desk::of(SELLER).await;
    desk.deposit(json!({"seller": SELLER, "count": 2})).await;
    desk.advance(60).await;
    let mut order = desk.order(last_hour()).await;
    order["onlyMetadata"] = true.into();
    let status = desk.export(order.clone()).await;
    assert_eq!(status["package"]["invoiceCount"], 2);
    let entries = unzip(fetch(&desk, &status).await);
    assert_eq!(entries.len(), 1);
    desk.command("/download", json!({"bareMetadata": true})).await;
    let bare = unzip(fetch(&desk, &desk.export(order).await).await);
    let list: Vec<InvoiceMetadata> = serde_json::from_slice(&bare[0].1).unwrap();
    assert_eq!(list.len(), 2);
}

#[tokio::test]
async fn an_empty_package_still_has_its_metadata() {
    let desk = Desk::of(SELLER).await;
    let status = desk.export(desk.order(last_hour()).await).await;
    assert_eq!(
        (&status["package"]["invoiceCount"], &status["package"]["isTruncated"]),
        (&json!(0), &json!(false))
    );
    let entries = unzip(fetch(&desk, &status).await);
    assert_eq!(entries, [("_metadata.json".to_owned(), br#"{"invoices":[]}"#.to_vec())]);
}

#[tokio::test]
async fn a_truncated_package_tells_the_last_date_of_the_type_asked_for() {
    let desk = Desk::of(SELLER).await;
    let stored = "2026-10-05T10:00:00Z";
    let numbers =
        desk.deposit(json!({"seller": SELLER, "count": 5, "storedAt": stored, "stepMs": 1000})).await;
    desk.command("/download", json!({"maxExportInvoices": 3})).await;
    let range = |kind: &str| filters("Subject1", kind, "2026-10-01T00:00:00Z", Some("2026-10-31T00:00:00Z"));
    for (kind, name, value) in [
        ("PermanentStorage", "lastPermanentStorageDate", "2026-10-05T10:00:02.0000000+00:00"),
        ("Invoicing", "lastInvoicingDate", "2026-10-05T10:00:01.8000000+00:00"),
        ("Issue", "lastIssueDate", "2026-10-05"),
    ] {
        let status = desk.export(desk.order(range(kind)).await).await;
        let package = &status["package"];
        assert_eq!((&package["invoiceCount"], &package["isTruncated"]), (&json!(3), &json!(true)), "{kind}");
        assert_eq!(package[name], value);
        assert_eq!(package["permanentStorageHwmDate"].is_string(), kind == "PermanentStorage");
        assert_eq!(package.as_object().unwrap().keys().filter(|key| key.starts_with("last")).count(), 1);
        check(&desk, &unzip(fetch(&desk, &status).await), &numbers[..3]).await;
    }
    desk.command("/download", json!({"maxExportInvoices": 100, "maxPackageBytes": 2000})).await;
    let status = desk.export(desk.order(range("PermanentStorage")).await).await;
    let count = usize::try_from(status["package"]["invoiceCount"].as_u64().unwrap()).unwrap();
    assert!((1..5).contains(&count) && status["package"]["isTruncated"] == true, "{status}");
    check(&desk, &unzip(fetch(&desk, &status).await), &numbers[..count]).await;
}

#[tokio::test]
async fn hostile_entries_are_packed_as_they_were_told() {
    let desk = Desk::of(SELLER).await;
    let evil = json!([{"name": "../evil.xml", "content": "<x/>"}, {"name": "bomb.xml", "zeros": 5_000_000}]);
    desk.command("/exports", json!({"extraEntries": evil})).await;
    let mut order = desk.order(last_hour()).await;
    let entries = unzip(fetch(&desk, &desk.export(order.clone()).await).await);
    let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["_metadata.json", "../evil.xml", "bomb.xml"]);
    assert_eq!(entries[2].1.len(), 5_000_000);
    order["compressionType"] = "TarGz".into();
    let archive = fetch(&desk, &desk.export(order).await).await;
    assert!(archive.len() < 50_000, "a bomb is small: {}", archive.len());
    assert_eq!(untar(&archive)[1].0, "../evil.xml");
}

#[tokio::test]
async fn a_document_of_another_form_can_be_put_in() {
    let desk = Desk::of(SELLER).await;
    let xml = format!(
        "<Faktura xmlns='{}'><Podmiot1><DaneIdentyfikacyjne><NIP>{SELLER}</NIP></DaneIdentyfikacyjne></Podmiot1>\
         <Podmiot2><DaneIdentyfikacyjne><BrakID>1</BrakID></DaneIdentyfikacyjne></Podmiot2><Fa>\
         <KodWaluty>EUR</KodWaluty><P_1>2026-10-02</P_1><P_2>1</P_2><P_15>-1.50</P_15>\
         <RodzajFaktury>KOR_ZAL</RodzajFaktury></Fa></Faktura>",
        ksef_documents::Form::Fa2.namespace()
    );
    let numbers = desk
        .deposit(json!({"content": BASE64_STANDARD.encode(xml), "storedAt": "2026-10-05T10:00:00Z"}))
        .await;
    let mut wanted = filters("Subject1", "Issue", "2026-10-02T00:00:00Z", Some("2026-10-02T00:00:00Z"));
    wanted["invoiceTypes"] = json!(["KorZal"]);
    wanted["amount"] = json!({"type": "Brutto", "from": -2, "to": -1});
    let found = desk.query("", wanted).await;
    assert_eq!(found["invoices"][0]["ksefNumber"], numbers[0].as_str());
    assert_eq!(found["invoices"][0]["formCode"]["systemCode"], "FA (2)");
}

#[tokio::test]
async fn made_documents_are_valid_against_the_schema() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec/xsd");
    if !std::path::Path::new(folder).exists() {
        eprintln!("SKIPPED made_documents_are_valid_against_the_schema: the reference data pack is not here");
        return;
    }
    let desk = Desk::of(SELLER).await;
    let unit: ksef_model::InternalId =
        (0..10).find_map(|digit| format!("1111111111-1234{digit}").parse().ok()).unwrap();
    let numbers = desk
        .deposit(json!({
            "seller": SELLER, "buyer": "1111111111", "authorized": {"nip": "3333333333", "role": 1},
            "thirdSubjects": [{"nip": "2222222222", "role": 0}, {"internalId": unit, "role": 8}],
        }))
        .await;
    let content = desk.world.read(&desk.token, &format!("/invoices/ksef/{}", numbers[0])).await.body;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("invoice.xml");
    std::fs::write(&file, content).unwrap();
    let judged = std::process::Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", "FA/schemat_FA(3)_v1-0E.xsd"])
        .arg(&file)
        .current_dir(folder)
        .env("XML_CATALOG_FILES", format!("{folder}/catalog.xml"))
        .output()
        .unwrap_or_else(|error| panic!("xmllint does not run ({error}): apt-get install libxml2-utils"));
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
}
