//! Filters of the session list (PROTOCOL §8.1).

use jiff::{Timestamp, civil::DateTime};
use url::form_urlencoded;

use super::{
    records::Session,
    state::{CoarseState, SessionKind},
};
use crate::{error::ApiError, exceptions, invoice::warsaw, json::Problems};

/// A filter from the query string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SessionFilter {
    kind: Option<SessionKind>,
    reference: Option<String>,
    created: Period,
    closed: Period,
    modified: Period,
    statuses: Vec<CoarseState>,
    /// `pageSize` as written.
    pub(super) page_size: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Period {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Period {
    fn is_open(self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    fn contains(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

impl SessionFilter {
    /// Reads the query string; unknown names are ignored.
    ///
    /// # Errors
    /// 21405 with a line for each wrong value.
    pub(super) fn parse(query: &str) -> Result<Self, ApiError> {
        let mut filter = Self::default();
        let mut problems = Problems::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            let read = match &*name {
                "sessionType" => SessionKind::parse(&value).map(|kind| filter.kind = Some(kind)),
                "referenceNumber" => {
                    (value.chars().count() == 36).then(|| filter.reference = Some(value.to_string()))
                }
                "dateCreatedFrom" => instant(&value).map(|at| filter.created.from = Some(at)),
                "dateCreatedTo" => instant(&value).map(|at| filter.created.to = Some(at)),
                "dateClosedFrom" => instant(&value).map(|at| filter.closed.from = Some(at)),
                "dateClosedTo" => instant(&value).map(|at| filter.closed.to = Some(at)),
                "dateModifiedFrom" => instant(&value).map(|at| filter.modified.from = Some(at)),
                "dateModifiedTo" => instant(&value).map(|at| filter.modified.to = Some(at)),
                "statuses" => CoarseState::parse(&value).map(|status| filter.statuses.push(status)),
                "pageSize" => {
                    filter.page_size = Some(value.to_string());
                    Some(())
                }
                _ => Some(()),
            };
            if read.is_none() {
                problems.invalid(format!("The value '{value}' is not valid for '{name}'."));
            }
        }
        problems.into_result()?;
        if filter.kind.is_none() {
            return Err(
                ApiError::exception(exceptions::VALIDATION).with_detail("'sessionType' must not be empty.")
            );
        }
        Ok(filter)
    }

    /// Whether a session is wanted.
    pub(super) fn matches(&self, session: &Session) -> bool {
        let machine = &session.machine;
        let closed = || machine.closed_at().is_some_and(|at| self.closed.contains(at));
        self.kind == Some(machine.kind())
            && self.reference.as_deref().is_none_or(|reference| reference == session.reference.as_str())
            && self.created.contains(machine.opened_at())
            && self.modified.contains(machine.updated_at())
            && (self.closed.is_open() || closed())
            && (self.statuses.is_empty() || self.statuses.contains(&machine.state().coarse()))
    }
}

/// A date-time with `Z`, an offset, or none, which means Polish time (PROTOCOL §1.7).
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        Some(local.to_zoned(warsaw()).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> String {
        format!("{:?}", SessionFilter::parse(query).unwrap_err())
    }

    #[test]
    fn the_type_is_required_and_values_are_checked_together() {
        assert!(refused("").contains("'sessionType' must not be empty."));
        let text = refused("sessionType=Online&statuses=Open&dateCreatedFrom=yesterday&referenceNumber=1");
        assert!(text.contains("21405"), "{text}");
        for name in ["statuses", "dateCreatedFrom", "referenceNumber"] {
            assert!(text.contains(name), "{name} in {text}");
        }
    }

    #[test]
    fn reads_repeated_statuses_and_three_forms_of_time() {
        let filter = SessionFilter::parse(
            "sessionType=Online&statuses=InProgress&statuses=Failed&pageSize=20\
             &dateCreatedFrom=2026-07-01T00:00:00&dateCreatedTo=2026-07-01T00:00:00Z\
             &dateClosedFrom=2026-07-01T00:00:00%2B02:00",
        )
        .unwrap();
        assert_eq!(filter.statuses, [CoarseState::InProgress, CoarseState::Failed]);
        assert_eq!(filter.created.from, Some("2026-06-30T22:00:00Z".parse().unwrap()));
        assert_eq!(filter.created.to, Some("2026-07-01T00:00:00Z".parse().unwrap()));
        assert_eq!(filter.closed.from, filter.created.from);
        assert_eq!(filter.page_size.as_deref(), Some("20"));
    }

    #[test]
    fn a_period_includes_both_ends() {
        let at: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
        assert!(Period { from: Some(at), to: Some(at) }.contains(at));
        assert!(!Period { from: None, to: Some(at) }.contains(Timestamp::MAX));
        assert!(!Period { from: Some(at), to: None }.contains(Timestamp::MIN));
    }
}
