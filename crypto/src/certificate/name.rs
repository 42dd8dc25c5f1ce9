//! Distinguished names.

use crate::asn1::{Element, OBJECT_IDENTIFIER, Oid, Reader, SET};
use crate::error::Result;

pub(super) mod attribute {
    pub(crate) const COMMON_NAME: &str = "2.5.4.3";
    pub(crate) const SURNAME: &str = "2.5.4.4";
    pub(crate) const SERIAL_NUMBER: &str = "2.5.4.5";
    pub(crate) const COUNTRY: &str = "2.5.4.6";
    pub(crate) const ORGANIZATION: &str = "2.5.4.10";
    pub(crate) const GIVEN_NAME: &str = "2.5.4.42";
    pub(crate) const UNIQUE_IDENTIFIER: &str = "2.5.4.45";
    pub(crate) const ORGANIZATION_IDENTIFIER: &str = "2.5.4.97";
}

/// The attribute types that RFC 2253 §2.3 writes by name.
const KEYWORDS: [(&str, &str); 9] = [
    (attribute::COMMON_NAME, "CN"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    (attribute::ORGANIZATION, "O"),
    ("2.5.4.11", "OU"),
    (attribute::COUNTRY, "C"),
    ("2.5.4.9", "STREET"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
];

/// A name: relative names in the order of the certificate, each a set of attributes that is nearly always one.
pub(super) struct Name(Vec<Vec<Attribute>>);

struct Attribute {
    oid: String,
    /// The value with its tag.
    der: Vec<u8>,
    /// The value as text, when it is a string of a known type.
    text: Option<String>,
}

impl Name {
    pub(super) fn read(mut relative_names: Reader<'_>) -> Result<Self> {
        let mut name = Vec::new();
        while !relative_names.is_empty() {
            let set = relative_names.expect(SET)?;
            let mut members = relative_names.inside(set);
            let mut attributes = Vec::new();
            while !members.is_empty() {
                let mut attribute = members.sequence()?;
                let oid = Oid(attribute.expect(OBJECT_IDENTIFIER)?.content.to_vec()).dotted();
                let value = attribute.any()?;
                attributes.push(Attribute { oid, der: value.whole.to_vec(), text: text_of(value) });
            }
            name.push(attributes);
        }
        Ok(Self(name))
    }

    /// The first value of the attribute type.
    pub(super) fn value(&self, oid: &str) -> Option<&str> {
        self.0.iter().flatten().find(|attribute| attribute.oid == oid)?.text.as_deref()
    }

    pub(super) fn to_rfc2253(&self) -> String {
        let relative = |attributes: &Vec<Attribute>| {
            attributes.iter().map(Attribute::to_rfc2253).collect::<Vec<_>>().join("+")
        };
        self.0.iter().rev().map(relative).collect::<Vec<_>>().join(",")
    }
}

impl Attribute {
    fn to_rfc2253(&self) -> String {
        let keyword = KEYWORDS.iter().find(|(oid, _)| *oid == self.oid).map(|(_, keyword)| keyword);
        match (keyword, &self.text) {
            (Some(keyword), Some(text)) => format!("{keyword}={}", escape(text)),
            (Some(keyword), None) => format!("{keyword}=#{}", self.hex_value()),
            (None, _) => format!("{}=#{}", self.oid, self.hex_value()),
        }
    }

    fn hex_value(&self) -> String {
        crate::asn1::hex_upper(&self.der).to_lowercase()
    }
}

/// RFC 2253 §2.4.
fn escape(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut escaped = String::with_capacity(value.len());
    for (position, character) in value.chars().enumerate() {
        let special = match character {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => true,
            '#' => position == 0,
            ' ' => position == 0 || position == last,
            _ => false,
        };
        if special {
            escaped.push('\\');
        }
        if character == '\0' {
            escaped.push_str("\\00");
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn text_of(value: Element<'_>) -> Option<String> {
    const UTF8: u8 = 0x0c;
    const NUMERIC: u8 = 0x12;
    const PRINTABLE: u8 = 0x13;
    const TELETEX: u8 = 0x14;
    const IA5: u8 = 0x16;
    const VISIBLE: u8 = 0x1a;
    const UNIVERSAL: u8 = 0x1c;
    const BMP: u8 = 0x1e;
    match value.tag {
        // Printable strings with letters outside ASCII are an error that exists in the wild, in UTF-8.
        UTF8 | NUMERIC | PRINTABLE | IA5 | VISIBLE => String::from_utf8(value.content.to_vec()).ok(),
        // In practice Latin-1.
        TELETEX => Some(value.content.iter().copied().map(char::from).collect()),
        UNIVERSAL => {
            let points = value.content.chunks(4).map(|bytes| bytes.try_into().map(u32::from_be_bytes));
            points.map(|point| point.ok().and_then(char::from_u32)).collect()
        }
        BMP => {
            let units: Option<Vec<u16>> =
                value.content.chunks(2).map(|bytes| bytes.try_into().map(u16::from_be_bytes).ok()).collect();
            String::from_utf16(&units?).ok()
        }
        _ => None,
    }
}
