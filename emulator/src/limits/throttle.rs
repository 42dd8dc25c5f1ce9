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

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use ksef_model::operations::{AUTH_CHALLENGE, LIMITS_CONTEXT, PUBLIC_KEYS_LIST};

    use super::*;

    #[test]
    fn anonymous_operations_share_a_counter_by_address() {
        let mut store = LimitStore::default();
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let here = IpAddr::from([127, 0, 0, 1]);
        let there = IpAddr::from([127, 0, 0, 2]);
        let mut call = |operation, address, at| store.admit(operation, None, address, RateLimits::Ksef, at);
        for _ in 0..60 {
            assert_eq!(call(&AUTH_CHALLENGE, here, now), Ok(()));
        }
        let refused = call(&PUBLIC_KEYS_LIST, here, now).unwrap_err();
        assert_eq!((refused.limit, refused.retry_after), (60, 1));
        assert_eq!(call(&PUBLIC_KEYS_LIST, there, now), Ok(()));
        assert_eq!(call(&PUBLIC_KEYS_LIST, here, now + SignedDuration::from_secs(1)), Ok(()));
    }

    #[test]
    fn all_operations_of_an_address_share_a_counter() {
        let mut store = LimitStore::default();
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let address = IpAddr::from([127, 0, 0, 1]);
        let context = |index: u32| ContextIdentifier::new("Nip", &format!("11111111{index:02}")).ok();
        for index in 0..75 {
            let admitted = store.admit(&LIMITS_CONTEXT, context(index), address, RateLimits::Ksef, now);
            assert_eq!(admitted, Ok(()), "{index}");
        }
        let refused = store.admit(&LIMITS_CONTEXT, context(75), address, RateLimits::Ksef, now).unwrap_err();
        assert_eq!(refused.limit, 75);
        assert_eq!(store.admit(&LIMITS_CONTEXT, context(75), address, RateLimits::Off, now), Ok(()));
    }
}
