//! The pipeline against a server that misbehaves in every way seen in the field.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ksef_crypto::Sha256;
use ksef_model::{ReferenceNumber, SendInvoiceRequest};

use super::test_server::{Reply, TestServer, builder};
use crate::{BearerToken, CallOptions, CancelToken, Client, Error, Proxy, RetryOptions, Timeouts};

const CHALLENGE: &str = r#"{"challenge":"20250514-CR-226FB7B000-3ACF9BE4C0-10",
    "timestamp":"2026-11-22T12:00:00+00:00","timestampMs":1795348800000,"clientIp":"127.0.0.1"}"#;

fn reference() -> ReferenceNumber {
    "20250514-AU-2DFC46C000-3AC6D5877F-D4".parse().expect("a reference")
}

/// A read with a token of its own, so that no login is needed.
async fn read(client: &Client) -> Result<(), Error> {
    client.auth().status(&reference(), BearerToken::new("operation-token")).await.map(|_| ())
}

/// A change with a token of its own.
async fn change(client: &Client) -> Result<(), Error> {
    client.auth().redeem_tokens(BearerToken::new("operation-token")).await.map(|_| ())
}

const STATUS: &str =
    r#"{"startDate":"2026-11-22T12:00:00Z","status":{"code":100,"description":"w toku"},"new":1}"#;
const TOKENS: &str = r#"{"accessToken":{"token":"a","validUntil":"2026-11-22T12:15:00Z"},
    "refreshToken":{"token":"r","validUntil":"2026-11-29T12:00:00Z"}}"#;

/// Gives the replies one after the other, the last one for ever.
fn script(replies: Vec<Reply>) -> impl Fn(&super::test_server::Request) -> Reply + Send + Sync + 'static {
    let next = AtomicUsize::new(0);
    move |_| replies[next.fetch_add(1, Ordering::SeqCst).min(replies.len() - 1)].clone()
}

#[tokio::test]
async fn a_call_carries_what_ksef_expects() {
    let server = TestServer::start(script(vec![Reply::json(200, STATUS)])).await;
    read(&server.client()).await.expect("an answer");
    let request = server.last();
    assert_eq!(request.line(), "GET /v2/auth/20250514-AU-2DFC46C000-3AC6D5877F-D4");
    assert_eq!(request.header("authorization"), Some("Bearer operation-token"));
    assert_eq!(request.header("x-error-format"), Some("problem-details"));
    assert!(request.header("user-agent").is_some_and(|agent| agent.starts_with("libksef/")));
    assert_eq!(request.header("content-type"), None, "no body, no type");
}

#[tokio::test]
async fn reads_survive_failures_and_changes_are_not_repeated() {
    for failure in [
        Reply::Drop,
        Reply::json(500, "{}"),
        Reply::answer(502, "text/html", b"<html>Bad gateway</html>"),
        Reply::Cut(200, STATUS.as_bytes().to_vec(), 20),
    ] {
        let server =
            TestServer::start(script(vec![failure.clone(), failure.clone(), Reply::json(200, STATUS)])).await;
        read(&server.client()).await.expect("the third answer");
        assert_eq!(server.lines().len(), 3, "{failure:?}");

        let server = TestServer::start(script(vec![failure.clone(), Reply::json(200, TOKENS)])).await;
        let error = change(&server.client()).await.expect_err("the first answer");
        assert_eq!(server.lines().len(), 1, "{failure:?}");
        assert!(error.was_sent() && error.outcome_is_unknown(), "{error:?}");
    }
}

#[tokio::test]
async fn attempts_end() {
    let server = TestServer::start(script(vec![Reply::json(500, "{}")])).await;
    let (builder, clock) = server.builder();
    let error = read(&builder.build().expect("a client")).await.expect_err("nothing but failures");
    assert_eq!((error.number(), server.lines().len(), clock.sleeps().len()), (4012, 4, 3));
}

#[tokio::test]
async fn rate_limits_are_waited_for_exactly_for_any_method() {
    let limited = Reply::json(429, r#"{"status":{"code":429}}"#).with("retry-after", 37);
    let server = TestServer::start(script(vec![limited.clone(), limited, Reply::json(200, TOKENS)])).await;
    let (builder, clock) = server.builder();
    change(&builder.build().expect("a client")).await.expect("the third answer");
    assert_eq!(clock.sleeps(), [Duration::from_secs(37); 2]);

    let limited = Reply::json(429, "{}").with("retry-after", 2680);
    let server = TestServer::start(script(vec![limited])).await;
    let error = change(&server.client()).await.expect_err("too long");
    assert_eq!((error.number(), error.retry_after()), (4011, Some(Duration::from_secs(2680))));
}

#[tokio::test]
async fn a_deadline_bounds_waits() {
    let server = TestServer::start(script(vec![Reply::json(429, "{}").with("retry-after", 37)])).await;
    let (builder, clock) = server.builder();
    let options = CallOptions { deadline: Some(Duration::from_secs(36)), cancel: None };
    let client = builder.build().expect("a client").scoped(options);
    assert_eq!(change(&client).await.expect_err("no time to wait").number(), 4011);
    assert!(clock.sleeps().is_empty());
}

#[tokio::test]
async fn a_cancelled_call_ends_at_once() {
    let cancel = CancelToken::new();
    let trigger = cancel.clone();
    let server = TestServer::start(move |_| {
        trigger.cancel();
        Reply::Silence
    })
    .await;
    let client = server.client().scoped(CallOptions { deadline: None, cancel: Some(cancel) });
    let error = read(&client).await.expect_err("cancelled");
    assert!(error.is_cancelled() && error.was_sent());
    let error = read(&client).await.expect_err("cancelled before");
    assert!(error.is_cancelled() && !error.was_sent());
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn answers_that_only_look_like_success() {
    let waf = Reply::answer(
        200,
        "text/html",
        b"<html><script src=\"/_Incapsula_Resource?incident_id=12-34\"></html>",
    );
    let redirect = Reply::answer(307, "text/html", b"")
        .with("location", "/v2/auth/challenge")
        .with("set-cookie", "visid_incap_1=x");
    let cases = [
        (waf, 2011),
        (redirect, 2013),
        (Reply::answer(200, "application/xml", b"<a/>"), 2015),
        (Reply::json(200, r#"{"startDate":"yesterday"}"#), 2016),
        (Reply::json(200, r#"{"startDate":"2026-11-22T12:00:00Z"}"#), 2016),
    ];
    for (reply, number) in cases {
        let server = TestServer::start(script(vec![reply])).await;
        let error = read(&server.client()).await.expect_err("no answer");
        assert_eq!((error.number(), server.lines().len()), (number, 1), "{error:?}");
        assert!(error.was_sent() && error.operation() == Some("auth.status"));
    }
}

#[tokio::test]
async fn warnings_are_collected_from_every_answer() {
    let warned = Reply::json(200, STATUS)
        .with("x-system-warning", "[sig-001]: Profil podpisu | [xml-002]: Znaki Unicode");
    let server = TestServer::start(script(vec![warned])).await;
    let client = server.client();
    read(&client).await.expect("an answer");
    read(&client.clone()).await.expect("an answer");
    let warnings = client.warnings();
    assert_eq!(
        warnings.iter().map(|warning| warning.code.as_str()).collect::<Vec<_>>(),
        ["sig-001", "xml-002"]
    );
    assert_eq!((warnings[0].count, warnings[0].operation), (2, "auth.status"));
}

#[tokio::test]
async fn what_never_left_is_known_not_to_have_left() {
    let port = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let server = TestServer::start(script(vec![Reply::json(200, STATUS)])).await;
    let clock = server.builder().1;
    let client =
        builder(&format!("http://127.0.0.1:{port}/v2")).clock(clock.clone()).build().expect("a client");
    let error = change(&client).await.expect_err("nobody listens");
    assert_eq!((error.number(), error.was_sent()), (2002, false));
    assert_eq!(clock.sleeps().len(), 3, "even a change is repeated when it never left");

    let unknown = builder("http://no-such-host.invalid/v2").build().expect("a client");
    let error = change(&unknown).await.expect_err("no such host");
    assert_eq!((error.number(), error.was_sent()), (2001, false), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("no-such-host.invalid/v2"));
}

#[tokio::test]
async fn silence_ends_with_the_timeout() {
    let server = TestServer::start(script(vec![Reply::Silence])).await;
    let timeouts = Timeouts { read: Duration::from_millis(50), ..Timeouts::default() };
    let client = server
        .builder()
        .0
        .timeouts(timeouts)
        .retry_options(RetryOptions { attempts: 1, ..RetryOptions::default() });
    let error = read(&client.build().expect("a client")).await.expect_err("silence");
    assert_eq!((error.number(), error.was_sent(), error.is_timeout()), (2007, true, true));
}

#[tokio::test]
async fn an_http_proxy_is_used_with_its_credentials() {
    let proxy = TestServer::start(script(vec![Reply::json(200, CHALLENGE)])).await;
    let address = proxy.url.replace("http://", "http://jan:tajne@");
    let client = builder("http://ksef.invalid/v2")
        .proxy(Proxy::parse(&address).expect("a proxy"))
        .build()
        .expect("a client");
    client.auth().challenge().await.expect("an answer through the proxy");
    let request = proxy.last();
    assert_eq!(request.target, "http://ksef.invalid/v2/auth/challenge");
    assert_eq!(request.header("proxy-authorization"), Some("Basic amFuOnRham5l"));
    assert!(!format!("{client:?}").contains("tajne"));
}

/// Plays the server side of a SOCKS 5 handshake with user name and password; gives the host that was asked for.
async fn socks(stream: &mut tokio::net::TcpStream) -> std::io::Result<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut head = [0; 2];
    stream.read_exact(&mut head).await?;
    let mut methods = vec![0; head[1].into()];
    stream.read_exact(&mut methods).await?;
    assert!(methods.contains(&2), "the client can authenticate");
    stream.write_all(&[5, 2]).await?;
    stream.read_exact(&mut head).await?;
    let mut user = vec![0; head[1].into()];
    stream.read_exact(&mut user).await?;
    let mut password = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut password).await?;
    assert_eq!((user.as_slice(), password.as_slice()), (&b"jan"[..], &b"tajne"[..]));
    stream.write_all(&[1, 0]).await?;
    let mut request = [0; 5];
    stream.read_exact(&mut request).await?;
    assert_eq!(request[..4], [5, 1, 0, 3], "connect to a name, which the proxy resolves");
    let mut host = vec![0; request[4].into()];
    stream.read_exact(&mut host).await?;
    stream.read_u16().await?;
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await?;
    Ok(String::from_utf8_lossy(&host).into_owned())
}

#[tokio::test]
async fn a_socks_proxy_resolves_names_and_checks_credentials() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("socks5h://{}", listener.local_addr().expect("an address"));
    let proxying = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let host = socks(&mut stream).await.expect("a handshake");
        super::test_server::serve(stream, &Mutex::default(), &|_| Reply::json(200, CHALLENGE)).await;
        host
    });
    let proxy =
        Proxy::parse(&address).and_then(|proxy| proxy.with_credentials("jan", "tajne")).expect("a proxy");
    let client = builder("http://ksef.invalid/v2").proxy(proxy).build().expect("a client");
    client.auth().challenge().await.expect("an answer through the proxy");
    assert_eq!(proxying.await.expect("no panic"), "ksef.invalid");
}

#[tokio::test]
async fn a_refused_tunnel_is_told_apart() {
    let proxy = TestServer::start(script(vec![Reply::answer(407, "text/html", b"<html>Proxy</html>")])).await;
    let client = builder("https://ksef.invalid/v2").proxy(Proxy::parse(&proxy.url).expect("a proxy")).build();
    let error = change(&client.expect("a client")).await.expect_err("no tunnel");
    assert_eq!((error.number(), error.was_sent()), (2006, false), "{error:?}");
    assert_eq!(proxy.last().line(), "CONNECT ksef.invalid:443");
}

#[tokio::test]
async fn downloads_are_checked_against_their_hash() {
    let body = b"<Potwierdzenie/>";
    let hash = Sha256::of(body).to_base64();
    let good = Reply::answer(200, "application/xml", body).with("x-ms-meta-hash", &hash);
    let damaged = Reply::answer(200, "application/xml", b"<Potwierdzeni!/>").with("x-ms-meta-hash", &hash);
    let server = TestServer::start(script(vec![damaged.clone(), good])).await;
    let link = format!("{}/storage/upo.xml?sig=x", server.url);
    let operation = &ksef_model::operations::SESSIONS_UPO_PAGE;
    let download = server.client().call_link(operation, &link).await.expect("the second copy");
    assert_eq!(download.hash, Some(Sha256::of(body)));
    assert_eq!(server.last().header("authorization"), None, "links carry their own authorisation");

    let server = TestServer::start(script(vec![damaged])).await;
    let error =
        server.client().call_link(operation, &format!("{}/x", server.url)).await.expect_err("damaged");
    assert_eq!(error.number(), 2017);
    assert_eq!(
        server.client().call_link(operation, "file:///etc/passwd").await.expect_err("a file").number(),
        1015
    );
}

#[tokio::test]
async fn invalid_requests_are_not_sent() {
    let server = TestServer::start(script(vec![Reply::json(200, "{}")])).await;
    let request = SendInvoiceRequest {
        invoice_hash: "x".to_owned(),
        invoice_size: 1,
        encrypted_invoice_hash: "x".to_owned(),
        encrypted_invoice_size: 1,
        encrypted_invoice_content: String::new(),
        offline_mode: None,
        hash_of_corrected_invoice: None,
    };
    let error = server.client().sessions().send_invoice(&reference(), &request).await.expect_err("invalid");
    assert_eq!(
        (error.number(), error.was_sent(), error.operation()),
        (1020, false, Some("sessions.send_invoice"))
    );
    assert!(server.lines().is_empty());
}

mod tls {
    use std::sync::{Arc, Mutex};

    use ksef_crypto::Authority;
    use ksef_crypto::self_signed::Validity;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::http::test_server::serve;

    /// A server with a certificate of its own authority for `localhost`; also reports the server name it was asked for.
    async fn server(
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> (String, String, Arc<Mutex<Option<String>>>) {
        let now = jiff::Timestamp::now();
        let authority = Authority::new("Test CA", now).expect("an authority");
        let leaf = authority
            .issue_tls_server(&["localhost"], Validity::days(now, 1).expect("a validity"))
            .expect("a leaf");
        let key = leaf.key().to_pkcs8_pem();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(leaf.certificate().der().to_vec())],
                PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key"),
            )
            .expect("a configuration");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("https://localhost:{}/v2", listener.local_addr().expect("an address").port());
        let name = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&name);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    *seen.lock().expect("not poisoned") = stream.get_ref().1.server_name().map(str::to_owned);
                    serve(stream, &Mutex::default(), &|_| Reply::json(200, CHALLENGE)).await;
                });
            }
        });
        (url, authority.certificate().to_pem(), name)
    }

    #[tokio::test]
    async fn an_extra_authority_is_trusted_and_the_server_name_is_sent() {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let (url, ca, name) = server(&[version]).await;
            let client = builder(&url).extra_ca_pem(ca).build().expect("a client");
            client.auth().challenge().await.expect("an answer over TLS");
            assert_eq!(name.lock().expect("not poisoned").as_deref(), Some("localhost"));
        }
    }

    #[tokio::test]
    async fn an_unknown_authority_is_refused_before_anything_is_sent() {
        let (url, _, _) = server(&[&rustls::version::TLS13]).await;
        let error = change(&builder(&url).build().expect("a client")).await.expect_err("not trusted");
        assert_eq!((error.number(), error.was_sent()), (2005, false), "{error:?}");

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("https://localhost:{}/v2", listener.local_addr().expect("an address").port());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    .await;
            }
        });
        let error = change(&builder(&url).build().expect("a client")).await.expect_err("no TLS there");
        assert_eq!((error.number(), error.was_sent()), (2004, false), "{error:?}");
    }
}
