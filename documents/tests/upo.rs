//! Confirmations against the official schema and samples.
// Clippy does not see that functions beside the tests are test code too.
#![allow(clippy::unwrap_used)]

mod common;

use jiff::Timestamp;
use ksef_documents::upo::{Authentication, Page, Receiver, SendingMode, Upo, UpoDocument};
use ksef_documents::{Error, Form};
use ksef_model::{ContextIdentifier, KsefNumber, Nip, ReferenceNumber};

const SCHEMA: &str = "upo/upo-v4-3.xsd";
const HASH: &str = "GZMGNVzs3krF6URKgvaw77OOeG3nJ+WGziT5xguliQ8=";

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn document(index: usize) -> UpoDocument {
    UpoDocument {
        seller_nip: Nip::without_checksum("5265877635").unwrap(),
        ksef_number: format!("5265877635-20250916-02000009{index:04X}-FB").parse::<KsefNumber>().unwrap(),
        invoice_number: format!("FA/<Żółw & \"s-ka\">/{index}"),
        issue_date: "2025-09-16".parse().unwrap(),
        sent_at: instant("2025-09-16T09:10:27.818999Z"),
        numbered_at: instant("2025-12-16T09:10:28Z"),
        invoice_hash: HASH.to_owned(),
        mode: Some(if index.is_multiple_of(2) { SendingMode::Online } else { SendingMode::Offline }),
    }
}

fn upo(context: (&str, &str), authentication: Authentication, form: Form, count: usize) -> Upo {
    let session = "20250916-SO-D0587DA4A3-4AE171EDED-46".parse::<ReferenceNumber>().unwrap();
    let context = ContextIdentifier::new(context.0, context.1).unwrap();
    Upo::new(Receiver::Production, session, context, authentication, form, (0..count).map(document).collect())
}

fn confirmations() -> Vec<Upo> {
    let token = || Authentication::Token("20250819-EC-1ECDD12000-5EE71AE5E3-B7".parse().unwrap());
    let page = Page { number: 2, count: 3, first_document: 101, last_document: 200, total_documents: 250 };
    vec![
        upo(("Nip", "5265877635"), token(), Form::Fa3, 1),
        upo(("InternalId", "5265877635-12345"), Authentication::Document(HASH.to_owned()), Form::FaRr1, 1),
        upo(("NipVatUe", "5265877635-ATU12345678"), token(), Form::PefKor3, 1),
        upo(("PeppolId", "PPL123456"), token(), Form::Pef3, 1),
        upo(("Nip", "5265877635"), token(), Form::Fa3, 100).with_page(page),
    ]
}

#[test]
fn what_is_written_is_valid_and_reads_back() {
    let written: Vec<Vec<u8>> = confirmations().iter().map(|upo| upo.to_xml().unwrap()).collect();
    for (upo, bytes) in confirmations().iter().zip(&written) {
        assert_eq!(ksef_documents::check(bytes), Ok(()));
        let mut read = Upo::parse(bytes).unwrap();
        for document in &mut read.documents {
            assert_eq!(document.sent_at, instant("2025-09-16T09:10:27.818Z"));
            document.sent_at = instant("2025-09-16T09:10:27.818999Z");
        }
        assert_eq!(&read, upo);
    }
    if let Some(spec) = common::spec("what_is_written_is_valid_and_reads_back") {
        assert_eq!(common::schema_errors(&spec, SCHEMA, &written), "");
    }
}

#[test]
fn the_form_is_that_of_a_real_confirmation() {
    let text = String::from_utf8(confirmations()[4].to_xml().unwrap()).unwrap();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><Potwierdzenie xmlns=\""));
    assert!(!text.contains('\n') && !text.contains("> <"));
    // Summer and winter time.
    assert!(text.contains("<DataPrzeslaniaDokumentu>2025-09-16T11:10:27.818+02:00<"));
    assert!(text.contains("<DataNadaniaNumeruKSeF>2025-12-16T10:10:28.000+01:00<"));
    assert!(text.contains("<NazwaStrukturyLogicznej>Schemat_FA(3)_v1-0E.xsd</NazwaStrukturyLogicznej>"));
    let Some(spec) = common::spec("the_form_is_that_of_a_real_confirmation") else { return };
    let sample = spec.join("samples/upo/v4-3/signed/ksef4j-real-upo-v4-3.xml");
    let bytes = std::fs::read(sample).unwrap();
    let real = String::from_utf8(bytes.clone()).unwrap();
    let unsigned = real.split("<Signature ").next().unwrap().to_owned() + "</Potwierdzenie>";
    let read = Upo::parse(&bytes).unwrap();
    assert!(read.signed);
    assert_eq!(String::from_utf8(read.to_xml().unwrap()).unwrap(), unsigned);
}

#[test]
fn all_samples_are_read() {
    let Some(spec) = common::spec("all_samples_are_read") else { return };
    let rows = common::table(&spec.join("samples/MANIFEST.tsv"));
    let mut count = 0;
    for row in rows.iter().filter(|row| row["path"].starts_with("upo/")) {
        let path = &row["path"];
        let bytes = std::fs::read(spec.join("samples").join(path)).unwrap();
        let upo = Upo::parse(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(upo.signed, row["kind"].contains("signed"), "{path}");
        let test_name = String::from_utf8_lossy(&bytes).contains("(TE)");
        let receiver = if test_name { Receiver::Test } else { Receiver::Production };
        assert_eq!(upo.receiver, receiver, "{path}");
        let old = path.starts_with("upo/v4-2");
        assert!(upo.documents.iter().all(|document| document.mode.is_none() == old), "{path}");
        let kind = if path.contains("internal-id") {
            "InternalId"
        } else if path.contains("vat-ue") || path.contains("mf-pdf-generator") {
            "NipVatUe"
        } else {
            "Nip"
        };
        assert_eq!(upo.context.kind(), kind, "{path}");
        if let Some(page) = upo.page {
            assert_eq!((page.number, page.total_documents as usize), (1, upo.documents.len()), "{path}");
        }
        count += 1;
    }
    assert!(count >= 20, "{count} samples");
}

#[test]
fn an_unwritable_confirmation_is_refused() {
    let mut upo = confirmations().remove(0);
    upo.documents.push(upo.documents[0].clone());
    assert_eq!(
        upo.to_xml().unwrap_err(),
        Error::Invalid { element: "NumerKSeFDokumentu", reason: "is repeated" }
    );
    upo.documents.truncate(1);
    upo.documents[0].mode = None;
    assert_eq!(upo.to_xml().unwrap_err(), Error::Missing { element: "TrybWysylki" });
    upo.documents.clear();
    assert_eq!(upo.to_xml().unwrap_err(), Error::Missing { element: "Dokument" });
}

#[test]
fn missing_and_unreadable_elements_are_named() {
    let good = String::from_utf8(confirmations()[4].to_xml().unwrap()).unwrap();
    let cut = |element: &str| {
        let start = good.find(&format!("<{element}>")).unwrap();
        let end = good.find(&format!("</{element}>")).unwrap() + element.len() + 3;
        format!("{}{}", &good[..start], &good[end..])
    };
    for element in [
        "NumerReferencyjnySesji",
        "Uwierzytelnienie",
        "IdKontekstu",
        "KodFormularza",
        "NipSprzedawcy",
        "NumerKSeFDokumentu",
        "DataNadaniaNumeruKSeF",
        "SkrotDokumentu",
    ] {
        let error = Upo::parse(cut(element).as_bytes()).unwrap_err();
        let named = if element == "Uwierzytelnienie" { "IdKontekstu" } else { element };
        assert_eq!(error, Error::Missing { element: named });
    }
    let error = Upo::parse(cut("LiczbaStron").as_bytes()).unwrap_err();
    assert_eq!(error, Error::Missing { element: "OpisPotwierdzenia" });
    let mode = Upo::parse(good.replace(">Offline<", ">Fax<").as_bytes()).unwrap_err();
    assert_eq!(mode, Error::Invalid { element: "TrybWysylki", reason: "is not known" });
    let time = Upo::parse(good.replace("T11:10", "T25:10").as_bytes()).unwrap_err();
    assert!(matches!(time, Error::Invalid { element: "DataPrzeslaniaDokumentu", .. }));
    assert!(matches!(Upo::parse(b"<Potwierdzenie/>").unwrap_err(), Error::UnexpectedRoot { .. }));
}

#[test]
fn a_time_without_offset_is_polish() {
    let good = String::from_utf8(confirmations()[0].to_xml().unwrap()).unwrap();
    let bare = good.replace("27.818+02:00", "27.818");
    assert_ne!(bare, good);
    let read = Upo::parse(bare.as_bytes()).unwrap();
    assert_eq!(read.documents[0].sent_at, instant("2025-09-16T09:10:27.818Z"));
    assert_eq!(read.documents[0].digest().unwrap().to_base64(), HASH);
}
