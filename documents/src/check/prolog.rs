//! The XML declaration, read from bytes so that it can be judged even when the rest is not UTF-8.

use super::FindingKind;
use super::finding::Detail;
use crate::xml::Problem;

/// A declaration longer than this is not one.
const LONGEST: usize = 1000;

/// Reports what is wrong with the declaration, if there is one, and returns the encoding that it names.
pub(super) fn check(
    body: &[u8],
    base: usize,
    findings: &mut Vec<(FindingKind, usize, Detail)>,
) -> Option<String> {
    let after = body.strip_prefix(b"<?xml")?;
    if !matches!(after.first(), Some(b' ' | b'\t' | b'\r' | b'\n' | b'?')) {
        return None;
    }
    let window = &body[..body.len().min(LONGEST)];
    let end = window.windows(2).position(|pair| pair == b"?>");
    let Some(content) = end.and_then(|end| std::str::from_utf8(&body[5..end]).ok()) else {
        findings.push((FindingKind::NotWellFormed, base, Detail::Problem(Problem::MalformedDeclaration)));
        return None;
    };
    let mut reader = PseudoAttributes { content, at: 0 };
    let malformed = |at: usize| {
        (FindingKind::NotWellFormed, base + 5 + at, Detail::Problem(Problem::MalformedDeclaration))
    };
    let mut encoding = None;
    let mut expected = ["version", "encoding", "standalone"].as_slice();
    let mut version = false;
    loop {
        let (name, value, at) = match reader.next() {
            Ok(Some(found)) => found,
            Ok(None) => break,
            Err(at) => {
                findings.push(malformed(at));
                return encoding;
            }
        };
        let Some(place) = expected.iter().position(|e| *e == name) else {
            findings.push(malformed(at));
            return encoding;
        };
        expected = &expected[place + 1..];
        match name {
            "version" => {
                version = true;
                if value != "1.0" {
                    findings.push((FindingKind::XmlVersion, base + 5 + at, Detail::None));
                }
            }
            "encoding" => {
                encoding = Some(value.to_owned());
                if !value.eq_ignore_ascii_case("utf-8") {
                    findings.push((FindingKind::DeclaredEncoding, base + 5 + at, Detail::None));
                }
            }
            _ if value == "yes" || value == "no" => {}
            _ => findings.push(malformed(at)),
        }
    }
    if !version {
        findings.push((FindingKind::DeclarationWithoutVersion, base, Detail::None));
    }
    encoding
}

struct PseudoAttributes<'a> {
    content: &'a str,
    at: usize,
}

impl<'a> PseudoAttributes<'a> {
    /// Name, value and offset of the next pair; the offset of the trouble on error.
    fn next(&mut self) -> Result<Option<(&'a str, &'a str, usize)>, usize> {
        let spaces = self.skip_space();
        let rest = &self.content[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        if spaces == 0 {
            return Err(self.at);
        }
        let start = self.at;
        let length = rest.bytes().position(|b| !b.is_ascii_lowercase()).unwrap_or(rest.len());
        let name = &rest[..length];
        self.at += length;
        self.skip_space();
        if !self.content[self.at..].starts_with('=') {
            return Err(self.at);
        }
        self.at += 1;
        self.skip_space();
        let rest = &self.content[self.at..];
        let quote = match rest.as_bytes().first() {
            Some(b'"') => '"',
            Some(b'\'') => '\'',
            _ => return Err(self.at),
        };
        let end = rest[1..].find(quote).ok_or(self.at)?;
        self.at += end + 2;
        Ok(Some((name, &rest[1..=end], start)))
    }

    fn skip_space(&mut self) -> usize {
        let rest = &self.content[self.at..];
        let length =
            rest.bytes().position(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(rest.len());
        self.at += length;
        length
    }
}
