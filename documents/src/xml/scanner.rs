//! The pull reader: one pass, no recursion, no entities, no DTD.

use std::borrow::Cow;
use std::collections::HashSet;

use super::characters::{continues_name, is_space, starts_name};
use super::namespaces::Namespaces;
use super::references::{self, normalise_line_ends};

/// Why a document is not well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    NoRootElement,
    UnexpectedEnd,
    ContentOutsideRoot,
    InvalidMarkup,
    InvalidName,
    MalformedTag,
    MalformedAttribute,
    DuplicateAttribute,
    LessThanInAttribute,
    MismatchedEndTag,
    InvalidReference,
    UnknownEntity,
    ForbiddenReference(u32),
    CdataEndInText,
    DoubleHyphenInComment,
    MisplacedDeclaration,
    MalformedDeclaration,
    MisplacedDoctype,
    UndeclaredPrefix,
    NamespaceDeclaration,
}

/// A problem and the byte offset where it was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) problem: Problem,
    pub(crate) offset: usize,
}

pub(crate) type Scan<T> = Result<T, Fault>;

/// An attribute with normalised value; namespace declarations are not among the attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    pub(crate) namespace: Cow<'a, str>,
    pub(crate) local: &'a str,
    pub(crate) value: Cow<'a, str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    Start { namespace: Cow<'a, str>, local: &'a str, attributes: Vec<Attribute<'a>>, offset: usize },
    End,
    Text(Cow<'a, str>),
    ProcessingInstruction { offset: usize },
    Doctype { offset: usize },
}

#[derive(Debug)]
struct Open<'a> {
    name: &'a str,
    declared: Vec<&'a str>,
}

/// Reads one document. An XML declaration at the start is skipped; its rules are those of `prolog`.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
    namespaces: Namespaces<'a>,
    root_seen: bool,
    doctype_seen: bool,
    /// An empty-element tag was read: the next event is its end.
    close_next: bool,
    discouraged: Vec<(usize, u32)>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut at = 0;
        if text.starts_with("<?xml") && text.as_bytes().get(5).is_some_and(|b| is_space(*b) || *b == b'?') {
            at = text.find("?>").map_or(0, |end| end + 2);
        }
        Scanner {
            text,
            at,
            open: Vec::new(),
            namespaces: Namespaces::default(),
            root_seen: false,
            doctype_seen: false,
            close_next: false,
            discouraged: Vec::new(),
        }
    }

    /// References to discouraged characters met so far: offset of the `&` and code point.
    pub(crate) fn take_discouraged_references(&mut self) -> Vec<(usize, u32)> {
        std::mem::take(&mut self.discouraged)
    }

    /// The next event, or `None` after the end of a well-formed document.
    pub(crate) fn next(&mut self) -> Scan<Option<Event<'a>>> {
        if self.close_next {
            self.close_next = false;
            self.close();
            return Ok(Some(Event::End));
        }
        loop {
            let rest = self.rest();
            let Some(first) = rest.as_bytes().first() else { return self.finish() };
            if *first != b'<' {
                if let Some(text) = self.text_run()? {
                    return Ok(Some(Event::Text(text)));
                }
            } else if rest.starts_with("<!--") {
                self.comment()?;
            } else if rest.starts_with("<![CDATA[") {
                return self.cdata().map(Some);
            } else if rest.starts_with("<!") {
                return self.doctype().map(Some);
            } else if rest.starts_with("<?") {
                return self.processing_instruction().map(Some);
            } else if rest.starts_with("</") {
                return self.end_tag().map(Some);
            } else {
                return self.start_tag().map(Some);
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn fault<T>(&self, problem: Problem) -> Scan<T> {
        Err(Fault { problem, offset: self.at })
    }

    fn fault_at<T>(&self, problem: Problem, offset: usize) -> Scan<T> {
        Err(Fault { problem, offset })
    }

    fn finish(&self) -> Scan<Option<Event<'a>>> {
        if !self.open.is_empty() {
            self.fault(Problem::UnexpectedEnd)
        } else if !self.root_seen {
            self.fault(Problem::NoRootElement)
        } else {
            Ok(None)
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            for prefix in open.declared {
                self.namespaces.forget(prefix);
            }
        }
    }

    fn text_run(&mut self) -> Scan<Option<Cow<'a, str>>> {
        let rest = self.rest();
        let raw = &rest[..rest.find('<').unwrap_or(rest.len())];
        if self.open.is_empty() {
            if let Some(content) = raw.bytes().position(|b| !is_space(b)) {
                return self.fault_at(Problem::ContentOutsideRoot, self.at + content);
            }
            self.at += raw.len();
            return Ok(None);
        }
        if let Some(end) = raw.find("]]>") {
            return self.fault_at(Problem::CdataEndInText, self.at + end);
        }
        let start = self.at;
        self.at += raw.len();
        self.expand(raw, start, false).map(Some)
    }

    fn cdata(&mut self) -> Scan<Event<'a>> {
        if self.open.is_empty() {
            return self.fault(Problem::ContentOutsideRoot);
        }
        let content = &self.rest()["<![CDATA[".len()..];
        let Some(end) = content.find("]]>") else { return self.fault(Problem::UnexpectedEnd) };
        self.at += "<![CDATA[".len() + end + "]]>".len();
        Ok(Event::Text(normalise_line_ends(&content[..end])))
    }

    fn comment(&mut self) -> Scan<()> {
        let content = &self.rest()["<!--".len()..];
        let Some(end) = content.find("--") else { return self.fault(Problem::UnexpectedEnd) };
        self.at += "<!--".len() + end;
        if !content[end..].starts_with("-->") {
            return self.fault(Problem::DoubleHyphenInComment);
        }
        self.at += "-->".len();
        Ok(())
    }

    fn processing_instruction(&mut self) -> Scan<Event<'a>> {
        let offset = self.at;
        self.at += 2;
        let target = self.name()?;
        if target.eq_ignore_ascii_case("xml") {
            return self.fault_at(Problem::MisplacedDeclaration, offset);
        }
        let rest = self.rest();
        let Some(end) = rest.find("?>") else { return self.fault_at(Problem::UnexpectedEnd, offset) };
        if end > 0 && !is_space(rest.as_bytes()[0]) {
            return self.fault(Problem::InvalidMarkup);
        }
        self.at += end + 2;
        Ok(Event::ProcessingInstruction { offset })
    }

    /// Skips a document type declaration. Its inner rules are not checked: no caller accepts such a document.
    fn doctype(&mut self) -> Scan<Event<'a>> {
        let offset = self.at;
        if !self.rest().starts_with("<!DOCTYPE") {
            return self.fault(Problem::InvalidMarkup);
        }
        if self.root_seen || self.doctype_seen {
            return self.fault(Problem::MisplacedDoctype);
        }
        self.doctype_seen = true;
        let bytes = self.text.as_bytes();
        let (mut quote, mut brackets) = (None, 0usize);
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            match (quote, byte) {
                (Some(q), _) if q == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => brackets += 1,
                (None, b']') => brackets = brackets.saturating_sub(1),
                (None, b'>') if brackets == 0 => return Ok(Event::Doctype { offset }),
                _ => {}
            }
        }
        self.fault_at(Problem::UnexpectedEnd, offset)
    }

    fn end_tag(&mut self) -> Scan<Event<'a>> {
        let offset = self.at;
        self.at += 2;
        let name = self.qualified_name()?;
        self.skip_space();
        if !self.rest().starts_with('>') {
            return self.fault(if self.rest().is_empty() {
                Problem::UnexpectedEnd
            } else {
                Problem::MalformedTag
            });
        }
        self.at += 1;
        if self.open.last().is_none_or(|open| open.name != name) {
            return self.fault_at(Problem::MismatchedEndTag, offset);
        }
        self.close();
        Ok(Event::End)
    }

    fn start_tag(&mut self) -> Scan<Event<'a>> {
        let offset = self.at;
        if self.open.is_empty() && self.root_seen {
            return self.fault(Problem::ContentOutsideRoot);
        }
        self.at += 1;
        let name = self.qualified_name()?;
        let mut raw = Vec::new();
        let empty = loop {
            let spaces = self.skip_space();
            let rest = self.rest();
            if rest.starts_with('>') {
                self.at += 1;
                break false;
            }
            if rest.starts_with("/>") {
                self.at += 2;
                break true;
            }
            if rest.is_empty() {
                return self.fault(Problem::UnexpectedEnd);
            }
            if spaces == 0 {
                return self.fault(Problem::MalformedTag);
            }
            raw.push(self.attribute()?);
        };
        let (declared, attributes) = self.resolve_attributes(raw)?;
        let (prefix, local) = split(name);
        let resolved = self.namespaces.resolve(prefix);
        let namespace = resolved.map_err(|problem| Fault { problem, offset: offset + 1 })?;
        self.root_seen = true;
        self.open.push(Open { name, declared });
        self.close_next = empty;
        Ok(Event::Start { namespace, local, attributes, offset })
    }

    /// One attribute as written: its offset, name and normalised value.
    fn attribute(&mut self) -> Scan<(usize, &'a str, Cow<'a, str>)> {
        let offset = self.at;
        let name = self.qualified_name()?;
        self.skip_space();
        if !self.rest().starts_with('=') {
            return self.fault(Problem::MalformedAttribute);
        }
        self.at += 1;
        self.skip_space();
        let rest = self.rest();
        let quote = match rest.as_bytes().first() {
            Some(b'"') => '"',
            Some(b'\'') => '\'',
            _ => return self.fault(Problem::MalformedAttribute),
        };
        let start = self.at + 1;
        let Some(length) = rest[1..].find(quote) else { return self.fault(Problem::UnexpectedEnd) };
        let value = &rest[1..1 + length];
        if let Some(less) = value.find('<') {
            return self.fault_at(Problem::LessThanInAttribute, start + less);
        }
        self.at = start + length + 1;
        Ok((offset, name, self.expand(value, start, true)?))
    }

    /// Applies namespace declarations, resolves the other attributes, and refuses duplicates by expanded name.
    #[allow(clippy::type_complexity)]
    fn resolve_attributes(
        &mut self,
        raw: Vec<(usize, &'a str, Cow<'a, str>)>,
    ) -> Scan<(Vec<&'a str>, Vec<Attribute<'a>>)> {
        let mut declared = Vec::new();
        let mut plain = Vec::new();
        let mut names = HashSet::with_capacity(raw.len());
        for (offset, name, value) in raw {
            if !names.insert(name) {
                return self.fault_at(Problem::DuplicateAttribute, offset);
            }
            let declaration = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
            if let Some(prefix) = declaration {
                let result = self.namespaces.declare(prefix, value);
                result.map_err(|problem| Fault { problem, offset })?;
                declared.push(prefix);
            } else {
                plain.push((offset, name, value));
            }
        }
        let mut attributes: Vec<Attribute<'a>> = Vec::with_capacity(plain.len());
        let mut expanded = HashSet::new();
        for (offset, name, value) in plain {
            let (prefix, local) = split(name);
            // The default namespace does not apply to attributes.
            let namespace = if prefix.is_empty() {
                Cow::Borrowed("")
            } else {
                let resolved = self.namespaces.resolve(prefix);
                resolved.map_err(|problem| Fault { problem, offset })?
            };
            if !prefix.is_empty() && !expanded.insert((namespace.clone(), local)) {
                return self.fault_at(Problem::DuplicateAttribute, offset);
            }
            attributes.push(Attribute { namespace, local, value });
        }
        Ok((declared, attributes))
    }

    /// Replaces references and normalises white space of a raw text that began at `start`.
    fn expand(&mut self, raw: &'a str, start: usize, attribute: bool) -> Scan<Cow<'a, str>> {
        references::expand(raw, start, attribute, &mut self.discouraged)
    }

    fn skip_space(&mut self) -> usize {
        let rest = self.rest();
        let length = rest.bytes().position(|b| !is_space(b)).unwrap_or(rest.len());
        self.at += length;
        length
    }

    /// A name without a colon.
    fn name(&mut self) -> Scan<&'a str> {
        let rest = self.rest();
        let mut characters = rest.char_indices();
        match characters.next() {
            Some((_, first)) if starts_name(first) => {}
            None => return self.fault(Problem::UnexpectedEnd),
            Some(_) => return self.fault(Problem::InvalidName),
        }
        let length = characters.find(|(_, c)| !continues_name(*c)).map_or(rest.len(), |(i, _)| i);
        self.at += length;
        Ok(&rest[..length])
    }

    /// A name, possibly with one prefix.
    fn qualified_name(&mut self) -> Scan<&'a str> {
        let start = self.at;
        self.name()?;
        if self.rest().starts_with(':') {
            self.at += 1;
            self.name()?;
        }
        if self.rest().starts_with(':') {
            return self.fault(Problem::InvalidName);
        }
        Ok(&self.text[start..self.at])
    }
}

fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}
