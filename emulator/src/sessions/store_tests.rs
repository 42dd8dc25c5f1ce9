use jiff::SignedDuration;
use ksef_crypto::Sha256;

use super::super::fixture::{World, invoice};
use super::*;
use crate::limits::context::ContextLimits;

#[test]
fn an_invoice_is_numbered_stored_and_confirmed_in_its_time() {
    let mut world = World::new();
    let session = world.open();
    let xml = invoice("VAT", "FV/1", "2026-11-22");
    let sent = world.send(session, &xml);
    world.pass(9);
    assert!(matches!(world.find(&sent).progress, Progress::Pending(_)));
    world.pass(100);
    let accepted = world.accepted(&sent);
    assert_eq!(accepted.acquired_at, world.find(&sent).received_at + SignedDuration::from_secs(10));
    assert!(accepted.ksef_number.as_str().starts_with("5265877635-20261122-"));
    assert_eq!(accepted.content.read().unwrap(), xml);
    assert_eq!(accepted.mode, InvoicingMode::Online);
    assert_eq!(accepted.stored_at, Some(accepted.acquired_at + SignedDuration::from_secs(5)));
    let number = accepted.ksef_number.as_str().to_owned();
    assert_eq!(world.store.by_number(&number).unwrap().0, session);

    assert_eq!(world.state(session), 100);
    world.close(session).unwrap();
    assert_eq!(world.state(session), 170);
    world.pass(10);
    assert_eq!(world.state(session), 200);
    let pages = &world.store.session(session).pages;
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0].upo.documents()[0].ksef_number.as_str(), number);
    assert_eq!(world.close(session), Err(SessionState::Processed));
}

#[test]
fn storage_comes_after_the_number() {
    let mut world = World::new();
    let session = world.open();
    let sent = world.send(session, &invoice("VAT", "FV/1", "2026-11-22"));
    world.pass(12);
    assert_eq!(world.accepted(&sent).stored_at, None);
    world.pass(3);
    assert!(world.accepted(&sent).stored_at.is_some());
}

#[test]
fn only_accepted_invoices_hold_their_key() {
    let mut world = World::new();
    let first = world.open();
    let refused = world.send(first, &invoice("VAT", "FV/1", "2026-11-23"));
    world.pass(10);
    assert_eq!(world.rejection(&refused).code, RejectionCode::Semantics);
    let accepted = world.send(first, &invoice("VAT", "FV/1", "2026-11-22"));
    let second = world.open();
    let duplicate = world.send(second, &invoice("VAT", "FV/1", "2026-11-21"));
    let other_kind = world.send(second, &invoice("KOR", "FV/1", "2026-11-21"));
    world.pass(10);
    let original = world.rejection(&duplicate).original.clone().unwrap();
    assert_eq!(world.rejection(&duplicate).code, RejectionCode::Duplicate);
    assert_eq!(original.ksef_number, world.accepted(&accepted).ksef_number.as_str());
    assert_eq!(original.session, world.store.session(first).reference.as_str());
    assert!(matches!(
        &world.find(&duplicate).progress,
        Progress::Rejected { invoice_number: Some(number), .. } if number == "FV/1"
    ));
    world.accepted(&other_kind);
}

#[test]
fn a_wrong_plaintext_or_ciphertext_is_430_or_435() {
    let mut world = World::new();
    let session = world.open();
    let xml = invoice("VAT", "FV/1", "2026-11-22");
    let mut garbled = world.submission(&xml);
    garbled.encrypted.pop();
    let garbled = world.submit(session, garbled).unwrap();
    let mut short = world.submission(&xml);
    short.declared.size -= 1;
    let short = world.submit(session, short).unwrap();
    let mut other = world.submission(&xml);
    other.declared.hash = Sha256::of(b"other");
    let other = world.submit(session, other).unwrap();
    world.pass(10);
    assert_eq!(world.rejection(&garbled).code, RejectionCode::Decryption);
    assert_eq!(world.rejection(&garbled).details, ["Plik niepoprawnie zaszyfrowany"]);
    assert_eq!(world.rejection(&short).code, RejectionCode::File);
    assert_eq!(world.rejection(&other).code, RejectionCode::File);
    world.close(session).unwrap();
    world.pass(10);
    assert_eq!(world.state(session), 445);
    assert!(world.store.session(session).pages.is_empty());
}

#[test]
fn a_bad_key_fails_the_session_and_its_invoices_later() {
    let mut world = World::new();
    let opening = Opening { key: None, ..world.opening() };
    let session = world.open_with(opening);
    let sent = world.send(session, &invoice("VAT", "FV/1", "2026-11-22"));
    assert_eq!(world.state(session), 100);
    world.pass(10);
    assert_eq!(world.state(session), 415);
    assert_eq!(world.rejection(&sent).code, RejectionCode::SessionFailed);
    let again = world.submission(b"<x/>");
    assert_eq!(world.submit(session, again), Err(SendRefusal::Closed(SessionState::KeyRefused)));
    assert_eq!(world.close(session), Err(SessionState::KeyRefused));
}

#[test]
fn technical_corrections_follow_their_rules() {
    let mut world = World::new();
    let session = world.open();
    let bad = [b"\xEF\xBB\xBF".as_slice(), &invoice("VAT", "FV/1", "2026-11-20")].concat();
    let mut offline = world.submission(&bad);
    offline.offline = true;
    let refused = world.submit(session, offline).unwrap();
    world.pass(10);
    assert_eq!(world.rejection(&refused).code, RejectionCode::File);

    let good = invoice("VAT", "FV/1", "2026-11-20");
    let mut correction = world.submission(&good);
    correction.offline = true;
    correction.corrected = Some(Sha256::of(&bad));
    let corrected = world.submit(session, correction.clone()).unwrap();
    world.pass(10);
    assert_eq!(world.accepted(&corrected).mode, InvoicingMode::Offline);
    assert_eq!(world.submit(session, correction.clone()), Err(SendRefusal::AlreadyCorrected));
    correction.corrected = Some(Sha256::of(&good));
    assert_eq!(world.submit(session, correction.clone()), Err(SendRefusal::NothingToCorrect));
    correction.corrected = Some(Sha256::of(b"never seen"));
    assert!(world.submit(session, correction).is_ok());
}

#[test]
fn an_attachment_passes_only_as_a_technical_correction_with_consent() {
    let mut world = World::new();
    let text = String::from_utf8(invoice("VAT", "FV/1", "2026-11-20")).unwrap();
    let xml = text.replace("</Faktura>", "<Zalacznik/></Faktura>");
    let session = world.open();
    let mut correction = world.submission(xml.as_bytes());
    correction.offline = true;
    correction.corrected = Some(Sha256::of(b"the first try"));
    let without_consent = world.submit(session, correction.clone()).unwrap();
    world.pass(10);
    assert_eq!(world.rejection(&without_consent).code, RejectionCode::AttachmentNotAllowed);
    world.store.consent_to_attachments(world.opening().context);
    let plain = world.send(session, xml.as_bytes());
    let with_consent = world.submit(session, correction).unwrap();
    world.pass(10);
    assert_eq!(world.rejection(&plain).code, RejectionCode::AttachmentNotAllowed);
    world.accepted(&with_consent);
}

#[test]
fn a_session_holds_so_many_invoices_and_no_more() {
    let mut world = World::new();
    let mut limits = ContextLimits::default();
    limits.online.max_invoices = 2;
    world.store.limits.set(world.opening().context, limits);
    let session = world.open();
    for number in ["1", "2"] {
        world.send(session, &invoice("VAT", number, "2026-11-22"));
    }
    let third = world.submission(&invoice("VAT", "3", "2026-11-22"));
    assert_eq!(world.submit(session, third), Err(SendRefusal::Full(2)));
}

#[test]
fn twelve_hours_close_and_finish_a_session_that_nobody_watches() {
    let mut world = World::new();
    let busy = world.open();
    world.send(busy, &invoice("VAT", "FV/1", "2026-11-22"));
    let idle = world.open();
    world.pass(12 * 3600 + 10);
    assert_eq!(world.state(busy), 200);
    assert_eq!(world.state(idle), 440);
    let session = world.store.session(busy);
    assert_eq!(session.machine.closed_at(), Some(session.machine.valid_until()));
    let late = world.submission(b"<x/>");
    assert_eq!(world.submit(busy, late), Err(SendRefusal::Closed(SessionState::Processed)));
}

#[test]
fn a_hold_keeps_everything_where_it_is() {
    let mut world = World::new();
    let session = world.open();
    let sent = world.send(session, &invoice("VAT", "FV/1", "2026-11-22"));
    world.processing.hold = true;
    world.close(session).unwrap();
    world.pass(3600);
    assert!(matches!(world.find(&sent).progress, Progress::Pending(_)));
    assert_eq!(world.state(session), 170);
    world.processing.hold = false;
    world.look();
    assert_eq!(world.accepted(&sent).acquired_at, world.now);
    assert_eq!(world.state(session), 200);
}

#[test]
fn a_late_evening_invoice_turns_offline_and_keeps_its_number_day() {
    let mut world = World::new();
    world.now = "2026-11-22T23:30:00Z".parse().unwrap();
    let session = world.open();
    let sent = world.send(session, &invoice("VAT", "FV/1", "2026-11-22"));
    let today = world.send(session, &invoice("VAT", "FV/2", "2026-11-23"));
    world.pass(10);
    assert_eq!(world.accepted(&sent).mode, InvoicingMode::Offline);
    assert_eq!(world.accepted(&today).mode, InvoicingMode::Online);
    assert!(world.accepted(&sent).ksef_number.as_str().starts_with("5265877635-20261123-"));
}
