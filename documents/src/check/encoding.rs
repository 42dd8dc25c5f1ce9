//! Guesses what an invoice that is not UTF-8 was saved as.

/// What a document that is not UTF-8 seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodingHint {
    /// The Central European code page of Windows.
    Windows1250,
    /// ISO 8859-2, Latin 2.
    Iso8859_2,
    /// UTF-16, either byte order.
    Utf16,
}

impl EncodingHint {
    /// The registered name of the encoding.
    pub fn name(self) -> &'static str {
        match self {
            EncodingHint::Windows1250 => "windows-1250",
            EncodingHint::Iso8859_2 => "ISO-8859-2",
            EncodingHint::Utf16 => "UTF-16",
        }
    }
}

pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, _, 0, ..] | [0, b'<', 0, _, ..])
}

/// Counts the bytes that Polish letters have in the two code pages. Six letters (Ą ą Ś ś Ź ź) have different bytes in
/// the two and decide; the other twelve have the same.
pub(super) fn guess(bytes: &[u8], declared: Option<&str>) -> Option<EncodingHint> {
    let (mut high, mut common, mut windows, mut iso) = (0usize, 0usize, 0usize, 0usize);
    for &byte in bytes.iter().filter(|byte| **byte >= 0x80) {
        high += 1;
        match byte {
            0xC6 | 0xCA | 0xA3 | 0xD1 | 0xD3 | 0xAF | 0xE6 | 0xEA | 0xB3 | 0xF1 | 0xF3 | 0xBF => common += 1,
            0xA5 | 0x8C | 0x8F | 0xB9 | 0x9C | 0x9F => windows += 1,
            0xA1 | 0xA6 | 0xAC | 0xB1 | 0xB6 | 0xBC => iso += 1,
            _ => {}
        }
    }
    let polish = common + windows + iso;
    if polish == 0 || polish * 10 < high * 6 {
        return None;
    }
    if windows == iso && declared.is_some_and(|name| name.eq_ignore_ascii_case("iso-8859-2")) {
        return Some(EncodingHint::Iso8859_2);
    }
    Some(if iso > windows { EncodingHint::Iso8859_2 } else { EncodingHint::Windows1250 })
}
