//! `InvoiceMetadata` as KSeF prints it (PROTOCOL §9.2).

use jiff::{Timestamp, tz::TimeZone};
use ksef_documents::{Party, PartyIdentifier};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::repository::Entry;

/// Fraction digits of dates: answers of the API have seven, `_metadata.json` has six (FIELD-NOTES F53).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    Six,
    Seven,
}

struct Instant(Timestamp, Digits);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let utc = self.0.to_zoned(TimeZone::UTC);
        let format = match self.1 {
            Digits::Six => "%Y-%m-%dT%H:%M:%S.%6f+00:00",
            Digits::Seven => "%Y-%m-%dT%H:%M:%S.%7f+00:00",
        };
        serializer.collect_str(&utc.strftime(format))
    }
}

/// An amount as a JSON number without zeros at its end.
struct Amount(Decimal);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        rust_decimal::serde::arbitrary_precision::serialize(&self.0.normalize(), serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata<'a> {
    ksef_number: &'a str,
    invoice_number: &'a str,
    issue_date: String,
    invoicing_date: Instant,
    acquisition_date: Instant,
    permanent_storage_date: Instant,
    seller: Named<'a>,
    buyer: Identified<'a>,
    net_amount: Amount,
    gross_amount: Amount,
    vat_amount: Amount,
    currency: &'a str,
    invoicing_mode: &'static str,
    invoice_type: String,
    form_code: ksef_model::FormCode,
    is_self_invoicing: bool,
    has_attachment: bool,
    invoice_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_of_corrected_invoice: Option<String>,
    third_subjects: Vec<Identified<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorized_subject: Option<Named<'a>>,
}

/// A party that can have a NIP only.
#[derive(Serialize)]
struct Named<'a> {
    nip: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<u8>,
}

#[derive(Serialize)]
struct Identified<'a> {
    identifier: Identifier<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<u8>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

/// The metadata of an invoice.
pub(super) fn of(entry: &Entry, digits: Digits) -> Metadata<'_> {
    let header = &entry.header;
    Metadata {
        ksef_number: entry.ksef_number.as_str(),
        invoice_number: &header.invoice_number,
        issue_date: header.issue_date.to_string(),
        invoicing_date: Instant(entry.received_at, digits),
        acquisition_date: Instant(entry.acquired_at, digits),
        permanent_storage_date: Instant(entry.stored_at, digits),
        seller: Named { nip: header.seller_nip.as_str(), name: name(&header.seller), role: None },
        buyer: identified(&header.buyer, None),
        net_amount: Amount(header.net_amount),
        gross_amount: Amount(header.gross_amount),
        vat_amount: Amount(header.vat_amount),
        currency: &header.currency,
        invoicing_mode: entry.mode.as_str(),
        invoice_type: header.metadata_type().as_str().to_owned(),
        form_code: header.form.code(),
        is_self_invoicing: header.is_self_invoicing,
        has_attachment: header.has_attachment,
        invoice_hash: entry.hash.to_base64(),
        hash_of_corrected_invoice: entry.corrected.map(|hash| hash.to_base64()),
        // A third party of UBL has no role of its own, which is "other".
        third_subjects: header
            .third_parties
            .iter()
            .map(|party| identified(party, Some(party.role.unwrap_or(0))))
            .collect(),
        authorized_subject: header.authorized.as_ref().map(|party| Named {
            nip: party.identifier.value().unwrap_or_default(),
            name: name(party),
            role: Some(party.role.unwrap_or(1)),
        }),
    }
}

fn identified(party: &Party, role: Option<u8>) -> Identified<'_> {
    let kind = match &party.identifier {
        // Only third parties may have one.
        PartyIdentifier::InternalId(_) if role.is_none() => "Other",
        other => other.kind(),
    };
    let identifier = Identifier { kind, value: party.identifier.value() };
    Identified { identifier, name: name(party), role }
}

fn name(party: &Party) -> Option<String> {
    party.name.as_ref().map(|name| name.chars().take(512).collect())
}
