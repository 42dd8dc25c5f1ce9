//! Any route of the API with the client's login, bytes in and bytes out: for what this version of the library does not
//! know yet. See [`Client::raw`](crate::Client::raw).

use bytes::Bytes;

use crate::auth::BearerToken;
pub use crate::model::operations::Method;

/// A request that the caller makes up.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawRequest {
    /// HTTP method.
    pub method: Method,
    /// Path below the base address of the environment, beginning with a slash: `/sessions/online`. What a path cannot hold
    /// is escaped; a percent sign is taken as an escape.
    pub path: String,
    /// Query parameters, unescaped, in order; a name may be repeated.
    pub query: Vec<(String, String)>,
    /// Headers. `Content-Type` is not set by itself; `Authorization` is not allowed here.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Bytes,
    /// The bearer token that goes with it.
    pub login: RawLogin,
}

/// Which bearer token a request carries.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum RawLogin {
    /// The client's access token; logs in when there is none.
    #[default]
    Client,
    /// None.
    None,
    /// This one.
    Bearer(BearerToken),
}

impl RawRequest {
    /// A request with the client's login, without query, headers and body.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            login: RawLogin::default(),
        }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body and its `Content-Type`.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("Content-Type", content_type)
    }

    /// Chooses the bearer token.
    #[must_use]
    pub fn login(mut self, login: RawLogin) -> Self {
        self.login = login;
        self
    }
}

impl std::fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawRequest({}, {} bytes)", self.method.as_str(), self.body.len())
    }
}

/// The answer to a [`RawRequest`], whatever its status.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body exactly as received.
    pub body: Bytes,
}

impl RawResponse {
    /// The first header of this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawResponse({}, {} bytes)", self.status, self.body.len())
    }
}
