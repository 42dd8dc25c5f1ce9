//! A strict, streaming XML 1.0 reader and a plain writer, shared by every document of this crate.
//!
//! The reader is stricter than general-purpose tokenizers: what it accepts is well-formed XML 1.0 with namespaces,
//! so that a document that passes here passes the parser of KSeF. It never expands entities and never recurses.

mod characters;
mod namespaces;
mod references;
mod scanner;
mod walker;
mod writer;

pub(crate) use characters::{CharacterClass, suspicious_characters};
pub(crate) use scanner::Attribute;
pub(crate) use scanner::{Event, Fault, Problem, Scanner};
pub(crate) use walker::{Stopped, Visitor, walk};
pub(crate) use writer::Writer;
