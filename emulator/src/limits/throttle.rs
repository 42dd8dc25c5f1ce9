//! The layer that holds callers to the limits of request rates.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use ksef_model::{ContextIdentifier, operations::Operation};

use super::{
    LimitStore,
    meter::{Counter, Exceeded},
    rates::{ANONYMOUS, GLOBAL, OTHER},
};
use crate::{
    auth::context_of_bearer,
    config::RateLimits,
    connection::ClientAddress,
    error::{ApiError, RateExceeded},
    state::AppState,
};

/// Lets a request pass, or answers 429.
pub(crate) async fn throttle(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(operation) = request.extensions().get::<&'static Operation>().copied() else {
        return next.run(request).await;
    };
    let address =
        request.extensions().get::<ClientAddress>().map_or(IpAddr::from([127, 0, 0, 1]), |address| address.0);
    let context = match operation.rate_group {
        ANONYMOUS => None,
        _ => context_of_bearer(request.headers(), &state),
    };
    let now = state.now();
    let base = state.rate_limits();
    let admitted = state.store().limits.admit(operation, context, address, base, now);
    match admitted {
        Ok(()) => next.run(request).await,
        Err(Exceeded { limit, window, retry_after }) => {
            let exceeded = RateExceeded { limit, window: window.accusative(), retry_after };
            ApiError::rate_exceeded(exceeded).into_response()
        }
    }
}

impl LimitStore {
    fn admit(
        &mut self,
        operation: &'static Operation,
        context: Option<ContextIdentifier>,
        address: IpAddr,
        base: RateLimits,
        now: jiff::Timestamp,
    ) -> Result<(), Exceeded> {
        let group = operation.rate_group;
        let rate = self.rates.of(group, context.as_ref(), base);
        let all = self.rates.of(GLOBAL, None, base);
        let what = if group == OTHER { operation.id } else { group };
        let counters = [
            (Counter { context, address, what }, rate),
            (Counter { context: None, address, what: GLOBAL }, all),
        ];
        self.meter.admit(&counters, now)
    }
}
