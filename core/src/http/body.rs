//! What a body really is, judged by its content type and first bytes: firewalls answer 200 with HTML.

use bytes::Bytes;
use ksef_crypto::Sha256;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result, texts};

/// The kind of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sniffed {
    Empty,
    Html,
    Json,
    Xml,
    Other,
}

pub(crate) fn sniff(content_type: Option<&str>, body: &[u8]) -> Sniffed {
    let start = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    let head: Vec<u8> = start.iter().take(16).map(u8::to_ascii_lowercase).collect();
    let is = |prefix: &[u8]| head.starts_with(prefix);
    match start.first() {
        None => Sniffed::Empty,
        _ if is(b"<!doctype html") || is(b"<html") || is(b"<head") || is(b"<script") || is(b"<body") => {
            Sniffed::Html
        }
        Some(b'<') if content_type.is_some_and(|kind| kind.contains("text/html")) => Sniffed::Html,
        Some(b'<') => Sniffed::Xml,
        Some(b'{' | b'[') => Sniffed::Json,
        _ if content_type.is_some_and(|kind| kind.contains("text/html")) => Sniffed::Html,
        _ => Sniffed::Other,
    }
}

/// The incident identifier in a page of the firewall; `Some` of an empty text when the page has none. `None`: it is
/// not a page of the firewall.
pub(crate) fn firewall_incident(body: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(&body[..body.len().min(64 * 1024)]);
    let marks = [
        "_Incapsula_Resource",
        "Incapsula incident",
        "incap_ses",
        "visid_incap",
        "Imperva",
        "Request blocked",
    ];
    if !marks.iter().any(|mark| page.contains(mark)) {
        return None;
    }
    let after = ["incident_id=", "incident ID: ", "incidentId\":\""]
        .iter()
        .find_map(|label| page.find(label).map(|at| &page[at + label.len()..]));
    let id = after.unwrap_or_default();
    Some(id.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').take(80).collect())
}

/// Reads the JSON of a successful answer. The error names the place, never the content.
pub(crate) fn parse_json<T: DeserializeOwned>(content_type: Option<&str>, body: &Bytes) -> Result<T> {
    match sniff(content_type, body) {
        Sniffed::Html => return Err(page(body)),
        Sniffed::Empty => return Err(Error::new(texts::ANSWER_TRUNCATED).note("empty body")),
        Sniffed::Xml => return Err(Error::new(texts::UNEXPECTED_CONTENT).note("XML in place of JSON")),
        Sniffed::Json | Sniffed::Other => {}
    }
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_eof() {
            return Error::new(texts::ANSWER_TRUNCATED).note(format!("JSON ends at byte {}", body.len()));
        }
        Error::new(texts::UNREADABLE_ANSWER).note(format!(
            "JSON at {place}, line {} column {}",
            inner.line(),
            inner.column()
        ))
    })?;
    reader.end().map_err(|_| Error::new(texts::UNREADABLE_ANSWER).note("text after the JSON"))?;
    Ok(value)
}

/// Checks an answer that should say nothing. Whatever JSON it says is ignored, as unknown fields are.
pub(crate) fn check_nothing(content_type: Option<&str>, body: &Bytes) -> Result<()> {
    match sniff(content_type, body) {
        Sniffed::Html => Err(page(body)),
        _ => Ok(()),
    }
}

/// Checks a downloaded document against its type and its hash header (PROTOCOL §1.5).
pub(crate) fn check_document(
    content_type: Option<&str>,
    body: &Bytes,
    hash: Option<&str>,
) -> Result<Option<Sha256>> {
    match sniff(content_type, body) {
        Sniffed::Html => return Err(page(body)),
        Sniffed::Empty => return Err(Error::new(texts::ANSWER_TRUNCATED).note("empty body")),
        Sniffed::Json => {
            return Err(Error::new(texts::UNEXPECTED_CONTENT).note("JSON in place of a document"));
        }
        Sniffed::Xml | Sniffed::Other => {}
    }
    let Some(hash) = hash else { return Ok(None) };
    let declared = Sha256::from_base64(hash.trim())
        .map_err(|_| Error::new(texts::HASH_MISMATCH).note("the hash header is not a SHA-256"))?;
    if declared == Sha256::of(body) { Ok(Some(declared)) } else { Err(Error::new(texts::HASH_MISMATCH)) }
}

/// An HTML page with a status that promises something else.
fn page(body: &Bytes) -> Error {
    let error = Error::new(texts::BLOCKED_BY_FIREWALL).note("an HTML page in place of the answer");
    match firewall_incident(body).filter(|id| !id.is_empty()) {
        Some(id) => error.with_incident(id),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_bodies() {
        let cases: &[(Option<&str>, &[u8], Sniffed)] = &[
            (None, b"", Sniffed::Empty),
            (Some("application/json"), b"  \r\n", Sniffed::Empty),
            (Some("application/json"), b" {\"a\":1}", Sniffed::Json),
            (None, b"\xEF\xBB\xBF[1]", Sniffed::Json),
            (Some("application/json"), b"<html><body>x", Sniffed::Html),
            (Some("text/html; charset=utf-8"), b"<p>x</p>", Sniffed::Html),
            (Some("text/html"), b"Bad gateway", Sniffed::Html),
            (Some("application/xml"), b"<!DOCTYPE HTML><html>", Sniffed::Html),
            (Some("application/xml"), b"<?xml version=\"1.0\"?><a/>", Sniffed::Xml),
            (None, b"upstream error", Sniffed::Other),
        ];
        for (content_type, body, expected) in cases {
            assert_eq!(sniff(*content_type, body), *expected, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn incidents_of_the_firewall() {
        let page = b"<html><iframe src=\"/_Incapsula_Resource?CWUDNSAI=9&xinfo=1&incident_id=407000170-12-3&edet=15\">";
        assert_eq!(firewall_incident(page).as_deref(), Some("407000170-12-3"));
        let page = b"<html>Request unsuccessful. Incapsula incident ID: 77000-88</html>";
        assert_eq!(firewall_incident(page).as_deref(), Some("77000-88"));
        assert_eq!(firewall_incident(b"<html>_Incapsula_Resource").as_deref(), Some(""));
        assert_eq!(firewall_incident(b"<html>502 Bad Gateway</html>"), None);
    }

    #[test]
    fn json_faults_name_the_place_and_not_the_content() {
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Outer {
            list: Vec<Inner>,
        }
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Inner {
            number: i32,
        }
        let read = |text: &'static str| {
            parse_json::<Outer>(Some("application/json"), &Bytes::from_static(text.as_bytes()))
        };
        assert!(read("{\"list\":[{\"number\":1,\"new\":true}]}").is_ok(), "unknown fields are ignored");
        let error =
            read("{\"list\":[{\"number\":1},{\"number\":\"5265877635\"}]}").expect_err("a text for a number");
        assert_eq!(error.number(), 2016);
        assert!(error.to_string().contains("list[1].number") && !error.to_string().contains("5265877635"));
        assert_eq!(read("{\"list\":[{\"num").expect_err("cut").number(), 2014);
        assert_eq!(read("").expect_err("empty").number(), 2014);
        assert_eq!(read("<a/>").expect_err("XML").number(), 2015);
        assert_eq!(
            read("<html>_Incapsula_Resource?incident_id=1-2").expect_err("page").incident_id(),
            Some("1-2")
        );
        assert_eq!(read("{\"list\":[]}x").expect_err("a tail").number(), 2016);
    }

    #[test]
    fn documents_are_checked_against_their_hash() {
        let body = Bytes::from_static(b"<Potwierdzenie/>");
        let hash = Sha256::of(&body).to_base64();
        let check = |body: &Bytes, hash: Option<&str>| check_document(Some("application/xml"), body, hash);
        assert_eq!(check(&body, Some(&hash)).expect("equal"), Some(Sha256::of(&body)));
        assert_eq!(check(&body, None).expect("no header"), None);
        assert_eq!(check(&body.slice(..8), Some(&hash)).expect_err("cut").number(), 2017);
        assert_eq!(check(&body, Some("x")).expect_err("no hash").number(), 2017);
        assert_eq!(check(&Bytes::from_static(b"<html>"), Some(&hash)).expect_err("page").number(), 2011);
    }
}
