//! Downloads of parts by their links. The storage behind KSeF is not the API: it knows no tokens, and it serves ranges.

use axum::{
    Router,
    body::Body,
    extract::{OriginalUri, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};

use super::{super::at_present, package::Part, store::Report};
use crate::{error::ApiError, state::AppState, storage};

pub(in super::super) fn router() -> Router<AppState> {
    Router::new().route("/00/{reference}/invoice-part/{name}", get(part))
}

async fn part(
    State(state): State<AppState>,
    Path((reference, name)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (now, report) = at_present(&state, |download, now| {
        let export = download.exports.find(&reference.to_ascii_uppercase());
        (now, export.map(|export| export.report(now)))
    });
    let query = uri.query().unwrap_or_default();
    let admitted = state.store().sessions.links().admits(uri.path(), query, now);
    if let Some(refusal) = storage::turn_away(&headers, admitted) {
        return Ok(refusal);
    }
    let Some(Report::Ready(parcel)) = report else { return Ok(storage::no_such_blob()) };
    let package = parcel.package().await?;
    let found = package.parts.iter().find(|part| part.name == name);
    Ok(found.map_or_else(storage::no_such_blob, |part| serve(part, &headers)))
}

fn serve(part: &Part, headers: &HeaderMap) -> Response {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let etag = format!("\"0x{}\"", &part.encrypted_hash.to_hex()[..16]);
    let unchanged = text(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let length = part.content.len();
    let range = text(header::RANGE).filter(|_| unchanged).and_then(|range| wanted(range, length));
    let (status, content) = match range {
        Some(Range::Bytes(first, last)) => (StatusCode::PARTIAL_CONTENT, part.content.slice(first..=last)),
        Some(Range::Outside) => {
            return storage::refusal(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "InvalidRange",
                "The range specified is invalid for the current size of the resource.",
            );
        }
        None => (StatusCode::OK, part.content.clone()),
    };
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    let mut set = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, "application/octet-stream");
    set(header::ACCEPT_RANGES, "bytes");
    set(header::ETAG, &etag);
    set(header::HeaderName::from_static("x-ms-meta-hash"), &part.encrypted_hash.to_base64());
    if let Some(Range::Bytes(first, last)) = range {
        set(header::CONTENT_RANGE, &format!("bytes {first}-{last}/{length}"));
    }
    response
}

/// A range of bytes that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// From the first to the last, both included.
    Bytes(usize, usize),
    /// Nothing of it is there.
    Outside,
}

/// Reads `bytes=first-last`, `bytes=first-` and `bytes=-count`; anything else means the whole.
fn wanted(text: &str, length: usize) -> Option<Range> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last),
        (Ok(first), Err(_)) if last.is_empty() => (first, usize::MAX),
        (Err(_), Ok(count)) if first.is_empty() => (length.saturating_sub(count), usize::MAX),
        _ => return None,
    };
    Some(if first < length { Range::Bytes(first, last.min(length - 1)) } else { Range::Outside })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_forms_of_one_range() {
        assert_eq!(wanted("bytes=0-9", 100), Some(Range::Bytes(0, 9)));
        assert_eq!(wanted("bytes=90-", 100), Some(Range::Bytes(90, 99)));
        assert_eq!(wanted("bytes=-10", 100), Some(Range::Bytes(90, 99)));
        assert_eq!(wanted("bytes=50-1000", 100), Some(Range::Bytes(50, 99)));
        assert_eq!(wanted("bytes=100-", 100), Some(Range::Outside));
        for whole in ["bytes=9-0", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "bytes=-"] {
            assert_eq!(wanted(whole, 100), None, "{whole}");
        }
    }
}
