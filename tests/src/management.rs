//! A small blocking HTTP/1.1 client for the emulator's management API. The driver must not use the client library that it
//! judges, and needs nothing but JSON over a loopback connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::Problem;

const PATIENCE: Duration = Duration::from_secs(30);

/// One answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON body; null when the body is empty.
    pub body: Value,
}

/// Sends one request to `base` (such as `http://127.0.0.1:4000`) and reads the whole answer.
///
/// # Errors
/// No connection, or an answer that is not HTTP with a JSON or empty body.
pub fn request(base: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Problem> {
    let complain = |what: &str, e: &dyn std::fmt::Display| format!("{method} {path}: {what}: {e}");
    let host = base
        .strip_prefix("http://")
        .map(|rest| rest.trim_end_matches('/'))
        .ok_or_else(|| format!("not an http address: {base}"))?;
    let mut stream = TcpStream::connect(host).map_err(|e| complain("connect", &e))?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(|e| complain("timeout", &e))?;
    let body = body.map_or_else(String::new, Value::to_string);
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).map_err(|e| complain("write", &e))?;
    stream.write_all(body.as_bytes()).map_err(|e| complain("write", &e))?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(|e| complain("read", &e))?;
    parse(&bytes).map_err(|problem| format!("{method} {path}: {problem}"))
}

fn parse(bytes: &[u8]) -> Result<Answer, Problem> {
    let split = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or("the answer has no end of headers")?;
    let head = std::str::from_utf8(&bytes[..split]).map_err(|_| "the headers are not text")?;
    let status = head
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|code| code.parse().ok())
        .ok_or("the answer has no status line")?;
    if head.to_ascii_lowercase().contains("\r\ntransfer-encoding:") {
        return Err("the answer is chunked".to_owned());
    }
    let body = &bytes[split + 4..];
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(body).map_err(|e| {
            format!("status {status}, body is not JSON ({e}): {}", String::from_utf8_lossy(body))
        })?
    };
    Ok(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn answers_are_read_and_nonsense_is_refused() {
        let answer = parse(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}").unwrap();
        assert_eq!((answer.status, answer.body["a"].as_i64()), (200, Some(1)));
        assert!(parse(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().body.is_null());
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n<html>").is_err());
        assert!(parse(b"hello\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").is_err());
    }
}
