//! What a failure of the HTTP client means: above all, whether the request can have left.

use std::error::Error as StdError;

use crate::error::{Error, texts};

/// A failure before the head of an answer.
pub(super) fn of_request(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if error.is_builder() {
        return Error::new(texts::INTERNAL).note(error.to_string());
    }
    if error.is_connect() {
        return of_connecting(error);
    }
    let entry = if error.is_timeout() { texts::ANSWER_TIMEOUT } else { texts::CONNECTION_LOST };
    Error::new(entry).sent(true).caused_by(error)
}

/// A failure while the body of an answer was read.
pub(super) fn of_body(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let entry = if error.is_timeout() { texts::ANSWER_TIMEOUT } else { texts::ANSWER_TRUNCATED };
    Error::new(entry).sent(true).caused_by(error)
}

/// The connection did not come about, so that nothing of the request was sent.
fn of_connecting(error: reqwest::Error) -> Error {
    let causes = Causes::of(&error);
    let entry = match causes.tls {
        Some(rustls::Error::InvalidCertificate(_)) => texts::CERTIFICATE_NOT_TRUSTED,
        Some(_) => texts::TLS_FAILED,
        None if error.is_dns() => texts::HOST_NOT_FOUND,
        None if causes.proxy => texts::PROXY_FAILED,
        None if error.is_timeout() => texts::CONNECT_TIMEOUT,
        None => texts::CONNECT_FAILED,
    };
    let note = causes.tls.map(ToString::to_string);
    let lifted = Error::new(entry);
    let lifted = match note {
        Some(note) => lifted.note(note),
        None => lifted,
    };
    lifted.caused_by(error)
}

struct Causes<'a> {
    tls: Option<&'a rustls::Error>,
    proxy: bool,
}

impl<'a> Causes<'a> {
    fn of(error: &'a (dyn StdError + 'static)) -> Self {
        let mut found = Self { tls: None, proxy: false };
        let mut next = Some(error);
        // An I/O error hides what it wraps from `source`, and a chain of causes is never long.
        for _ in 0..32 {
            let Some(current) = next else { break };
            if let Some(tls) = current.downcast_ref::<rustls::Error>() {
                found.tls = Some(tls);
                break;
            }
            let text = current.to_string();
            found.proxy |= ["tunnel", "proxy", "socks", "SOCKS"].iter().any(|mark| text.contains(mark));
            next = match current.downcast_ref::<std::io::Error>() {
                Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
                None => current.source(),
            };
        }
        found
    }
}
