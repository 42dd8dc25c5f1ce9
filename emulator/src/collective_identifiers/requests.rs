//! Validation of the bodies that concern collective identifiers.

use jiff::SignedDuration;
use ksef_model::{
    CollectiveIdentifierInvoicesQueryRequest, CollectiveIdentifiersQueryRequest, CurrencyCode,
    GenerateCollectiveIdentifierRequest, KsefNumber,
};

use crate::json::{Problems, RequestBody};

/// The longest period that can be queried.
const LONGEST_PERIOD: SignedDuration = SignedDuration::from_hours(100 * 24);

impl RequestBody for GenerateCollectiveIdentifierRequest {
    const REQUIRED: &'static [&'static str] = &["invoices"];

    fn check(&self, problems: &mut Problems) {
        if self.invoices.len() == 1 {
            problems.invalid("'invoices' must contain at least 2 items.");
        }
        for (index, invoice) in self.invoices.iter().enumerate() {
            check_ksef_number(
                problems,
                &format!("invoices[{index}].ksefNumber"),
                invoice.ksef_number.as_str(),
            );
            if invoice.description.as_ref().is_some_and(|text| text.chars().count() > 512) {
                problems.invalid(format!(
                    "The length of 'invoices[{index}].description' must be 512 characters or fewer."
                ));
            }
            let currency = invoice.payment.as_ref().map(|payment| &payment.currency);
            if matches!(currency, Some(CurrencyCode::Unknown(_))) {
                problems.not_a_value(&format!("invoices[{index}].payment.currency"));
            }
        }
    }
}

impl RequestBody for CollectiveIdentifiersQueryRequest {
    const REQUIRED: &'static [&'static str] = &["dateCreatedFrom", "dateCreatedTo"];

    fn check(&self, problems: &mut Problems) {
        let period = self.date_created_to.duration_since(self.date_created_from);
        if period.is_negative() {
            problems.invalid("'dateCreatedTo' must be greater than or equal to 'dateCreatedFrom'.");
        } else if period > LONGEST_PERIOD {
            problems.invalid("The range of 'dateCreatedFrom' and 'dateCreatedTo' must not exceed 100 days.");
        }
        if let (Some(from), Some(to)) = (self.invoice_count_from, self.invoice_count_to)
            && from > to
        {
            problems.invalid("'invoiceCountTo' must be greater than or equal to 'invoiceCountFrom'.");
        }
    }
}

impl RequestBody for CollectiveIdentifierInvoicesQueryRequest {
    const REQUIRED: &'static [&'static str] = &["collectiveIdentifierNumbers"];

    fn check(&self, problems: &mut Problems) {
        if self.collective_identifier_numbers.len() > 10 {
            problems.invalid("'collectiveIdentifierNumbers' must contain 1 to 10 items.");
        }
    }
}

/// Only the pattern counts; whether the invoice exists is another question.
pub(super) fn check_ksef_number(problems: &mut Problems, path: &str, number: &str) {
    if KsefNumber::try_from(number).is_err() {
        problems.invalid(format!("'{path}' is not in the correct format."));
    }
}
