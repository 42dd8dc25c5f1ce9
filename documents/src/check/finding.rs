//! What a check reports.

use super::EncodingHint;
use super::text::{english, polish};
use crate::xml::Problem;

/// The rule that is broken. The names from [`FindingKind::code`] are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// There are no bytes.
    Empty,
    /// The document begins with the UTF-8 byte order mark EF BB BF.
    ByteOrderMark,
    /// The bytes are not UTF-8; see [`Finding::encoding_hint`].
    NotUtf8,
    /// The XML declaration names an encoding other than UTF-8.
    DeclaredEncoding,
    /// The XML declaration has no version.
    DeclarationWithoutVersion,
    /// The XML declaration names a version other than 1.0.
    XmlVersion,
    /// There is a processing instruction, for example a style sheet.
    ProcessingInstruction,
    /// There is a document type declaration.
    DocumentType,
    /// A character that XML 1.0 discourages and KSeF refuses, literal or as a reference.
    DiscouragedCharacter,
    /// A character that XML 1.0 does not allow, literal or as a reference.
    ForbiddenCharacter,
    /// The document is not well-formed XML 1.0 with namespaces.
    NotWellFormed,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [FindingKind; 11] = [
        FindingKind::Empty,
        FindingKind::ByteOrderMark,
        FindingKind::NotUtf8,
        FindingKind::DeclaredEncoding,
        FindingKind::DeclarationWithoutVersion,
        FindingKind::XmlVersion,
        FindingKind::ProcessingInstruction,
        FindingKind::DocumentType,
        FindingKind::DiscouragedCharacter,
        FindingKind::ForbiddenCharacter,
        FindingKind::NotWellFormed,
    ];

    /// The stable name, in kebab case.
    pub fn code(self) -> &'static str {
        match self {
            FindingKind::Empty => "empty",
            FindingKind::ByteOrderMark => "byte-order-mark",
            FindingKind::NotUtf8 => "not-utf-8",
            FindingKind::DeclaredEncoding => "declared-encoding",
            FindingKind::DeclarationWithoutVersion => "declaration-without-version",
            FindingKind::XmlVersion => "xml-version",
            FindingKind::ProcessingInstruction => "processing-instruction",
            FindingKind::DocumentType => "document-type",
            FindingKind::DiscouragedCharacter => "discouraged-character",
            FindingKind::ForbiddenCharacter => "forbidden-character",
            FindingKind::NotWellFormed => "not-well-formed",
        }
    }
}

/// What a text needs to know besides the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    None,
    Hint(EncodingHint),
    Character { code: u32, reference: bool },
    Problem(Problem),
}

/// One broken rule and its place. `Display` prints English, [`Finding::text_pl`] Polish; neither repeats content
/// of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub kind: FindingKind,
    /// Byte offset from the start of the file, from 0.
    pub offset: usize,
    /// Line, from 1. Lines end with LF, CR LF or CR.
    pub line: usize,
    /// Column, from 1, counted in characters; in a document that is not UTF-8 it is an approximation.
    pub column: usize,
    pub(super) detail: Detail,
}

impl Finding {
    /// The encoding that the bytes seem to have, when they are not UTF-8.
    pub fn encoding_hint(&self) -> Option<EncodingHint> {
        match self.detail {
            Detail::Hint(hint) => Some(hint),
            _ => None,
        }
    }

    /// The code point found, for discouraged and forbidden characters.
    pub fn character(&self) -> Option<u32> {
        match self.detail {
            Detail::Character { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The text in Polish, one line.
    pub fn text_pl(&self) -> String {
        format!("{} (wiersz {}, kolumna {})", polish(self.kind, self.detail), self.line, self.column)
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (line {}, column {})", english(self.kind, self.detail), self.line, self.column)
    }
}

/// Turns ascending offsets into lines and columns in one pass.
pub(super) struct Locator<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    column: usize,
}

impl<'a> Locator<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Locator { bytes, at: 0, line: 1, column: 1 }
    }

    pub(super) fn finding(&mut self, kind: FindingKind, offset: usize, detail: Detail) -> Finding {
        while self.at < offset.min(self.bytes.len()) {
            let byte = self.bytes[self.at];
            self.at += 1;
            let ends_line = byte == b'\n' || (byte == b'\r' && self.bytes.get(self.at) != Some(&b'\n'));
            if ends_line {
                self.line += 1;
                self.column = 1;
            } else if byte & 0xC0 != 0x80 && byte != b'\r' && !(self.at == 1 && byte == 0xEF && self.marked())
            {
                self.column += 1;
            }
        }
        Finding { kind, offset, line: self.line, column: self.column, detail }
    }

    /// A byte order mark takes no column: editors do not show it.
    fn marked(&self) -> bool {
        self.bytes.starts_with(super::BYTE_ORDER_MARK)
    }
}
