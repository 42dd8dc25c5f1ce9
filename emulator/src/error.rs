//! Refusals and the four bodies KSeF gives them (PROTOCOL §2.2-§2.5).
//!
//! A handler returns an [`ApiError`]; which body it gets depends on the request (`X-Error-Format`, the path), so the
//! layer [`render`] writes it when the handler has answered.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{exceptions::Exception, random, state::AppState, wire};

/// A refusal as KSeF words it.
#[derive(Clone, Debug)]
pub(crate) struct ApiError(Box<Refusal>);

#[derive(Clone, Debug)]
enum Refusal {
    BadRequest(Vec<Raised>),
    Unauthorized(String),
    Forbidden {
        reason: &'static str,
        detail: &'static str,
        security: Option<Value>,
    },
    Gone,
    TooManyRequests {
        retry_after: u64,
        detail: String,
    },
    Internal,
    /// Answers that KSeF does not have: an operation or a route that the emulator lacks.
    Outside {
        status: StatusCode,
        detail: String,
        extra: Option<(&'static str, Value)>,
    },
}

#[derive(Clone, Debug)]
struct Raised {
    exception: Exception,
    details: Vec<String>,
}

/// A limit of request rates that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateExceeded {
    /// Requests allowed in the window.
    pub(crate) limit: u32,
    /// The window in Polish, as it stands after "na".
    pub(crate) window: &'static str,
    /// Whole seconds after which a request would pass.
    pub(crate) retry_after: u64,
}

impl ApiError {
    /// HTTP 400 with one numbered exception.
    pub(crate) fn exception(exception: Exception) -> Self {
        Self(Box::new(Refusal::BadRequest(vec![Raised { exception, details: Vec::new() }])))
    }

    /// Adds a line to `details` of the last exception; without meaning for refusals that have no exceptions.
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        if let Refusal::BadRequest(raised) = self.0.as_mut()
            && let Some(last) = raised.last_mut()
        {
            last.details.push(detail.into());
        }
        self
    }

    /// HTTP 401: no token, a token that is not ours, a token of another kind, an expired token.
    pub(crate) fn unauthorized() -> Self {
        Self(Box::new(Refusal::Unauthorized("Wymagane jest uwierzytelnienie.".to_owned())))
    }

    /// HTTP 403 `missing-permissions`.
    pub(crate) fn missing_permissions(required: &[&str], present: &[String]) -> Self {
        Self::forbidden(
            "missing-permissions",
            "Brak wymaganych uprawnień do wykonania operacji w bieżącym kontekście.",
            Some(json!({"requiredAnyOfPermissions": required, "presentPermissions": present})),
        )
    }

    /// HTTP 403 `ip-not-allowed`: the policy given at authentication does not know this address.
    pub(crate) fn ip_not_allowed(client_ip: &str) -> Self {
        Self::forbidden(
            "ip-not-allowed",
            "Adres IP klienta nie jest dozwolony.",
            Some(json!({"clientIp": client_ip})),
        )
    }

    /// HTTP 403 `insufficient-resource-access`: the thing exists, but belongs to another context.
    pub(crate) fn insufficient_resource_access() -> Self {
        Self::forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.", None)
    }

    /// HTTP 403 `auth-method-not-allowed`: the operation refuses this way of logging in.
    pub(crate) fn auth_method_not_allowed(category: &str) -> Self {
        Self::forbidden(
            "auth-method-not-allowed",
            "Operacja niedostępna dla użytej metody uwierzytelnienia.",
            Some(json!({"authenticationMethodCategory": category})),
        )
    }

    fn forbidden(reason: &'static str, detail: &'static str, security: Option<Value>) -> Self {
        Self(Box::new(Refusal::Forbidden { reason, detail, security }))
    }

    /// HTTP 410: the result of an asynchronous operation is past its retention (PROTOCOL §1.9).
    pub(crate) fn gone() -> Self {
        Self(Box::new(Refusal::Gone))
    }

    /// HTTP 429 for a limit of request rates (PROTOCOL §16.3).
    pub(crate) fn rate_exceeded(exceeded: RateExceeded) -> Self {
        let RateExceeded { limit, window, retry_after } = exceeded;
        let detail = format!(
            "Przekroczono limit {limit} żądań na {window}. Spróbuj ponownie po {retry_after} sekundach."
        );
        Self(Box::new(Refusal::TooManyRequests { retry_after, detail }))
    }

    /// HTTP 429 with `Retry-After` in seconds, whatever the limit.
    pub(crate) fn too_many_requests(retry_after: u64) -> Self {
        let detail =
            format!("Przekroczono limit 20 żądań na minutę. Spróbuj ponownie po {retry_after} sekundach.");
        Self(Box::new(Refusal::TooManyRequests { retry_after, detail }))
    }

    /// HTTP 500 in the legacy body.
    pub(crate) fn internal() -> Self {
        Self(Box::new(Refusal::Internal))
    }

    /// HTTP 415 for a body of another media type.
    pub(crate) fn unsupported_media_type(expected: &str) -> Self {
        Self(Box::new(Refusal::Outside {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            detail: format!("the body of this operation is {expected}"),
            extra: None,
        }))
    }

    /// HTTP 413 for a body that is larger than anything KSeF takes.
    pub(crate) fn payload_too_large() -> Self {
        Self(Box::new(Refusal::Outside {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            detail: "the body is too large".to_owned(),
            extra: None,
        }))
    }

    /// HTTP 501: KSeF has the operation, the emulator does not.
    pub(crate) fn not_supported(operation: &str) -> Self {
        Self(Box::new(Refusal::Outside {
            status: StatusCode::NOT_IMPLEMENTED,
            detail: format!("the emulator does not support the operation {operation}"),
            extra: Some(("operation", operation.into())),
        }))
    }

    /// HTTP 404: no operation of KSeF has this method and path.
    pub(crate) fn unknown_route(method: &str, path: &str) -> Self {
        Self(Box::new(Refusal::Outside {
            status: StatusCode::NOT_FOUND,
            detail: format!("no operation of KSeF is {method} {path}"),
            extra: None,
        }))
    }

    fn status(&self) -> StatusCode {
        match *self.0 {
            Refusal::BadRequest(_) => StatusCode::BAD_REQUEST,
            Refusal::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Refusal::Forbidden { .. } => StatusCode::FORBIDDEN,
            Refusal::Gone => StatusCode::GONE,
            Refusal::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::Outside { status, .. } => status,
        }
    }

    /// The finished answer for a request with this path and choice of format.
    pub(crate) fn to_response(&self, path: &str, problem_details: bool, now: Timestamp) -> Response {
        let trace = random::hex::<16>();
        let (body, problem) = match &*self.0 {
            Refusal::BadRequest(raised) if problem_details => (problem_bad_request(raised), true),
            Refusal::BadRequest(raised) => (legacy(raised, &trace, now), false),
            Refusal::Internal => {
                let unexpected = Exception { code: 500, description: "Wystąpił nieoczekiwany błąd." };
                (legacy(&[Raised { exception: unexpected, details: Vec::new() }], &trace, now), false)
            }
            Refusal::TooManyRequests { detail, .. } if problem_details => {
                (json!({"title": "Too Many Requests", "status": 429, "detail": detail}), true)
            }
            Refusal::TooManyRequests { detail, .. } => (
                json!({"status": {"code": 429, "description": "Too Many Requests", "details": [detail]}}),
                false,
            ),
            Refusal::Unauthorized(detail) => {
                (json!({"title": "Unauthorized", "status": 401, "detail": detail}), true)
            }
            Refusal::Forbidden { reason, detail, security } => {
                let mut body =
                    json!({"title": "Forbidden", "status": 403, "detail": detail, "reasonCode": reason});
                if let Some(security) = security {
                    body["security"] = security.clone();
                }
                (body, true)
            }
            Refusal::Gone => (
                json!({"title": "Gone", "status": 410, "detail": "Operacja wygasła i nie jest już dostępna."}),
                true,
            ),
            Refusal::Outside { status, detail, extra } => {
                let mut body = json!({
                    "title": status.canonical_reason().unwrap_or_default(),
                    "status": status.as_u16(),
                    "detail": detail,
                });
                if let Some((name, value)) = extra {
                    body[*name] = value.clone();
                }
                (body, true)
            }
        };
        let body = if problem { with_problem_tail(body, path, &trace, now) } else { body };
        let mut response = Response::new(Body::from(wire::ascii_json(&body)));
        *response.status_mut() = self.status();
        let kind = if problem {
            "application/problem+json; charset=utf-8"
        } else {
            "application/json; charset=utf-8"
        };
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Refusal::TooManyRequests { retry_after, .. } = *self.0 {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        if matches!(*self.0, Refusal::Unauthorized(_)) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn legacy(raised: &[Raised], trace: &str, now: Timestamp) -> Value {
    let list: Vec<Value> = raised
        .iter()
        .map(|one| {
            let mut entry = json!({
                "exceptionCode": one.exception.code,
                "exceptionDescription": one.exception.description,
            });
            if !one.details.is_empty() {
                entry["details"] = json!(one.details);
            }
            entry
        })
        .collect();
    json!({"exception": {
        "exceptionDetailList": list,
        "serviceCode": format!("00-{trace}-{}-00", random::hex::<8>()),
        "timestamp": format!("{now:.7}"),
    }})
}

fn problem_bad_request(raised: &[Raised]) -> Value {
    let errors: Vec<Value> = raised
        .iter()
        .map(|one| {
            let mut entry = json!({"code": one.exception.code, "description": one.exception.description});
            if !one.details.is_empty() {
                entry["details"] = json!(one.details);
            }
            entry
        })
        .collect();
    json!({"title": "Bad Request", "status": 400, "detail": "Żądanie jest nieprawidłowe.", "errors": errors})
}

fn with_problem_tail(mut body: Value, path: &str, trace: &str, now: Timestamp) -> Value {
    body["instance"] = path.into();
    body["timestamp"] = wire::timestamp(now).into();
    body["traceId"] = trace.into();
    body
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Whether the caller asked for Problem Details on 400 and 429.
pub(crate) fn wants_problem_details(headers: &HeaderMap) -> bool {
    headers
        .get("x-error-format")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.eq_ignore_ascii_case("problem-details"))
}

/// The layer that writes the body of a refusal.
pub(crate) async fn render(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let problem_details = wants_problem_details(request.headers());
    let response = next.run(request).await;
    match response.extensions().get::<ApiError>() {
        Some(error) => error.to_response(&path, problem_details, state.now()),
        None => response,
    }
}
