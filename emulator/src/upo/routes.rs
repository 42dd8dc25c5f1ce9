//! Downloads of confirmations: three operations of the API and the links it hands out.

use axum::{
    Router,
    body::Body,
    extract::{OriginalUri, Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
    routing::get,
};

use super::slot::UpoSlot;
use crate::{
    auth::Authenticated,
    error::ApiError,
    exceptions,
    sessions::{self, Progress, SessionStore, at_present, readable},
    state::AppState,
    storage,
};

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/sessions/{reference}/invoices/ksef/{number}/upo", get(by_ksef_number))
        .route("/sessions/{reference}/invoices/{invoice}/upo", get(by_invoice_reference))
        .route("/sessions/{reference}/upo/{page}", get(session_page))
}

/// Links, below `/storage`.
pub(crate) fn storage_router() -> Router<AppState> {
    Router::new()
        .route("/01/{session}/invoice-upo/{file}", get(stored_invoice_upo))
        .route("/01/{session}/session-upo/{file}", get(stored_session_upo))
}

/// Path of the link to the confirmation of an invoice.
pub(crate) fn invoice_path(session: &str, ksef_number: &str) -> String {
    format!("/storage/01/{session}/invoice-upo/upo_{ksef_number}.xml")
}

/// Path of the link to a page of the confirmation of a session.
pub(crate) fn page_path(session: &str, page: &str) -> String {
    format!("/storage/01/{session}/session-upo/upo_{page}.xml")
}

async fn by_ksef_number(
    State(state): State<AppState>,
    caller: Authenticated,
    Path((reference, number)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    crate::invoice::ksef_number_of(&number)?;
    let slot = at_present(&state, |store, _| {
        readable(store, &caller, &reference)?;
        invoice_upo(store, &reference, &number).ok_or_else(|| {
            ApiError::exception(exceptions::UPO_NOT_FOUND).with_detail(format!(
                "UPO o numerze KSeF {number} i numerze referencyjnym sesji {reference} nie zostało znalezione."
            ))
        })
    })?;
    document(&state, slot).await
}

async fn by_invoice_reference(
    State(state): State<AppState>,
    caller: Authenticated,
    Path((reference, invoice)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let slot = at_present(&state, |store, _| {
        let session = readable(store, &caller, &reference)?;
        sessions::reference_of("invoiceReferenceNumber", &invoice)?;
        let found = store.invoice_in(session, &invoice).ok_or_else(|| sessions::no_such_invoice(&invoice))?;
        match &found.progress {
            Progress::Accepted(accepted) => Ok(accepted.upo.clone()),
            _ => Err(ApiError::exception(exceptions::UPO_NOT_FOUND).with_detail(format!(
                "UPO dla faktury o numerze referencyjnym {invoice} nie zostało znalezione."
            ))),
        }
    })?;
    document(&state, slot).await
}

async fn session_page(
    State(state): State<AppState>,
    caller: Authenticated,
    Path((reference, page)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let slot = at_present(&state, |store, _| {
        readable(store, &caller, &reference)?;
        sessions::reference_of("upoReferenceNumber", &page)?;
        page_upo(store, &reference, &page).ok_or_else(|| {
            ApiError::exception(exceptions::UPO_NOT_FOUND).with_detail(format!(
                "UPO o numerze referencyjnym {page} dla sesji {reference} nie zostało znalezione."
            ))
        })
    })?;
    document(&state, slot).await
}

async fn stored_invoice_upo(
    state: State<AppState>,
    path: Path<(String, String)>,
    uri: OriginalUri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    stored(state, path, uri, headers, invoice_upo).await
}

async fn stored_session_upo(
    state: State<AppState>,
    path: Path<(String, String)>,
    uri: OriginalUri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    stored(state, path, uri, headers, page_upo).await
}

/// Answers a link, as the blob storage behind KSeF does.
async fn stored(
    State(state): State<AppState>,
    Path((session, file)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    find: fn(&SessionStore, &str, &str) -> Option<UpoSlot>,
) -> Result<Response, ApiError> {
    let (admitted, slot) = at_present(&state, |store, now| {
        let admitted = store.links().admits(uri.path(), uri.query().unwrap_or_default(), now);
        let key = file.strip_prefix("upo_").and_then(|file| file.strip_suffix(".xml"));
        (admitted, key.and_then(|key| find(store, &session, key)))
    });
    if let Some(refusal) = storage::turn_away(&headers, admitted) {
        return Ok(refusal);
    }
    match slot {
        Some(slot) => document(&state, slot).await,
        None => Ok(storage::no_such_blob()),
    }
}

fn invoice_upo(store: &SessionStore, session: &str, ksef_number: &str) -> Option<UpoSlot> {
    let (index, accepted) = store.by_number(ksef_number)?;
    (store.find(session) == Some(index)).then(|| accepted.upo.clone())
}

fn page_upo(store: &SessionStore, session: &str, page: &str) -> Option<UpoSlot> {
    let pages = &store.session(store.find(session)?).pages;
    pages.iter().find(|one| one.reference.as_str() == page).map(|one| one.upo.clone())
}

/// The signed document with its hash. Signing is work for another thread, and only the first time.
async fn document(state: &AppState, slot: UpoSlot) -> Result<Response, ApiError> {
    let place = state.store().sessions.seal();
    let worker = state.clone();
    let signed = tokio::task::spawn_blocking(move || {
        let seal = place.seal(worker.trust().authority(), worker.now())?;
        slot.signed(&seal)
    })
    .await;
    match signed {
        Ok(Ok(signed)) => Ok(xml(Body::from(signed.content), &signed.hash.to_base64())),
        Ok(Err(error)) => {
            tracing::error!(%error, "a confirmation could not be signed");
            Err(ApiError::internal())
        }
        Err(_) => Err(ApiError::internal()),
    }
}

/// An XML document of the API with the hash of its bytes.
pub(crate) fn xml(body: Body, hash: &str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    if let Ok(hash) = HeaderValue::from_str(hash) {
        headers.insert("x-ms-meta-hash", hash);
    }
    response
}
