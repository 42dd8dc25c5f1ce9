//! The test-data API (PROTOCOL §17): who exists, who may do what, which contexts are blocked. Only the environment
//! TEST has it.

mod requests;
mod rights;
mod subjects;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};

use crate::{error::ApiError, profile::Profile, state::AppState};

/// The operations under `/v2/testdata` that need no login.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/testdata/subject", post(subjects::create_subject))
        .route("/testdata/subject/remove", post(subjects::remove_subject))
        .route("/testdata/person", post(subjects::create_person))
        .route("/testdata/person/remove", post(subjects::remove_person))
        .route("/testdata/permissions", post(rights::grant))
        .route("/testdata/permissions/revoke", post(rights::revoke))
        .route("/testdata/attachment", post(rights::allow_attachments))
        .route("/testdata/attachment/revoke", post(rights::end_attachments))
        .route("/testdata/context/block", post(rights::block))
        .route("/testdata/context/unblock", post(rights::unblock))
        .route_layer(from_fn_with_state(state.clone(), only_on_test))
}

/// The other environments do not have such routes.
pub(crate) async fn only_on_test(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.profile() == Profile::Test {
        return next.run(request).await;
    }
    ApiError::unknown_route(request.method().as_str(), request.uri().path()).into_response()
}
