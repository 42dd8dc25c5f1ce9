//! Visits the elements of a document with the path to each and the text of each leaf.

use super::scanner::{Attribute, Event, Fault, Scanner};

/// Receives the elements of a document.
pub(crate) trait Visitor {
    /// The label under which an element is put on the path; "" hides elements of foreign namespaces.
    fn label<'a>(&mut self, namespace: &str, local: &'a str) -> &'a str;
    /// An element begins; `path` ends with it.
    fn start(&mut self, _path: &[&str], _attributes: &[Attribute<'_>]) {}
    /// An element ends; `path` ends with it, `text` is the text after its last child, or all of it in a leaf.
    fn end(&mut self, path: &[&str], text: &str);
}

/// Why a walk stopped.
#[derive(Debug)]
pub(crate) enum Stopped {
    NotWellFormed(Fault),
    DocumentType(usize),
}

/// Walks over a whole document. A document type declaration ends the walk: no document of KSeF has one.
pub(crate) fn walk(text: &str, visitor: &mut impl Visitor) -> Result<(), Stopped> {
    let mut scanner = Scanner::new(text);
    let mut path: Vec<&str> = Vec::new();
    let mut leaf = String::new();
    while let Some(event) = scanner.next().map_err(Stopped::NotWellFormed)? {
        match event {
            Event::Start { namespace, local, attributes, .. } => {
                path.push(visitor.label(&namespace, local));
                leaf.clear();
                visitor.start(&path, &attributes);
            }
            Event::Text(text) => leaf.push_str(&text),
            Event::End => {
                visitor.end(&path, &leaf);
                path.pop();
                leaf.clear();
            }
            Event::Doctype { offset } => return Err(Stopped::DocumentType(offset)),
            Event::ProcessingInstruction { .. } => {}
        }
    }
    Ok(())
}
