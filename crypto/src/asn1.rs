//! The little of ASN.1 that keys, certificates and signatures need: a reader that gives slices of the input and a
//! writer for short structures.
//!
//! The reader is deliberately forgiving. Certificates of the Ministry and of qualified providers break DER here and
//! there (parameters where none belong, odd string types), and a client that refuses them cannot work. It refuses
//! only what it cannot find its way through.

use crate::error::{Error, Result};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The constructed context-specific tag `[number]`.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// One element: its tag, its content, and the bytes of both.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// Walks over the elements of one level.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// `what` names the structure in error texts.
    pub(crate) fn new(what: &'static str, bytes: &'a [u8]) -> Self {
        Self { rest: bytes, what }
    }

    pub(crate) fn malformed(&self, reason: impl Into<String>) -> Error {
        Error::malformed(self.what, reason)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(crate) fn any(&mut self) -> Result<Element<'a>> {
        let truncated = || Error::malformed(self.what, "the data ends too early");
        let (&tag, rest) = self.rest.split_first().ok_or_else(truncated)?;
        if tag & 0x1f == 0x1f {
            return Err(self.malformed("a tag number above 30 is not expected"));
        }
        let (&first, mut rest) = rest.split_first().ok_or_else(truncated)?;
        let length = if first < 0x80 {
            usize::from(first)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return Err(self.malformed("the length is indefinite or too large"));
            }
            let (digits, after) = rest.split_at_checked(count).ok_or_else(truncated)?;
            rest = after;
            digits.iter().fold(0usize, |length, &digit| (length << 8) | usize::from(digit))
        };
        let (content, after) = rest.split_at_checked(length).ok_or_else(truncated)?;
        let whole = &self.rest[..self.rest.len() - after.len()];
        self.rest = after;
        Ok(Element { tag, content, whole })
    }

    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>> {
        let element = self.any()?;
        if element.tag == tag {
            Ok(element)
        } else {
            Err(self.malformed(format!("tag {tag:#04x} expected, {:#04x} found", element.tag)))
        }
    }

    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    pub(crate) fn sequence(&mut self) -> Result<Reader<'a>> {
        self.expect(SEQUENCE).map(|element| self.inside(element))
    }

    pub(crate) fn inside(&self, element: Element<'a>) -> Reader<'a> {
        Reader { rest: element.content, what: self.what }
    }

    /// An integer's magnitude, without leading zeros; the sign is not looked at.
    pub(crate) fn unsigned(&mut self) -> Result<&'a [u8]> {
        Ok(strip_zeros(self.expect(INTEGER)?.content))
    }

    pub(crate) fn oid(&mut self) -> Result<Oid> {
        let element = self.expect(OBJECT_IDENTIFIER)?;
        Ok(Oid(element.content.to_vec()))
    }

    /// The bytes of a BIT STRING that holds whole bytes.
    pub(crate) fn bit_string_bytes(&mut self) -> Result<&'a [u8]> {
        match self.expect(BIT_STRING)?.content.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err(self.malformed("a bit string of whole bytes is expected")),
        }
    }
}

pub(crate) fn strip_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    &bytes[zeros..]
}

/// An object identifier in its encoded form.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Oid(pub(crate) Vec<u8>);

impl Oid {
    pub(crate) fn is(&self, encoded: &[u8]) -> bool {
        self.0 == encoded
    }

    /// The dotted form. Arcs beyond 64 bits, which nobody assigns, come out as 0.
    pub(crate) fn dotted(&self) -> String {
        let mut arcs = Vec::new();
        let mut arc = 0u64;
        for byte in &self.0 {
            arc = (arc << 7) | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                if arcs.is_empty() {
                    let root = (arc / 40).min(2);
                    arcs.push(root);
                    arc -= root * 40;
                }
                arcs.push(arc);
                arc = 0;
            }
        }
        arcs.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
    }
}

/// Encodes one element.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let digits = (length as u64).to_be_bytes();
        let digits = strip_zeros(&digits);
        out.push(0x80 | digits.len() as u8);
        out.extend_from_slice(digits);
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Encodes a non-negative integer from its big-endian magnitude.
pub(crate) fn unsigned_integer(magnitude: &[u8]) -> Vec<u8> {
    let digits = strip_zeros(magnitude);
    match digits.first() {
        Some(first) if first & 0x80 == 0 => element(INTEGER, &[digits]),
        _ => element(INTEGER, &[&[0], digits]),
    }
}

pub(crate) fn hex_upper(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// Encoded object identifiers.
pub(crate) mod oid {
    pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    pub(crate) const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
    pub(crate) const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
    pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    pub(crate) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    pub(crate) const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
    pub(crate) const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
    pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
    pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
}
