//! Download of an invoice by its KSeF number (PROTOCOL §9.1).

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    response::Response,
    routing::get,
};
use ksef_crypto::Sha256;
use ksef_model::KsefNumber;

use crate::{
    auth::Authenticated,
    error::ApiError,
    exceptions::{self, Exception},
    sessions::at_present,
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
    let content: Arc<[u8]> = at_present(&state, |store, _| {
        let (_, accepted) = store.by_number(&number).ok_or_else(|| {
            ApiError::exception(exceptions::INVOICE_NOT_FOUND)
                .with_detail(format!("Faktura o numerze KSeF {number} nie została znaleziona."))
        })?;
        if !accepted.concerns(&caller.context) {
            return Err(ApiError::insufficient_resource_access());
        }
        if accepted.stored_at.is_none() {
            return Err(ApiError::exception(NOT_YET_AVAILABLE).with_detail(format!(
                "Faktura o numerze KSeF {number} została przetworzona, ale nie jest jeszcze dostępna do pobrania. \
                 Spróbuj ponownie później."
            )));
        }
        Ok(Arc::clone(&accepted.content))
    })?;
    let hash = Sha256::of(&content).to_base64();
    Ok(upo::xml(Body::from(Bytes::from_owner(content)), &hash))
}
