//! From a call to its answer: address, login, attempts, checks.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use ksef_model::operations::{Auth, Content, Operation};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde::de::DeserializeOwned;
use url::Url;

use super::call::{Call, Payload};
use super::retry::Attempts;
use super::{Download, body, failure};
use crate::Client;
use crate::auth::BearerToken;
use crate::error::{Error, Result, refusal, texts};
use crate::runtime;

/// More than any answer of the API: a full page of UPO or of metadata is a few megabytes.
const LARGEST_ANSWER: usize = 256 * 1024 * 1024;

/// A request as it is repeated from attempt to attempt.
struct Request {
    operation: &'static Operation,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    login: Login,
    timeout: Duration,
}

/// Which bearer token a request carries.
enum Login {
    None,
    Access,
    Given(BearerToken),
}

/// A successful answer.
pub(super) struct Answer {
    content_type: Option<String>,
    hash: Option<String>,
    body: Bytes,
}

impl Client {
    /// Makes a call whose answer is JSON.
    pub(crate) async fn call_json<T: DeserializeOwned + Send + 'static>(&self, call: Call) -> Result<T> {
        self.make(call, |answer| body::parse_json(answer.content_type.as_deref(), &answer.body)).await
    }

    /// Makes a call whose answer says nothing beyond success.
    pub(crate) async fn call_empty(&self, call: Call) -> Result<()> {
        self.make(call, |answer| body::check_nothing(answer.content_type.as_deref(), &answer.body)).await
    }

    /// Makes a call whose answer is a document.
    pub(crate) async fn call_download(&self, call: Call) -> Result<Download> {
        self.make(call, document).await
    }

    /// Downloads a document from an address that KSeF handed out. Such addresses carry their own authorisation and
    /// must not be given a token (PROTOCOL §8.2).
    pub(crate) async fn call_link(&self, operation: &'static Operation, link: &str) -> Result<Download> {
        let url = Url::parse(link).ok().filter(|url| {
            url.scheme() == "https"
                || (url.scheme() == "http" && self.shared().environment.api().scheme() == "http")
        });
        let url = url.ok_or_else(|| Error::new(texts::INVALID_URL).note("the link that KSeF handed out"))?;
        let request = Request {
            operation,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            login: Login::None,
            timeout: self.shared().timeouts.transfer,
        };
        let client = self.begin();
        runtime::run(async move { client.exchange(&request, document).await }).await
    }

    async fn make<T: Send + 'static>(&self, mut call: Call, read: fn(&Answer) -> Result<T>) -> Result<T> {
        let operation = call.operation;
        let prepared = call.address(self.shared().environment.api()).and_then(|url| self.request(call, url));
        let request = prepared.map_err(|error| error.in_operation(operation.id))?;
        let client = self.begin();
        runtime::run(async move { client.exchange(&request, read).await }).await
    }

    fn request(&self, call: Call, url: Url) -> Result<Request> {
        let operation = call.operation;
        let mut headers = HeaderMap::new();
        // Errors 400 and 429 as problem details: each message on its own instead of merged (PROTOCOL §2.3).
        headers
            .insert(HeaderName::from_static("x-error-format"), HeaderValue::from_static("problem-details"));
        for (name, value) in &call.headers {
            let value = HeaderValue::from_str(value).map_err(|_| {
                Error::new(texts::INVALID_ARGUMENT).note(format!("{name}: not a header value"))
            })?;
            headers.insert(HeaderName::from_static(name), value);
        }
        let body = match call.payload {
            Payload::Empty => Bytes::new(),
            Payload::Json(json) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                json
            }
            Payload::Xml(xml) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
                xml
            }
        };
        let login = match (call.bearer, operation.auth) {
            (Some(bearer), _) => Login::Given(bearer),
            (None, Auth::Bearer) => Login::Access,
            (None, Auth::None) => Login::None,
        };
        let timeouts = &self.shared().timeouts;
        let large = operation.response == Content::Xml || body.len() > 64 * 1024;
        let timeout = if large { timeouts.transfer } else { timeouts.request };
        Ok(Request { operation, url, headers, body, login, timeout })
    }

    async fn exchange<T>(&self, request: &Request, read: fn(&Answer) -> Result<T>) -> Result<T> {
        let operation = request.operation;
        let mut attempts = Attempts::new(self.shared().retry);
        let mut sent_before = false;
        let mut logged_in_again = false;
        loop {
            let bearer = match &request.login {
                Login::None => None,
                Login::Given(bearer) => Some(bearer.clone()),
                // When logging in fails, the request of the caller was not sent, whatever the login sent.
                Login::Access => Some(self.access_token().await.map_err(|error| error.sent(sent_before))?),
            };
            let answer = self.attempt(request, bearer.as_ref()).await;
            let error = match answer
                .and_then(|answer| read(&answer).map_err(|error| error.with_body(answer.body).sent(true)))
            {
                Ok(value) => return Ok(value),
                Err(error) => error.in_operation(operation.id),
            };
            // The answers 401 and 429 say that the request was not carried out.
            let carried_out = !error.is(texts::UNAUTHORIZED) && !error.is(texts::RATE_LIMITED);
            sent_before |= error.was_sent() && carried_out;
            let error = if sent_before { error.sent(true) } else { error };
            if let (true, Login::Access, Some(bearer), false) =
                (error.is(texts::UNAUTHORIZED), &request.login, &bearer, logged_in_again)
            {
                tracing::debug!(
                    operation = operation.id,
                    "the access token was not accepted, getting another"
                );
                self.shared().keeper.reject(bearer);
                logged_in_again = true;
                continue;
            }
            let Some(wait) = attempts.next(operation, &error) else { return Err(error) };
            tracing::debug!(operation = operation.id, number = error.number(), ?wait, "repeating");
            if let Err(over) = self.scope().pause(wait).await {
                let cancelled = over.is_cancelled();
                return Err(if cancelled {
                    over.sent(error.was_sent()).in_operation(operation.id)
                } else {
                    error
                });
            }
        }
    }

    async fn attempt(&self, request: &Request, bearer: Option<&BearerToken>) -> Result<Answer> {
        let operation = request.operation;
        self.scope().check()?;
        let pool = self.shared().transport.pool()?;
        let method = reqwest::Method::from_bytes(operation.method.as_str().as_bytes())
            .map_err(|_| Error::new(texts::INTERNAL).note("method"))?;
        let mut builder = pool
            .request(method, request.url.clone())
            .headers(request.headers.clone())
            .timeout(request.timeout);
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        if let Some(bearer) = bearer {
            builder = builder.header(AUTHORIZATION, bearer.header()?);
        }
        // From here on an interrupted request may have left.
        let answer = self.scope().bound(self.receive(operation, builder)).await;
        answer.map_err(|over| over.sent(true))?
    }

    async fn receive(
        &self,
        operation: &'static Operation,
        builder: reqwest::RequestBuilder,
    ) -> Result<Answer> {
        let response = builder.send().await.map_err(failure::of_request)?;
        let status = response.status().as_u16();
        let headers = response.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let content_type = text(CONTENT_TYPE.as_str()).map(|kind| kind.to_ascii_lowercase());
        let hash = text("x-ms-meta-hash");
        let retry_after = text(RETRY_AFTER.as_str())
            .and_then(|seconds| seconds.trim().parse().ok())
            .map(Duration::from_secs);
        self.collect_warnings(headers, operation.id);
        tracing::debug!(operation = operation.id, status, "answer");
        let success = response.status().is_success();
        let body = match read_body(response).await {
            Ok(body) => body,
            // Without its body a refusal is still a refusal, and the status alone says enough.
            Err(_) if matches!(status, 401 | 403 | 410 | 429) => Bytes::new(),
            Err(error) => return Err(error.with_status(status)),
        };
        if success {
            Ok(Answer { content_type, hash, body })
        } else {
            Err(refusal(operation, status, content_type.as_deref(), retry_after, body))
        }
    }

    /// Keeps the warnings that an answer carries.
    pub(super) fn collect_warnings(&self, headers: &HeaderMap, operation: &'static str) {
        for warning in headers.get_all("x-system-warning") {
            let warning = String::from_utf8_lossy(warning.as_bytes());
            self.shared().warnings.collect(&warning, operation, self.shared().clock.now());
        }
    }
}

fn document(answer: &Answer) -> Result<Download> {
    let hash = body::check_document(answer.content_type.as_deref(), &answer.body, answer.hash.as_deref())?;
    Ok(Download { bytes: answer.body.clone(), hash })
}

pub(super) async fn read_body(mut response: reqwest::Response) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(failure::of_body)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Error::new(texts::ANSWER_TOO_LARGE).sent(true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
