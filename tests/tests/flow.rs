//! Promises about whole flows: one login for many callers, one invoice whatever breaks, and errors that help.

use ksef_conformance::driver::{BUYER, NIP};
use ksef_conformance::{house, materials};
use ksef_crypto::KeyKind;
use ksef_crypto::self_signed::{SealSubject, Validity, seal};
use ksef_emulator::{Emulator, Profile};
use libksef::{
    Client, ContextIdentifier, Credentials, Environment, Error, Form, Hosts, Language, Nip, OnlineSession,
    OpenOptions, SendOptions, SendOutcome, SigningIdentity,
};
use serde_json::json;
use tokio::task::JoinSet;

fn invoice(number: &str) -> Vec<u8> {
    let nip = |text: &str| text.parse().expect("a NIP");
    let today =
        jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::get("Europe/Warsaw").expect("a zone")).date();
    materials::invoice(nip(NIP), nip(BUYER), number, today, 100.into()).expect("an invoice")
}

async fn session(client: &Client) -> OnlineSession {
    client.open_online_session(Form::Fa3, OpenOptions::default()).await.expect("a session")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_callers_cause_one_login() {
    let emulator = house::emulator(Profile::Test).await;
    let client = house::client(&emulator, &house::context(NIP));
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        callers.spawn(async move { client.auth_sessions().await.map(|sessions| sessions.len()) });
    }
    while let Some(done) = callers.join_next().await {
        assert_eq!(done.expect("no panic").expect("an answer"), 1);
    }
    assert_eq!(house::calls(&emulator, "auth.challenge"), 1);
    assert_eq!(house::calls(&emulator, "auth.redeem_tokens"), 1);
    assert_eq!(house::calls(&emulator, "auth.list_sessions"), 100);
    emulator.stop().await;
}

#[test]
fn a_hundred_threads_cause_one_login() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let emulator = runtime.block_on(house::emulator(Profile::Test));
    let context = house::context(NIP);
    let token = emulator.create_token(&context, &["InvoiceWrite"]).expect("a token");
    let builder = Client::builder(house::environment(&emulator))
        .credentials(Credentials::token(&token).expect("a token"))
        .context(context);
    let client = libksef::blocking::Client::build(builder).expect("a client");
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| client.auth_sessions().expect("an answer"));
        }
    });
    assert_eq!(house::calls(&emulator, "auth.challenge"), 1);
    assert_eq!(house::calls(&emulator, "auth.list_sessions"), 100);
    runtime.block_on(emulator.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_callers_refresh_once() {
    let emulator = house::emulator(Profile::Test).await;
    let client = house::client(&emulator, &house::context(NIP));
    client.log_in().await.expect("a login");
    emulator.advance_clock(std::time::Duration::from_secs(1000));
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        callers.spawn(async move { client.auth_sessions().await.map(|sessions| sessions.len()) });
    }
    while let Some(done) = callers.join_next().await {
        assert_eq!(done.expect("no panic").expect("an answer"), 1);
    }
    assert_eq!(house::calls(&emulator, "auth.refresh_token"), 1);
    assert_eq!(house::calls(&emulator, "auth.challenge"), 1);
    emulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_after_commit_is_one_accepted_invoice() {
    let emulator = house::emulator(Profile::Test).await;
    let client = house::client(&emulator, &house::context(NIP));
    let session = session(&client).await;
    for (kind, sent) in [("drop_after", 1), ("truncate", 1), ("drop_before", 2)] {
        let before = (house::held(&emulator), house::calls(&emulator, "sessions.send_invoice"));
        let fault = json!({"operation": "sessions.send_invoice", "kind": kind});
        house::manage(&emulator, "POST", "/faults", Some(&fault));
        let outcome = session.send(invoice(kind), SendOptions::default()).await.expect("an outcome");
        assert!(matches!(outcome, SendOutcome::Accepted(_)), "{kind}: {outcome:?}");
        assert_eq!(house::held(&emulator), before.0 + 1, "{kind}: the invoice is there once");
        assert_eq!(house::calls(&emulator, "sessions.send_invoice"), before.1 + sent, "{kind}: requests");
    }
    emulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_invoices_through_a_bad_network_arrive_exactly_once() {
    let emulator = house::emulator(Profile::Test).await;
    let client = house::client(&emulator, &house::context(NIP));
    let session = session(&client).await;
    for kind in ["drop_after", "drop_before", "truncate", "waf_html", "bad_gateway_html"] {
        let fault = json!({"operation": "sessions.send_invoice", "kind": kind, "times": 4});
        house::manage(&emulator, "POST", "/faults", Some(&fault));
    }
    let mut senders = JoinSet::new();
    for number in 0..40 {
        let session = session.clone();
        senders.spawn(async move {
            let bytes = invoice(&format!("BAD/{number}"));
            let mut outcome = session.send(bytes.clone(), SendOptions::default()).await;
            // What the caller of an unsettled outcome does: send the same bytes again, which must not double them.
            for _ in 0..20 {
                match &outcome {
                    Ok(SendOutcome::Accepted(accepted)) => return accepted.ksef_number.to_string(),
                    Ok(SendOutcome::Rejected(rejected)) => {
                        panic!("{number}: rejected with {}", rejected.code)
                    }
                    Ok(_) => {}
                    Err(error) => assert!(error.is_retryable() || !error.was_sent(), "{number}: {error:?}"),
                }
                outcome = session.send(bytes.clone(), SendOptions::default()).await;
            }
            panic!("{number}: never settled: {outcome:?}")
        });
    }
    let mut numbers = std::collections::BTreeSet::new();
    while let Some(done) = senders.join_next().await {
        numbers.insert(done.expect("no panic"));
    }
    assert_eq!(numbers.len(), 40, "every invoice has a number of its own");
    assert_eq!(house::held(&emulator), 40, "nothing lost, nothing doubled");
    emulator.stop().await;
}

/// What goes in wrongly, and the number that comes out.
struct Wrong {
    what: &'static str,
    number: u16,
    error: Error,
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_has_stable_numbers() {
    let emulator = house::emulator(Profile::Test).await;
    let context = house::context(NIP);
    let client = house::client(&emulator, &context);
    let mut table = wrong_settings(&context);
    let unknown_host = Environment::custom(Hosts::api("http://no-such-host.invalid/v2").expect("an address"));
    let lost = Client::builder(unknown_host)
        .credentials(Credentials::token(&some_token(&emulator)).expect("a token"))
        .context(context.clone())
        .build()
        .expect("a client makes no request");
    table.push(Wrong {
        what: "unknown host",
        number: 2001,
        error: lost.log_in().await.expect_err("unknown host"),
    });

    let open = session(&client).await;
    let good = invoice("GOOD/1");
    let documents = [
        ("empty", 6001),
        ("bom", 6002),
        ("latin2", 6003),
        ("encoding_declaration", 6004),
        ("processing_instruction", 6005),
        ("forbidden_character", 6006),
        ("truncated", 6007),
    ];
    for (what, number) in documents {
        let bytes = materials::mutate(good.clone(), what).expect("a mutation");
        let error = open.send(bytes, SendOptions::default()).await.expect_err(what);
        table.push(Wrong { what, number, error });
    }
    open.close().await.expect("closed");
    let error = open.send(good, SendOptions::default()).await.expect_err("closed session");
    table.push(Wrong { what: "closed session", number: 1021, error });

    for Wrong { what, number, error } in &table {
        assert_eq!(error.number(), *number, "{what}: {error:?}");
        assert_eq!(error.kind(), libksef::ErrorKind::of_number(*number), "{what}");
        assert!(!error.was_sent(), "{what} never leaves");
        for language in [Language::English, Language::Polish] {
            let text = error.message(language);
            assert!(!text.is_empty() && !text.contains('\n') && !text.ends_with('.'), "{what}: {text:?}");
            assert!(!error.advice(language).is_empty(), "{what} has advice");
            assert!(!text.contains(NIP), "{what} keeps the NIP to itself: {text}");
        }
    }
    assert_eq!(house::calls(&emulator, "sessions.send_invoice"), 0, "nothing wrong was sent");
    emulator.stop().await;
}

fn some_token(emulator: &Emulator) -> String {
    emulator.create_token(&house::context(NIP), &["InvoiceRead"]).expect("a token")
}

fn wrong_settings(context: &ContextIdentifier) -> Vec<Wrong> {
    let environment = || Environment::custom(Hosts::api("http://127.0.0.1:9/v2").expect("an address"));
    let now = jiff::Timestamp::now();
    let stranger = || {
        let validity = Validity::days(now, 1).expect("a validity");
        seal(&SealSubject::with_nip("Obcy", NIP), KeyKind::P256, validity).expect("an identity")
    };
    let (one, two) = (stranger(), stranger());
    let mismatch = SigningIdentity::from_pem(&one.certificate().to_pem(), &two.key().to_pkcs8_pem(), None)
        .expect_err("mismatch");
    let nobody = Client::builder(environment()).context(context.clone()).build();
    let mut table = vec![
        Wrong {
            what: "bad NIP",
            number: 1002,
            error: "5265877636".parse::<Nip>().expect_err("bad NIP").into(),
        },
        Wrong {
            what: "short NIP",
            number: 1002,
            error: ContextIdentifier::new("Nip", "526587").expect_err("short NIP").into(),
        },
        Wrong { what: "empty token", number: 1010, error: Credentials::token("").expect_err("empty token") },
        Wrong { what: "key of another certificate", number: 5004, error: mismatch.into() },
        Wrong {
            what: "certificate that is none",
            number: 5005,
            error: SigningIdentity::from_pem("none", &two.key().to_pkcs8_pem(), None)
                .expect_err("no certificate")
                .into(),
        },
        Wrong {
            what: "address without scheme",
            number: 1015,
            error: Hosts::api("ksef.example").expect_err("no scheme"),
        },
    ];
    if let Err(error) = nobody {
        table.push(Wrong { what: "no credentials", number: 1013, error });
    }
    table
}

#[tokio::test(flavor = "multi_thread")]
async fn the_blocking_face_refuses_to_run_inside_a_runtime() {
    let emulator = house::emulator(Profile::Test).await;
    let context = house::context(NIP);
    let builder = Client::builder(house::environment(&emulator))
        .credentials(Credentials::token(&some_token(&emulator)).expect("a token"))
        .context(context);
    let client = libksef::blocking::Client::build(builder).expect("a client");
    let error = client.log_in().expect_err("an error, not a panic");
    assert_eq!(error.number(), 1019);
    assert_eq!(house::calls(&emulator, "auth.challenge"), 0);
    emulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_shown() {
    let emulator = house::emulator(Profile::Test).await;
    let context = house::context(NIP);
    let token = some_token(&emulator);
    let secret = token.rsplit('|').next().expect("the last part of the token").to_owned();
    let credentials = Credentials::token(&token).expect("a token");
    let shown = format!("{credentials:?} {context:?}");
    let client = Client::builder(house::environment(&emulator))
        .credentials(credentials)
        .context(context)
        .build()
        .expect("a client");
    client.log_in().await.expect("a login");
    let shown = format!("{shown} {client:?}");
    assert!(!shown.contains(&secret), "the token is shown");
    assert!(!shown.contains(NIP), "the NIP is shown: {shown}");
    assert!(!shown.contains("eyJ"), "an access token is shown");
    emulator.stop().await;
}
