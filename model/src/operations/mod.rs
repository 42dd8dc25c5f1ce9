//! The table of all operations of the API: routes, parameters, permissions, limits and documented refusals.

mod generated;

use crate::{Check, InvalidRequest, Problem};

pub use generated::*;

/// One operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Area and name, such as `sessions.open_online`.
    pub id: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path below the base address, with parameters in braces, such as `/sessions/{referenceNumber}`.
    pub path: &'static str,
    /// The first part of the id, such as `sessions`.
    pub area: &'static str,
    /// One line for a person.
    pub summary: &'static str,
    /// Whether a bearer token is needed.
    pub auth: Auth,
    /// The bearer token is not the session's access token: the caller gives it (PROTOCOL §1.5).
    pub own_bearer: bool,
    /// Parameters in the path, the query and the headers.
    pub parameters: &'static [Parameter],
    /// Body of the request.
    pub request: Content,
    /// Body of the successful response.
    pub response: Content,
    /// HTTP status of success.
    pub success: u16,
    /// How long lists are divided into pages (PROTOCOL §1.6).
    pub paging: Paging,
    /// Group whose limits of request rates the operation counts towards (PROTOCOL §16.2).
    pub rate_group: &'static str,
    /// Default limits of request rates.
    pub rate_limit: RateLimit,
    /// Any one of these permissions is enough; empty when none is documented.
    pub permissions: &'static [&'static str],
    /// Documented exception codes of status 400 (PROTOCOL §2.6).
    pub error_codes: &'static [u32],
}

impl Operation {
    /// Checks the value of a parameter against its limit; a parameter that the table does not know passes.
    pub fn check_parameter(&self, name: &str, value: &str) -> Result<(), InvalidRequest> {
        let mut check = Check::default();
        match self.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.limit)
        {
            Some(Limit::Range(lowest, highest)) => match value.parse::<i64>() {
                Ok(number) => check.range(name, number, lowest..=highest),
                Err(_) => check.report(name, Problem::Pattern),
            },
            Some(Limit::Length(shortest, longest)) => check.length(name, value, shortest..=longest),
            Some(Limit::None) | None => {}
        }
        check.finish()
    }
}

/// HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends or starts something; also queries whose filters do not fit in an address.
    Post,
    /// Changes.
    Put,
    /// Removes or revokes.
    Delete,
}

impl Method {
    /// The method as it is written in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// Whether an operation needs a bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anyone may call it.
    None,
    /// `Authorization: Bearer` is needed.
    Bearer,
}

/// A parameter outside the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Name on the wire.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether it must be given.
    pub required: bool,
    /// What its values are limited to.
    pub limit: Limit,
}

/// What the values of a parameter are limited to; both ends are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// No limit is documented.
    None,
    /// A number from the first to the second.
    Range(i64, i64),
    /// A text with so many characters.
    Length(i64, i64),
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path, in braces.
    Path,
    /// In the query; a list repeats the name.
    Query,
    /// Among the headers.
    Header,
}

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// No body.
    Empty,
    /// JSON of the named type of this crate.
    Json(&'static str),
    /// An XML document.
    Xml,
}

/// How long lists are divided into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// The whole answer comes at once.
    None,
    /// The answer carries a `continuationToken` that asks for the next page.
    Token,
    /// Pages are numbered from 0 by `pageOffset`; the answer carries `hasMore`.
    Offset,
}

/// Limits of request rates; `None` where there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in a second.
    pub per_second: Option<u32>,
    /// Requests in a minute.
    pub per_minute: Option<u32>,
    /// Requests in an hour.
    pub per_hour: Option<u32>,
}

/// The operation with the given id, such as `sessions.open_online`.
pub fn by_id(id: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().copied().find(|operation| operation.id == id)
}
