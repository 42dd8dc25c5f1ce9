//! The two operations on exports.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use ksef_model::CompressionType;
use serde_json::{Value, json};

use super::{
    super::{at_present, roles},
    order::{ExportRequest, Order},
    store::{AT_ONCE, Report},
    view,
};
use crate::{
    auth::Authenticated,
    error::ApiError,
    exceptions,
    json::{Json, Problems, Reply},
    public_keys::KeyUsage,
    sessions::reference_of,
    state::AppState,
};

pub(in super::super) fn router() -> Router<AppState> {
    Router::new().route("/invoices/exports", post(start)).route("/invoices/exports/{reference}", get(status))
}

async fn start(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(body): Json<ExportRequest>,
) -> Result<Reply<Value>, ApiError> {
    let mut problems = Problems::default();
    body.filters.find_problems("filters.", state.now(), &mut problems);
    problems.into_result()?;
    let role = &body.filters.subject_type;
    if !roles::may_export(&caller.context, role) {
        return Err(ApiError::exception(exceptions::EXPORT_REFUSED).with_detail(format!(
            "Nie można wyeksportować paczki faktur dla wybranego podmiotu ({}) i zalogowanego identyfikatora \
             kontekstu ({}).",
            role.as_str(),
            caller.context.kind()
        )));
    }
    let id = body.encryption.public_key_id.as_deref();
    let private_key = state.keys().private_key(&state, KeyUsage::SymmetricKeyEncryption, id).await?;
    let key = body.key(&private_key);
    at_present(&state, |download, now| {
        let order = Order {
            context: caller.context,
            subject: caller.subject,
            period: body.filters.period(now),
            filters: body.filters,
            only_metadata: body.only_metadata.unwrap_or_default(),
            compression: body.compression_type.unwrap_or(CompressionType::Zip),
            key,
        };
        let reference =
            download.exports.start(order, download.settings.export_delay, now).ok_or_else(|| {
                ApiError::exception(exceptions::TOO_MANY_EXPORTS).with_detail(format!(
                "Dla uwierzytelnionego podmiotu w bieżącym kontekście osiągnięto maksymalny limit {AT_ONCE} \
                 równoczesnych eksportów faktur. Spróbuj ponownie później."
            ))
            })?;
        Ok(Reply(StatusCode::CREATED, json!({"referenceNumber": reference.as_str()})))
    })
}

async fn status(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Result<Reply<Value>, ApiError> {
    reference_of("referenceNumber", &reference)?;
    let (report, wrong_hashes, now) = at_present(&state, |download, now| {
        let export = download.exports.find(&reference);
        let export = export.ok_or_else(|| ApiError::exception(exceptions::EXPORT_NOT_FOUND))?;
        if export.order.context != caller.context {
            return Err(ApiError::insufficient_resource_access());
        }
        Ok((export.report(now), download.exports.wrong_hashes, now))
    })?;
    let body = match report {
        Report::Gone => return Err(ApiError::gone()),
        Report::Ready(parcel) => {
            let package = parcel.package().await?;
            let links = |path: &str| {
                let expires = view::link_expires(now);
                state.store().sessions.links().link_until(state.public_url(), path, expires)
            };
            view::ready(&parcel, package, links, wrong_hashes)
        }
        Report::Running => view::running(),
        Report::Expired(at) => view::expired(at),
        Report::Failed(code, at) => view::failed(code, at),
    };
    Ok(Reply(StatusCode::OK, body))
}
