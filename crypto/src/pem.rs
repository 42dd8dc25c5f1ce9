//! PEM armour, read the forgiving way: text around the blocks (OpenSSL's bag attributes, comments), any line ending
//! and a byte order mark are fine.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) der: Zeroizing<Vec<u8>>,
    /// The block has RFC 1421 headers, which means OpenSSL's own encryption of old.
    pub(crate) has_headers: bool,
}

/// All blocks in order. An unreadable block is an error; no block at all is an empty list.
pub(crate) fn blocks(what: &'static str, text: &str) -> Result<Vec<Block>> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) = line.trim_start_matches('\u{feff}').strip_prefix("-----BEGIN ") else { continue };
        let label = label
            .strip_suffix("-----")
            .ok_or_else(|| Error::malformed(what, "the BEGIN line has no closing dashes"))?;
        let end = format!("-----END {label}-----");
        let mut body = Zeroizing::new(String::new());
        let mut has_headers = false;
        loop {
            match lines.next() {
                Some(line) if line == end => break,
                Some(line) if line.contains(':') => has_headers = true,
                Some(line) => body.push_str(line),
                None => return Err(Error::malformed(what, "the END line is missing")),
            }
        }
        // Encrypted bodies of the old form follow a header block; their Base64 is still well formed.
        let der =
            STANDARD.decode(body.as_bytes()).map_err(|_| Error::malformed(what, "the body is not Base64"))?;
        found.push(Block { label: label.to_owned(), der: Zeroizing::new(der), has_headers });
    }
    Ok(found)
}

pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(der));
    // The exact capacity keeps the text from being moved, which would leave copies of a key behind.
    let mut text = String::with_capacity(body.len() + body.len() / 64 + 2 * label.len() + 40);
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// The labels of what was found, for error texts.
pub(crate) fn describe(blocks: &[Block]) -> String {
    if blocks.is_empty() {
        return "no PEM block".to_owned();
    }
    blocks.iter().map(|block| block.label.to_lowercase()).collect::<Vec<_>>().join(", ")
}
