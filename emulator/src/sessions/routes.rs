//! The operations on sessions and their invoices, apart from those of batches alone.

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::Sha256;
use ksef_model::{OpenOnlineSessionRequest, SendInvoiceRequest};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    at_present, changeable, opening,
    query::SessionFilter,
    readable,
    records::{Progress, Submission},
    refusals,
    state::SessionKind,
    view::{Viewer, session_item},
};
use crate::{
    auth::Authenticated,
    error::ApiError,
    exceptions,
    invoice::{Declared, form_for_online},
    json::{Json, Reply},
    paging::PageRequest,
    state::AppState,
    wire,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/sessions", get(list))
        .route("/sessions/online", post(open))
        .route("/sessions/online/{reference}/invoices", post(send))
        .route("/sessions/online/{reference}/close", post(close))
        .route("/sessions/{reference}", get(status))
        .route("/sessions/{reference}/invoices", get(invoices))
        .route("/sessions/{reference}/invoices/failed", get(failed_invoices))
        .route("/sessions/{reference}/invoices/{invoice}", get(invoice_status))
}

async fn open(
    State(state): State<AppState>,
    caller: Authenticated,
    headers: HeaderMap,
    Json(body): Json<OpenOnlineSessionRequest>,
) -> Result<Reply<Value>, ApiError> {
    let form = opening::form(&body.form_code, |system, schema, value| {
        form_for_online(state.profile(), system, schema, value)
    })?;
    let opening = opening::opening(&state, caller, &headers, form, &body.encryption).await?;
    Ok(at_present(&state, |store, now| {
        let session = store.open(opening, now);
        Reply(
            StatusCode::CREATED,
            json!({
                "referenceNumber": session.reference.as_str(),
                "validUntil": wire::timestamp(session.machine.valid_until()),
            }),
        )
    }))
}

async fn send(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
    Json(body): Json<SendInvoiceRequest>,
) -> Result<Reply<Value>, ApiError> {
    let submission = submission(&body);
    at_present(&state, |store, now| {
        let session =
            changeable(store, &caller, &reference, SessionKind::Online, refusals::not_found_for_change)?;
        let submission = submission?;
        let sent = store
            .send(session, submission, now)
            .map_err(|refusal| refusals::cannot_send(&reference, refusal))?;
        Ok(Reply(StatusCode::ACCEPTED, json!({"referenceNumber": sent.as_str()})))
    })
}

/// What was sent, when the declared size and hash of the ciphertext are right. Only this pair can be checked before
/// decryption (PROTOCOL §6.3).
fn submission(body: &SendInvoiceRequest) -> Result<Submission, ApiError> {
    let unreadable = |_| {
        ApiError::exception(exceptions::UNREADABLE)
            .with_detail("The JSON value could not be converted. Path: $.encryptedInvoiceContent")
    };
    let hash = |text: &str| Sha256::from_base64(text).map_err(|_| refusals::wrong_hash());
    let encrypted = BASE64_STANDARD.decode(&body.encrypted_invoice_content).map_err(unreadable)?;
    if u64::try_from(body.encrypted_invoice_size) != Ok(encrypted.len() as u64) {
        return Err(refusals::wrong_size());
    }
    if Sha256::of(&encrypted) != hash(&body.encrypted_invoice_hash)? {
        return Err(refusals::wrong_hash());
    }
    Ok(Submission {
        declared: Declared {
            hash: hash(&body.invoice_hash)?,
            size: u64::try_from(body.invoice_size).unwrap_or_default(),
        },
        encrypted,
        offline: body.offline_mode.unwrap_or_default(),
        corrected: body.hash_of_corrected_invoice.as_deref().map(hash).transpose()?,
    })
}

async fn close(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Result<StatusCode, ApiError> {
    at_present(&state, |store, now| {
        let session =
            changeable(store, &caller, &reference, SessionKind::Online, refusals::not_found_for_change)?;
        store.close(session, now).map_err(refusals::cannot_close)?;
        Ok(StatusCode::NO_CONTENT)
    })
}

async fn status(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Result<Reply<Value>, ApiError> {
    at_present(&state, |store, now| {
        let session = readable(store, &caller, &reference)?;
        let viewer = Viewer { store, public_url: state.public_url(), now };
        Ok(Reply(StatusCode::OK, viewer.session(session)))
    })
}

async fn list(
    State(state): State<AppState>,
    caller: Authenticated,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Reply<Value>, ApiError> {
    let filter = SessionFilter::parse(query.as_deref().unwrap_or_default())?;
    let page = PageRequest::read("sessions", filter.page_size.as_deref(), &headers, 10..=1000)?;
    at_present(&state, |store, _| {
        let wanted = store
            .sessions()
            .iter()
            .rev()
            .filter(|session| session.is_visible_to(&caller) && filter.matches(session));
        let (sessions, next) = page.cut(wanted);
        let sessions: Vec<Value> = sessions.into_iter().map(session_item).collect();
        Ok(Reply(StatusCode::OK, with_continuation(json!({ "sessions": sessions }), next)))
    })
}

async fn invoices(
    state: State<AppState>,
    caller: Authenticated,
    reference: Path<String>,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Reply<Value>, ApiError> {
    invoice_page(&state, &caller, &reference, query, &headers, "session-invoices", |_| true)
}

async fn failed_invoices(
    state: State<AppState>,
    caller: Authenticated,
    reference: Path<String>,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Reply<Value>, ApiError> {
    invoice_page(&state, &caller, &reference, query, &headers, "failed-invoices", |progress| {
        matches!(progress, Progress::Rejected { .. })
    })
}

fn invoice_page(
    state: &AppState,
    caller: &Authenticated,
    reference: &str,
    RawQuery(query): RawQuery,
    headers: &HeaderMap,
    list: &'static str,
    wanted: impl Fn(&Progress) -> bool,
) -> Result<Reply<Value>, ApiError> {
    let query = query.unwrap_or_default();
    let size = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "pageSize");
    let size = size.map(|(_, value)| value);
    let page = PageRequest::read(list, size.as_deref(), headers, 10..=1000)?;
    at_present(state, |store, now| {
        let session = readable(store, caller, reference)?;
        let viewer = Viewer { store, public_url: state.public_url(), now };
        let (invoices, next) = page.cut(store.invoices_of(session).filter(|one| wanted(&one.progress)));
        let invoices: Vec<Value> =
            invoices.into_iter().map(|invoice| viewer.invoice(session, invoice)).collect();
        Ok(Reply(StatusCode::OK, with_continuation(json!({ "invoices": invoices }), next)))
    })
}

fn with_continuation(mut body: Value, token: Option<String>) -> Value {
    if let Some(token) = token {
        body["continuationToken"] = token.into();
    }
    body
}

async fn invoice_status(
    State(state): State<AppState>,
    caller: Authenticated,
    Path((reference, invoice)): Path<(String, String)>,
) -> Result<Reply<Value>, ApiError> {
    at_present(&state, |store, now| {
        let session = readable(store, &caller, &reference)?;
        refusals::reference_of("invoiceReferenceNumber", &invoice)?;
        let found = store.invoice_in(session, &invoice).ok_or_else(|| refusals::no_such_invoice(&invoice))?;
        let viewer = Viewer { store, public_url: state.public_url(), now };
        Ok(Reply(StatusCode::OK, viewer.invoice(session, found)))
    })
}
