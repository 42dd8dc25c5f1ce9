//! KSeF numbers as version 2.0 gives them (PROTOCOL §10.1).

use jiff::Timestamp;
use ksef_model::{KsefNumber, Nip};

use super::calendar::warsaw_date;

/// Odd, so that multiplication by it permutes the 40-bit numbers: numbers look random and never repeat.
const SPREAD: u64 = 0x9E_3779_B97F;
const MASK: u64 = 0xFF_FFFF_FFFF;

/// Gives unique 35-character KSeF numbers.
#[derive(Debug)]
pub(crate) struct NumberSequence {
    given: u64,
    start: u64,
}

impl NumberSequence {
    /// A sequence that starts at a place derived from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self { given: 0, start: seed & MASK }
    }

    /// The next number for a seller, dated with the Polish day of acceptance for processing.
    pub(crate) fn next(&mut self, seller_nip: &Nip, accepted_at: Timestamp) -> KsefNumber {
        self.given += 1;
        let part = (self.start ^ self.given).wrapping_mul(SPREAD) & MASK;
        let body = format!("{seller_nip}-{}-01{part:010X}", warsaw_date(accepted_at).strftime("%Y%m%d"));
        let crc = ksef_crypto::crc8(body.as_bytes());
        KsefNumber::unchecked(format!("{body}-{crc:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_are_unique_dated_in_poland_and_pass_the_crc() {
        let mut sequence = NumberSequence::new(0x1234_5678_9ABC);
        let accepted: Timestamp = "2026-06-30T22:30:00Z".parse().unwrap();
        let mut seen = HashSet::new();
        for _ in 0..5000 {
            let number = sequence.next(&"5265877635".parse().unwrap(), accepted);
            assert!(number.as_str().starts_with("5265877635-20260701-01"), "{number}");
            assert!(KsefNumber::try_from(number.as_str()).is_ok(), "{number}");
            assert!(number.checksum_is_valid(), "{number}");
            assert!(seen.insert(number));
        }
    }
}
