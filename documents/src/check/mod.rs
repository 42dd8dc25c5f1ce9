//! Byte and prolog rules that KSeF applies to every invoice before its schema (PROTOCOL §19 rules 1-5).

mod encoding;
mod finding;
mod prolog;
mod text;

pub use encoding::EncodingHint;
pub use finding::{Finding, FindingKind};
pub(crate) use text::problem_en;

use crate::xml::{CharacterClass, Event, Fault, Problem, Scanner, suspicious_characters};
use finding::{Detail, Locator};

/// No more than this many findings are collected from one document; the rest would not help anyone.
pub const MAX_FINDINGS: usize = 100;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Checks the bytes of an invoice against the rules that need no schema: not empty, UTF-8 without a byte order mark, no
/// other encoding declared, a declaration that names its version, no processing instructions, no document type
/// declaration, no forbidden or discouraged characters (also as references), well-formed XML 1.0 with namespaces.
///
/// One pass over the bytes and one over the markup; time and memory grow linearly with the size, entities are never
/// expanded. Findings come in document order, at most [`MAX_FINDINGS`]; after the first violation of
/// well-formedness the markup is not read further.
///
/// # Errors
/// All findings, at least one.
pub fn check(bytes: &[u8]) -> Result<(), Vec<Finding>> {
    let mut raw: Vec<(FindingKind, usize, Detail)> = Vec::new();
    collect(bytes, &mut raw);
    if raw.is_empty() {
        return Ok(());
    }
    raw.sort_by_key(|(_, offset, _)| *offset);
    // An unterminated declaration is met twice, by the prolog rules and by the reader.
    raw.dedup_by_key(|(kind, offset, _)| (*kind, *offset));
    raw.truncate(MAX_FINDINGS);
    let mut locator = Locator::new(bytes);
    Err(raw.into_iter().map(|(kind, offset, detail)| locator.finding(kind, offset, detail)).collect())
}

/// The same document without a byte order mark. Use it before hashing: KSeF refuses the mark, and removing it
/// later would change the hash.
pub fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

fn collect(bytes: &[u8], findings: &mut Vec<(FindingKind, usize, Detail)>) {
    if bytes.is_empty() {
        findings.push((FindingKind::Empty, 0, Detail::None));
        return;
    }
    if encoding::is_utf16(bytes) {
        findings.push((FindingKind::NotUtf8, 0, Detail::Hint(EncodingHint::Utf16)));
        return;
    }
    let body = without_byte_order_mark(bytes);
    let base = bytes.len() - body.len();
    if base > 0 {
        findings.push((FindingKind::ByteOrderMark, 0, Detail::None));
        if body.is_empty() {
            findings.push((FindingKind::Empty, base, Detail::None));
            return;
        }
    }
    let declared = prolog::check(body, base, findings);
    match std::str::from_utf8(body) {
        Ok(text) => {
            characters(text, base, findings);
            markup(text, base, findings);
        }
        Err(error) => {
            let hint = encoding::guess(body, declared.as_deref());
            let detail = hint.map_or(Detail::None, Detail::Hint);
            findings.push((FindingKind::NotUtf8, base + error.valid_up_to(), detail));
        }
    }
}

fn characters(text: &str, base: usize, findings: &mut Vec<(FindingKind, usize, Detail)>) {
    for (offset, character, class) in suspicious_characters(text).take(MAX_FINDINGS) {
        let kind = match class {
            CharacterClass::Forbidden => FindingKind::ForbiddenCharacter,
            _ => FindingKind::DiscouragedCharacter,
        };
        findings.push((
            kind,
            base + offset,
            Detail::Character { code: u32::from(character), reference: false },
        ));
    }
}

fn markup(text: &str, base: usize, findings: &mut Vec<(FindingKind, usize, Detail)>) {
    let mut scanner = Scanner::new(text);
    let mut instructions = 0;
    loop {
        match scanner.next() {
            Ok(Some(Event::ProcessingInstruction { offset })) => {
                instructions += 1;
                if instructions <= MAX_FINDINGS {
                    findings.push((FindingKind::ProcessingInstruction, base + offset, Detail::None));
                }
            }
            Ok(Some(Event::Doctype { offset })) => {
                // Entities may be declared here, so what follows cannot be judged without expanding them.
                findings.push((FindingKind::DocumentType, base + offset, Detail::None));
                break;
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(fault) => {
                findings.push(fault_finding(fault, text, base));
                break;
            }
        }
    }
    for (offset, code) in scanner.take_discouraged_references().into_iter().take(MAX_FINDINGS) {
        let detail = Detail::Character { code, reference: true };
        findings.push((FindingKind::DiscouragedCharacter, base + offset, detail));
    }
}

fn fault_finding(fault: Fault, text: &str, base: usize) -> (FindingKind, usize, Detail) {
    let offset = base + fault.offset.min(text.len());
    match fault.problem {
        Problem::ForbiddenReference(code) => {
            (FindingKind::ForbiddenCharacter, offset, Detail::Character { code, reference: true })
        }
        problem => (FindingKind::NotWellFormed, offset, Detail::Problem(problem)),
    }
}

#[cfg(test)]
mod tests;
