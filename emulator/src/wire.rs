//! How KSeF prints JSON: instants with seven digits and `+00:00`, errors in pure ASCII (PROTOCOL §1.7, §2.2).

use std::fmt::Write;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

/// `2025-07-11T12:23:56.0154302+00:00`.
pub(crate) fn timestamp(at: Timestamp) -> String {
    format!("{}+00:00", at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%7f"))
}

/// JSON with every character above U+007F escaped, as the real error bodies are.
pub(crate) fn ascii_json(value: &Value) -> String {
    let mut out = String::new();
    for character in value.to_string().chars() {
        if character.is_ascii() {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_the_server_does() {
        let at: Timestamp = "2025-07-11T12:23:56.0154302Z".parse().unwrap();
        assert_eq!(timestamp(at), "2025-07-11T12:23:56.0154302+00:00");
        let whole: Timestamp = "2025-07-11T12:23:56Z".parse().unwrap();
        assert_eq!(timestamp(whole), "2025-07-11T12:23:56.0000000+00:00");
        assert_eq!(ascii_json(&Value::from("błąd 😀")), r#""b\u0142\u0105d \uD83D\uDE00""#);
    }
}
