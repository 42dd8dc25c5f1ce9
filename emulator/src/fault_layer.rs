//! The layer that makes things go wrong.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body::Frame;
use ksef_crypto::Sha256;
use ksef_model::operations::Operation;
use tokio::time::{Sleep, sleep};

use crate::{
    batch,
    connection::{ClientAddress, Hangup},
    error::ApiError,
    faults::{Fault, FaultKind},
    operations, random,
    state::AppState,
};

/// Gives each request the fault that waits for it, if any.
pub(crate) async fn strike(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let operation = request.extensions().get::<&'static Operation>().copied();
    let operation = operations::called(operation, request.uri().path());
    let Some(fault) = state.store().faults.meet(operation) else {
        return next.run(request).await;
    };
    tracing::info!(kind = ?fault.kind, operation, "fault");
    let path = request.uri().to_string();
    let client =
        request.extensions().get::<ClientAddress>().map(|address| address.0.to_string()).unwrap_or_default();
    let hangup = request.extensions().get::<Hangup>().cloned();
    match fault.kind {
        FaultKind::DropBefore => drop_connection(hangup).await,
        FaultKind::DropAfter => {
            let _lost = next.run(request).await;
            drop_connection(hangup).await
        }
        FaultKind::Delay => late(request, next, fault.pause(), Duration::ZERO).await,
        FaultKind::DelayAnswer => late(request, next, Duration::ZERO, fault.pause()).await,
        FaultKind::Truncate => truncate(next.run(request).await).await,
        FaultKind::Damage => damage(next.run(request).await).await,
        FaultKind::WrongHash => wrong_hash(next.run(request).await),
        FaultKind::Status => status(&fault),
        FaultKind::WafHtml => waf_html(),
        FaultKind::WafJson => waf_json(&client),
        FaultKind::BadGatewayHtml => bad_gateway_html(),
        FaultKind::Redirect307 => redirect(&path),
        FaultKind::RateLimited => ApiError::too_many_requests(fault.retry_after.unwrap_or(1)).into_response(),
    }
}

/// The largest body that a delayed request may have: a part of a package.
const MAX_HELD: usize = batch::MAX_UPLOAD as usize;

/// Processes the request with pauses before and after it, to its end even when the caller does not wait for it: that is
/// how a request that timed out comes to be accepted.
async fn late(request: Request, next: Next, before: Duration, after: Duration) -> Response {
    let (parts, body) = request.into_parts();
    // The connection, and with it the body, may be gone when the pause is over.
    let Ok(body) = to_bytes(body, MAX_HELD).await else {
        return ApiError::payload_too_large().into_response();
    };
    let work = tokio::spawn(async move {
        sleep(before).await;
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        sleep(after).await;
        response
    });
    work.await.unwrap_or_else(|_| ApiError::internal().into_response())
}

async fn drop_connection(hangup: Option<Hangup>) -> Response {
    match hangup {
        Some(hangup) => match hangup.now().await {},
        // Without a connection there is nothing to drop.
        None => ApiError::internal().into_response(),
    }
}

fn status(fault: &Fault) -> Response {
    let status = fault
        .status
        .and_then(|code| StatusCode::from_u16(code).ok())
        .unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = match &fault.body {
        Some(body) => {
            let kind = fault.content_type.as_deref().unwrap_or("application/json");
            let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/json"));
            ([(header::CONTENT_TYPE, kind)], body.clone()).into_response()
        }
        None if status == StatusCode::INTERNAL_SERVER_ERROR => ApiError::internal().into_response(),
        None => Response::new(Body::empty()),
    };
    *response.status_mut() = status;
    if let Some(seconds) = fault.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The page with which the firewall answers 200 instead of the API (FIELD-NOTES F03, F04).
fn waf_html() -> Response {
    let incident = random::hex::<8>();
    let page = format!(
        "<html style=\"height:100%\"><head><META NAME=\"ROBOTS\" CONTENT=\"NOINDEX, NOFOLLOW\">\
         <script src=\"/_Incapsula_Resource?SWJIYLWA={incident}\" async></script></head>\
         <body style=\"margin:0px;height:100%\"><iframe id=\"main-iframe\" \
         src=\"/_Incapsula_Resource?CWUDNSAI=9&incident_id={incident}\" frameborder=0 width=\"100%\" height=\"100%\">\
         Request unsuccessful. Incapsula incident ID: {incident}</iframe></body></html>"
    );
    ([(header::CONTENT_TYPE, "text/html"), (header::HeaderName::from_static("x-cdn"), "Imperva")], page)
        .into_response()
}

fn waf_json(client: &str) -> Response {
    let body = serde_json::json!({
        "title": "Request blocked",
        "status": 403,
        "detail": "The request was blocked by the security service.",
        "security": {"incidentId": random::hex::<8>(), "clientIp": client},
    });
    (
        StatusCode::FORBIDDEN,
        [(header::CONTENT_TYPE, "application/json"), (header::HeaderName::from_static("x-cdn"), "Imperva")],
        body.to_string(),
    )
        .into_response()
}

fn bad_gateway_html() -> Response {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
    (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

fn redirect(to: &str) -> Response {
    let cookie = format!("visid_incap_1={}; path=/; HttpOnly", random::hex::<16>());
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    let cookie = HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static("visid_incap_1=0"));
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location), (header::SET_COOKIE, cookie)])
        .into_response()
}

/// The answer with its true Content-Length, half of its bytes, and then a lost connection.
async fn truncate(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return ApiError::internal().into_response();
    };
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len().max(2)));
    let half = bytes.slice(..bytes.len() / 2);
    Response::from_parts(parts, Body::new(HalfBody { half: Some(half), pause: None }))
}

/// The answer with one bit of its body turned; headers stay as they are.
async fn damage(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return ApiError::internal().into_response();
    };
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The answer with the hash of something else in `x-ms-meta-hash`.
fn wrong_hash(mut response: Response) -> Response {
    let hash = Sha256::of(&random::bytes::<16>()).to_base64();
    if let Ok(hash) = HeaderValue::from_str(&hash) {
        response.headers_mut().insert("x-ms-meta-hash", hash);
    }
    response
}

/// Brings what it has, lets the server flush it, and fails.
struct HalfBody {
    half: Option<Bytes>,
    pause: Option<Pin<Box<Sleep>>>,
}

/// Long enough for half an answer to leave the process before the connection is cut.
const FLUSH: Duration = Duration::from_millis(30);

impl http_body::Body for HalfBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(half) = self.half.take() {
            self.pause = Some(Box::pin(sleep(FLUSH)));
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        match self.pause.as_mut().map(|pause| pause.as_mut().poll(cx)) {
            Some(Poll::Pending) => Poll::Pending,
            _ => Poll::Ready(Some(Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)))),
        }
    }
}
