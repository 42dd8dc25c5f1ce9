//! Refusals of session operations in the words of KSeF (PROTOCOL §2.6).

use super::{state::SessionState, store::SendRefusal};
use crate::{error::ApiError, exceptions};

/// Checks the length of a reference number in a path: the contract demands no more.
///
/// # Errors
/// 21405.
pub(crate) fn reference_of(name: &str, value: &str) -> Result<(), ApiError> {
    let length = value.chars().count();
    if length == 36 {
        return Ok(());
    }
    Err(ApiError::exception(exceptions::VALIDATION)
        .with_detail(format!("'{name}' must be 36 characters in length. You entered {length} characters.")))
}

/// 21173 as reading operations word it.
pub(crate) fn not_found(reference: &str) -> ApiError {
    ApiError::exception(exceptions::SESSION_NOT_FOUND)
        .with_detail(format!("Sesja o numerze referencyjnym {reference} nie została znaleziona."))
}

/// 21173 as sending and closing word it.
pub(super) fn not_found_for_change(reference: &str) -> ApiError {
    ApiError::exception(exceptions::SESSION_NOT_FOUND)
        .with_detail(format!("Sesja o numerze referencyjnym {reference} nie została odnaleziona."))
}

/// 21180 of closing.
pub(crate) fn cannot_close(state: SessionState) -> ApiError {
    ApiError::exception(exceptions::SESSION_STATUS)
        .with_detail(format!("Status sesji ({}) uniemożliwia jej zamknięcie.", state.code()))
}

/// The refusals of sending.
pub(super) fn cannot_send(reference: &str, refusal: SendRefusal) -> ApiError {
    let (exception, detail) = match refusal {
        SendRefusal::Closed(state) => (
            exceptions::SESSION_STATUS,
            format!("Status sesji ({}) uniemożliwia wysyłkę faktur.", state.code()),
        ),
        SendRefusal::Full(limit) => (
            exceptions::SESSION_INVOICE_LIMIT,
            format!(
                "Sesja o numerze referencyjnym {reference} osiągnęła dozwolony limit liczby faktur {limit}."
            ),
        ),
        SendRefusal::AlreadyCorrected => (
            exceptions::TECHNICAL_CORRECTION_UNAVAILABLE,
            "Faktura posiada już przetworzoną prawidłowo korektę techniczną.".to_owned(),
        ),
        SendRefusal::NothingToCorrect => (
            exceptions::TECHNICAL_CORRECTION_REFUSED,
            "Nie można wysłać korekty technicznej do prawidłowo przetworzonej faktury.".to_owned(),
        ),
    };
    ApiError::exception(exception).with_detail(detail)
}

/// 21402: the content is not as long as declared.
pub(super) fn wrong_size() -> ApiError {
    ApiError::exception(exceptions::INVALID_FILE_SIZE)
        .with_detail("Długość treści nie zgadza się z rozmiarem pliku.")
}

/// 21403: the content has another hash than declared.
pub(super) fn wrong_hash() -> ApiError {
    ApiError::exception(exceptions::INVALID_FILE_HASH)
        .with_detail("Skrót treści nie zgadza się ze skrótem pliku.")
}

/// 21405 for an invoice that the session does not hold: the contract lists no other code for it.
pub(crate) fn no_such_invoice(invoice: &str) -> ApiError {
    ApiError::exception(exceptions::VALIDATION)
        .with_detail(format!("Faktura o numerze referencyjnym {invoice} nie została znaleziona w sesji."))
}
