//! Bodies of the management API.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{commands::CommandError, error::ApiError, state::AppState};

/// HTTP 400 with `{"error": "…"}`.
#[derive(Debug)]
pub(super) struct Wrong(pub(super) String);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, axum::Json(json!({"error": self.0}))).into_response()
    }
}

impl From<CommandError> for Wrong {
    fn from(error: CommandError) -> Self {
        Self(error.to_string())
    }
}

impl From<ApiError> for Wrong {
    fn from(_: ApiError) -> Self {
        Self("the emulator could not do it; its log says more".to_owned())
    }
}

/// A JSON body of any content type; an empty body is an empty object.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Wrong;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Wrong> {
        let bytes = Bytes::from_request(request, state).await.map_err(|error| Wrong(error.to_string()))?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        let mut reader = serde_json::Deserializer::from_slice(text);
        let read = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| Wrong(format!("{}: {}", error.path(), error.inner())));
        read.map(Self)
    }
}

/// HTTP 404 for a path that the management API does not have.
pub(super) async fn unknown(request: Request) -> Response {
    let error = format!("the management API has no {} {}", request.method(), request.uri().path());
    (StatusCode::NOT_FOUND, axum::Json(json!({"error": error}))).into_response()
}
