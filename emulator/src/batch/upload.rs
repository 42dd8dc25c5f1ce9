//! Upload of a part to the blob storage (PROTOCOL §7.3): whoever has the address may write, until it expires.

use std::{future::poll_fn, pin::Pin};

use axum::{
    body::Body,
    extract::{OriginalUri, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body::Body as _;
use serde_json::{Value, json};

use super::{
    package::{Package, PartContent},
    requests::MAX_ENCRYPTED_PART,
};
use crate::{
    sessions::{Session, SessionStore, at_present},
    state::AppState,
    storage,
};

/// Below `/storage`.
pub(super) const ROUTE: &str = "/01/{session}/batch-parts/{part}";

const BLOB_TYPE: &str = "x-ms-blob-type";
const BLOCK_BLOB: &str = "BlockBlob";

/// Bytes of the largest body that is read; the declared size is compared only when the batch is closed.
pub(crate) const MAX_UPLOAD: u64 = MAX_ENCRYPTED_PART + (10 << 20);

/// How each part of a package is to be uploaded.
pub(super) fn requests(
    state: &AppState,
    store: &SessionStore,
    session: &Session,
    package: &Package,
) -> Vec<Value> {
    let request = |ordinal: usize| {
        let path = format!("/storage/01/{}/batch-parts/{ordinal}", session.reference);
        json!({
            "ordinalNumber": ordinal,
            "method": "PUT",
            "url": store.links().upload(state.public_url(), &path, package.window_end),
            "headers": {BLOB_TYPE: BLOCK_BLOB},
        })
    };
    (1..=package.declared.parts.len()).map(request).collect()
}

/// `PUT` of one part. The time of an address counts when the request begins.
pub(super) async fn part(
    State(state): State<AppState>,
    Path((session, part)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    mut body: Body,
) -> Response {
    let ordinal = part.parse().unwrap_or_default();
    let admitted = at_present(&state, |store, now| {
        store.links().admits(uri.path(), uri.query().unwrap_or_default(), now)
            && store.takes_part(&session, ordinal)
    });
    if let Some(refusal) = refused(&headers, admitted) {
        // A caller that is still writing would see a broken connection in place of the answer, so a body of a size
        // that we take is read first.
        if refusal.status() != StatusCode::PAYLOAD_TOO_LARGE {
            let _ = receive(&mut body).await;
        }
        return refusal;
    }
    let content = match receive(&mut body).await {
        Ok(content) => content,
        Err(refusal) => return refusal,
    };
    let part = content.finish();
    let etag = format!("\"{}\"", part.hash.to_hex());
    if at_present(&state, |store, _| store.store_part(&session, ordinal, part)) {
        (StatusCode::CREATED, [(header::ETAG, etag)]).into_response()
    } else {
        storage::not_admitted()
    }
}

/// Why an upload is refused before its body counts.
fn refused(headers: &HeaderMap, admitted: bool) -> Option<Response> {
    let bad_request = |code, message| Some(storage::refusal(StatusCode::BAD_REQUEST, code, message));
    if let Some(refusal) = storage::refuse_token(headers) {
        return Some(refusal);
    }
    if headers.contains_key(header::TRANSFER_ENCODING) {
        let message = "One of the HTTP headers specified in the request is not supported.";
        return bad_request("UnsupportedHeader", message);
    }
    if !admitted {
        return Some(storage::not_admitted());
    }
    match headers.get(BLOB_TYPE) {
        None => {
            let message = "An HTTP header that&apos;s mandatory for this request is not specified.";
            return bad_request("MissingRequiredHeader", message);
        }
        Some(value) if value != BLOCK_BLOB => {
            let message = "The value for one of the HTTP headers is not in the correct format.";
            return bad_request("InvalidHeaderValue", message);
        }
        Some(_) => {}
    }
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        None => Some(storage::refusal(
            StatusCode::LENGTH_REQUIRED,
            "MissingContentLengthHeader",
            "The Content-Length header was not specified.",
        )),
        Some(length) if length > MAX_UPLOAD => Some(too_large()),
        Some(_) => None,
    }
}

fn too_large() -> Response {
    storage::refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestBodyTooLarge",
        "The request body is too large and exceeds the maximum permissible limit.",
    )
}

/// The whole body. One that breaks off stores nothing.
async fn receive(body: &mut Body) -> Result<PartContent, Response> {
    let mut content = PartContent::default();
    while let Some(bytes) = next(body).await? {
        if content.size() + bytes.len() as u64 > MAX_UPLOAD {
            return Err(too_large());
        }
        content.write(&bytes).map_err(|error| {
            tracing::error!(%error, "a part could not be stored");
            storage::refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                "The server encountered an internal error. Please retry the request.",
            )
        })?;
    }
    Ok(content)
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, Response> {
    loop {
        let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        match frame {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
            Some(Err(_)) => {
                return Err(storage::refusal(
                    StatusCode::BAD_REQUEST,
                    "IncompleteBody",
                    "The number of bytes received does not match Content-Length.",
                ));
            }
        }
    }
}
