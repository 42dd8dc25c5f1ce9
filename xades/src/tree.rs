//! A small read-only XML tree in an arena.
//!
//! It keeps what canonicalisation needs and usual trees drop: prefixes, namespace declarations where they stand, and the
//! byte span of every element in the source. All traversal is iterative, so depth never becomes stack.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::error::XmlError;

/// The namespace name every document binds to the prefix `xml`.
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace name of `xmlns` itself.
pub(crate) const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// A node of one [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

impl NodeId {
    /// The document node, parent of the root element and of comments beside it.
    pub(crate) const DOCUMENT: NodeId = NodeId(0);

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// An interned namespace name; equal ids mean equal names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct UriId(u32);

impl UriId {
    /// No namespace.
    pub(crate) const NONE: UriId = UriId(0);
    /// The `xml:` namespace.
    pub(crate) const XML: UriId = UriId(1);
}

#[derive(Debug)]
pub(crate) struct Attribute<'s> {
    pub(crate) prefix: &'s str,
    pub(crate) local: &'s str,
    pub(crate) uri: UriId,
    /// Normalised value, references resolved.
    pub(crate) value: Cow<'s, str>,
}

#[derive(Debug)]
pub(crate) struct Element<'s> {
    pub(crate) prefix: &'s str,
    pub(crate) local: &'s str,
    pub(crate) uri: UriId,
    /// Declarations that stand on this very element; the empty prefix is the default namespace.
    pub(crate) declarations: Vec<(&'s str, UriId)>,
    pub(crate) attributes: Vec<Attribute<'s>>,
    /// The start tag, or the whole element when it is an empty-element tag.
    pub(crate) start_tag: Range<usize>,
    /// From `<` of the start tag to `>` of the end tag.
    pub(crate) span: Range<usize>,
    /// Written as `<a/>`.
    pub(crate) self_closed: bool,
}

#[derive(Debug)]
pub(crate) enum NodeKind<'s> {
    Document,
    Element(Box<Element<'s>>),
    Text(Cow<'s, str>),
    Comment(Cow<'s, str>),
    Instruction { target: &'s str, data: Cow<'s, str> },
}

#[derive(Debug)]
struct Node<'s> {
    parent: NodeId,
    first_child: Option<NodeId>,
    last_child: Option<NodeId>,
    next_sibling: Option<NodeId>,
    kind: NodeKind<'s>,
}

/// A parsed document that borrows from its source text.
#[derive(Debug)]
pub(crate) struct Document<'s> {
    source: &'s str,
    nodes: Vec<Node<'s>>,
    uris: Vec<Cow<'s, str>>,
    uri_ids: HashMap<Cow<'s, str>, UriId>,
}

impl<'s> Document<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        let document = Node {
            parent: NodeId(0),
            first_child: None,
            last_child: None,
            next_sibling: None,
            kind: NodeKind::Document,
        };
        let mut tree = Self { source, nodes: vec![document], uris: Vec::new(), uri_ids: HashMap::new() };
        tree.intern(Cow::Borrowed(""));
        tree.intern(Cow::Borrowed(XML_NAMESPACE));
        tree
    }

    pub(crate) fn intern(&mut self, uri: Cow<'s, str>) -> UriId {
        if let Some(id) = self.uri_ids.get(&uri) {
            return *id;
        }
        let id = UriId(self.uris.len() as u32);
        self.uris.push(uri.clone());
        self.uri_ids.insert(uri, id);
        id
    }

    pub(crate) fn uri(&self, id: UriId) -> &str {
        &self.uris[id.0 as usize]
    }

    /// All namespace names that occur, the empty one included.
    pub(crate) fn uris(&self) -> impl Iterator<Item = &str> {
        self.uris.iter().map(AsRef::as_ref)
    }

    pub(crate) fn uri_count(&self) -> usize {
        self.uris.len()
    }

    pub(crate) fn source(&self) -> &'s str {
        self.source
    }

    pub(crate) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn append(&mut self, parent: NodeId, kind: NodeKind<'s>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { parent, first_child: None, last_child: None, next_sibling: None, kind });
        match self.nodes[parent.index()].last_child {
            Some(previous) => self.nodes[previous.index()].next_sibling = Some(id),
            None => self.nodes[parent.index()].first_child = Some(id),
        }
        self.nodes[parent.index()].last_child = Some(id);
        id
    }

    /// Adds character data, joined with a text node that directly precedes it.
    pub(crate) fn append_text(&mut self, parent: NodeId, text: Cow<'s, str>) {
        if text.is_empty() {
            return;
        }
        if let Some(last) = self.nodes[parent.index()].last_child
            && let NodeKind::Text(existing) = &mut self.nodes[last.index()].kind
        {
            existing.to_mut().push_str(&text);
            return;
        }
        self.append(parent, NodeKind::Text(text));
    }

    pub(crate) fn close_element(&mut self, id: NodeId, end: usize) {
        if let NodeKind::Element(element) = &mut self.nodes[id.index()].kind {
            element.span.end = end;
        }
    }

    pub(crate) fn kind(&self, id: NodeId) -> &NodeKind<'s> {
        &self.nodes[id.index()].kind
    }

    pub(crate) fn element(&self, id: NodeId) -> Option<&Element<'s>> {
        match self.kind(id) {
            NodeKind::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The parent; `None` for the document node.
    pub(crate) fn parent(&self, id: NodeId) -> Option<NodeId> {
        (id != NodeId::DOCUMENT).then(|| self.nodes[id.index()].parent)
    }

    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.nodes[id.index()].first_child, |node| {
            self.nodes[node.index()].next_sibling
        })
    }

    pub(crate) fn child_elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(id).filter(|child| self.element(*child).is_some())
    }

    /// The root element. A parsed document always has one.
    pub(crate) fn root_element(&self) -> NodeId {
        self.child_elements(NodeId::DOCUMENT).next().unwrap_or(NodeId::DOCUMENT)
    }

    /// Ancestors from the parent up, the document node excluded.
    pub(crate) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(id), |node| self.parent(*node))
            .filter(|node| *node != NodeId::DOCUMENT)
    }

    /// Whether `node` is `ancestor` or lies below it.
    pub(crate) fn is_within(&self, node: NodeId, ancestor: NodeId) -> bool {
        node == ancestor
            || std::iter::successors(self.parent(node), |n| self.parent(*n)).any(|n| n == ancestor)
    }

    pub(crate) fn is_named(&self, id: NodeId, namespace: &str, local: &str) -> bool {
        self.element(id).is_some_and(|element| element.local == local && self.uri(element.uri) == namespace)
    }

    /// The value of an attribute in no namespace.
    pub(crate) fn attribute(&self, id: NodeId, local: &str) -> Option<&str> {
        let attributes = &self.element(id)?.attributes;
        attributes.iter().find(|a| a.uri == UriId::NONE && a.local == local).map(|a| a.value.as_ref())
    }

    /// The namespace a prefix means at an element; the empty prefix asks for the default namespace.
    pub(crate) fn in_scope(&self, id: NodeId, prefix: &str) -> UriId {
        if prefix == "xml" {
            return UriId::XML;
        }
        std::iter::once(id)
            .chain(self.ancestors(id))
            .filter_map(|node| self.element(node))
            .find_map(|element| element.declarations.iter().find(|(p, _)| *p == prefix).map(|(_, uri)| *uri))
            .unwrap_or(UriId::NONE)
    }

    /// Enters and leaves the nodes below and including `top` in document order, skipping excluded subtrees.
    pub(crate) fn walk<'d>(&'d self, top: NodeId, excluded: &'d [NodeId]) -> Walk<'d, 's> {
        Walk { tree: self, top, excluded, next: (!excluded.contains(&top)).then_some(Step::Enter(top)) }
    }

    /// All elements below and including `top`, in document order.
    pub(crate) fn elements(&self, top: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.walk(top, &[]).filter_map(|step| match step {
            Step::Enter(node) if self.element(node).is_some() => Some(node),
            _ => None,
        })
    }

    /// Character data below a node, comments and markup left out.
    pub(crate) fn text(&self, top: NodeId) -> String {
        let mut text = String::new();
        for step in self.walk(top, &[]) {
            if let Step::Enter(node) = step
                && let NodeKind::Text(part) = self.kind(node)
            {
                text.push_str(part);
            }
        }
        text
    }

    /// Elements by Id: attributes `Id`, `ID`, `id` in no namespace, and `xml:id`.
    ///
    /// # Errors
    /// When two elements share an Id, or one element has two different ones.
    pub(crate) fn ids(&self) -> Result<HashMap<&str, NodeId>, XmlError> {
        let mut ids = HashMap::new();
        for node in self.elements(NodeId::DOCUMENT) {
            let Some(element) = self.element(node) else { continue };
            for attribute in &element.attributes {
                let is_id = match attribute.uri {
                    UriId::NONE => matches!(attribute.local, "Id" | "ID" | "id"),
                    UriId::XML => attribute.local == "id",
                    _ => false,
                };
                if is_id && ids.insert(attribute.value.as_ref(), node).is_some() {
                    return Err(XmlError::DuplicateId { offset: element.span.start });
                }
            }
        }
        Ok(ids)
    }
}

/// One step of [`Document::walk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Enter(NodeId),
    Leave(NodeId),
}

/// See [`Document::walk`].
#[derive(Debug)]
pub(crate) struct Walk<'d, 's> {
    tree: &'d Document<'s>,
    top: NodeId,
    excluded: &'d [NodeId],
    next: Option<Step>,
}

impl Walk<'_, '_> {
    fn visible(&self, mut candidate: Option<NodeId>) -> Option<NodeId> {
        while let Some(node) = candidate {
            if !self.excluded.contains(&node) {
                return Some(node);
            }
            candidate = self.tree.nodes[node.index()].next_sibling;
        }
        None
    }
}

impl Iterator for Walk<'_, '_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let step = self.next?;
        self.next = match step {
            Step::Enter(node) => Some(match self.visible(self.tree.nodes[node.index()].first_child) {
                Some(child) => Step::Enter(child),
                None => Step::Leave(node),
            }),
            Step::Leave(node) if node == self.top => None,
            Step::Leave(node) => Some(match self.visible(self.tree.nodes[node.index()].next_sibling) {
                Some(sibling) => Step::Enter(sibling),
                None => Step::Leave(self.tree.nodes[node.index()].parent),
            }),
        };
        Some(step)
    }
}
