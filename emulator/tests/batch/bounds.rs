//! Packages that fail as a whole, and archives that mean harm.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::SymmetricKey;
use ksef_emulator::Profile;
use serde_json::{Value, json};

use crate::{
    client::{SELLER, World},
    invoice,
    package::{Package, gzip, tar, zip},
    today,
};

struct Case {
    world: World,
    token: String,
}

impl Case {
    async fn new() -> Self {
        let world = World::start(Profile::Test).await;
        let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
        Self { world, token }
    }

    /// Code, description and details of the end of a package.
    async fn end(&self, package: &Package) -> (i32, String, Vec<String>) {
        let done = self.world.batch_result(&self.token, package).await;
        assert_eq!((done.invoice_count, done.upo.is_none()), (None, true));
        (done.status.code, done.status.description, done.status.details.unwrap_or_default())
    }

    fn package(&self, archive: Vec<u8>, compression: &'static str) -> Package {
        Package::of(archive, compression, 1, &self.world.key)
    }

    /// The end of a package that was declared differently, or whose parts differ from what was declared.
    async fn end_of(&self, package: &Package, change: impl FnOnce(&mut Value)) -> (i32, Vec<String>) {
        let mut body = self.world.batch_opening(package).await;
        change(&mut body);
        let session = self.world.send_batch_with(&self.token, package, body).await;
        let status = self.world.final_session(&self.token, &session).await.status;
        (status.code, status.details.unwrap_or_default())
    }
}

fn one() -> Vec<(&'static str, Vec<u8>)> {
    vec![("a.xml", invoice("FV/1", today()))]
}

#[tokio::test]
async fn a_package_is_what_was_declared() {
    let case = Case::new().await;
    let package = Package::zip(&one(), 3, &case.world.key);
    let mut garbled = package.clone();
    garbled.parts[1][0] ^= 1;
    let body = case.world.batch_opening(&package).await;
    let session = case.world.send_batch_with(&case.token, &garbled, body).await;
    let status = case.world.final_session(&case.token, &session).await.status;
    assert_eq!(
        (status.code, status.description.as_str()),
        (405, "Błąd weryfikacji poprawności dostarczonych elementów paczki")
    );
    assert_eq!(status.details.unwrap(), ["Skrót części '2' nie zgadza się z zadeklarowanym."]);

    let other = ksef_crypto::Sha256::of(b"other").to_base64();
    let hash = case.end_of(&package, |body| body["batchFile"]["fileHash"] = other.into()).await;
    assert_eq!(hash, (405, vec!["Skrót paczki nie zgadza się z zadeklarowanym.".to_owned()]));
    let size = case.end_of(&package, |body| body["batchFile"]["fileSize"] = 7.into()).await;
    assert_eq!(size.0, 405);

    // The parts in the wrong order, each declared as it is.
    let mut swapped = package.clone();
    swapped.parts.swap(0, 1);
    assert_eq!(case.end(&swapped).await.0, 405);
}

#[tokio::test]
async fn wrong_keys_are_told_apart() {
    let case = Case::new().await;
    let other = SymmetricKey::generate().unwrap();
    // A wrong key leaves right padding once in 256 times.
    let mut codes = Vec::new();
    for _ in 0..4 {
        let package = Package::zip(&one(), 1, &other);
        codes.push(case.end(&package).await);
    }
    assert!(codes.iter().any(|end| end.0 == 435), "{codes:?}");
    let (_, description, details) = codes.into_iter().find(|end| end.0 == 435).unwrap();
    assert_eq!(description, "Błąd odszyfrowania zaszyfrowanych części archiwum");
    assert_eq!(details, ["Nie można odszyfrować części '1' pliku."]);

    let package = Package::zip(&one(), 1, &case.world.key);
    let wrapped = BASE64_STANDARD.encode([7; 256]);
    let key =
        case.end_of(&package, |body| body["encryption"]["encryptedSymmetricKey"] = wrapped.into()).await;
    assert_eq!(key, (415, vec!["Rozszyfrowania klucza symetrycznego zakończone błędem".to_owned()]));
}

#[tokio::test]
async fn an_archive_that_cannot_be_read_is_430() {
    let case = Case::new().await;
    let good = zip(&one());
    let mut flipped = good.clone();
    let middle = flipped.len() / 3;
    flipped[middle] ^= 0xFF;
    let packed = gzip(&tar(&one()));
    for (name, archive, compression) in [
        ("no archive", b"not an archive at all".to_vec(), "Zip"),
        ("a cut zip", good[..good.len() - 30].to_vec(), "Zip"),
        ("a damaged zip", flipped, "Zip"),
        ("a tar.gz declared as zip", packed.clone(), "Zip"),
        ("a zip declared as tar.gz", good.clone(), "TarGz"),
        ("a cut tar.gz", packed[..packed.len() - 20].to_vec(), "TarGz"),
        ("a gzip of text", gzip(&vec![b'x'; 2000]), "TarGz"),
    ] {
        let (code, description, _) = case.end(&case.package(archive, compression)).await;
        assert_eq!((code, description.as_str()), (430, "Błąd dekompresji pierwotnego archiwum"), "{name}");
    }
}

#[tokio::test]
async fn an_empty_archive_is_cancelled() {
    let case = Case::new().await;
    for package in [case.package(zip(&[]), "Zip"), case.package(gzip(&tar(&[])), "TarGz")] {
        let end = case.end(&package).await;
        assert_eq!(end, (440, "Sesja anulowana".to_owned(), vec!["Nie przesłano faktur".to_owned()]));
    }
}

#[tokio::test]
async fn names_stay_in_their_folder_and_say_xml() {
    let case = Case::new().await;
    for name in ["../a.xml", "/a.xml", "a/../../b.xml", "a\\b.xml", "C:a.xml", "a/./b.xml", "a.pdf", "xml"] {
        let files = [("good.xml", invoice("FV/1", today())), (name, b"<x/>".to_vec())];
        for package in [case.package(zip(&files), "Zip"), case.package(gzip(&tar(&files)), "TarGz")] {
            let (code, _, details) = case.end(&package).await;
            assert_eq!(code, 405, "{name} in {}", package.compression);
            assert!(details[0].starts_with("Niedozwolon") && details[0].contains(name), "{details:?}");
        }
    }
    let twice = [("a.xml", b"<x/>".to_vec()), ("a.xml", b"<y/>".to_vec())];
    let package = case.package(gzip(&tar(&twice)), "TarGz");
    assert_eq!(case.end(&package).await.2, ["Powtórzona nazwa pliku w paczce: 'a.xml'."]);
}

#[tokio::test]
async fn links_in_an_archive_are_refused() {
    let case = Case::new().await;
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Fifo] {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, "a.xml", "/etc/passwd").unwrap();
        let package = case.package(gzip(&builder.into_inner().unwrap()), "TarGz");
        assert_eq!(case.end(&package).await.2, ["Niedozwolony rodzaj pliku w paczce: 'a.xml'."]);
    }
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.add_symlink("a.xml", "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
    let package = case.package(writer.finish().unwrap().into_inner(), "Zip");
    assert_eq!(case.end(&package).await.0, 405);
}

#[tokio::test]
async fn more_invoices_than_allowed_are_420_with_their_number() {
    let case = Case::new().await;
    let names: Vec<String> = (1..=10_001).map(|number| format!("{number}.xml")).collect();
    let files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (name.as_str(), b"<x/>".to_vec())).collect();
    let expected =
        "Przekroczono dopuszczalną liczbę faktur w paczce: '10000'. Liczba faktur w paczce: '10001'.";
    for package in [case.package(zip(&files), "Zip"), case.package(gzip(&tar(&files)), "TarGz")] {
        let end = case.end(&package).await;
        assert_eq!(end, (420, "Przekroczony limit faktur w sesji".to_owned(), vec![expected.to_owned()]));
    }
    // Ten thousand are processed, however bad they are.
    let package = case.package(gzip(&tar(&files[..10_000])), "TarGz");
    let done = case.world.batch_result(&case.token, &package).await;
    assert_eq!((done.status.code, done.failed_invoice_count), (445, Some(10_000)));
}

/// Twenty megabytes of zeros in a file of a few kilobytes.
#[tokio::test]
async fn a_bomb_does_not_go_off() {
    let case = Case::new().await;
    let zeros = vec![0; 20_000_001];
    let files = [("a.xml", zeros)];
    for package in [case.package(zip(&files), "Zip"), case.package(gzip(&tar(&files)), "TarGz")] {
        assert!(package.archive.len() < 1_000_000);
        let (code, _, details) = case.end(&package).await;
        assert_eq!((code, details), (430, vec!["Rozmiar rozpakowanej paczki jest zbyt duży.".to_owned()]));
    }
}

/// The limits of the context are those of batches, not of interactive sessions.
#[tokio::test]
async fn the_limits_of_the_context_count() {
    let case = Case::new().await;
    let limits = json!({
        "onlineSession": {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 10000},
        "batchSession": {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 2},
        "collectiveIdentifier": {"maxInvoices": 500},
    });
    let set = case
        .world
        .call(reqwest::Method::POST, "/testdata/limits/context/session", Some(&case.token), Some(limits))
        .await;
    assert!(set.status.is_success(), "{}", String::from_utf8_lossy(&set.body));
    let files: Vec<(&str, Vec<u8>)> =
        ["1.xml", "2.xml", "3.xml"].into_iter().map(|name| (name, b"<x/>".to_vec())).collect();
    let package = case.package(zip(&files), "Zip");
    let end = case.end(&package).await;
    assert_eq!(end.0, 420);
    assert_eq!(
        end.2,
        ["Przekroczono dopuszczalną liczbę faktur w paczce: '2'. Liczba faktur w paczce: '3'."]
    );
}
