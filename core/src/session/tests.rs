//! Sending against a server that loses answers, fails and refuses.

use std::time::Duration;

use ksef_crypto::Sha256;
use serde_json::json;

use crate::fake_ksef::{FakeKsef, Fault, KSEF_NUMBER};
use crate::http::test_server::Reply;
use crate::{
    CallOptions, Client, Conflict, Error, Form, OfflineMode, OnlineSession, OpenOptions, ResumeToken,
    SendOptions, SendOutcome, WaitPolicy, blocking,
};

const INVOICE: &[u8] = b"<Faktura>1</Faktura>";

async fn open(ksef: &FakeKsef) -> OnlineSession {
    let client = ksef.builder().build().expect("a client");
    client.open_online_session(Form::Fa3, OpenOptions::default()).await.expect("a session")
}

fn plain() -> SendOptions {
    SendOptions { fetch_upo: false, ..SendOptions::default() }
}

async fn send(session: &OnlineSession) -> SendOutcome {
    session.send(INVOICE, plain()).await.expect("an outcome")
}

fn posts(ksef: &FakeKsef) -> usize {
    ksef.server.count("POST /v2/sessions/online/20261122-SO-0000000000-0000000001-00/invoices")
}

/// Waits until the server has an invoice.
async fn taken(ksef: &FakeKsef) {
    let waiting = async {
        while ksef.see(|state| state.invoices.is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("an invoice");
}

fn accepted(outcome: &SendOutcome) -> &str {
    outcome.accepted().expect("accepted").ksef_number.as_str()
}

#[tokio::test]
async fn an_invoice_is_accepted() {
    let ksef = FakeKsef::start().await;
    ksef.state().next_status.push_back(json!({"code": 200, "description": "Sukces"}));
    let session = open(&ksef).await;
    let outcome = session.send(INVOICE, SendOptions::default()).await.expect("an outcome");
    assert_eq!(accepted(&outcome), KSEF_NUMBER);
    let invoice = outcome.accepted().expect("accepted");
    assert_eq!(invoice.invoice_hash, Sha256::of(INVOICE));
    assert!(!invoice.already_sent && invoice.upo.is_none());
    assert_eq!(invoice.upo_error.as_ref().map(Error::number), Some(4024), "this server makes no UPO");
    let json = serde_json::to_value(&outcome).expect("JSON");
    assert_eq!((&json["outcome"], &json["ksefNumber"]), (&json!("accepted"), &json!(KSEF_NUMBER)));
    assert!(session.client().unsettled().is_empty());
}

#[tokio::test]
async fn a_lost_answer_after_the_commit_sends_nothing_twice() {
    let losses = [
        Reply::Drop,
        Reply::json(500, "{}"),
        Reply::answer(502, "text/html", b"<html>Bad gateway</html>"),
        Reply::answer(200, "text/html", b"<html>_Incapsula_Resource</html>"),
        Reply::Cut(202, b"{\"referenceNumber\":\"20261122-EE".to_vec(), 10),
        Reply::json(202, "{\"referenceNumber\":5}"),
    ];
    for loss in losses {
        let ksef = FakeKsef::start().await;
        let session = open(&ksef).await;
        ksef.fail("/invoices", Fault::After(loss.clone()));
        assert_eq!(accepted(&send(&session).await), KSEF_NUMBER, "{loss:?}");
        assert_eq!((posts(&ksef), ksef.state().invoices.len()), (1, 1), "{loss:?}");
    }
}

#[tokio::test]
async fn a_request_lost_before_the_commit_is_sent_again_once() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.fail("/invoices", Fault::Before(Reply::Drop));
    assert_eq!(accepted(&send(&session).await), KSEF_NUMBER);
    assert_eq!((posts(&ksef), ksef.state().invoices.len()), (2, 1));
}

#[tokio::test]
async fn an_invoice_that_shows_up_nowhere_is_unknown_and_can_be_resumed() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.fail("/invoices", Fault::Before(Reply::Drop));
    let options = CallOptions { deadline: Some(Duration::from_secs(2)), cancel: None };
    let outcome = session.scoped(options).send(INVOICE, plain()).await.expect("an outcome");
    let SendOutcome::Unknown(token) = outcome else { panic!("{outcome:?}") };
    assert!(token.cause().is_some_and(Error::was_sent));
    assert_eq!(session.client().unsettled(), std::slice::from_ref(&token));

    let token: ResumeToken = token.to_string().parse().expect("a token");
    let client = session.client();
    let outcome = client.resume(&token).await.expect("an outcome");
    assert!(matches!(outcome, SendOutcome::Unknown(_)), "the session is open and the request may yet arrive");
    ksef.clock.advance(Duration::from_secs(601));
    let error = client.resume(&token).await.expect_err("it never arrived");
    assert_eq!((error.number(), error.is_retryable()), (7001, true));
    assert!(client.unsettled().is_empty());
}

#[tokio::test]
async fn another_invoice_with_the_same_content_is_not_mistaken() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.state().next_status.push_back(json!({"code": 150, "description": "Trwa przetwarzanie"}));
    let first = session.submit(INVOICE, plain()).await.expect("an outcome");
    ksef.fail("/invoices", Fault::After(Reply::Drop));
    let second = session.submit(INVOICE, plain()).await.expect("an outcome");
    let reference =
        |outcome: &SendOutcome| outcome.resume_token().and_then(|token| token.invoice_reference().cloned());
    assert!(reference(&first).is_some() && reference(&second).is_some());
    assert_ne!(reference(&first), reference(&second));
}

#[tokio::test]
async fn an_earlier_refusal_is_not_taken_for_a_lost_sending() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.state()
        .next_status
        .push_back(json!({"code": 550, "description": "Operacja została anulowana przez system"}));
    assert!(send(&session).await.rejected().is_some_and(|rejected| rejected.is_retryable()));
    ksef.fail("/invoices", Fault::Before(Reply::Drop));
    assert_eq!(accepted(&send(&session).await), KSEF_NUMBER);
    assert_eq!((posts(&ksef), ksef.state().invoices.len()), (3, 2));
}

#[tokio::test]
async fn a_refusal_of_the_second_request_says_nothing_about_the_first() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.fail("/invoices", Fault::Before(Reply::Drop));
    // Three looks find nothing, then the second request is refused because the session has just been closed.
    for _ in 0..3 {
        ksef.fail(
            "GET /v2/sessions/20261122-SO-0000000000-0000000001-00/invoices",
            Fault::After(Reply::json(200, "{\"invoices\":[]}")),
        );
    }
    ksef.fail("0000000001-00", Fault::After(Reply::json(200, OPEN)));
    ksef.state().session_code = 170;
    let error = session.send(INVOICE, plain()).await.expect_err("it never arrived");
    assert_eq!((error.number(), error.is_retryable()), (7001, true), "{error:?}");
    assert_eq!(posts(&ksef), 2);
}

const OPEN: &str = r#"{"dateCreated":"2026-11-22T12:00:00Z","dateUpdated":"2026-11-22T12:00:00Z",
    "status":{"code":100,"description":"Sesja interaktywna otwarta"}}"#;

#[tokio::test]
async fn processing_that_takes_long_is_pending_and_then_accepted() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.state().next_status.push_back(json!({"code": 150, "description": "Trwa przetwarzanie"}));
    let options = SendOptions { wait: WaitPolicy::AtMost(Duration::from_secs(30)), ..plain() };
    let outcome = session.send(INVOICE, options).await.expect("an outcome");
    let SendOutcome::Pending(token) = outcome else { panic!("{outcome:?}") };
    assert!(token.invoice_reference().is_some());
    ksef.state().invoices[0].status = json!({"code": 200, "description": "Sukces"});
    let other = ksef.builder().build().expect("another client after a restart");
    let outcome =
        other.resume_with(&token.to_string().parse().expect("a token"), WaitPolicy::default(), false).await;
    assert_eq!(accepted(&outcome.expect("an outcome")), KSEF_NUMBER);
    assert_eq!(posts(&ksef), 1);
}

#[tokio::test]
async fn refused_invoices_say_why() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    let status = json!({"code": 450, "description": "Błąd weryfikacji semantyki dokumentu faktury", "details": ["Nieprawidłowy XML"]});
    ksef.state().next_status.push_back(status);
    let outcome = send(&session).await;
    let rejected = outcome.rejected().expect("rejected");
    assert_eq!((rejected.code, rejected.details.as_slice()), (450, &["Nieprawidłowy XML".to_owned()][..]));
}

#[tokio::test]
async fn a_duplicate_is_settled_by_the_hash_of_the_original() {
    let duplicate = json!({"code": 440, "description": "Duplikat faktury", "extensions":
        {"originalKsefNumber": KSEF_NUMBER, "originalSessionReferenceNumber": "20250101-SO-0000000000-0000000009-00"}});
    for (original, expected) in [
        (Some(INVOICE.to_vec()), None),
        (Some(b"<Faktura>2</Faktura>".to_vec()), Some(Conflict::DifferentContent)),
        (None, Some(Conflict::OriginalUnreadable)),
    ] {
        let ksef = FakeKsef::start().await;
        let session = open(&ksef).await;
        ksef.state().original = original;
        ksef.state().next_status.push_back(duplicate.clone());
        let outcome = send(&session).await;
        match expected {
            None => assert!(outcome.accepted().expect("accepted").already_sent),
            Some(conflict) => {
                let rejected = outcome.rejected().expect("rejected");
                assert_eq!(rejected.conflict, Some(conflict));
                let number = rejected.original.as_ref().and_then(|original| original.ksef_number.clone());
                assert_eq!(number.expect("the original").as_str(), KSEF_NUMBER);
            }
        }
    }
}

/// KSeF's refusal first, then the status that explains it.
fn codes(error: &Error) -> Vec<i32> {
    error.ksef_errors().iter().map(|one| one.code).collect()
}

#[tokio::test]
async fn a_session_whose_key_was_refused_is_replaced_once() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.state().session_code = 415;
    assert_eq!(accepted(&send(&session).await), KSEF_NUMBER);
    assert_eq!(ksef.see(|state| (state.sessions, state.key_fetches)), (2, 2));
    assert!(session.reference_number().as_str().contains("0000000002"));
    ksef.state().session_code = 415;
    let error = session.send(INVOICE, plain()).await.expect_err("not for ever");
    assert_eq!((error.number(), codes(&error)), (4016, vec![21180, 415]));
}

#[tokio::test]
async fn a_failed_session_is_noticed_while_waiting() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    // KSeF takes the invoice, then finds that it cannot read the key of the session.
    ksef.state().next_status.push_back(json!({"code": 150, "description": "Trwa przetwarzanie"}));
    let options = SendOptions { wait: WaitPolicy::UntilSettled, ..plain() };
    let sending = tokio::spawn(async move { session.send(INVOICE, options).await });
    taken(&ksef).await;
    ksef.state().session_code = 415;
    assert_eq!(accepted(&sending.await.expect("no panic").expect("an outcome")), KSEF_NUMBER);
    assert_eq!(ksef.see(|state| state.sessions), 2);
}

#[tokio::test]
async fn a_closed_session_is_explained() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.state().session_code = 170;
    let error = session.send(INVOICE, plain()).await.expect_err("closed at KSeF");
    assert_eq!((error.number(), codes(&error)), (4015, vec![21180, 170]));
    session.close().await.expect("closed already");
    let error = session.send(INVOICE, plain()).await.expect_err("closed here");
    assert_eq!((error.number(), error.was_sent()), (1021, false));
}

#[tokio::test]
async fn closing_is_repeated_until_it_is_known() {
    for (fault, closes) in [
        (Fault::After(Reply::Drop), 1),
        (Fault::After(Reply::answer(504, "text/html", b"<html>timeout</html>")), 1),
        (Fault::Before(Reply::json(500, "{}")), 2),
        (Fault::Before(Reply::problem(21173)), 2),
    ] {
        let ksef = FakeKsef::start().await;
        let session = open(&ksef).await;
        ksef.fail("/close", fault.clone());
        session.close().await.expect("closed");
        let line = "POST /v2/sessions/online/20261122-SO-0000000000-0000000001-00/close";
        assert_eq!((ksef.server.count(line), ksef.state().session_code), (closes, 170), "{fault:?}");
        session.close().await.expect("closed already");
        assert_eq!(ksef.server.count(line), closes);
    }
}

#[tokio::test]
async fn documents_and_options_are_checked_before_anything_leaves() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    let before = ksef.server.lines().len();
    let cases: [(&[u8], u16); 5] = [
        (b"", 6001),
        (b"\xEF\xBB\xBF<Faktura/>", 6002),
        (b"<Faktura>\xB3\xF3d\xBC</Faktura>", 6003),
        (b"<?xml version=\"1.0\" encoding=\"windows-1250\"?><Faktura/>", 6004),
        (b"<?xml-stylesheet href=\"a\"?><Faktura/>", 6005),
    ];
    for (document, number) in cases {
        let error = session.send(document, plain()).await.expect_err("refused");
        assert_eq!((error.number(), error.was_sent()), (number, false), "{error}");
    }
    let options = SendOptions { hash_of_corrected_invoice: Some(Sha256::of(b"x")), ..plain() };
    assert_eq!(session.send(INVOICE, options.clone()).await.expect_err("online").number(), 1024);
    assert_eq!(ksef.server.lines().len(), before);
    let options = SendOptions { offline_mode: OfflineMode::Offline, ..options };
    assert_eq!(accepted(&session.send(INVOICE, options).await.expect("an outcome")), KSEF_NUMBER);
}

#[tokio::test]
async fn lists_have_all_pages() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    for number in 0..5 {
        session.send(format!("<Faktura>{number}</Faktura>"), plain()).await.expect("an outcome");
    }
    let hashes: Vec<_> =
        session.invoices().await.expect("a list").into_iter().map(|i| i.invoice_hash).collect();
    assert_eq!(hashes.len(), 5);
    assert_eq!(hashes[4].as_deref(), Some(Sha256::of(b"<Faktura>4</Faktura>").to_base64().as_str()));
}

#[tokio::test]
async fn resume_tokens_are_bound_to_their_client() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    let outcome = session.submit(INVOICE, plain()).await.expect("an outcome");
    let token = outcome.resume_token().expect("pending");
    let text = token.to_string();
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    assert_eq!(&text.parse::<ResumeToken>().expect("a token"), token);
    for wrong in ["", "x", "e30", &text[..text.len() - 8]] {
        assert_eq!(wrong.parse::<ResumeToken>().expect_err(wrong).number(), 1022);
    }
    let nip: crate::Nip = "5260250274".parse().expect("a NIP");
    let foreign = ksef.builder().context(nip).build().expect("a client");
    assert_eq!(foreign.resume(token).await.expect_err("foreign").number(), 1023);
}

#[tokio::test]
async fn an_abandoned_sending_is_remembered() {
    let ksef = FakeKsef::start().await;
    let session = open(&ksef).await;
    ksef.fail("/invoices", Fault::After(Reply::Silence));
    let client: Client = session.client().clone();
    let sending = tokio::spawn(async move { send(&session).await });
    taken(&ksef).await;
    sending.abort();
    let unsettled = client.unsettled();
    assert_eq!(unsettled.len(), 1);
    let outcome = client.resume_with(&unsettled[0], WaitPolicy::default(), false).await.expect("an outcome");
    assert_eq!(accepted(&outcome), KSEF_NUMBER);
    assert!(client.unsettled().is_empty());
}

#[test]
fn the_blocking_twin_works_outside_and_refuses_inside_a_runtime() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let ksef = runtime.block_on(FakeKsef::start());
    let client = blocking::Client::build(ksef.builder()).expect("a client");
    let session = client.open_online_session(Form::Fa3, OpenOptions::default()).expect("a session");
    assert_eq!(accepted(&session.send(INVOICE, plain()).expect("an outcome")), KSEF_NUMBER);
    session.close().expect("closed");
    let error = runtime.block_on(async { client.log_in() }).expect_err("inside");
    assert_eq!((error.number(), error.was_sent()), (1019, false));
}
