//! How servers write values in ways that the standard readers do not take.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// An instant of a response; without an offset it counts as UTC, as in an official example of the legacy error body.
pub(crate) fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    read(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Like [`instant`], for fields that may be absent or null.
pub(crate) fn optional_instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.as_deref().map(read).transpose().map_err(D::Error::custom)
}

fn read(text: &str) -> Result<Timestamp, jiff::Error> {
    text.parse::<Timestamp>().or_else(|refused| match text.parse::<DateTime>() {
        Ok(local) => Offset::UTC.to_timestamp(local),
        Err(_) => Err(refused),
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn instants_with_and_without_offset() {
        let instant = read("2025-07-11T12:23:56.0154302+02:00").expect("an instant");
        assert_eq!(instant.to_string(), "2025-07-11T10:23:56.0154302Z");
        assert_eq!(read("2025-07-11T10:23:56.0154302").expect("an instant"), instant);
        assert_eq!(read("2025-07-11T10:23:56.0154302Z").expect("an instant"), instant);
        assert!(read("2025-07-11T25:00:00").is_err());
        assert!(read("yesterday").is_err());
    }
}
