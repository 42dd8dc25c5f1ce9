//! Finding, ordering and paging of invoices (PROTOCOL §9.2).

use std::sync::Arc;

use jiff::Timestamp;
use ksef_documents::InvoiceHeader;
use ksef_model::{
    AmountType, BuyerIdentifierType, ContextIdentifier, InvoiceQueryAmount, InvoiceQueryBuyerIdentifier,
    InvoiceQueryDateType,
};

use super::{
    filters::{Filters, Period},
    repository::{Entry, Repository},
    roles,
};
use crate::invoice::warsaw_date;

/// The invoices of the context that match and are visible at `at`, the oldest date first; equal dates in the order in
/// which the invoices came.
pub(super) fn find(
    repository: &Repository,
    context: &ContextIdentifier,
    filters: &Filters,
    period: Period,
    at: Timestamp,
) -> Vec<Arc<Entry>> {
    let date_type = &filters.date_range.date_type;
    let mut found: Vec<Arc<Entry>> = repository
        .of_context(context, at)
        .filter(|entry| falls_into(entry, date_type, period) && matches(entry, context, filters))
        .cloned()
        .collect();
    found.sort_by_key(|entry| match date_type {
        InvoiceQueryDateType::Issue => (Some(entry.header.issue_date), Timestamp::MIN),
        InvoiceQueryDateType::Invoicing => (None, entry.received_at),
        _ => (None, entry.stored_at),
    });
    found
}

fn falls_into(entry: &Entry, date_type: &InvoiceQueryDateType, Period { from, to }: Period) -> bool {
    match date_type {
        // Only the calendar day counts, in Poland.
        InvoiceQueryDateType::Issue => {
            (warsaw_date(from)..=warsaw_date(to)).contains(&entry.header.issue_date)
        }
        InvoiceQueryDateType::Invoicing => (from..=to).contains(&entry.received_at),
        _ => (from..=to).contains(&entry.stored_at),
    }
}

fn matches(entry: &Entry, context: &ContextIdentifier, filters: &Filters) -> bool {
    let header = &entry.header;
    let one_of = |list: &Option<Vec<_>>, value: &str| {
        list.as_ref().is_none_or(|list: &Vec<ksef_model::CurrencyCode>| {
            list.is_empty() || list.iter().any(|one| one.as_str() == value)
        })
    };
    let types = filters.invoice_types.as_deref().unwrap_or_default();
    roles::stands_as(header, context, &filters.subject_type)
        && filters.ksef_number.as_ref().is_none_or(|number| *number == entry.ksef_number)
        && filters.invoice_number.as_ref().is_none_or(|number| *number == header.invoice_number)
        && filters.amount.as_ref().is_none_or(|amount| amount_matches(header, amount))
        && filters.seller_nip.as_ref().is_none_or(|nip| *nip == header.seller_nip)
        && filters.buyer_identifier.as_ref().is_none_or(|buyer| buyer_matches(header, buyer))
        && one_of(&filters.currency_codes, &header.currency)
        && filters.invoicing_mode.as_ref().is_none_or(|mode| mode.as_str() == entry.mode.as_str())
        && filters.is_self_invoicing.is_none_or(|flag| flag == header.is_self_invoicing)
        && filters.form_type.as_ref().is_none_or(|form| form.as_str() == header.form.value())
        && (types.is_empty() || types.contains(&header.metadata_type()))
        && filters.has_attachment.is_none_or(|flag| flag == header.has_attachment)
}

fn amount_matches(header: &InvoiceHeader, amount: &InvoiceQueryAmount) -> bool {
    let value = match amount.kind {
        AmountType::Netto => header.net_amount,
        AmountType::Vat => header.vat_amount,
        _ => header.gross_amount,
    };
    amount.from.is_none_or(|from| from <= value) && amount.to.is_none_or(|to| value <= to)
}

fn buyer_matches(header: &InvoiceHeader, buyer: &InvoiceQueryBuyerIdentifier) -> bool {
    let identifier = &header.buyer.identifier;
    identifier.kind() == buyer.kind.as_str()
        && (buyer.kind == BuyerIdentifierType::None
            || buyer.value.as_deref().is_none_or(|value| identifier.value() == Some(value)))
}

/// Which rows of a result a page shows, and what it says about the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) has_more: bool,
    pub(super) is_truncated: bool,
}

impl Page {
    /// Cuts the page with this index out of `total` rows, of which the first `ceiling` can be reached. Each page after
    /// the first begins with the last `repeated` rows of the page before.
    pub(super) fn cut(total: usize, ceiling: usize, index: usize, size: usize, repeated: usize) -> Self {
        let reachable = total.min(ceiling);
        let start = index.saturating_mul(size.saturating_sub(repeated).max(1)).min(reachable);
        let end = start.saturating_add(size).min(reachable);
        Self { start, end, has_more: end < total, is_truncated: total > ceiling && end == reachable }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(total: usize, index: usize) -> (usize, usize, bool, bool) {
        let page = Page::cut(total, 100, index, 30, 0);
        (page.start, page.end, page.has_more, page.is_truncated)
    }

    #[test]
    fn the_table_of_the_protocol() {
        assert_eq!(page(0, 0), (0, 0, false, false));
        assert_eq!(page(30, 0), (0, 30, false, false));
        assert_eq!(page(31, 0), (0, 30, true, false));
        assert_eq!(page(100, 3), (90, 100, false, false));
        assert_eq!(page(101, 2), (60, 90, true, false));
        assert_eq!(page(101, 3), (90, 100, true, true));
        assert_eq!(page(101, 9), (100, 100, true, true));
        assert_eq!(page(50, 9), (50, 50, false, false));
    }

    #[test]
    fn pages_that_repeat_rows_lose_none() {
        let mut seen = Vec::new();
        for index in 0.. {
            let page = Page::cut(57, 100, index, 10, 2);
            seen.extend(page.start..page.end);
            if !page.has_more {
                break;
            }
        }
        assert!(seen.len() > 57);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (0..57).collect::<Vec<_>>());
    }
}
