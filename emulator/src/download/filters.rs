//! The filters of queries and exports, and their validation (PROTOCOL §9.2).

use jiff::{SignedDuration, Timestamp, civil::DateTime};
use ksef_model::{
    AmountType, BuyerIdentifierType, CurrencyCode, InvoiceQueryAmount, InvoiceQueryBuyerIdentifier,
    InvoiceQueryDateType, InvoiceQueryFormType, InvoiceQuerySubjectType, InvoiceType, InvoicingMode,
    KsefNumber, Nip,
};
use serde::{Deserialize, Serialize};

use crate::{
    invoice::warsaw,
    json::{Problems, RequestBody},
};

/// The longest range: 100 days, counted in UTC.
const LONGEST: SignedDuration = SignedDuration::from_hours(100 * 24);

/// `InvoiceQueryFilters`. Dates are texts here: one without an offset is in Polish time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filters {
    pub(super) subject_type: InvoiceQuerySubjectType,
    pub(super) date_range: DateRange,
    pub(super) ksef_number: Option<KsefNumber>,
    pub(super) invoice_number: Option<String>,
    pub(super) amount: Option<InvoiceQueryAmount>,
    pub(super) seller_nip: Option<Nip>,
    pub(super) buyer_identifier: Option<InvoiceQueryBuyerIdentifier>,
    pub(super) currency_codes: Option<Vec<CurrencyCode>>,
    pub(super) invoicing_mode: Option<InvoicingMode>,
    pub(super) is_self_invoicing: Option<bool>,
    pub(super) form_type: Option<InvoiceQueryFormType>,
    pub(super) invoice_types: Option<Vec<InvoiceType>>,
    pub(super) has_attachment: Option<bool>,
}

/// `InvoiceQueryDateRange`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DateRange {
    pub(super) date_type: InvoiceQueryDateType,
    from: String,
    to: Option<String>,
    restrict_to_permanent_storage_hwm_date: Option<bool>,
}

/// A range of instants, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl DateRange {
    /// The range as of `now`, where it ends when no end was given.
    ///
    /// # Errors
    /// The name of the member that is no date.
    fn period(&self, now: Timestamp) -> Result<Period, &'static str> {
        Ok(Period {
            from: instant(&self.from).ok_or("from")?,
            to: self.to.as_deref().map_or(Some(now), instant).ok_or("to")?,
        })
    }

    /// Whether the range ends at the high-water mark at the latest: a word that counts for storage dates only.
    pub(super) fn is_restricted(&self) -> bool {
        self.restrict_to_permanent_storage_hwm_date == Some(true) && self.by_storage()
    }

    /// Whether storage dates are meant.
    pub(super) fn by_storage(&self) -> bool {
        self.date_type == InvoiceQueryDateType::PermanentStorage
    }
}

impl Filters {
    /// The range as of `now`; the filters must have been checked.
    pub(super) fn period(&self, now: Timestamp) -> Period {
        self.date_range.period(now).unwrap_or(Period { from: now, to: now })
    }

    /// Notes what is wrong, with names below `prefix`.
    pub(super) fn find_problems(&self, prefix: &str, now: Timestamp, problems: &mut Problems) {
        self.unknown_words(prefix, problems);
        match self.date_range.period(now) {
            Err(member) => problems.not_a_value(&format!("{prefix}dateRange.{member}")),
            Ok(Period { from, to }) if to < from => problems.invalid(format!(
                "'{prefix}dateRange.to' must be greater than or equal to '{prefix}dateRange.from'."
            )),
            Ok(Period { from, to }) if to.duration_since(from) > LONGEST => {
                problems.invalid(format!("'{prefix}dateRange' must not exceed 100 days."));
            }
            Ok(_) => {}
        }
        let mut form = |name: &str, right: bool| {
            if !right {
                problems.invalid(format!("'{prefix}{name}' is not in the correct format."));
            }
        };
        form(
            "ksefNumber",
            self.ksef_number.as_ref().is_none_or(|number| KsefNumber::try_from(number.as_str()).is_ok()),
        );
        form(
            "sellerNip",
            self.seller_nip.as_ref().is_none_or(|nip| Nip::without_checksum(nip.as_str()).is_ok()),
        );
        let mut length = |name: &str, text: Option<&str>, most: usize| {
            let length = text.map_or(0, |text| text.chars().count());
            if length > most {
                problems.invalid(format!(
                    "The length of '{prefix}{name}' must be {most} characters or fewer. You entered {length} characters."
                ));
            }
        };
        length("invoiceNumber", self.invoice_number.as_deref(), 256);
        let buyer = self.buyer_identifier.as_ref().and_then(|buyer| buyer.value.as_deref());
        length("buyerIdentifier.value", buyer, 50);
    }

    /// Words outside their enumerations, on which the reader of the real server fails.
    fn unknown_words(&self, prefix: &str, problems: &mut Problems) {
        let mut word = |name: &str, known: bool| {
            if !known {
                problems.not_a_value(&format!("{prefix}{name}"));
            }
        };
        word("subjectType", !matches!(self.subject_type, InvoiceQuerySubjectType::Unknown(_)));
        word("dateRange.dateType", !matches!(self.date_range.date_type, InvoiceQueryDateType::Unknown(_)));
        let amount = self.amount.as_ref().map(|amount| &amount.kind);
        word("amount.type", !matches!(amount, Some(AmountType::Unknown(_))));
        let buyer = self.buyer_identifier.as_ref().map(|buyer| &buyer.kind);
        word("buyerIdentifier.type", !matches!(buyer, Some(BuyerIdentifierType::Unknown(_))));
        word("invoicingMode", !matches!(self.invoicing_mode, Some(InvoicingMode::Unknown(_))));
        word("formType", !matches!(self.form_type, Some(InvoiceQueryFormType::Unknown(_))));
        let mut types = self.invoice_types.iter().flatten();
        word("invoiceTypes", !types.any(|one| matches!(one, InvoiceType::Unknown(_))));
        let mut codes = self.currency_codes.iter().flatten();
        word("currencyCodes", !codes.any(|code| matches!(code, CurrencyCode::Unknown(_))));
    }
}

impl RequestBody for Filters {
    const REQUIRED: &'static [&'static str] =
        &["subjectType", "dateRange", "dateRange.dateType", "dateRange.from"];
}

/// A date-time with `Z`, an offset, or none, which means Polish time (PROTOCOL §1.7).
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        Some(local.to_zoned(warsaw()).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ApiError;

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn refusal(range: serde_json::Value, more: serde_json::Value) -> Option<String> {
        let mut body = json!({"subjectType": "Subject1", "dateRange": range});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let read = crate::json::read::<Filters>(body.to_string().as_bytes()).and_then(|filters| {
            let mut problems = Problems::default();
            filters.find_problems("filters.", now(), &mut problems);
            problems.into_result()
        });
        read.err().map(|error: ApiError| format!("{error:?}"))
    }

    fn range(from: &str, to: &str) -> Option<String> {
        refusal(json!({"dateType": "Issue", "from": from, "to": to}), json!({}))
    }

    #[test]
    fn a_hundred_days_are_counted_to_the_instant_in_utc() {
        assert_eq!(range("2026-01-01T00:00:00Z", "2026-04-11T00:00:00Z"), None);
        assert_eq!(range("2026-01-01T00:00:00+01:00", "2026-04-11T01:00:00+02:00"), None);
        let refused = range("2026-01-01T00:00:00Z", "2026-04-11T00:00:00.001Z").unwrap();
        assert!(
            refused.contains("21405") && refused.contains("'filters.dateRange' must not exceed 100 days.")
        );
        assert!(
            range("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z").unwrap().contains("greater than or equal")
        );
        assert_eq!(refusal(json!({"dateType": "Issue", "from": "2026-11-01T00:00:00Z"}), json!({})), None);
        let old = refusal(json!({"dateType": "Issue", "from": "2026-07-01T00:00:00Z"}), json!({}));
        assert!(old.unwrap().contains("100 days"));
    }

    #[test]
    fn dates_without_an_offset_are_polish() {
        assert_eq!(instant("2026-07-01T00:00:00"), Some("2026-06-30T22:00:00Z".parse().unwrap()));
        assert_eq!(instant("2026-12-01T00:00:00.5"), Some("2026-11-30T23:00:00.5Z".parse().unwrap()));
        assert_eq!(instant("yesterday"), None);
    }

    #[test]
    fn wrong_values_are_named() {
        let good = json!({"dateType": "Issue", "from": "2026-11-01T00:00:00Z"});
        let cases = [
            (json!({"sellerNip": "526587763"}), "21405", "'filters.sellerNip'"),
            (json!({"ksefNumber": "x"}), "21405", "'filters.ksefNumber'"),
            (json!({"invoiceNumber": "9".repeat(257)}), "21405", "You entered 257"),
            (json!({"currencyCodes": ["PLN", "QQQ"]}), "21001", "currencyCodes"),
            (json!({"invoiceTypes": ["VAT"]}), "21001", "invoiceTypes"),
            (json!({"amount": {"from": 1}}), "21001", "amount"),
        ];
        for (more, code, text) in cases {
            let refused = refusal(good.clone(), more.clone()).unwrap_or_else(|| panic!("{more} passed"));
            assert!(refused.contains(code) && refused.contains(text), "{refused}");
        }
        let date = refusal(json!({"dateType": "Issue", "from": "soon"}), json!({})).unwrap();
        assert!(date.contains("21001") && date.contains("dateRange.from"), "{date}");
    }
}
