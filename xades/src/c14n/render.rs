//! Writing nodes in canonical form. What differs between the methods comes from a [`Rule`].

use std::borrow::Cow;

use super::{Method, NodeSet};
use crate::tree::{Attribute, Document, Element, NodeId, NodeKind, Step, UriId};

/// Namespaces as the output has them so far, innermost last.
#[derive(Debug, Default)]
pub(super) struct Rendered<'t> {
    bindings: Vec<(&'t str, UriId)>,
    marks: Vec<usize>,
}

impl<'t> Rendered<'t> {
    /// What a prefix means in the output; the empty default namespace counts as none.
    fn binding(&self, prefix: &str) -> Option<UriId> {
        self.bindings.iter().rev().find(|(p, _)| *p == prefix).map(|(_, uri)| *uri)
    }

    /// Whether writing this declaration would change anything.
    pub(super) fn needs(&self, prefix: &str, uri: UriId) -> bool {
        self.binding(prefix).unwrap_or(UriId::NONE) != uri
    }
}

/// The choices a canonicalisation method makes for one element.
pub(super) trait Rule<'t> {
    /// Namespace declarations to write; order and repetition do not matter.
    fn declarations(
        &mut self,
        node: NodeId,
        element: &'t Element<'t>,
        is_apex: bool,
        rendered: &Rendered<'t>,
    ) -> Vec<(&'t str, UriId)>;

    /// `xml:` attributes which the apex takes over from ancestors outside the node set: local name and value.
    /// A value for an attribute the element has replaces it; `None` removes it.
    fn inherited(&self, apex: NodeId) -> Vec<(&'t str, Option<Cow<'t, str>>)>;
}

pub(super) fn render<'t, R: Rule<'t>>(
    tree: &'t Document<'t>,
    nodes: &NodeSet,
    method: &Method,
    rule: &mut R,
    out: &mut Vec<u8>,
) {
    let comments = nodes.comments && method.algorithm.keeps_comments();
    let mut rendered = Rendered::default();
    let mut root_written = false;
    for step in tree.walk(nodes.top, &nodes.excluded) {
        match step {
            Step::Enter(node) => {
                let beside_root =
                    tree.parent(node) == Some(NodeId::DOCUMENT) && nodes.top == NodeId::DOCUMENT;
                match tree.kind(node) {
                    NodeKind::Document => {}
                    NodeKind::Element(element) => {
                        let is_apex = node == nodes.top || beside_root;
                        start_tag(tree, node, element, is_apex, rule, &mut rendered, out);
                        root_written = true;
                    }
                    NodeKind::Text(text) => escape_text(text, out),
                    NodeKind::Comment(_) if !comments => {}
                    NodeKind::Comment(text) => around(beside_root, root_written, out, |out| {
                        out.extend_from_slice(b"<!--");
                        escape_carriage_return(text, out);
                        out.extend_from_slice(b"-->");
                    }),
                    NodeKind::Instruction { target, data } => around(beside_root, root_written, out, |out| {
                        out.extend_from_slice(b"<?");
                        out.extend_from_slice(target.as_bytes());
                        if !data.is_empty() {
                            out.push(b' ');
                            escape_carriage_return(data, out);
                        }
                        out.extend_from_slice(b"?>");
                    }),
                }
            }
            Step::Leave(node) => {
                if let Some(element) = tree.element(node) {
                    out.extend_from_slice(b"</");
                    qualified_name(element.prefix, element.local, out);
                    out.push(b'>');
                    if let Some(mark) = rendered.marks.pop() {
                        rendered.bindings.truncate(mark);
                    }
                }
            }
        }
    }
}

/// Comments and instructions outside the root element stand on lines of their own.
fn around(beside_root: bool, after_root: bool, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    if beside_root && after_root {
        out.push(b'\n');
    }
    write(out);
    if beside_root && !after_root {
        out.push(b'\n');
    }
}

fn start_tag<'t, R: Rule<'t>>(
    tree: &'t Document<'t>,
    node: NodeId,
    element: &'t Element<'t>,
    is_apex: bool,
    rule: &mut R,
    rendered: &mut Rendered<'t>,
    out: &mut Vec<u8>,
) {
    out.push(b'<');
    qualified_name(element.prefix, element.local, out);

    let mut declarations = rule.declarations(node, element, is_apex, rendered);
    declarations.retain(|(prefix, uri)| *prefix != "xml" && rendered.needs(prefix, *uri));
    declarations.sort_unstable_by_key(|(prefix, _)| *prefix);
    declarations.dedup();
    rendered.marks.push(rendered.bindings.len());
    for (prefix, uri) in declarations {
        rendered.bindings.push((prefix, uri));
        out.extend_from_slice(b" xmlns");
        if !prefix.is_empty() {
            out.push(b':');
            out.extend_from_slice(prefix.as_bytes());
        }
        out.extend_from_slice(b"=\"");
        escape_attribute(tree.uri(uri), out);
        out.push(b'"');
    }

    let inherited = if is_apex { rule.inherited(node) } else { Vec::new() };
    let own = element.attributes.iter().filter(|a| !inherited.iter().any(|(local, _)| is_xml(a, local)));
    let mut attributes: Vec<(&str, &str, &str, &str)> =
        own.map(|a| (tree.uri(a.uri), a.local, a.prefix, a.value.as_ref())).collect();
    for (local, value) in &inherited {
        if let Some(value) = value {
            attributes.push((tree.uri(UriId::XML), local, "xml", value));
        }
    }
    attributes.sort_unstable();
    for (_, local, prefix, value) in attributes {
        out.push(b' ');
        qualified_name(prefix, local, out);
        out.extend_from_slice(b"=\"");
        escape_attribute(value, out);
        out.push(b'"');
    }
    out.push(b'>');
}

fn is_xml(attribute: &Attribute<'_>, local: &str) -> bool {
    attribute.uri == UriId::XML && attribute.local == local
}

fn qualified_name(prefix: &str, local: &str, out: &mut Vec<u8>) {
    if !prefix.is_empty() {
        out.extend_from_slice(prefix.as_bytes());
        out.push(b':');
    }
    out.extend_from_slice(local.as_bytes());
}

fn escape(text: &str, out: &mut Vec<u8>, replacement: impl Fn(u8) -> Option<&'static [u8]>) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if let Some(escaped) = replacement(*byte) {
            out.extend_from_slice(&bytes[copied..at]);
            out.extend_from_slice(escaped);
            copied = at + 1;
        }
    }
    out.extend_from_slice(&bytes[copied..]);
}

fn escape_text(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |byte| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

fn escape_attribute(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |byte| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'"' => Some(b"&quot;"),
        b'\t' => Some(b"&#x9;"),
        b'\n' => Some(b"&#xA;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

/// Comments and instructions cannot hold a carriage return after parsing; if one did, it would be written like this.
fn escape_carriage_return(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |byte| (byte == b'\r').then_some(b"&#xD;".as_slice()));
}
