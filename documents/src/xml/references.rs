//! Character and entity references, and the normalisation of white space around them.

use std::borrow::Cow;

use super::characters::{CharacterClass, classify, continues_name, starts_name};
use super::scanner::{Fault, Problem, Scan};

/// A reference longer than this is not one. The limit keeps a text full of bare ampersands from being searched to its
/// end again and again.
const LONGEST: usize = 300;

/// Replaces references, and white space as XML prescribes for text or for attribute values. Offsets of discouraged
/// characters are added to `discouraged`.
pub(super) fn expand<'a>(
    raw: &'a str,
    start: usize,
    attribute: bool,
    discouraged: &mut Vec<(usize, u32)>,
) -> Scan<Cow<'a, str>> {
    let plain = |text: &'a str| match attribute {
        true => normalise_attribute(text),
        false => normalise_line_ends(text),
    };
    let Some(first) = raw.find('&') else { return Ok(plain(raw)) };
    let mut out = plain(&raw[..first]).into_owned();
    let mut at = first;
    while at < raw.len() {
        let rest = &raw[at..];
        if let Some(body) = rest.strip_prefix('&') {
            let offset = start + at;
            let fault = |problem| Fault { problem, offset };
            let end = body.bytes().take(LONGEST).position(|b| b == b';');
            let name = end.map(|end| &body[..end]).ok_or(fault(Problem::InvalidReference))?;
            let character = resolve(name).map_err(fault)?;
            if classify(u32::from(character)) == CharacterClass::Discouraged {
                discouraged.push((offset, u32::from(character)));
            }
            out.push(character);
            at += name.len() + 2;
        } else {
            let run = &rest[..rest.find('&').unwrap_or(rest.len())];
            out.push_str(&plain(run));
            at += run.len();
        }
    }
    Ok(Cow::Owned(out))
}

/// The character that a reference stands for: one of the five entities, or a number.
fn resolve(name: &str) -> Result<char, Problem> {
    if let Some(number) = name.strip_prefix('#') {
        let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return Err(Problem::InvalidReference);
        }
        let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
        let character = char::from_u32(code).filter(|_| classify(code) != CharacterClass::Forbidden);
        return character.ok_or(Problem::ForbiddenReference(code));
    }
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ if is_name(name) => Err(Problem::UnknownEntity),
        _ => Err(Problem::InvalidReference),
    }
}

fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

pub(super) fn normalise_line_ends(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn normalise_attribute(text: &str) -> Cow<'_, str> {
    if !text.contains(['\t', '\n', '\r']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", " ").replace(['\t', '\n', '\r'], " "))
}
