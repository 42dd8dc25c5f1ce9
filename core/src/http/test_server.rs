//! A small HTTP server for tests: every request goes to a closure, every fault of a network can be its answer.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::clock::testing::StepClock;
use crate::config::{RetryOptions, TrustRoots};
use crate::{Client, ClientBuilder, Environment, Hosts};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Method and path without the query: `GET /v2/sessions/x`.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap_or_default())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// What the server does.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Closes the connection without a word.
    Drop,
    /// Promises the whole body and sends this many bytes of it.
    Cut(u16, Vec<u8>, usize),
    /// Keeps the connection open and says nothing.
    Silence,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl AsRef<str>) -> Self {
        Self::answer(status, "application/json", body.as_ref().as_bytes())
    }

    pub(crate) fn answer(status: u16, content_type: &'static str, body: &[u8]) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self::Answer { status, headers, body: body.to_vec() }
    }

    pub(crate) fn problem(code: i32) -> Self {
        let body = format!(
            r#"{{"title":"Bad Request","status":400,"errors":[{{"code":{code},"description":"x"}}]}}"#
        );
        Self::answer(400, "application/problem+json", body.as_bytes())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.to_string()));
        }
        self
    }
}

/// The server; it stops with the runtime of the test.
#[derive(Clone)]
pub(crate) struct TestServer {
    pub(crate) url: String,
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
}

impl TestServer {
    pub(crate) async fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, handler) = (Arc::clone(&requests), Arc::new(handler));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, handler) = (Arc::clone(&seen), Arc::clone(&handler));
                tokio::spawn(async move { serve(stream, &seen, handler.as_ref()).await });
            }
        });
        Self { url, requests }
    }

    /// Lines of all requests, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").iter().map(Request::line).collect()
    }

    pub(crate) fn count(&self, line: &str) -> usize {
        self.lines().iter().filter(|known| *known == line).count()
    }

    pub(crate) fn last(&self) -> Request {
        self.requests.lock().expect("not poisoned").last().cloned().expect("a request")
    }

    /// A builder for this server on a clock that does not wait.
    pub(crate) fn builder(&self) -> (ClientBuilder, Arc<StepClock>) {
        let clock = Arc::new(StepClock::default());
        (builder(&format!("{}/v2", self.url)).clock(clock.clone()), clock)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().0.build().expect("a client")
    }
}

pub(crate) fn builder(api: &str) -> ClientBuilder {
    Client::builder(Environment::custom(Hosts::api(api).expect("an address")))
        .trust_roots(TrustRoots { system: false, bundled: false })
        .retry_options(RetryOptions::default())
}

pub(crate) async fn serve<S>(
    mut stream: S,
    seen: &Mutex<Vec<Request>>,
    handler: &(dyn Fn(&Request) -> Reply + Send + Sync),
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let Some(request) = read(&mut stream).await else { return };
    let reply = handler(&request);
    seen.lock().expect("not poisoned").push(request);
    let (status, headers, body, sent) = match reply {
        Reply::Answer { status, headers, body } => (status, headers, body.clone(), body.len()),
        Reply::Drop => return,
        Reply::Cut(status, body, sent) => {
            (status, vec![("content-type", "application/json".to_owned())], body, sent)
        }
        Reply::Silence => {
            let mut end = [0];
            let _ = stream.read(&mut end).await;
            return;
        }
    };
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    if !matches!(status, 204 | 304) {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&body[..sent]).await;
    let _ = stream.shutdown().await;
}

async fn read<S: tokio::io::AsyncRead + Unpin>(stream: &mut S) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    while bytes.len() < head_end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { method, target, headers, body: bytes.split_off(head_end + 4) })
}
