//! Download: metadata queries and exports, over a repository that falls behind as the real one does (PROTOCOL §9).

mod deposit;
mod exports;
mod filters;
mod metadata;
mod query;
mod repository;
mod roles;
mod search;
mod settings;

use std::{collections::HashMap, sync::Arc};

use axum::Router;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) use deposit::DepositRequest;
pub(crate) use exports::ExportsRequest;
pub(crate) use repository::{Entry, whole_microseconds};
pub(crate) use settings::SettingsRequest;

use self::{exports::ExportStore, repository::Repository, settings::Settings};
use crate::{
    commands::CommandError,
    sessions,
    state::{AppState, Store},
    wire,
};

/// The detail of 21183 and of the export status 420.
const BEYOND_MARK_DETAIL: &str = "Parametr dateRange.from jest późniejszy niż PermanentStorageHwmDate przy włączonym \
                                  restrictToPermanentStorageHwmDate.";

/// What queries and exports work on.
#[derive(Debug, Default)]
pub(crate) struct DownloadStore {
    repository: Repository,
    exports: ExportStore,
    settings: Settings,
    /// The high-water marks that first pages told; the pages after them tell the same.
    marks: HashMap<String, Timestamp>,
}

impl DownloadStore {
    /// The invoice with this number that was put in without a session, or is in permanent storage.
    pub(crate) fn stored(&self, ksef_number: &str) -> Option<&Arc<Entry>> {
        self.repository.by_number(ksef_number)
    }

    /// Takes over settings.
    ///
    /// # Errors
    /// Those of the request.
    pub(crate) fn set(&mut self, request: SettingsRequest) -> Result<(), CommandError> {
        self.settings = request.apply(self.settings)?;
        Ok(())
    }
}

/// Operations under `/v2`.
pub(crate) fn router() -> Router<AppState> {
    query::router().merge(exports::router())
}

/// Links handed out, under `/storage` of the public URL.
pub(crate) fn storage_router() -> Router<AppState> {
    exports::storage_router()
}

/// Works on the repository and the exports as they are now: whatever is due has been done.
pub(crate) fn at_present<R>(state: &AppState, work: impl FnOnce(&mut DownloadStore, Timestamp) -> R) -> R {
    let now = sessions::at_present(state, |_, now| now);
    let mut guard = state.store();
    let Store { sessions, download, .. } = &mut *guard;
    let DownloadStore { repository, exports, settings, .. } = download;
    repository.absorb(sessions, settings.lag);
    exports.advance(now, repository, settings);
    work(download, now)
}

/// `POST /download` of the management API.
pub(crate) fn change_settings(
    state: &AppState,
    request: SettingsRequest,
) -> Result<SettingsRequest, CommandError> {
    // What was due under the old settings is done before the new ones count.
    at_present(state, |download, _| {
        download.set(request)?;
        Ok(SettingsRequest::of(&download.settings))
    })
}

/// `GET /download` of the management API: the settings and the high-water mark.
pub(crate) fn describe(state: &AppState) -> Value {
    at_present(state, |download, now| {
        let mark = download.repository.high_water_mark(now, download.settings.lag);
        json!({
            "settings": SettingsRequest::of(&download.settings),
            "permanentStorageHwmDate": wire::timestamp(mark),
            "invoices": download.repository.entries().len(),
        })
    })
}

/// The invoices that were put in without a session, for the management API.
pub(crate) fn deposited(state: &AppState) -> Vec<Value> {
    at_present(state, |download, _| {
        let deposited = download.repository.entries().iter().filter(|entry| entry.deposited);
        deposited
            .map(|entry| {
                json!({
                    "ksefNumber": entry.ksef_number.as_str(),
                    "invoiceHash": entry.hash.to_base64(),
                    "invoiceNumber": entry.header.invoice_number,
                    "sellerNip": entry.header.seller_nip.as_str(),
                    "acquisitionDate": wire::timestamp(entry.acquired_at),
                    "permanentStorageDate": wire::timestamp(entry.stored_at),
                    "invoicingMode": entry.mode.as_str(),
                })
            })
            .collect()
    })
}

/// `POST /exports` of the management API.
pub(crate) fn command_exports(state: &AppState, request: ExportsRequest) -> Result<(), CommandError> {
    at_present(state, |download, now| download.exports.command(request, now))
}

/// `POST /exports/cancel` of the management API; gives how many exports it hit.
pub(crate) fn cancel_exports(state: &AppState, reference: Option<&str>) -> usize {
    at_present(state, |download, now| download.exports.cancel(reference, now))
}

/// `GET /exports` of the management API.
pub(crate) fn list_exports(state: &AppState) -> Vec<Value> {
    at_present(state, |download, now| {
        let exports = download.exports.list(now);
        exports
            .map(|(reference, context, subject, code)| {
                json!({
                    "referenceNumber": reference.as_str(),
                    "context": context,
                    "subject": subject,
                    "status": code,
                })
            })
            .collect()
    })
}
