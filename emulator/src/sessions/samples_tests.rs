//! Every FA(3) document of the reference pack before the judge.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use ksef_crypto::Sha256;
use ksef_documents::InvoiceHeader;
use ksef_model::{ContextIdentifier, Nip};

use super::{
    fixture::{SELLER, World},
    records::{Opening, Progress},
};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec/samples");

/// Documents whose only fault needs the schema, or which KSeF takes because it checks no arithmetic (PROTOCOL §19).
/// The emulator has no schema, so they are out of its reach.
const NEEDS_SCHEMA_OR_IS_NO_RULE: [&str; 14] = [
    "fop/korygujaca__FA_3_Przyklad_2.xml",
    "fop/poza_ue__FA_3_Przyklad_1.xml",
    "ksefuj/01-missing-p15.xml",
    "ksefuj/03-typo-in-element-name.xml",
    "ksefuj/05-jst1-without-podmiot3.xml",
    "ksefuj/07-polish-nip-in-nrvatue.xml",
    "ksefuj/09-excessive-decimal-places.xml",
    "ksefuj/11-currency-inconsistency.xml",
    "ksefuj/15-payment-date-errors.xml",
    "ksefuj/17-gv1-without-podmiot3.xml",
    "ksefuj/19-empty-required-fields.xml",
    "ksefuj/21-wrong-tax-calculation.xml",
    "ksefuj/23-missing-bank-account-validation.xml",
    "ksefuj/25-negative-quantities.xml",
];

fn pack(test: &str) -> Option<&'static Path> {
    let path = Path::new(SAMPLES);
    if !path.exists() {
        eprintln!("SKIPPED {test}: the reference pack is not here");
        return None;
    }
    Some(path)
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The final status of a document that its own seller sends into an empty emulator.
fn outcome(xml: &[u8], check_identifiers: bool, technical_correction: bool) -> i32 {
    let seller = InvoiceHeader::read(xml).map_or(Nip::unchecked(SELLER), |header| header.seller_nip);
    let mut world = World::new();
    let context = ContextIdentifier::Nip(seller);
    let session = world.open_with(Opening { context: context.clone(), check_identifiers, ..world.opening() });
    let mut submission = world.submission(xml);
    if technical_correction {
        world.store.consent_to_attachments(context);
        submission.offline = true;
        submission.corrected = Some(Sha256::of(b"the first try"));
    }
    let sent = world.submit(session, submission).unwrap();
    world.pass(60);
    match &world.find(&sent).progress {
        Progress::Accepted(accepted) => {
            assert_eq!(accepted.content.read().unwrap(), xml);
            200
        }
        Progress::Rejected { rejection, .. } => rejection.code.code(),
        Progress::Pending(_) => 150,
    }
}

#[test]
fn every_valid_sample_is_accepted() {
    let Some(pack) = pack("every_valid_sample_is_accepted") else { return };
    let all = documents(&pack.join("invoices/fa3"));
    assert!(all.len() >= 60, "{} samples", all.len());
    let mut attachments = 0;
    for path in all {
        let xml = fs::read(&path).unwrap();
        if InvoiceHeader::read(&xml).unwrap().has_attachment {
            attachments += 1;
            assert_eq!(outcome(&xml, false, false), 415, "{}", path.display());
            assert_eq!(outcome(&xml, false, true), 200, "{}", path.display());
        } else {
            assert_eq!(outcome(&xml, false, false), 200, "{}", path.display());
        }
    }
    assert_eq!(attachments, 3);
}

#[test]
fn every_document_that_breaks_a_rule_without_schema_is_refused() {
    let Some(pack) = pack("every_document_that_breaks_a_rule_without_schema_is_refused") else { return };
    let folder = pack.join("invalid/fa3");
    let mut beyond = BTreeSet::new();
    let mut judged = 0;
    for path in documents(&folder) {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        let xml = fs::read(&path).unwrap();
        if NEEDS_SCHEMA_OR_IS_NO_RULE.contains(&name.as_str()) {
            beyond.insert(name);
            continue;
        }
        judged += 1;
        assert_eq!(outcome(&xml, true, false), 450, "{name}");
        if name.ends_with("06-seller-nip-checksum.xml") {
            assert_eq!(outcome(&xml, false, false), 200, "{name} on TEST");
        }
    }
    assert_eq!(beyond.len(), NEEDS_SCHEMA_OR_IS_NO_RULE.len());
    assert!(judged >= 6, "{judged} documents judged");
}

/// The table of the pack says which documents fail at the schema or not at all; our list names exactly those.
#[test]
fn the_list_of_documents_out_of_reach_is_that_of_the_pack() {
    let Some(pack) = pack("the_list_of_documents_out_of_reach_is_that_of_the_pack") else { return };
    let table = fs::read_to_string(pack.join("invalid/EXPECTED.tsv")).unwrap();
    let listed: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let name = cells.next()?.strip_prefix("invalid/fa3/")?;
            let level = cells.next()?;
            (level == "xsd" || level.starts_with("semantic only")).then_some(name)
        })
        .collect();
    assert_eq!(listed, BTreeSet::from(NEEDS_SCHEMA_OR_IS_NO_RULE));
}
