//! JSON bodies in and out.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{error::ApiError, exceptions, state::AppState};

/// A request body that KSeF validates before anything else happens.
pub(crate) trait RequestBody: DeserializeOwned {
    /// Dotted paths of the members that must be present and not empty, such as `encryption.initializationVector`.
    const REQUIRED: &'static [&'static str];

    /// Further rules of the members.
    fn check(&self, _problems: &mut Problems) {}
}

/// What the validation of one request found; KSeF reports all of it at once.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    invalid: Vec<String>,
    unreadable: Option<String>,
}

impl Problems {
    /// A rule broken: becomes a detail of 21405.
    pub(crate) fn invalid(&mut self, message: impl Into<String>) {
        self.invalid.push(message.into());
    }

    /// A value outside its enumeration: becomes 21001, as the reader of the real server fails on it.
    pub(crate) fn not_a_value(&mut self, path: &str) {
        self.unreadable
            .get_or_insert_with(|| format!("The JSON value could not be converted. Path: $.{path}"));
    }

    /// The refusal, when there is a reason for one.
    pub(crate) fn into_result(self) -> Result<(), ApiError> {
        if let Some(message) = self.unreadable {
            return Err(ApiError::exception(exceptions::UNREADABLE).with_detail(message));
        }
        if self.invalid.is_empty() {
            return Ok(());
        }
        Err(self
            .invalid
            .into_iter()
            .fold(ApiError::exception(exceptions::VALIDATION), |error, message| error.with_detail(message)))
    }
}

/// The extractor: reads, checks and gives the body, or answers 21001, 21405 or HTTP 415.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: RequestBody> FromRequest<AppState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        if !is_json(&request) {
            return Err(ApiError::unsupported_media_type("application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| ApiError::payload_too_large())?;
        read(&bytes).map(Self)
    }
}

/// Reads and checks a body outside the extractor.
pub(crate) fn read<T: RequestBody>(bytes: &[u8]) -> Result<T, ApiError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| unreadable(&error.to_string()))?;
    let mut problems = Problems::default();
    for path in T::REQUIRED {
        if is_empty(&value, path) {
            problems.invalid(format!("'{path}' must not be empty."));
        }
    }
    match serde_path_to_error::deserialize::<_, T>(value) {
        Ok(body) => {
            body.check(&mut problems);
            problems.into_result()?;
            Ok(body)
        }
        Err(error) => {
            let message = format!("{} Path: $.{}", error.inner(), error.path());
            if message.starts_with("missing field") || message.starts_with("invalid type: null") {
                problems.into_result()?;
            }
            Err(unreadable(&message))
        }
    }
}

fn unreadable(message: &str) -> ApiError {
    ApiError::exception(exceptions::UNREADABLE).with_detail(message)
}

fn is_json(request: &Request) -> bool {
    request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

/// Whether the member at the dotted path is absent, null, or an empty string or list. A missing parent counts once,
/// under its own path: `REQUIRED` names it before its members.
fn is_empty(value: &Value, path: &str) -> bool {
    let mut at = value;
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        match at.get(name) {
            None | Some(Value::Null) => return names.peek().is_none(),
            Some(next) => at = next,
        }
    }
    match at {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A JSON answer of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply<T>(pub(crate) StatusCode, pub(crate) T);

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.1) {
            Ok(body) => {
                (self.0, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "an answer could not be written as JSON");
                ApiError::internal().into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Outer {
        inner: Inner,
        size: i64,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        name: String,
    }

    impl RequestBody for Outer {
        const REQUIRED: &'static [&'static str] = &["inner", "inner.name", "size"];

        fn check(&self, problems: &mut Problems) {
            if self.size < 1 {
                problems.invalid("'size' must be greater than 0.");
            }
            if self.inner.name == "Unknown" {
                problems.not_a_value("inner.name");
            }
        }
    }

    fn refusal(body: &str) -> String {
        format!("{:?}", read::<Outer>(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn reports_all_missing_members_at_once() {
        let text = refusal(r#"{"inner":{"name":""}}"#);
        assert!(text.contains("21405") && text.contains("'inner.name' must") && text.contains("'size' must"));
        let text = refusal("{}");
        assert!(text.contains("'inner' must") && !text.contains("'inner.name'"), "{text}");
    }

    #[test]
    fn tells_unreadable_from_invalid() {
        assert!(refusal("{").contains("21001"));
        assert!(refusal(r#"{"inner":{"name":"a"},"size":"x"}"#).contains("21001"));
        assert!(refusal(r#"{"inner":{"name":"Unknown"},"size":1}"#).contains("21001"));
        assert!(refusal(r#"{"inner":{"name":"a"},"size":0}"#).contains("21405"));
        let good = read::<Outer>(br#"{"inner":{"name":"a"},"size":1,"more":true}"#).unwrap();
        assert_eq!((good.size, good.inner.name.as_str()), (1, "a"));
    }
}
