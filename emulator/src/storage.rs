//! The blob storage behind KSeF, which is not the API: its refusals are XML, and an `Authorization` header is an error.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

/// A refusal with its code and message.
pub(crate) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

/// 401 for a request that brings a token.
pub(crate) fn refuse_token(headers: &HeaderMap) -> Option<Response> {
    headers.contains_key(header::AUTHORIZATION).then(|| {
        refusal(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationInfo",
            "Authentication information is not given in the correct format. Check the value of Authorization header.",
        )
    })
}

/// 401 for a request that brings a token, 403 for a link that is not ours or has expired.
pub(crate) fn turn_away(headers: &HeaderMap, admitted: bool) -> Option<Response> {
    refuse_token(headers).or_else(|| (!admitted).then(not_admitted))
}

/// 403 for a link that is not ours, or has expired.
pub(crate) fn not_admitted() -> Response {
    refusal(
        StatusCode::FORBIDDEN,
        "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of the signature is formed correctly and that \
         it has not expired.",
    )
}

/// 404.
pub(crate) fn no_such_blob() -> Response {
    refusal(StatusCode::NOT_FOUND, "BlobNotFound", "The specified blob does not exist.")
}
