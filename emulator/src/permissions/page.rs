//! Lists with page numbers (PROTOCOL §1.6): `pageOffset` is the index of the page, `pageSize` its length.

use std::ops::RangeInclusive;

use axum::{extract::FromRequestParts, http::request::Parts};
use url::form_urlencoded;

use crate::{error::ApiError, json::Problems, state::AppState};

/// The page of a list that is wanted. As an extractor it reads the query string: 10 to 100 items, 10 when absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    offset: usize,
    size: usize,
}

impl Page {
    /// Reads a query string.
    ///
    /// # Errors
    /// 21405 naming every parameter that is out of its bounds.
    pub(crate) fn read(query: &str) -> Result<Self, ApiError> {
        Self::read_within(query, 10..=100)
    }

    /// Reads the query string of a list whose pages have other bounds.
    ///
    /// # Errors
    /// 21405 naming every parameter that is out of its bounds.
    pub(crate) fn read_within(query: &str, sizes: RangeInclusive<usize>) -> Result<Self, ApiError> {
        let mut page = Self { offset: 0, size: 10 };
        let mut problems = Problems::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = value.parse::<i32>().ok().and_then(|number| usize::try_from(number).ok());
            match name.as_ref() {
                "pageOffset" => match number {
                    Some(number) => page.offset = number,
                    None => problems.invalid("'pageOffset' must be greater than or equal to '0'."),
                },
                "pageSize" => match number.filter(|number| sizes.contains(number)) {
                    Some(number) => page.size = number,
                    None => problems.invalid(format!(
                        "'pageSize' must be between {} and {}.",
                        sizes.start(),
                        sizes.end()
                    )),
                },
                _ => {}
            }
        }
        problems.into_result()?;
        Ok(page)
    }

    /// The items of the page, and whether more follow.
    pub(crate) fn cut<T>(self, items: impl IntoIterator<Item = T>) -> (Vec<T>, bool) {
        let mut rest = items.into_iter().skip(self.offset.saturating_mul(self.size));
        let page: Vec<T> = rest.by_ref().take(self.size).collect();
        let more = rest.next().is_some();
        (page, more)
    }
}

impl FromRequestParts<AppState> for Page {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_in_pages() {
        let page = Page::read("pageOffset=2&pageSize=10").unwrap();
        assert_eq!(page.cut(0..25), ((20..25).collect(), false));
        assert_eq!(Page::read("").unwrap().cut(0..11), ((0..10).collect(), true));
        assert_eq!(Page::read("pageOffset=2147483647").unwrap().cut(0..11), (Vec::new(), false));
    }

    #[test]
    fn refuses_what_is_out_of_bounds() {
        let text = format!("{:?}", Page::read("pageOffset=-1&pageSize=9"));
        assert!(text.contains("21405") && text.contains("pageOffset") && text.contains("pageSize"), "{text}");
        assert!(Page::read("pageSize=101").is_err() && Page::read("pageSize=x").is_err());
    }
}
