//! `InvoiceExportStatusResponse` as KSeF prints it (PROTOCOL §2.10, §9.3).

use jiff::{SignedDuration, Timestamp};
use ksef_crypto::Sha256;
use ksef_model::{CompressionType, InvoiceQueryDateType};
use serde_json::{Value, json};

use super::{
    package::{Package, Parcel, Part},
    store,
};
use crate::{exceptions, wire};

/// How long a link to a part works; every status makes new ones.
const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// When links made at `now` cease to work.
pub(super) fn link_expires(now: Timestamp) -> Timestamp {
    now.saturating_add(LINK_LIFETIME).unwrap_or(Timestamp::MAX)
}

/// The path of the link to a part.
fn path(reference: &str, part: &str) -> String {
    format!("/storage/00/{}/invoice-part/{part}", reference.to_ascii_lowercase())
}

/// 100.
pub(super) fn running() -> Value {
    json!({"status": {"code": 100, "description": "Eksport faktur w toku"}})
}

/// 210.
pub(super) fn expired(completed_at: Timestamp) -> Value {
    json!({
        "status": {
            "code": 210,
            "description": "Eksport faktur wygasł i nie jest już dostępny do pobrania",
        },
        "completedDate": wire::timestamp(completed_at),
        "packageExpirationDate": wire::timestamp(store::expires(completed_at)),
    })
}

/// The failures. The real server has been seen to end exports with 410 inside HTTP 200 (FIELD-NOTES F49).
pub(super) fn failed(code: i32, at: Timestamp) -> Value {
    let (description, detail) = match code {
        410 => ("Błąd walidacji danych wejściowych".to_owned(), None),
        415 => ("Błąd odszyfrowania dostarczonego klucza".to_owned(), None),
        420 => (
            exceptions::BEYOND_MARK.description.trim_end_matches('.').to_owned(),
            Some(super::super::BEYOND_MARK_DETAIL),
        ),
        550 => (
            "Operacja została anulowana przez system".to_owned(),
            Some("Przetwarzanie zostało przerwane z przyczyn wewnętrznych systemu. Spróbuj ponownie"),
        ),
        other => (format!("Nieznany błąd ({other})"), None),
    };
    let mut status = json!({"code": code, "description": description});
    if let Some(detail) = detail {
        status["details"] = json!([detail]);
    }
    json!({"status": status, "completedDate": wire::timestamp(at)})
}

/// 200 with the package. `link` makes an address of a path, and tells when it expires.
pub(super) fn ready(
    parcel: &Parcel,
    package: &Package,
    link: impl Fn(&str) -> (String, Timestamp),
    wrong_hashes: bool,
) -> Value {
    let compression = match parcel.order.compression {
        CompressionType::TarGz => "TarGz",
        _ => "Zip",
    };
    let parts: Vec<Value> = package
        .parts
        .iter()
        .enumerate()
        .map(|(index, one)| {
            part(index + 1, one, link(&path(parcel.reference.as_str(), &one.name)), wrong_hashes)
        })
        .collect();
    let mut content = json!({
        "invoiceCount": package.invoice_count,
        "size": package.size,
        "parts": parts,
        "isTruncated": package.is_truncated,
        "compressionType": compression,
    });
    if let Some(last) = package.last.as_ref().filter(|_| package.is_truncated) {
        match parcel.order.filters.date_range.date_type {
            InvoiceQueryDateType::Issue => {
                content["lastIssueDate"] = last.header.issue_date.to_string().into();
            }
            InvoiceQueryDateType::Invoicing => {
                content["lastInvoicingDate"] = wire::timestamp(last.received_at).into();
            }
            _ => content["lastPermanentStorageDate"] = wire::timestamp(last.stored_at).into(),
        }
    }
    if let Some(mark) = parcel.mark {
        content["permanentStorageHwmDate"] = wire::timestamp(mark).into();
    }
    json!({
        "status": {"code": 200, "description": "Eksport faktur zakończony sukcesem"},
        "completedDate": wire::timestamp(parcel.completed_at),
        "packageExpirationDate": wire::timestamp(store::expires(parcel.completed_at)),
        "package": content,
    })
}

fn part(ordinal: usize, part: &Part, (url, expires): (String, Timestamp), wrong_hashes: bool) -> Value {
    let hash = |right: Sha256| {
        let told = if wrong_hashes { Sha256::of(right.as_bytes()) } else { right };
        told.to_base64()
    };
    json!({
        "ordinalNumber": ordinal,
        "partName": part.name,
        "method": "GET",
        "url": url,
        "partSize": part.size,
        "partHash": hash(part.hash),
        "encryptedPartSize": part.content.len(),
        "encryptedPartHash": hash(part.encrypted_hash),
        "expirationDate": wire::timestamp(expires),
    })
}
