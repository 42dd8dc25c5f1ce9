//! From bytes to [`Document`].
//!
//! The tokeniser is lenient where XML is strict, so names, characters, attributes, references, namespaces and the document
//! structure are checked here: a signature must never cover something that other readers would read differently.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::error::XmlError;
use crate::names::{is_name, is_ncname, is_xml_char};
use crate::tree::{Attribute, Document, Element, NodeId, NodeKind, UriId, XML_NAMESPACE, XMLNS_NAMESPACE};

/// Largest document read, in bytes.
pub(crate) const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Deepest nesting of elements.
pub(crate) const MAX_DEPTH: usize = 256;
/// Most nodes in a document.
pub(crate) const MAX_NODES: usize = 4_000_000;
/// Most attributes and namespace declarations on one element.
pub(crate) const MAX_ATTRIBUTES: usize = 256;
/// Most namespace declarations in scope at one place, and most different namespace names in a document.
pub(crate) const MAX_NAMESPACES: usize = 512;

/// Decodes the bytes; a byte order mark is dropped.
pub(crate) fn decode(xml: &[u8]) -> Result<&str, XmlError> {
    if xml.len() > MAX_BYTES {
        return Err(XmlError::LimitExceeded { what: "bytes", limit: MAX_BYTES });
    }
    let text = std::str::from_utf8(xml).map_err(|error| XmlError::NotUtf8 { offset: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // the tokeniser would silently drop a second one
    match text.starts_with('\u{feff}') {
        true => Err(malformed(0, "text outside the root element")),
        false => Ok(text),
    }
}

/// Parses a decoded document. Offsets in errors and spans count from the start of `source`.
pub(crate) fn parse(source: &str) -> Result<Document<'_>, XmlError> {
    if let Some((offset, _)) = source.char_indices().find(|(_, c)| !is_xml_char(*c)) {
        return Err(malformed(offset, "character not allowed in xml"));
    }
    Parser {
        document: Document::new(source),
        source,
        open: vec![NodeId::DOCUMENT],
        scope: Vec::new(),
        scope_marks: Vec::new(),
        root_seen: false,
    }
    .run()
}

fn malformed(offset: usize, reason: &'static str) -> XmlError {
    XmlError::Malformed { offset, reason }
}

struct Parser<'s> {
    document: Document<'s>,
    source: &'s str,
    open: Vec<NodeId>,
    scope: Vec<(&'s str, UriId)>,
    scope_marks: Vec<usize>,
    root_seen: bool,
}

/// What the tokeniser saw, stripped of its lifetime: the text itself is taken from the source by span.
enum Token {
    Start,
    Empty,
    End,
    Text,
    CData,
    Comment,
    Instruction,
    Declaration,
    DocumentType,
    Reference,
    Eof,
}

impl<'s> Parser<'s> {
    fn run(mut self) -> Result<Document<'s>, XmlError> {
        let mut reader = Reader::from_str(self.source);
        let config = reader.config_mut();
        config.check_comments = true;
        config.check_end_names = true;
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event();
            let end = reader.buffer_position() as usize;
            let token = match event {
                Ok(Event::Start(_)) => Token::Start,
                Ok(Event::Empty(_)) => Token::Empty,
                Ok(Event::End(_)) => Token::End,
                Ok(Event::Text(_)) => Token::Text,
                Ok(Event::CData(_)) => Token::CData,
                Ok(Event::Comment(_)) => Token::Comment,
                Ok(Event::PI(_)) => Token::Instruction,
                Ok(Event::Decl(_)) => Token::Declaration,
                Ok(Event::DocType(_)) => Token::DocumentType,
                Ok(Event::GeneralRef(_)) => Token::Reference,
                Ok(Event::Eof) => Token::Eof,
                Err(_) => return Err(malformed(start, "not well formed")),
            };
            if matches!(token, Token::Eof) {
                return self.finish();
            }
            self.token(&token, start, end)?;
            if self.document.node_count() > MAX_NODES {
                return Err(XmlError::LimitExceeded { what: "nodes", limit: MAX_NODES });
            }
        }
    }

    fn finish(self) -> Result<Document<'s>, XmlError> {
        if self.open.len() > 1 || !self.root_seen {
            return Err(malformed(self.source.len(), "the document ends too early"));
        }
        Ok(self.document)
    }

    fn current(&self) -> NodeId {
        self.open.last().copied().unwrap_or(NodeId::DOCUMENT)
    }

    fn between(&self, start: usize, end: usize, open: &str, close: &str) -> Result<&'s str, XmlError> {
        self.source
            .get(start..end)
            .and_then(|whole| whole.strip_prefix(open))
            .and_then(|rest| rest.strip_suffix(close))
            .ok_or_else(|| malformed(start, "not well formed"))
    }

    fn token(&mut self, token: &Token, start: usize, end: usize) -> Result<(), XmlError> {
        let parent = self.current();
        match token {
            Token::Start => self.element(start, self.between(start, end, "<", ">")?, end, false),
            Token::Empty => self.element(start, self.between(start, end, "<", "/>")?, end, true),
            Token::End => {
                let Some(node) = self.open.pop().filter(|node| *node != NodeId::DOCUMENT) else {
                    return Err(malformed(start, "unexpected end tag"));
                };
                self.document.close_element(node, end);
                self.leave_scope();
                Ok(())
            }
            Token::Text => {
                let raw = self.between(start, end, "", "")?;
                if parent == NodeId::DOCUMENT {
                    return match raw.bytes().all(is_space) {
                        true => Ok(()),
                        false => Err(malformed(start, "text outside the root element")),
                    };
                }
                if raw.contains("]]>") {
                    return Err(malformed(start, "']]>' in text"));
                }
                self.document.append_text(parent, line_ends(raw));
                Ok(())
            }
            Token::CData if parent == NodeId::DOCUMENT => {
                Err(malformed(start, "text outside the root element"))
            }
            Token::CData => {
                let raw = self.between(start, end, "<![CDATA[", "]]>")?;
                self.document.append_text(parent, line_ends(raw));
                Ok(())
            }
            Token::Reference if parent == NodeId::DOCUMENT => {
                Err(malformed(start, "text outside the root element"))
            }
            Token::Reference => {
                let resolved = resolve(self.between(start, end, "&", ";")?, start)?;
                self.document.append_text(parent, Cow::Owned(resolved.to_string()));
                Ok(())
            }
            Token::Comment => {
                let raw = self.between(start, end, "<!--", "-->")?;
                if raw.contains("--") || raw.ends_with('-') {
                    return Err(malformed(start, "'--' in a comment"));
                }
                self.document.append(parent, NodeKind::Comment(line_ends(raw)));
                Ok(())
            }
            Token::Instruction => self.instruction(parent, start, self.between(start, end, "<?", "?>")?),
            Token::Declaration if start == 0 => declaration(self.between(start, end, "<?", "?>")?),
            Token::Declaration => {
                Err(malformed(start, "an xml declaration may only stand at the very beginning"))
            }
            Token::DocumentType => Err(XmlError::DocumentType),
            Token::Eof => Ok(()),
        }
    }

    fn instruction(&mut self, parent: NodeId, start: usize, raw: &'s str) -> Result<(), XmlError> {
        let target_end = raw.bytes().position(is_space).unwrap_or(raw.len());
        let (target, rest) = raw.split_at(target_end);
        if !is_ncname(target) || target.eq_ignore_ascii_case("xml") {
            return Err(malformed(start, "bad target of a processing instruction"));
        }
        let data = line_ends(rest.trim_start_matches(|c: char| c.is_ascii() && is_space(c as u8)));
        self.document.append(parent, NodeKind::Instruction { target, data });
        Ok(())
    }

    fn element(&mut self, start: usize, tag: &'s str, end: usize, self_closed: bool) -> Result<(), XmlError> {
        let parent = self.current();
        if parent == NodeId::DOCUMENT && std::mem::replace(&mut self.root_seen, true) {
            return Err(malformed(start, "more than one root element"));
        }
        if self.open.len() > MAX_DEPTH {
            return Err(XmlError::LimitExceeded { what: "levels of nesting", limit: MAX_DEPTH });
        }
        let name_end = tag.bytes().position(is_space).unwrap_or(tag.len());
        let (name, rest) = tag.split_at(name_end);
        let (prefix, local) = split_name(name, start)?;
        let raw = attributes(rest, start)?;
        if raw.len() > MAX_ATTRIBUTES {
            return Err(XmlError::LimitExceeded { what: "attributes on one element", limit: MAX_ATTRIBUTES });
        }

        self.scope_marks.push(self.scope.len());
        let mut declarations: Vec<(&'s str, UriId)> = Vec::new();
        let mut plain = Vec::with_capacity(raw.len());
        for (name, value) in raw {
            let declared = match name {
                "xmlns" => Some(""),
                _ => name.strip_prefix("xmlns:"),
            };
            match declared {
                Some("") if name != "xmlns" => return Err(malformed(start, "bad namespace prefix")),
                Some(declared) => {
                    self.check_declaration(declared, &value, start)?;
                    if declarations.iter().any(|(p, _)| *p == declared) {
                        return Err(malformed(start, "attribute given twice"));
                    }
                    let uri = self.document.intern(value);
                    declarations.push((declared, uri));
                    self.scope.push((declared, uri));
                }
                None => plain.push((split_name(name, start)?, value)),
            }
        }
        if self.scope.len() > MAX_NAMESPACES || self.document.uri_count() > MAX_NAMESPACES {
            return Err(XmlError::LimitExceeded { what: "namespaces", limit: MAX_NAMESPACES });
        }

        let uri = self.lookup(prefix).ok_or_else(|| malformed(start, "undeclared namespace prefix"))?;
        let mut attributes: Vec<Attribute<'s>> = Vec::with_capacity(plain.len());
        for ((prefix, local), value) in plain {
            let uri = match prefix {
                "" => UriId::NONE,
                _ => self.lookup(prefix).ok_or_else(|| malformed(start, "undeclared namespace prefix"))?,
            };
            if attributes.iter().any(|a| a.uri == uri && a.local == local) {
                return Err(malformed(start, "attribute given twice"));
            }
            attributes.push(Attribute { prefix, local, uri, value });
        }
        let element = Element {
            prefix,
            local,
            uri,
            declarations,
            attributes,
            start_tag: start..end,
            span: start..end,
            self_closed,
        };
        let node = self.document.append(parent, NodeKind::Element(Box::new(element)));
        if self_closed {
            self.leave_scope();
        } else {
            self.open.push(node);
        }
        Ok(())
    }

    fn check_declaration(&self, prefix: &str, uri: &str, start: usize) -> Result<(), XmlError> {
        let fault = match prefix {
            "xml" if uri != XML_NAMESPACE => Some("the prefix 'xml' bound to another namespace"),
            "xmlns" => Some("the prefix 'xmlns' may not be declared"),
            "xml" => None,
            _ if uri == XML_NAMESPACE || uri == XMLNS_NAMESPACE => {
                Some("a reserved namespace bound to another prefix")
            }
            "" => None,
            _ if uri.is_empty() => Some("a prefix bound to the empty namespace"),
            _ if !is_ncname(prefix) => Some("bad namespace prefix"),
            _ => None,
        };
        fault.map_or(Ok(()), |reason| Err(malformed(start, reason)))
    }

    fn lookup(&self, prefix: &str) -> Option<UriId> {
        match prefix {
            "xml" => Some(UriId::XML),
            "xmlns" => None,
            _ => match self.scope.iter().rev().find(|(p, _)| *p == prefix) {
                Some((_, uri)) => Some(*uri),
                None if prefix.is_empty() => Some(UriId::NONE),
                None => None,
            },
        }
    }

    fn leave_scope(&mut self) {
        if let Some(mark) = self.scope_marks.pop() {
            self.scope.truncate(mark);
        }
    }
}

/// Checks the inside of `<?xml ... ?>`: version 1.0, encoding UTF-8 or none, standalone yes or no, in this order.
fn declaration(raw: &str) -> Result<(), XmlError> {
    let rest = raw.strip_prefix("xml").ok_or(XmlError::UnsupportedDeclaration)?;
    let pairs = attributes(rest, 0).map_err(|_| XmlError::UnsupportedDeclaration)?;
    let mut pairs = pairs.iter().peekable();
    let valid_version = pairs.next().is_some_and(|(name, value)| *name == "version" && value == "1.0");
    let valid_encoding = pairs
        .next_if(|(name, _)| *name == "encoding")
        .is_none_or(|(_, value)| value.eq_ignore_ascii_case("utf-8"));
    let valid_standalone = pairs
        .next_if(|(name, _)| *name == "standalone")
        .is_none_or(|(_, value)| value == "yes" || value == "no");
    match valid_version && valid_encoding && valid_standalone && pairs.next().is_none() {
        true => Ok(()),
        false => Err(XmlError::UnsupportedDeclaration),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn split_name(name: &str, offset: usize) -> Result<(&str, &str), XmlError> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let well_formed =
        is_ncname(local) && (is_ncname(prefix) || (prefix.is_empty() && !name.starts_with(':')));
    match well_formed {
        true => Ok((prefix, local)),
        false => Err(malformed(offset, "bad name")),
    }
}

/// Splits the attributes of a tag; `raw` begins right after the element name.
fn attributes(raw: &str, offset: usize) -> Result<Vec<(&str, Cow<'_, str>)>, XmlError> {
    let mut found = Vec::new();
    let mut rest = raw;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if trimmed.is_empty() {
            return Ok(found);
        }
        if trimmed.len() == rest.len() {
            return Err(malformed(offset, "no space between attributes"));
        }
        let (name, after) =
            trimmed.split_once('=').ok_or_else(|| malformed(offset, "attribute without a value"))?;
        let name = name.trim_end_matches([' ', '\t', '\r', '\n']);
        if !is_name(name) {
            return Err(malformed(offset, "bad name"));
        }
        let after = after.trim_start_matches([' ', '\t', '\r', '\n']);
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quote = quote.ok_or_else(|| malformed(offset, "attribute value without quotes"))?;
        let (value, after) =
            after[1..].split_once(quote).ok_or_else(|| malformed(offset, "attribute value without end"))?;
        found.push((name, attribute_value(value, offset)?));
        if found.len() > MAX_ATTRIBUTES {
            return Err(XmlError::LimitExceeded { what: "attributes on one element", limit: MAX_ATTRIBUTES });
        }
        rest = after;
    }
}

/// Attribute-value normalisation for CDATA attributes (XML 1.0 §3.3.3): literal white space becomes a space, a line end
/// counts once, characters that come from references stay.
fn attribute_value(raw: &str, offset: usize) -> Result<Cow<'_, str>, XmlError> {
    if raw.contains('<') {
        return Err(malformed(offset, "'<' in an attribute value"));
    }
    if !raw.contains(['&', '\t', '\r', '\n']) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\t', '\r', '\n']) {
        value.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(reference) = tail.strip_prefix('&') {
            let (name, after) =
                reference.split_once(';').ok_or_else(|| malformed(offset, "reference without semicolon"))?;
            value.push(resolve(name, offset)?);
            rest = after;
        } else {
            value.push(' ');
            rest = tail.strip_prefix("\r\n").unwrap_or(&tail[1..]);
        }
    }
    value.push_str(rest);
    Ok(Cow::Owned(value))
}

/// Resolves what stands between `&` and `;`.
fn resolve(name: &str, offset: usize) -> Result<char, XmlError> {
    let digits = |radix: u32, digits: &str| {
        // `from_str_radix` would take a sign
        let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let code = plain.then(|| u32::from_str_radix(digits, radix).ok()).flatten();
        code.and_then(char::from_u32)
            .filter(|c| is_xml_char(*c))
            .ok_or_else(|| malformed(offset, "bad character reference"))
    };
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix('x') {
                Some(hex) => digits(16, hex),
                None => digits(10, number),
            },
            None => Err(XmlError::UnknownEntity { offset }),
        },
    }
}

/// Line-end normalisation (XML 1.0 §2.11).
fn line_ends(raw: &str) -> Cow<'_, str> {
    match raw.contains('\r') {
        true => Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(raw),
    }
}
