//! The API: routes and the layers around them.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::HeaderValue,
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use ksef_model::operations::Operation;

use crate::{
    auth, certificates, collective_identifiers, download, error, error::ApiError, fault_layer, limits,
    operations, peppol, permissions, profile::Profile, public_keys, sessions, state::AppState, test_data,
    tokens,
};

/// The largest body that KSeF takes outside batch parts is an invoice of 3 MB in Base64; this leaves room.
pub(crate) const MAX_BODY: usize = 8_000_000;

/// The API with all its layers: the outermost counts, then refusals get their bodies, then callers
/// are held to limits, then faults strike.
pub(crate) fn api(state: AppState) -> Router {
    let operations = auth::router()
        .merge(public_keys::router())
        .merge(tokens::router())
        .merge(sessions::router())
        .merge(permissions::router())
        .merge(test_data::router(&state))
        .merge(limits::router(&state))
        .merge(download::router())
        .merge(certificates::router(&state))
        .merge(collective_identifiers::router())
        .merge(peppol::router())
        .method_not_allowed_fallback(unsupported);
    Router::new()
        .nest("/v2", operations)
        .nest("/storage", sessions::storage_router().merge(download::storage_router()))
        .fallback(unsupported)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(state.clone(), system_warning))
        .layer(from_fn_with_state(state.clone(), fault_layer::strike))
        .layer(from_fn_with_state(state.clone(), limits::throttle))
        .layer(from_fn_with_state(state.clone(), error::render))
        .layer(from_fn_with_state(state.clone(), count))
        .layer(from_fn(trace))
        .with_state(state)
}

/// Tells an operation that the emulator lacks from a route that nobody has.
async fn unsupported(request: Request) -> ApiError {
    match request.extensions().get::<&'static Operation>() {
        Some(operation) => ApiError::not_supported(operation.id),
        None => ApiError::unknown_route(request.method().as_str(), request.uri().path()),
    }
}

/// Counts the request and leaves the operation's row of the table for those who come after.
async fn count(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let operation = operations::resolve(request.method(), request.uri().path());
    state.store().requests.count(operations::called(operation, request.uri().path()));
    if let Some(operation) = operation {
        request.extensions_mut().insert(operation);
    }
    next.run(request).await
}

/// A good answer carries the warning that the management API set. On TEST the text of `X-Test-System-Warning` comes
/// back instead (PROTOCOL §1.5).
async fn system_warning(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let asked =
        request.headers().get("x-test-system-warning").filter(|_| state.profile() == Profile::Test).cloned();
    let mut response = next.run(request).await;
    let set = || HeaderValue::from_bytes(state.store().warning.as_ref()?.as_bytes()).ok();
    if response.status().is_success()
        && let Some(warning) = asked.or_else(set).as_ref().and_then(fold)
    {
        response.headers_mut().insert("x-system-warning", warning);
    }
    response
}

/// ASCII folding of the letters that Polish has.
fn fold(text: &HeaderValue) -> Option<HeaderValue> {
    const FROM: &str = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ";
    const TO: &str = "acelnoszzACELNOSZZ";
    let text = String::from_utf8_lossy(text.as_bytes()).into_owned();
    let folded: String = text
        .chars()
        .map(|character| {
            FROM.chars().zip(TO.chars()).find(|(from, _)| *from == character).map_or(character, |(_, to)| to)
        })
        .map(|character| if character.is_ascii() { character } else { '?' })
        .collect();
    HeaderValue::from_str(&folded).ok()
}

async fn trace(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    tracing::info!(%method, path, status = response.status().as_u16(), "request");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_warnings_to_ascii() {
        let text = HeaderValue::from_bytes("[W001]: Zażółć gęślą jaźń €".as_bytes()).unwrap();
        assert_eq!(fold(&text).unwrap(), "[W001]: Zazolc gesla jazn ?");
    }
}
