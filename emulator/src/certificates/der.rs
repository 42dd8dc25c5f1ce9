//! A reader of DER that gives slices of its input. It demands the shortest length, as a request for a certificate is
//! to be DER.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The constructed context-specific tag `[number]`.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// One element: its tag, its content, and the bytes of both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// The bytes are not DER of the structure expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

type Result<T> = std::result::Result<T, Malformed>;

/// The elements of one level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Nothing may follow.
    pub(super) fn end(self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    pub(super) fn any(&mut self) -> Result<Element<'a>> {
        let (&tag, rest) = self.0.split_first().ok_or(Malformed)?;
        if tag & 0x1f == 0x1f {
            return Err(Malformed);
        }
        let (&first, rest) = rest.split_first().ok_or(Malformed)?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x83 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f)).ok_or(Malformed)?;
                let length = digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit));
                if length < 0x80 || digits.first() == Some(&0) {
                    return Err(Malformed);
                }
                (length, rest)
            }
            _ => return Err(Malformed),
        };
        let (content, after) = rest.split_at_checked(length).ok_or(Malformed)?;
        let whole = self.0.get(..self.0.len() - after.len()).ok_or(Malformed)?;
        self.0 = after;
        Ok(Element { tag, content, whole })
    }

    pub(super) fn expect(&mut self, tag: u8) -> Result<Element<'a>> {
        self.any().and_then(|element| if element.tag == tag { Ok(element) } else { Err(Malformed) })
    }

    /// The next element, when it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>> {
        if self.0.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// The inside of the next element, which is a sequence.
    pub(super) fn sequence(&mut self) -> Result<Self> {
        Ok(Self(self.expect(SEQUENCE)?.content))
    }

    /// The encoded content of the next element, which is an object identifier.
    pub(super) fn oid(&mut self) -> Result<&'a [u8]> {
        Ok(self.expect(OBJECT_IDENTIFIER)?.content)
    }

    /// The content of a bit string of whole bytes.
    pub(super) fn bit_string(&mut self) -> Result<&'a [u8]> {
        match self.expect(BIT_STRING)?.content.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    /// The magnitude of an integer that is not negative, without zeros in front.
    pub(super) fn unsigned(&mut self) -> Result<&'a [u8]> {
        let content = self.expect(INTEGER)?.content;
        match content {
            [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => Err(Malformed),
            [0, rest @ ..] => Ok(rest),
            all => Ok(all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_der_and_nothing_else() {
        let mut reader = Reader::new(&[0x30, 3, 2, 1, 5]);
        let mut inside = reader.sequence().unwrap();
        assert_eq!(inside.unsigned().unwrap(), [5]);
        assert!(inside.end().is_ok() && reader.end().is_ok());
        for wrong in [&[0x30][..], &[0x30, 2, 0], &[0x30, 0x81, 1, 0], &[0x30, 0x80, 0, 0], &[0x1f, 1, 0]] {
            assert!(Reader::new(wrong).any().is_err(), "{wrong:?}");
        }
        assert!(Reader::new(&[2, 1, 0x80]).unsigned().is_err());
        assert!(Reader::new(&[2, 2, 0, 1]).unsigned().is_err());
        assert_eq!(Reader::new(&[2, 2, 0, 0x80]).unsigned().unwrap(), [0x80]);
    }
}
