//! Days as KSeF counts them: in Polish civil time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The time zone in which KSeF compares days (PROTOCOL §6.7).
///
/// The zone data is compiled into the binary, so the fallback to UTC is reached only by a build without it.
pub(crate) fn warsaw() -> TimeZone {
    TimeZone::get("Europe/Warsaw").unwrap_or(TimeZone::UTC)
}

/// The Polish calendar day of an instant.
pub(crate) fn warsaw_date(instant: Timestamp) -> Date {
    instant.to_zoned(warsaw()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polish_day_starts_before_the_utc_one() {
        let late: Timestamp = "2026-06-30T22:00:00Z".parse().unwrap();
        assert_eq!(warsaw_date(late).to_string(), "2026-07-01");
        let winter: Timestamp = "2026-01-31T22:59:59Z".parse().unwrap();
        assert_eq!(warsaw_date(winter).to_string(), "2026-01-31");
        let midnight: Timestamp = "2026-01-31T23:00:00Z".parse().unwrap();
        assert_eq!(warsaw_date(midnight).to_string(), "2026-02-01");
    }
}
