//! Requests that the caller makes up: address, login and one attempt, without a judgement of the answer.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::failure;
use super::pipeline::read_body;
use crate::Client;
use crate::auth::BearerToken;
use crate::error::{Error, Result, texts};
use crate::raw::{RawLogin, RawRequest, RawResponse};
use crate::runtime;

/// What stands for an operation in errors and warnings.
const NAME: &str = "raw";

/// A request of the caller, checked.
struct Prepared {
    method: reqwest::Method,
    url: Url,
    headers: HeaderMap,
    request: RawRequest,
}

impl Client {
    /// Makes any request to the API, with the client's login, connections, deadline and proxy: for routes that this version
    /// does not know.
    ///
    /// The answer comes back whatever its status; a refusal by KSeF is no error here. The request is sent once. It is
    /// repeated only after status 401, which says that the access token has ended and that nothing was carried out.
    ///
    /// # Errors
    /// 1001 for a path, query or header that cannot be sent; 2xxx when no answer came; 3xxx when logging in failed.
    pub async fn raw(&self, request: RawRequest) -> Result<RawResponse> {
        let prepared =
            prepare(self.environment().api(), request).map_err(|error| error.in_operation(NAME))?;
        let client = self.begin();
        runtime::run(
            async move { client.exchange_raw(&prepared).await.map_err(|error| error.in_operation(NAME)) },
        )
        .await
    }

    async fn exchange_raw(&self, prepared: &Prepared) -> Result<RawResponse> {
        let mut logged_in_again = false;
        loop {
            let bearer = match &prepared.request.login {
                RawLogin::None => None,
                RawLogin::Bearer(bearer) => Some(bearer.clone()),
                RawLogin::Client => Some(self.access_token().await.map_err(|error| error.sent(false))?),
            };
            let response = self.attempt_raw(prepared, bearer.as_ref()).await?;
            match (&prepared.request.login, bearer) {
                (RawLogin::Client, Some(bearer)) if response.status == 401 && !logged_in_again => {
                    self.shared().keeper.reject(&bearer);
                    logged_in_again = true;
                }
                _ => return Ok(response),
            }
        }
    }

    async fn attempt_raw(&self, prepared: &Prepared, bearer: Option<&BearerToken>) -> Result<RawResponse> {
        self.scope().check()?;
        let mut builder = self
            .shared()
            .transport
            .pool()?
            .request(prepared.method.clone(), prepared.url.clone())
            .headers(prepared.headers.clone())
            .timeout(self.shared().timeouts.transfer);
        if !prepared.request.body.is_empty() {
            builder = builder.body(prepared.request.body.clone());
        }
        if let Some(bearer) = bearer {
            builder = builder.header(AUTHORIZATION, bearer.header()?);
        }
        let response = self.scope().bound(self.receive_raw(builder)).await;
        response.map_err(|over| over.sent(true))?
    }

    async fn receive_raw(&self, builder: reqwest::RequestBuilder) -> Result<RawResponse> {
        let response = builder.send().await.map_err(failure::of_request)?;
        let status = response.status().as_u16();
        self.collect_warnings(response.headers(), NAME);
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        tracing::debug!(operation = NAME, status, "answer");
        let body = read_body(response).await.map_err(|error| error.with_status(status))?;
        Ok(RawResponse { status, headers, body })
    }
}

fn prepare(base: &Url, request: RawRequest) -> Result<Prepared> {
    let method = reqwest::Method::from_bytes(request.method.as_str().as_bytes())
        .map_err(|_| Error::new(texts::INTERNAL).note("method"))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let wrong = |why: &str| Error::invalid_argument("headers", why);
        let header =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("not the name of a header"))?;
        if header == AUTHORIZATION {
            return Err(wrong("authorization is given by the login of the request"));
        }
        let value =
            HeaderValue::from_str(value).map_err(|_| wrong(&format!("{name}: not a header value")))?;
        headers.append(header, value);
    }
    Ok(Prepared { method, url: address(base, &request)?, headers, request })
}

/// The address below the base of the environment, and nowhere else.
fn address(base: &Url, request: &RawRequest) -> Result<Url> {
    let refused = |why| Error::invalid_argument("path", why);
    let Some(path) = request.path.strip_prefix('/') else {
        return Err(refused("it must begin with a slash"));
    };
    if path.contains(['?', '#', '\\']) {
        return Err(refused("it holds a question mark, a hash or a backslash; the query is given apart"));
    }
    let is_dots =
        |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if path.split('/').any(is_dots) {
        return Err(refused("dots as a segment"));
    }
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use ksef_model::operations::Method;

    use super::*;

    fn base() -> Url {
        "http://127.0.0.1:1/v2".parse().expect("an address")
    }

    #[test]
    fn addresses_stay_below_the_base() {
        let request = RawRequest::new(Method::Get, "/a%2Fb/c d").query("x", "1 2").query("x", "&");
        let url = prepare(&base(), request).expect("valid").url;
        assert_eq!(url.as_str(), "http://127.0.0.1:1/v2/a%2Fb/c%20d?x=1+2&x=%26");
        for path in ["", "sessions", "//x/../y", "/../admin", "/%2E%2e/admin", "/a?b=c", "/a\\..\\b"] {
            let error = prepare(&base(), RawRequest::new(Method::Get, path)).err().expect("refused");
            assert_eq!((error.number(), error.was_sent()), (1001, false), "{path}");
        }
        let url = prepare(&base(), RawRequest::new(Method::Get, "//other.example/x")).expect("valid").url;
        assert_eq!(url.host_str(), Some("127.0.0.1"));
    }

    #[test]
    fn headers_are_checked() {
        for (name, value) in [("Authorization", "Bearer x"), ("a b", "c"), ("x", "line\nbreak")] {
            let request = RawRequest::new(Method::Get, "/x").header(name, value);
            assert_eq!(prepare(&base(), request).err().expect("refused").number(), 1001, "{name}");
        }
    }
}
