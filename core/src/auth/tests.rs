//! The keeper against a server that counts.

use std::time::Duration;

use ksef_crypto::KeyKind;

use crate::fake_ksef::{FakeKsef, Fault};
use crate::http::test_server::Reply;
use crate::{Client, Credentials, Error, Nip, test_identity};

async fn read(client: &Client) -> Result<(), Error> {
    let session = "20261122-SO-0000000000-0000000001-00".parse().expect("a reference");
    client.sessions().status(&session).await.map(|_| ())
}

#[tokio::test]
async fn a_hundred_callers_log_in_once() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { read(&client).await })
        })
        .collect();
    for caller in callers {
        caller.await.expect("no panic").expect("an answer");
    }
    assert_eq!((ksef.state().logins, ksef.server.count("POST /v2/auth/token/redeem")), (1, 1));
    assert_eq!(ksef.state().key_fetches, 1);
}

#[tokio::test]
async fn certificates_sign_the_login() {
    let ksef = FakeKsef::start().await;
    let nip: Nip = "5265877635".parse().expect("a NIP");
    for kind in [KeyKind::P256, KeyKind::Rsa { bits: 2048 }] {
        let identity = test_identity::seal(&nip, "Firma", kind).expect("an identity");
        let client =
            ksef.builder().credentials(Credentials::certificate(identity)).build().expect("a client");
        client.log_in().await.expect("a login");
        assert!(client.login_reference().is_some());
    }
    assert_eq!(ksef.server.count("POST /v2/auth/xades-signature"), 2);
}

#[tokio::test]
async fn the_access_token_is_refreshed_ahead_of_its_end() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    read(&client).await.expect("an answer");
    ksef.clock.advance(Duration::from_secs(13 * 60));
    read(&client).await.expect("an answer");
    assert_eq!(ksef.state().refreshes, 0);
    ksef.clock.advance(Duration::from_secs(65));
    read(&client).await.expect("an answer");
    assert_eq!(ksef.see(|state| (state.refreshes, state.logins)), (1, 1));
}

#[tokio::test]
async fn a_refused_refresh_leads_to_a_new_login() {
    for code in [21301, 21304] {
        let ksef = FakeKsef::start().await;
        let client = ksef.builder().build().expect("a client");
        read(&client).await.expect("an answer");
        ksef.clock.advance(Duration::from_secs(3600));
        ksef.state().refused_refresh = Some(code);
        read(&client).await.expect("an answer");
        assert_eq!(ksef.see(|state| (state.refreshes, state.logins)), (0, 2), "{code}");
    }
}

#[tokio::test]
async fn a_failing_refresh_does_not_spoil_a_valid_access_token() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    read(&client).await.expect("an answer");
    ksef.clock.advance(Duration::from_secs(14 * 60 + 5));
    for _ in 0..4 {
        ksef.fail("token/refresh", Fault::Before(Reply::json(500, "{}")));
    }
    read(&client).await.expect("an answer with the old token");
    assert_eq!(ksef.state().logins, 1);
}

#[tokio::test]
async fn a_refused_access_token_is_replaced_once() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    read(&client).await.expect("an answer");
    ksef.state().access.clear();
    read(&client).await.expect("an answer with another token");
    assert_eq!(ksef.state().refreshes, 1);
    let unauthorized = Reply::json(401, r#"{"title":"Unauthorized","status":401,"detail":"x"}"#);
    for _ in 0..2 {
        ksef.fail("0000000001-00", Fault::Before(unauthorized.clone()));
    }
    let error = read(&client).await.expect_err("refused twice");
    assert_eq!(error.number(), 3019);
}

#[tokio::test]
async fn an_unknown_key_is_fetched_again_once() {
    let ksef = FakeKsef::start().await;
    ksef.state().unknown_keys = 1;
    ksef.builder().build().expect("a client").log_in().await.expect("a login");
    assert_eq!(ksef.state().key_fetches, 2);
    ksef.state().unknown_keys = 2;
    let error = ksef.builder().build().expect("a client").log_in().await.expect_err("refused twice");
    assert_eq!(error.number(), 4019);
}

#[tokio::test]
async fn refusals_carry_what_ksef_says_and_reach_all_callers() {
    let ksef = FakeKsef::start().await;
    ksef.state().login_status = Some((450, "Token unieważniony"));
    let client = ksef.builder().build().expect("a client");
    let (first, second) = tokio::join!(client.log_in(), client.log_in());
    for error in [first.expect_err("refused"), second.expect_err("refused")] {
        assert_eq!((error.number(), error.ksef_code()), (3007, Some(450)));
        assert_eq!(error.details(), ["Token unieważniony"]);
    }
    assert_eq!(ksef.state().logins, 1);
    let error = read(&client).await.expect_err("refused again");
    assert!(!error.was_sent(), "the request itself never left");
}

#[tokio::test]
async fn a_login_that_hangs_ends_with_its_own_error() {
    let ksef = FakeKsef::start().await;
    ksef.state().login_status = Some((100, ""));
    let error = ksef.builder().build().expect("a client").log_in().await.expect_err("no end");
    assert_eq!(error.number(), 3018);
}

#[tokio::test]
async fn lost_answers_while_logging_in_cost_one_more_login() {
    for (suffix, logins) in [("auth/ksef-token", 2), ("token/redeem", 2), ("auth/challenge", 1)] {
        let ksef = FakeKsef::start().await;
        ksef.fail(suffix, Fault::After(Reply::Drop));
        ksef.builder().build().expect("a client").log_in().await.expect("a login");
        assert_eq!(ksef.state().logins, logins, "{suffix}");
    }
}

#[tokio::test]
async fn logging_out_ends_the_login() {
    let ksef = FakeKsef::start().await;
    let client = ksef.builder().build().expect("a client");
    client.log_out().await.expect("nothing to do");
    client.log_in().await.expect("a login");
    client.log_out().await.expect("logged out");
    assert_eq!(ksef.server.last().line(), "DELETE /v2/auth/sessions/current");
    assert_eq!(ksef.server.last().header("authorization"), Some("Bearer refresh-1"));
    assert!(client.login_reference().is_none());
}
