//! XML canonicalisation: Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0, with and without comments.
//!
//! Node sets are what XML signatures need: a document or one element, less some whole subtrees. Within such a set the parent of
//! a visible node is visible too, except for the apex, which keeps every rule local.

mod base;
mod exclusive;
mod inclusive;
mod render;

use crate::error::XmlError;
use crate::parse::{decode, parse};
use crate::tree::{Document, NodeId};

/// A canonicalisation method of PROTOCOL §3.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Canonical XML 1.0, comments dropped.
    Inclusive10,
    /// Canonical XML 1.0, comments kept.
    Inclusive10WithComments,
    /// Canonical XML 1.1, comments dropped.
    Inclusive11,
    /// Canonical XML 1.1, comments kept.
    Inclusive11WithComments,
    /// Exclusive XML Canonicalization 1.0, comments dropped.
    Exclusive,
    /// Exclusive XML Canonicalization 1.0, comments kept.
    ExclusiveWithComments,
}

impl Algorithm {
    /// Every method.
    pub const ALL: [Algorithm; 6] = [
        Algorithm::Inclusive10,
        Algorithm::Inclusive10WithComments,
        Algorithm::Inclusive11,
        Algorithm::Inclusive11WithComments,
        Algorithm::Exclusive,
        Algorithm::ExclusiveWithComments,
    ];

    /// The identifier used in `Algorithm` attributes.
    pub fn uri(self) -> &'static str {
        match self {
            Algorithm::Inclusive10 => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            Algorithm::Inclusive10WithComments => {
                "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
            }
            Algorithm::Inclusive11 => "http://www.w3.org/2006/12/xml-c14n11",
            Algorithm::Inclusive11WithComments => "http://www.w3.org/2006/12/xml-c14n11#WithComments",
            Algorithm::Exclusive => "http://www.w3.org/2001/10/xml-exc-c14n#",
            Algorithm::ExclusiveWithComments => "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        }
    }

    /// The method with this identifier.
    pub fn from_uri(uri: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.uri() == uri)
    }

    /// The same method, keeping comments.
    #[must_use]
    pub fn with_comments(self) -> Algorithm {
        match self {
            Algorithm::Inclusive10 => Algorithm::Inclusive10WithComments,
            Algorithm::Inclusive11 => Algorithm::Inclusive11WithComments,
            Algorithm::Exclusive => Algorithm::ExclusiveWithComments,
            kept => kept,
        }
    }

    /// Whether comments are part of the output.
    pub fn keeps_comments(self) -> bool {
        matches!(
            self,
            Algorithm::Inclusive10WithComments
                | Algorithm::Inclusive11WithComments
                | Algorithm::ExclusiveWithComments
        )
    }
}

/// Nodes to canonicalise: `top` and all below, less the excluded subtrees.
#[derive(Debug, Clone)]
pub(crate) struct NodeSet {
    /// The document node or an element.
    pub(crate) top: NodeId,
    /// Tops of subtrees that are left out.
    pub(crate) excluded: Vec<NodeId>,
    /// `false` when the set was made without comment nodes, whatever the method says.
    pub(crate) comments: bool,
}

impl NodeSet {
    pub(crate) fn of(top: NodeId) -> Self {
        Self { top, excluded: Vec::new(), comments: true }
    }
}

/// A method with its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    pub(crate) algorithm: Algorithm,
    /// `InclusiveNamespaces PrefixList`; the empty string stands for `#default`. Only exclusive methods use it.
    pub(crate) inclusive_prefixes: Vec<String>,
}

impl From<Algorithm> for Method {
    fn from(algorithm: Algorithm) -> Self {
        Self { algorithm, inclusive_prefixes: Vec::new() }
    }
}

/// Canonicalises a whole document.
///
/// The input is UTF-8 XML 1.0, at most 64 MiB and 256 levels deep; a byte order mark is ignored, a DTD is refused.
///
/// # Errors
/// The document is not well formed, not namespace well formed, too large, or has a relative namespace name.
pub fn canonicalize(xml: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, XmlError> {
    let tree = parse(decode(xml)?)?;
    node_set(&tree, &NodeSet::of(NodeId::DOCUMENT), &algorithm.into())
}

/// Canonicalises the element that carries an Id, as a reference `#id` of a signature does.
///
/// `inclusive_prefixes` is the `InclusiveNamespaces PrefixList` of the exclusive methods, `#default` among them; others ignore it.
///
/// # Errors
/// As [`canonicalize`]; also when the Id is missing or given twice.
pub fn canonicalize_element(
    xml: &[u8],
    id: &str,
    algorithm: Algorithm,
    inclusive_prefixes: &[&str],
) -> Result<Vec<u8>, XmlError> {
    let tree = parse(decode(xml)?)?;
    let top = *tree.ids()?.get(id).ok_or(XmlError::IdNotFound)?;
    let inclusive_prefixes = inclusive_prefixes
        .iter()
        .map(|p| if *p == "#default" { String::new() } else { (*p).to_owned() })
        .collect();
    node_set(&tree, &NodeSet::of(top), &Method { algorithm, inclusive_prefixes })
}

/// Canonicalises a document without its `ds:Signature` elements, as a reference with `not(ancestor-or-self::ds:Signature)` does.
///
/// # Errors
/// As [`canonicalize`].
pub fn canonicalize_without_signatures(xml: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, XmlError> {
    let tree = parse(decode(xml)?)?;
    let mut nodes = NodeSet::of(NodeId::DOCUMENT);
    nodes.excluded = tree
        .elements(NodeId::DOCUMENT)
        .filter(|node| tree.is_named(*node, crate::uris::DSIG, "Signature"))
        .collect();
    node_set(&tree, &nodes, &algorithm.into())
}

/// Canonicalises a node set of a parsed document.
pub(crate) fn node_set(tree: &Document<'_>, nodes: &NodeSet, method: &Method) -> Result<Vec<u8>, XmlError> {
    // Canonical XML 1.0 §1: an implementation must report a failure on relative namespace names.
    if tree.uris().any(|uri| !uri.is_empty() && !is_absolute(uri)) {
        return Err(XmlError::RelativeNamespace);
    }
    let mut out = Vec::new();
    match method.algorithm {
        Algorithm::Inclusive10 | Algorithm::Inclusive10WithComments => {
            let mut rule = inclusive::Inclusive::new(tree, inclusive::Version::V10);
            render::render(tree, nodes, method, &mut rule, &mut out);
        }
        Algorithm::Inclusive11 | Algorithm::Inclusive11WithComments => {
            let mut rule = inclusive::Inclusive::new(tree, inclusive::Version::V11);
            render::render(tree, nodes, method, &mut rule, &mut out);
        }
        Algorithm::Exclusive | Algorithm::ExclusiveWithComments => {
            let mut rule = exclusive::Exclusive::new(tree, &method.inclusive_prefixes);
            render::render(tree, nodes, method, &mut rule, &mut out);
        }
    }
    Ok(out)
}

/// Whether a URI begins with a scheme (RFC 3986 §3.1).
fn is_absolute(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}
