//! Opening and closing a batch (PROTOCOL §7.2, §7.4).

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{post, put},
};
use ksef_model::OpenBatchSessionRequest;
use serde_json::{Value, json};

use super::{
    package::Incomplete,
    process::{PackageFailure, Work},
    requests::declared,
    upload,
};
use crate::{
    auth::Authenticated,
    error::ApiError,
    exceptions,
    invoice::form_for_batch,
    json::{Json, Reply},
    sessions::{self, CloseRefusal, SessionKind, at_present},
    state::AppState,
};

/// Operations under `/v2`.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/sessions/batch", post(open)).route("/sessions/batch/{reference}/close", post(close))
}

/// Addresses for parts, under `/storage` of the public URL.
pub(crate) fn storage_router() -> Router<AppState> {
    Router::new().route(upload::ROUTE, put(upload::part))
}

async fn open(
    State(state): State<AppState>,
    caller: Authenticated,
    headers: HeaderMap,
    Json(body): Json<OpenBatchSessionRequest>,
) -> Result<Reply<Value>, ApiError> {
    let form = sessions::form(&body.form_code, |system, schema, value| {
        form_for_batch(state.profile(), system, schema, value)
    })?;
    let declared = declared(&body)?;
    let opening = sessions::opening(&state, caller, &headers, form, &body.encryption).await?;
    Ok(at_present(&state, |store, now| {
        let index = store.open_batch(opening, declared, now);
        let session = store.session(index);
        let requests: Vec<Value> = session
            .package
            .iter()
            .flat_map(|package| upload::requests(&state, store, session, package))
            .collect();
        Reply(
            StatusCode::CREATED,
            json!({"referenceNumber": session.reference.as_str(), "partUploadRequests": requests}),
        )
    }))
}

async fn close(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Result<StatusCode, ApiError> {
    let work = at_present(&state, |store, now| {
        let session =
            sessions::changeable(store, &caller, &reference, SessionKind::Batch, sessions::not_found)?;
        store.close_batch(session, now).map_err(cannot_close)
    })?;
    process(state, work);
    Ok(StatusCode::NO_CONTENT)
}

/// Works on a package on another thread. The caller of the closing does not wait.
fn process(state: AppState, work: Work) {
    let session = work.session.clone();
    tokio::spawn(async move {
        let done = tokio::task::spawn_blocking(move || work.run()).await;
        let outcome = done.unwrap_or(Err(PackageFailure::Internal));
        let now = state.now();
        state.store().sessions.deliver(&session, outcome, now);
    });
}

fn cannot_close(refusal: CloseRefusal) -> ApiError {
    let (exception, details) = match refusal {
        CloseRefusal::State(state) => return sessions::cannot_close(state),
        CloseRefusal::Expired => {
            (exceptions::UPLOAD_TIMEOUT, vec!["Sesja anulowana, przekroczony czas wysyłki.".to_owned()])
        }
        CloseRefusal::Incomplete(Incomplete::Missing(parts)) => (
            exceptions::EMPTY_PACKAGE,
            parts.iter().map(|part| format!("Nie przesłano zadeklarowanej '{part}' części pliku.")).collect(),
        ),
        CloseRefusal::Incomplete(Incomplete::Sizes(parts)) => (
            exceptions::PART_SIZE,
            parts
                .iter()
                .map(|part| format!("Zadeklarowany rozmiar części '{part}' nie zgadza się z rzeczywistym."))
                .collect(),
        ),
    };
    details.into_iter().fold(ApiError::exception(exception), ApiError::with_detail)
}
