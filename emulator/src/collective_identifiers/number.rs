//! Numbers of collective identifiers (PROTOCOL §18): `9999999999-IZRRRRMM-FFFFFFFFFFFF-FF`.

use jiff::Timestamp;

use crate::{invoice::warsaw_date, random};

/// A fresh number for invoices of the seller.
pub(super) fn issue(seller_nip: &str, now: Timestamp) -> String {
    number(seller_nip, now, random::bytes())
}

fn number(seller_nip: &str, now: Timestamp, technical: [u8; 6]) -> String {
    let day = warsaw_date(now);
    let technical = technical.iter().fold(0u64, |all, byte| (all << 8) | u64::from(*byte));
    let head = format!("{seller_nip}-IZ{:04}{:02}-{technical:012X}", day.year(), day.month());
    format!("{head}-{:02X}", ksef_crypto::crc8(head.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reproduces_the_published_example() {
        let now: Timestamp = "2026-07-11T12:00:00Z".parse().unwrap();
        let technical = [0x65, 0xED, 0x02, 0x18, 0, 0];
        assert_eq!(number("1111111111", now, technical), "1111111111-IZ202607-65ED02180000-E7");
    }

    #[test]
    fn the_month_is_the_polish_one() {
        let now: Timestamp = "2026-06-30T22:30:00Z".parse().unwrap();
        assert!(issue("1111111111", now).starts_with("1111111111-IZ202607-"));
    }
}
