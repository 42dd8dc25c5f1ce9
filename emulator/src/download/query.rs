//! The metadata query (PROTOCOL §9.2).

use axum::{
    Router,
    body::Body,
    extract::{RawQuery, State},
    http::header,
    response::Response,
    routing::post,
};
use jiff::Timestamp;
use serde::Serialize;
use url::form_urlencoded;

use super::{
    DownloadStore, at_present,
    filters::Filters,
    metadata::{self, Digits, Metadata},
    search::{self, Page},
};
use crate::{
    auth::Authenticated,
    error::ApiError,
    exceptions,
    json::{Json, Problems},
    state::AppState,
    wire,
};

/// How many queries the emulator remembers for the sake of their later pages.
const REMEMBERED: usize = 1_000;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/invoices/query/metadata", post(query))
}

/// The page that is asked for, from the query string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PageQuery {
    descending: bool,
    index: usize,
    size: usize,
}

impl PageQuery {
    /// Reads the query string; unknown names are ignored.
    fn read(query: &str, problems: &mut Problems) -> Self {
        let mut page = Self { descending: false, index: 0, size: 10 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            match &*name {
                "sortOrder" => match &*value {
                    "Asc" => page.descending = false,
                    "Desc" => page.descending = true,
                    _ => problems.invalid(format!("The value '{value}' is not valid for 'sortOrder'.")),
                },
                "pageOffset" => match value.parse() {
                    Ok(index) => page.index = index,
                    Err(_) => problems.invalid("'pageOffset' must be greater than or equal to '0'."),
                },
                "pageSize" => match value.parse() {
                    Ok(size) if (10..=250).contains(&size) => page.size = size,
                    _ => problems
                        .invalid(format!("'pageSize' must be between 10 and 250. You entered {value}.")),
                },
                _ => {}
            }
        }
        page
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    has_more: bool,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    permanent_storage_hwm_date: Option<String>,
    invoices: Vec<Metadata<'a>>,
}

async fn query(
    State(state): State<AppState>,
    caller: Authenticated,
    RawQuery(query): RawQuery,
    Json(filters): Json<Filters>,
) -> Result<Response, ApiError> {
    let mut problems = Problems::default();
    let page = PageQuery::read(query.as_deref().unwrap_or_default(), &mut problems);
    filters.find_problems("", state.now(), &mut problems);
    problems.into_result()?;
    let (rows, cut, mark) = at_present(&state, |download, now| {
        let range = &filters.date_range;
        let mark = download.mark_of(&caller, &filters, page, now);
        let mut period = filters.period(now);
        if range.is_restricted() {
            if period.from > mark {
                return Err(
                    ApiError::exception(exceptions::BEYOND_MARK).with_detail(super::BEYOND_MARK_DETAIL)
                );
            }
            period.to = period.to.min(mark);
        }
        let mut found = search::find(&download.repository, &caller.context, &filters, period, now);
        if page.descending {
            found.reverse();
        }
        let settings = &download.settings;
        let cut = Page::cut(found.len(), settings.max_rows, page.index, page.size, settings.repeated_rows);
        let told = range.by_storage().then(|| period.to.min(mark));
        Ok((found[cut.start..cut.end].to_vec(), cut, told))
    })?;
    let answer = Answer {
        has_more: cut.has_more,
        is_truncated: cut.is_truncated,
        permanent_storage_hwm_date: mark.map(wire::timestamp),
        invoices: rows.iter().map(|entry| metadata::of(entry, Digits::Seven)).collect(),
    };
    let body = serde_json::to_vec(&answer).map_err(|_| ApiError::internal())?;
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .body(Body::from(body))
        .map_err(|_| ApiError::internal())
}

impl DownloadStore {
    /// The high-water mark of a query: constant over its pages, so the pages after the first get that of the first.
    fn mark_of(
        &mut self,
        caller: &Authenticated,
        filters: &Filters,
        page: PageQuery,
        now: Timestamp,
    ) -> Timestamp {
        let Ok(filters) = serde_json::to_string(filters) else {
            return self.repository.high_water_mark(now, self.settings.lag);
        };
        let context = &caller.context;
        let key = format!("{} {} {} {filters}", context.kind(), context.value(), page.descending);
        if let Some(mark) = self.marks.get(&key).filter(|_| page.index > 0) {
            return *mark;
        }
        let mark = self.repository.high_water_mark(now, self.settings.lag);
        if self.marks.len() >= REMEMBERED {
            self.marks.clear();
        }
        self.marks.insert(key, mark);
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<PageQuery, String> {
        let mut problems = Problems::default();
        let page = PageQuery::read(query, &mut problems);
        problems.into_result().map(|()| page).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn the_page_has_defaults_and_bounds() {
        assert_eq!(read(""), Ok(PageQuery { descending: false, index: 0, size: 10 }));
        let last = read("sortOrder=Desc&pageOffset=40&pageSize=250");
        assert_eq!(last, Ok(PageQuery { descending: true, index: 40, size: 250 }));
        let refused = read("sortOrder=desc&pageOffset=-1&pageSize=251").unwrap_err();
        for name in ["sortOrder", "pageOffset", "pageSize"] {
            assert!(refused.contains("21405") && refused.contains(name), "{refused}");
        }
        assert!(read("pageSize=9").is_err());
    }
}
