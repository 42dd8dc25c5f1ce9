//! Online or offline: how KSeF decides the invoicing mode (PROTOCOL §6.7).

use jiff::Timestamp;
use jiff::civil::Date;

use super::calendar::warsaw_date;

/// Mode in which an accepted invoice was issued, as printed in statuses and in the UPO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvoicingMode {
    /// Issued and sent on the same Polish day.
    Online,
    /// Declared offline by the sender, or issued on an earlier day than it was sent.
    Offline,
}

impl InvoicingMode {
    /// The wire word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Online => "Online",
            Self::Offline => "Offline",
        }
    }
}

/// The mode of an invoice issued on `issue_date` and received at `invoicing_date`.
///
/// A declaration of offline mode stays; an online one turns offline when the issue day has passed.
pub(crate) fn invoicing_mode(
    declared_offline: bool,
    issue_date: Date,
    invoicing_date: Timestamp,
) -> InvoicingMode {
    if declared_offline || issue_date < warsaw_date(invoicing_date) {
        InvoicingMode::Offline
    } else {
        InvoicingMode::Online
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn one_second_after_polish_midnight_is_offline() {
        let issue = date(2025, 10, 3);
        assert_eq!(invoicing_mode(false, issue, at("2025-10-03T23:59:59+02:00")), InvoicingMode::Online);
        assert_eq!(invoicing_mode(false, issue, at("2025-10-04T00:00:01+02:00")), InvoicingMode::Offline);
    }

    #[test]
    fn declared_offline_is_never_turned_online() {
        let issue = date(2025, 10, 3);
        assert_eq!(invoicing_mode(true, issue, at("2025-10-03T12:00:00+02:00")), InvoicingMode::Offline);
    }
}
