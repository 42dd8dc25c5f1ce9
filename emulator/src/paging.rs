//! Lists with a continuation token (PROTOCOL §1.6).

use std::ops::RangeInclusive;

use axum::http::HeaderMap;
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{error::ApiError, exceptions};

/// Which page of a list is wanted. The token is opaque to clients; inside is the name of the list and the index of
/// the first item of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    list: &'static str,
    size: usize,
    start: usize,
}

impl PageRequest {
    /// Reads `pageSize` (default 10, bounded by `sizes`) and the header `x-continuation-token`.
    ///
    /// # Errors
    /// 21405 for a size out of bounds, 21418 for a token that this list did not give.
    pub(crate) fn read(
        list: &'static str,
        page_size: Option<&str>,
        headers: &HeaderMap,
        sizes: RangeInclusive<usize>,
    ) -> Result<Self, ApiError> {
        let size = match page_size {
            None | Some("") => 10,
            Some(text) => text.parse().ok().filter(|size| sizes.contains(size)).ok_or_else(|| {
                ApiError::exception(exceptions::VALIDATION).with_detail(format!(
                    "'pageSize' must be between {} and {}. You entered {text}.",
                    sizes.start(),
                    sizes.end()
                ))
            })?,
        };
        let start = match headers.get("x-continuation-token") {
            Some(token) if !token.is_empty() => token
                .to_str()
                .ok()
                .and_then(|token| decode(list, token))
                .ok_or_else(|| ApiError::exception(exceptions::CONTINUATION_TOKEN))?,
            _ => 0,
        };
        Ok(Self { list, size, start })
    }

    /// The page's items and the token of the next page, when there is one.
    pub(crate) fn cut<T>(self, items: impl IntoIterator<Item = T>) -> (Vec<T>, Option<String>) {
        let mut rest = items.into_iter().skip(self.start);
        let page: Vec<T> = rest.by_ref().take(self.size).collect();
        let next = rest.next().map(|_| encode(self.list, self.start + page.len()));
        (page, next)
    }
}

fn encode(list: &str, start: usize) -> String {
    BASE64_STANDARD.encode(format!("{list}:{start}"))
}

fn decode(list: &str, token: &str) -> Option<usize> {
    let text = String::from_utf8(BASE64_STANDARD.decode(token).ok()?).ok()?;
    text.strip_prefix(list)?.strip_prefix(':')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn walks_a_list_to_its_end() {
        let mut headers = HeaderMap::new();
        let mut seen = Vec::new();
        loop {
            let page = PageRequest::read("numbers", Some("10"), &headers, 10..=100).unwrap();
            let (items, next) = page.cut(0..25);
            seen.extend(items);
            let Some(token) = next else { break };
            headers.insert("x-continuation-token", HeaderValue::from_str(&token).unwrap());
        }
        assert_eq!(seen, (0..25).collect::<Vec<_>>());
    }

    #[test]
    fn refuses_foreign_tokens_and_sizes() {
        let mut headers = HeaderMap::new();
        assert!(format!("{:?}", PageRequest::read("a", Some("9"), &headers, 10..=100)).contains("21405"));
        assert!(format!("{:?}", PageRequest::read("a", Some("x"), &headers, 10..=100)).contains("21405"));
        headers.insert("x-continuation-token", HeaderValue::from_str(&encode("b", 10)).unwrap());
        assert!(format!("{:?}", PageRequest::read("a", None, &headers, 10..=100)).contains("21418"));
        headers.insert("x-continuation-token", HeaderValue::from_static("!!!"));
        assert!(format!("{:?}", PageRequest::read("a", None, &headers, 10..=100)).contains("21418"));
    }
}
