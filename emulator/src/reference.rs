//! Reference numbers (PROTOCOL §1.8): `YYYYMMDD-XX-HHHHHHHHHH-HHHHHHHHHH-HH`.

use jiff::{Timestamp, tz::TimeZone};
use ksef_model::ReferenceNumber;

use crate::random;

/// What a reference number is for: the two letters after the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReferenceKind {
    /// `CR`, authentication challenge.
    Challenge,
    /// `AU`, authentication operation and the session it becomes.
    Authentication,
    /// `SO`, interactive session.
    OnlineSession,
    /// `SB`, batch session.
    BatchSession,
    /// `EE`, invoice inside a session.
    Invoice,
    /// `EU`, one page of a session's UPO.
    UpoPage,
    /// `EC`, KSeF token.
    KsefToken,
    /// `EH`, request for a certificate.
    CertificateEnrollment,
    /// `EH`, export of invoices.
    Export,
    /// `EG`, grant or revocation of permissions.
    PermissionOperation,
}

impl ReferenceKind {
    fn letters(self) -> &'static str {
        match self {
            Self::Challenge => "CR",
            Self::Authentication => "AU",
            Self::OnlineSession => "SO",
            Self::BatchSession => "SB",
            Self::Invoice => "EE",
            Self::UpoPage => "EU",
            Self::KsefToken => "EC",
            Self::CertificateEnrollment | Self::Export => "EH",
            Self::PermissionOperation => "EG",
        }
    }
}

/// A fresh reference number.
///
/// The first group is the millisecond of the UTC day shifted left by 12 bits, the second is random, the last
/// byte is CRC-8 over the 33 characters before it: this is what numbers recorded from the TEST environment show.
pub(crate) fn issue(kind: ReferenceKind, now: Timestamp) -> ReferenceNumber {
    let civil = now.to_zoned(TimeZone::UTC).datetime();
    let ms_of_day = u64::try_from(now.as_millisecond().rem_euclid(86_400_000)).unwrap_or_default();
    let noise = u64::from_be_bytes(random::bytes()) & 0xFF_FFFF_FFFF;
    number(&format!(
        "{:04}{:02}{:02}-{}-{:010X}-{noise:010X}-",
        civil.year(),
        civil.month(),
        civil.day(),
        kind.letters(),
        ms_of_day << 12
    ))
}

fn number(head: &str) -> ReferenceNumber {
    // The hyphen before the checksum is not covered by it.
    let covered = head.trim_end_matches('-');
    let text = format!("{head}{:02X}", ksef_crypto::crc8(covered.as_bytes()));
    ReferenceNumber::try_from(text.as_str()).unwrap_or_else(|_| unreachable!("the shape is fixed above"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reproduces_a_number_recorded_from_the_test_environment() {
        assert_eq!(
            number("20260119-AU-36E34A8000-CA851C36EA-").as_str(),
            "20260119-AU-36E34A8000-CA851C36EA-44"
        );
    }

    #[test]
    fn the_first_group_is_the_time_of_day() {
        let now: Timestamp = "2026-01-19T15:59:14.088Z".parse().unwrap();
        let issued = issue(ReferenceKind::Authentication, now);
        assert!(issued.as_str().starts_with("20260119-AU-36E34A8000-"), "{}", issued.as_str());
        assert_eq!(issued.as_str().len(), 36);
        assert_ne!(issued.as_str(), issue(ReferenceKind::Authentication, now).as_str());
    }
}
