//! Character classes of XML 1.0 (fifth edition) and the characters that KSeF refuses besides (PROTOCOL §19 rule 5).

/// How KSeF treats a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CharacterClass {
    /// May appear anywhere in a document.
    Allowed,
    /// Legal in XML 1.0, discouraged by the recommendation, refused by KSeF.
    Discouraged,
    /// Not an XML 1.0 character at all.
    Forbidden,
}

/// Classifies a code point; surrogates and values above U+10FFFF, possible in character references, are forbidden.
pub(crate) fn classify(code: u32) -> CharacterClass {
    match code {
        0x09 | 0x0A | 0x0D => CharacterClass::Allowed,
        0x00..=0x1F | 0xD800..=0xDFFF | 0xFFFE | 0xFFFF => CharacterClass::Forbidden,
        0x20..=0x7E | 0x85 => CharacterClass::Allowed,
        0x7F..=0x9F | 0xFDD0..=0xFDEF => CharacterClass::Discouraged,
        0x10000..=0x10FFFF if code & 0xFFFE == 0xFFFE => CharacterClass::Discouraged,
        0x110000.. => CharacterClass::Forbidden,
        _ => CharacterClass::Allowed,
    }
}

/// Every character of `text` that is not [`CharacterClass::Allowed`], with its byte offset, in order.
pub(crate) fn suspicious_characters(text: &str) -> impl Iterator<Item = (usize, char, CharacterClass)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            // Printable ASCII and the lead bytes of most European letters need no decoding.
            if matches!(bytes[at], 0x20..=0x7E | b'\t' | b'\n' | b'\r') {
                at += 1;
                continue;
            }
            if matches!(bytes[at], 0xC3..=0xDF) {
                at += 2;
                continue;
            }
            let character = text[at..].chars().next()?;
            let offset = at;
            at += character.len_utf8();
            let class = classify(u32::from(character));
            if class != CharacterClass::Allowed {
                return Some((offset, character, class));
            }
        }
        None
    })
}

/// White space of XML 1.0.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A character that may begin a name without a colon.
pub(super) fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// A character that may continue a name without a colon.
pub(super) fn continues_name(c: char) -> bool {
    starts_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listed_ranges_are_refused_and_their_neighbours_are_not() {
        use CharacterClass::*;
        let table = [
            (0x08, Forbidden),
            (0x09, Allowed),
            (0x0B, Forbidden),
            (0x1F, Forbidden),
            (0x7E, Allowed),
            (0x7F, Discouraged),
            (0x84, Discouraged),
            (0x85, Allowed),
            (0x86, Discouraged),
            (0x9F, Discouraged),
            (0xA0, Allowed),
            (0xD7FF, Allowed),
            (0xD800, Forbidden),
            (0xFDCF, Allowed),
            (0xFDD0, Discouraged),
            (0xFDEF, Discouraged),
            (0xFDF0, Allowed),
            (0xFEFF, Allowed),
            (0xFFFD, Allowed),
            (0xFFFE, Forbidden),
            (0xFFFF, Forbidden),
            (0x1FFFD, Allowed),
            (0x10000, Allowed),
            (0x110000, Forbidden),
        ];
        for (code, class) in table {
            assert_eq!(classify(code), class, "U+{code:04X}");
        }
        for plane in 1..=16u32 {
            assert_eq!(classify((plane << 16) | 0xFFFE), Discouraged);
            assert_eq!(classify((plane << 16) | 0xFFFF), Discouraged);
        }
    }

    #[test]
    fn the_fast_path_agrees_with_the_classification_of_every_character() {
        for character in (0..=0x10FFFFu32).filter_map(char::from_u32) {
            let text = String::from(character);
            let found = suspicious_characters(&text).next().map(|(_, _, class)| class);
            let expected = Some(classify(u32::from(character))).filter(|c| *c != CharacterClass::Allowed);
            assert_eq!(found, expected, "U+{:04X}", u32::from(character));
        }
    }
}
