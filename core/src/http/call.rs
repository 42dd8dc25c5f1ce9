//! One call of an operation, before anything is sent.

use std::fmt;

use bytes::Bytes;
use ksef_model::Validate;
use ksef_model::operations::Operation;
use serde::Serialize;
use url::Url;

use crate::auth::BearerToken;
use crate::error::{Error, Result, texts};

/// The arguments of one call. A wrong argument is remembered and fails the call when it is made.
pub(crate) struct Call {
    pub(super) operation: &'static Operation,
    path: Vec<(&'static str, String)>,
    query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) payload: Payload,
    pub(super) bearer: Option<BearerToken>,
    fault: Option<Error>,
}

pub(super) enum Payload {
    Empty,
    Json(Bytes),
    Xml(Bytes),
}

impl Call {
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            payload: Payload::Empty,
            bearer: None,
            fault: None,
        }
    }

    pub(crate) fn path(mut self, name: &'static str, value: &str) -> Self {
        self.path.push((name, value.to_owned()));
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        let value = value.to_string();
        if let Err(invalid) = self.operation.check_parameter(name, &value) {
            self.fault.get_or_insert(Error::from(invalid));
        }
        self.query.push((name, value));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn json<T: Serialize + Validate>(mut self, body: &T) -> Self {
        if let Err(invalid) = body.validate() {
            self.fault = Some(Error::from(invalid));
            return self;
        }
        match serde_json::to_vec(body) {
            Ok(json) => self.payload = Payload::Json(json.into()),
            Err(error) => self.fault = Some(Error::new(texts::INTERNAL).note(error.to_string())),
        }
        self
    }

    pub(crate) fn xml(mut self, document: Bytes) -> Self {
        self.payload = Payload::Xml(document);
        self
    }

    pub(crate) fn bearer(mut self, bearer: BearerToken) -> Self {
        self.bearer = Some(bearer);
        self
    }

    /// The address to call, once the arguments are known to be usable.
    pub(super) fn address(&mut self, base: &Url) -> Result<Url> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let mut url = base.clone();
        {
            let mut segments = url
                .path_segments_mut()
                .map_err(|()| Error::new(texts::INVALID_URL).note("it cannot be a base"))?;
            for segment in self.operation.path.split('/').filter(|segment| !segment.is_empty()) {
                match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(name) => segments.push(argument(&self.path, name)?),
                    None => segments.push(segment),
                };
            }
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

/// A path argument that stays within its segment.
fn argument<'a>(arguments: &'a [(&'static str, String)], name: &str) -> Result<&'a str> {
    let value = arguments.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    match value {
        None => Err(Error::new(texts::INTERNAL).note(format!("no argument for {name}"))),
        Some("" | "." | "..") => {
            Err(Error::new(texts::INVALID_ARGUMENT).note(format!("{name}: empty or dots")))
        }
        Some(value) => Ok(value),
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} {})", self.operation.method.as_str(), self.operation.path)
    }
}

#[cfg(test)]
mod tests {
    use ksef_model::operations;

    use super::*;

    fn base() -> Url {
        "http://127.0.0.1:1/v2".parse().expect("a URL")
    }

    #[test]
    fn arguments_are_escaped() {
        let mut call = Call::new(&operations::SESSIONS_INVOICE_STATUS)
            .path("referenceNumber", "a/b c")
            .path("invoiceReferenceNumber", "ż")
            .query("statuses", "A")
            .query("statuses", "B+C");
        let url = call.address(&base()).expect("valid");
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:1/v2/sessions/a%2Fb%20c/invoices/%C5%BC?statuses=A&statuses=B%2BC"
        );
    }

    #[test]
    fn dots_and_missing_arguments_are_refused() {
        let status = || Call::new(&operations::SESSIONS_STATUS);
        assert_eq!(status().path("referenceNumber", "..").address(&base()).expect_err("dots").number(), 1001);
        assert_eq!(status().address(&base()).expect_err("missing").number(), 9003);
    }

    #[test]
    fn parameters_are_checked_before_they_are_sent() {
        let mut call = Call::new(&operations::SESSIONS_LIST).query("pageSize", 1001);
        let error = call.address(&base()).expect_err("too many");
        assert_eq!(error.number(), 1020);
        assert!(error.to_string().contains("pageSize"), "{error}");
    }

    #[test]
    fn requests_are_validated_before_they_are_sent() {
        let request = ksef_model::SendInvoiceRequest {
            invoice_hash: "short".to_owned(),
            invoice_size: 0,
            encrypted_invoice_hash: String::new(),
            encrypted_invoice_size: 1,
            encrypted_invoice_content: String::new(),
            offline_mode: None,
            hash_of_corrected_invoice: None,
        };
        let mut call =
            Call::new(&operations::SESSIONS_SEND_INVOICE).path("referenceNumber", "x").json(&request);
        let error = call.address(&base()).expect_err("invalid");
        assert_eq!(error.number(), 1020);
        assert!(!error.was_sent() && error.to_string().contains("invoiceSize"), "{error}");
    }
}
