//! Limits of data and of request rates (PROTOCOL §16), and the test data that change them (PROTOCOL §17).

pub(crate) mod context;
mod meter;
mod rates;
mod requests;
mod routes;
mod subject;
mod throttle;

use axum::Router;

pub(crate) use context::ContextTable;
pub(crate) use subject::SubjectLimits;
pub(crate) use throttle::throttle;

use crate::{auth::Subject, state::AppState};
use meter::Meter;
use rates::RateTables;
use subject::SubjectTable;

/// Overrides of limits of subjects and of request rates, and the requests counted. The limits of contexts lie with the
/// sessions, which apply them.
#[derive(Debug, Default)]
pub(crate) struct LimitStore {
    subjects: SubjectTable,
    rates: RateTables,
    meter: Meter,
}

impl LimitStore {
    /// How many certificates and enrolments the subject may have.
    pub(crate) fn of_subject(&self, subject: &Subject) -> SubjectLimits {
        self.subjects.of(subject)
    }
}

/// The operations under `/v2`.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    routes::router().merge(routes::test_data(state))
}
