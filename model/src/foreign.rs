//! How values of this crate look in Kotlin, Swift and Python.
//!
//! Identifiers are texts, checked as on our side when they come in. Amounts are texts, because no foreign number holds
//! them exactly. Instants become the native type of the language (`Instant`, `Date`, `datetime`); it may keep fewer
//! digits than KSeF sends, so an instant that must come back unchanged is better taken as text from the engine. Civil
//! dates are texts of the form `YYYY-MM-DD`.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::ids::{
    CollectiveIdentifier, Fingerprint, InternalId, KsefNumber, Nip, NipVatUe, PeppolId, Pesel,
    ReferenceNumber,
};

/// Texts by key, of which some may be absent.
type Texts = BTreeMap<String, Option<String>>;

uniffi::custom_type!(Timestamp, SystemTime, {
    remote,
    lower: |timestamp| SystemTime::from(timestamp),
    try_lift: |time| Ok(Timestamp::try_from(time)?),
});

uniffi::custom_type!(Date, String, {
    remote,
    lower: |date| date.to_string(),
    try_lift: |text| Ok(text.parse::<Date>()?),
});

uniffi::custom_type!(Decimal, String, {
    remote,
    lower: |amount| amount.to_string(),
    try_lift: |text| Ok(text.parse::<Decimal>()?),
});

uniffi::custom_type!(Texts, HashMap<String, Option<String>>, {
    remote,
    lower: |texts| texts.into_iter().collect(),
    try_lift: |texts| Ok(texts.into_iter().collect()),
});

macro_rules! text {
    ($($name:ident)+) => {
        $(uniffi::custom_type!($name, String, {
            lower: |id| id.as_str().to_owned(),
            try_lift: |text| Ok(text.parse::<$name>()?),
        });)+
    };
}

text!(CollectiveIdentifier ReferenceNumber KsefNumber InternalId NipVatUe PeppolId Pesel Fingerprint);

// TEST and DEMO know NIPs without a valid checksum, so the checksum is not demanded here.
uniffi::custom_type!(Nip, String, {
    lower: |nip| nip.as_str().to_owned(),
    try_lift: |text| Ok(Nip::without_checksum(&text)?),
});
