//! The reference samples: every invoice is recognised, every broken rule is found.
// Clippy does not see that functions beside the tests are test code too.
#![allow(clippy::unwrap_used)]

mod common;

use ksef_documents::{FindingKind, Form, InvoiceHeader, check};

/// Rows of the manifest whose path begins so, with the bytes of the file.
fn samples(
    spec: &std::path::Path,
    folder: &str,
) -> Vec<(std::collections::BTreeMap<String, String>, Vec<u8>)> {
    let rows = common::table(&spec.join("samples/MANIFEST.tsv"));
    let wanted = rows.into_iter().filter(|row| row["path"].starts_with(folder));
    wanted
        .map(|row| (std::fs::read(spec.join("samples").join(&row["path"])).unwrap(), row))
        .map(|(b, r)| (r, b))
        .collect()
}

#[test]
fn headers_of_all_invoices_agree_with_the_manifest() {
    let Some(spec) = common::spec("headers_of_all_invoices_agree_with_the_manifest") else { return };
    let samples = samples(&spec, "invoices/");
    assert!(samples.len() > 80, "{} samples", samples.len());
    for (row, bytes) in samples {
        let path = &row["path"];
        let header = InvoiceHeader::read(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        let form = header.form();
        let code = format!("{}/{}/{}", form.system_code(), form.schema_version(), form.value());
        assert_eq!(&code, &row["form_code"], "{path}");
        let (kind, features) = row["kind"].split_once(';').unwrap_or((&row["kind"], ""));
        match kind.strip_prefix("invoice:").unwrap() {
            "PEF" => assert!(header.invoice_type.starts_with("VAT_PEF"), "{path}"),
            "PEF_KOR" => assert_eq!(header.invoice_type, "KOR_PEF", "{path}"),
            kind => assert_eq!(header.invoice_type, kind, "{path}"),
        }
        let features: Vec<&str> = features.split(',').collect();
        let count =
            features.iter().find_map(|f| f.strip_prefix("Podmiot3x")).map_or(0, |n| n.parse().unwrap());
        if !matches!(form, Form::Pef3 | Form::PefKor3) {
            assert_eq!(header.third_parties.len(), count, "{path}");
        }
        assert_eq!(header.has_attachment, features.contains(&"attachment"), "{path}");
        assert_eq!(header.is_self_invoicing, features.contains(&"self-invoicing"), "{path}");
        assert_eq!(header.authorized.is_some(), features.contains(&"PodmiotUpowazniony"), "{path}");
        let currency = features.iter().find_map(|f| f.strip_prefix("currency-")).unwrap_or("PLN");
        if matches!(form, Form::Fa2 | Form::Fa3) {
            assert_eq!(header.currency, currency, "{path}");
        }
        assert_eq!(header.seller_nip.as_str().len(), 10, "{path}");
        assert!(header.issue_date.year() >= 2006, "{path}");
        assert!(!header.invoice_number.is_empty() && header.nips().count() >= 1, "{path}");
    }
}

#[test]
fn templates_with_known_values_are_read_exactly() {
    let Some(spec) = common::spec("templates_with_known_values_are_read_exactly") else { return };
    let read = |path: &str| {
        InvoiceHeader::read(&std::fs::read(spec.join("samples/invoices").join(path)).unwrap()).unwrap()
    };
    let first = read("fa3/mf-examples/FA_3_Przyklad_01.xml");
    assert_eq!(first.invoice_number, "FV2026/02/150");
    assert_eq!(first.issue_date.to_string(), "2026-02-15");
    assert_eq!(first.net_amount.to_string(), "1667.61");
    assert_eq!(first.vat_amount.to_string(), "383.38");
    assert_eq!(first.gross_amount.to_string(), "2051");
    assert_eq!(first.buyer.identifier.nip().unwrap().as_str(), "1111111111");
    assert_eq!(first.seller.name.as_deref(), Some("ABC AGD sp. z o. o."));
    let farmer = read("fa_rr/from-templates/csharp-fa-rr-1.xml");
    assert_eq!(farmer.invoice_number, "0001");
    assert_eq!(farmer.issue_date.to_string(), "2026-02-23");
    assert_eq!(farmer.gross_amount.to_string(), "2140.00");
    assert_eq!(farmer.metadata_type().as_str(), "VatRr");
    let pef = read("pef/from-templates/java-pef.xml");
    assert_eq!(pef.seller_nip.as_str(), "5265877635");
    assert_eq!(pef.invoice_number, "0001");
    assert_eq!(pef.currency, "EUR");
    assert_eq!((pef.buyer.identifier.kind(), pef.buyer.identifier.value()), ("VatUe", Some("SE4598375937")));
}

#[test]
fn valid_samples_pass_the_byte_rules() {
    let Some(spec) = common::spec("valid_samples_pass_the_byte_rules") else { return };
    for (row, bytes) in samples(&spec, "invoices/") {
        let findings = check(&bytes).err().unwrap_or_default();
        // Some publishers left a style sheet in; that is what the rule is for.
        let text = String::from_utf8_lossy(&bytes);
        let expected =
            usize::from(text.contains("<?xml-stylesheet")) + usize::from(bytes.starts_with(b"\xEF\xBB\xBF"));
        assert_eq!(
            findings.len(),
            expected,
            "{}: {:?}",
            row["path"],
            findings.first().map(ToString::to_string)
        );
    }
}

#[test]
fn broken_samples_break_the_expected_rule() {
    let Some(spec) = common::spec("broken_samples_break_the_expected_rule") else { return };
    let expected = |path: &str| match path {
        _ if path.ends_with("02-prolog-windows-1250.xml") => Some(FindingKind::DeclaredEncoding),
        _ if path.ends_with("04-discouraged-char-u0080.xml") => Some(FindingKind::DiscouragedCharacter),
        _ if path.ends_with("08-dtd-doctype.xml") => Some(FindingKind::DocumentType),
        _ if path.ends_with("10-discouraged-char-u10ffff.xml") => Some(FindingKind::DiscouragedCharacter),
        _ if path.ends_with("13-malformed-xml.xml") => Some(FindingKind::NotWellFormed),
        _ => None,
    };
    let mut met = 0;
    for (row, bytes) in samples(&spec, "invalid/") {
        let first = check(&bytes).err().map(|findings| findings[0].kind);
        assert_eq!(first, expected(&row["path"]), "{}", row["path"]);
        met += usize::from(first.is_some());
    }
    assert_eq!(met, 5);
}
