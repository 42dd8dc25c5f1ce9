//! Download of an invoice by its KSeF number (PROTOCOL §9.1).

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use ksef_crypto::Sha256;
use ksef_model::KsefNumber;

use crate::{
    auth::Authenticated,
    download,
    error::ApiError,
    exceptions::{self, Exception},
    sessions::{self, at_present},
    state::AppState,
    upo,
};

/// `21165`: numbered, but not in permanent storage yet.
const NOT_YET_AVAILABLE: Exception =
    Exception { code: 21165, description: "Faktura o podanym numerze KSeF nie jest jeszcze dostępna." };

pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/invoices/ksef/{number}", get(by_ksef_number))
}

/// Checks the pattern of a KSeF number in a path.
///
/// # Errors
/// 21405.
pub(crate) fn ksef_number_of(text: &str) -> Result<(), ApiError> {
    if KsefNumber::try_from(text).is_ok() {
        return Ok(());
    }
    Err(ApiError::exception(exceptions::VALIDATION).with_detail("'ksefNumber' is not in the correct format."))
}

async fn by_ksef_number(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(number): Path<String>,
) -> Result<Response, ApiError> {
    ksef_number_of(&number)?;
    let stored = download::at_present(&state, |download, now| {
        let entry = download.stored(&number)?;
        let concerned = sessions::concerns(&entry.header, &caller.context);
        Some((concerned, entry.stored_at <= now, entry.content.clone()))
    });
    let found = stored.or_else(|| {
        at_present(&state, |store, _| {
            let (_, accepted) = store.by_number(&number)?;
            let concerned = accepted.concerns(&caller.context);
            Some((concerned, accepted.stored_at.is_some(), accepted.content.clone()))
        })
    });
    let content = match found {
        None => {
            return Err(ApiError::exception(exceptions::INVOICE_NOT_FOUND)
                .with_detail(format!("Faktura o numerze KSeF {number} nie została znaleziona.")));
        }
        Some((false, ..)) => return Err(ApiError::insufficient_resource_access()),
        Some((true, false, _)) => {
            return Err(ApiError::exception(NOT_YET_AVAILABLE).with_detail(format!(
                "Faktura o numerze KSeF {number} została przetworzona, ale nie jest jeszcze dostępna do pobrania. \
                 Spróbuj ponownie później."
            )));
        }
        Some((true, true, content)) => content,
    };
    let content = content.read().map_err(|error| {
        tracing::error!(%error, "an invoice could not be read");
        ApiError::internal()
    })?;
    let hash = Sha256::of(&content).to_base64();
    Ok(upo::xml(Body::from(content), &hash))
}
