//! Finding the fields of a certificate (RFC 5280 §4.1).

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Fields;
use super::key_usage::KeyUsage;
use super::name::Name;
use crate::asn1::{BIT_STRING, BOOLEAN, Element, INTEGER, OCTET_STRING, Reader, SEQUENCE, context, oid};
use crate::error::{Error, Result};

const WHAT: &str = "certificate";
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

pub(super) fn read(der: &[u8]) -> Result<Fields> {
    let mut outer = Reader::new(WHAT, der);
    let certificate = outer.expect(SEQUENCE)?;
    // Bytes after the certificate are dropped, so that the fingerprint is that of the certificate alone.
    let der = certificate.whole;
    let mut parts = outer.inside(certificate);
    let tbs = parts.expect(SEQUENCE)?;
    let signature_algorithm = parts.expect(SEQUENCE)?.whole;
    let signature = parts.bit_string_bytes()?;

    let mut fields = parts.inside(tbs);
    fields.optional(context(0))?;
    let serial = fields.expect(INTEGER)?.content;
    fields.expect(SEQUENCE)?;
    let issuer = fields.expect(SEQUENCE)?;
    let mut validity = fields.sequence()?;
    let subject = fields.expect(SEQUENCE)?;
    let spki = fields.expect(SEQUENCE)?;
    let extensions = find_extensions(&mut fields)?;

    let place = |part: &[u8]| place_in(der, part);
    Ok(Fields {
        tbs: place(tbs.whole),
        serial: place(serial),
        issuer_der: place(issuer.whole),
        subject_der: place(subject.whole),
        spki: place(spki.whole),
        signature_algorithm: place(signature_algorithm),
        signature: place(signature),
        issuer: Name::read(fields.inside(issuer))?,
        subject: Name::read(fields.inside(subject))?,
        not_before: time(validity.any()?)?,
        not_after: time(validity.any()?)?,
        key_usage: extensions.key_usage,
        is_authority: extensions.is_authority,
        der: der.to_vec(),
    })
}

/// Where a part, which the reader cut out of the whole, lies in it.
fn place_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

#[derive(Default)]
struct Extensions {
    key_usage: Option<KeyUsage>,
    is_authority: bool,
}

fn find_extensions(fields: &mut Reader<'_>) -> Result<Extensions> {
    let mut found = Extensions::default();
    // [1] and [2] are the unique identifiers that nobody uses.
    while !fields.is_empty() {
        let field = fields.any()?;
        if field.tag != context(3) {
            continue;
        }
        let mut extensions = fields.inside(field).sequence()?;
        while !extensions.is_empty() {
            let mut extension = extensions.sequence()?;
            let kind = extension.oid()?;
            extension.optional(BOOLEAN)?;
            let mut value = Reader::new(WHAT, extension.expect(OCTET_STRING)?.content);
            if kind.is(oid::KEY_USAGE) {
                found.key_usage = Some(KeyUsage::from_bit_string(value.expect(BIT_STRING)?.content));
            } else if kind.is(oid::BASIC_CONSTRAINTS) {
                let authority = value.sequence()?.optional(BOOLEAN)?;
                found.is_authority = authority.is_some_and(|flag| flag.content.iter().any(|&byte| byte != 0));
            }
        }
    }
    Ok(found)
}

/// UTCTime `YYMMDDhhmmssZ` or GeneralizedTime `YYYYMMDDhhmmssZ`; the seconds may be missing.
fn time(element: Element<'_>) -> Result<Timestamp> {
    let wrong = || Error::malformed(WHAT, "a date of the validity cannot be read");
    let text = std::str::from_utf8(element.content).map_err(|_| wrong())?;
    let digits = text.strip_suffix('Z').ok_or_else(wrong)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let (year, rest) = match element.tag {
        UTC_TIME => {
            let (year, rest) = digits.split_at_checked(2).ok_or_else(wrong)?;
            let year: i16 = year.parse().map_err(|_| wrong())?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = digits.split_at_checked(4).ok_or_else(wrong)?;
            (year.parse().map_err(|_| wrong())?, rest)
        }
        _ => return Err(wrong()),
    };
    if !matches!(rest.len(), 8 | 10) {
        return Err(wrong());
    }
    let pair = |position: usize| {
        rest.get(position..position + 2).map_or(Ok(0), str::parse::<i8>).map_err(|_| wrong())
    };
    DateTime::new(year, pair(0)?, pair(2)?, pair(4)?, pair(6)?, pair(8)?, 0)
        .and_then(|civil| civil.to_zoned(TimeZone::UTC))
        .map(|zoned| zoned.timestamp())
        .map_err(|_| wrong())
}
