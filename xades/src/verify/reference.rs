//! References: what they point at, what is left of it after the transforms, and whether that is the whole document.

use std::collections::HashMap;

use ksef_crypto::HashAlgorithm;

use super::outline::Outline;
use super::transform::{self, Transform};
use super::{DEFAULT_C14N, VerifyError, VerifyOptions, algorithms, base64_of, decode_base64};
use crate::c14n::{Algorithm, NodeSet, node_set};
use crate::tree::{Document, NodeId, NodeKind, Step};
use crate::uris::{DSIG, SIGNED_PROPERTIES_TYPE, XADES};

/// Enveloped-signature, a filter and a canonicalisation make three.
const MAX_TRANSFORMS: usize = 8;

#[derive(Debug)]
pub(super) struct Reference<'d> {
    uri: &'d str,
    kind: Option<&'d str>,
    transforms: Vec<Transform>,
    pub(super) digest: HashAlgorithm,
    pub(super) value: Vec<u8>,
}

impl Reference<'_> {
    pub(super) fn is_typed_as_properties(&self) -> bool {
        self.kind == Some(SIGNED_PROPERTIES_TYPE)
    }
}

/// What a reference makes safe against change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covered {
    /// The whole document, the signature excepted.
    Document,
    /// The document inside an enveloping signature.
    Object(NodeId),
    /// One element with all below it.
    Element(NodeId),
}

fn structure(reason: &'static str) -> VerifyError {
    VerifyError::Structure { reason }
}

pub(super) fn read<'d>(
    tree: &'d Document<'_>,
    node: NodeId,
    options: &VerifyOptions,
) -> Result<Reference<'d>, VerifyError> {
    let mut children = tree.child_elements(node).peekable();
    let mut transforms = Vec::new();
    if let Some(parent) = children.next_if(|child| tree.is_named(*child, DSIG, "Transforms")) {
        for child in tree.child_elements(parent) {
            if !tree.is_named(child, DSIG, "Transform") || transforms.len() == MAX_TRANSFORMS {
                return Err(structure("bad Transforms"));
            }
            transforms.push(transform::read(tree, child)?);
        }
    }
    let method = children.next_if(|child| tree.is_named(*child, DSIG, "DigestMethod"));
    let value = children.next_if(|child| tree.is_named(*child, DSIG, "DigestValue"));
    let (Some(method), Some(value), None) = (method, value, children.next()) else {
        return Err(structure("a reference without digest, or with unexpected elements"));
    };
    Ok(Reference {
        // without a URI the application would have to know the target: that is detached
        uri: tree.attribute(node, "URI").ok_or(VerifyError::Detached)?,
        kind: tree.attribute(node, "Type"),
        transforms,
        digest: algorithms::digest(algorithms::identifier(tree, method)?, options)?,
        value: base64_of(tree, value)?,
    })
}

/// The bytes a reference digests, and what they stand for.
pub(super) fn dereference(
    tree: &Document<'_>,
    ids: &HashMap<&str, NodeId>,
    outline: &Outline<'_>,
    reference: &Reference<'_>,
) -> Result<(Vec<u8>, Covered), VerifyError> {
    let target = resolve(ids, reference.uri)?;
    let mut nodes = Some(target.clone());
    let mut octets = Vec::new();
    let mut is_decoded = false;
    for transform in &reference.transforms {
        match (transform, nodes.take()) {
            (Transform::WithoutSignature, Some(mut set)) => {
                if tree.is_within(set.top, outline.signature) {
                    return Err(VerifyError::DocumentNotCovered);
                }
                set.excluded = vec![outline.signature];
                nodes = Some(set);
            }
            (Transform::Canonicalize(method), Some(set)) => octets = node_set(tree, &set, method)?,
            (Transform::Canonicalize(method), None) if !is_decoded => {
                octets = transform::canonicalize_again(&octets, method)?;
            }
            (Transform::Base64, Some(set)) => {
                octets =
                    decode_base64(&visible_text(tree, &set)).ok_or(structure("a value is not base64"))?;
                is_decoded = true;
            }
            (_, None) => return Err(structure("transforms in an order that is not supported")),
        }
    }
    if let Some(set) = &nodes {
        octets = node_set(tree, set, &DEFAULT_C14N.into())?;
    }

    let has_plain_content = |node| tree.child_elements(node).next().is_none();
    let top = target.top;
    let covered =
        if !outline.is_root && !is_decoded && (top == NodeId::DOCUMENT || top == tree.root_element()) {
            Covered::Document
        } else if outline.is_root && outline.objects.contains(&top) && !holds_properties(tree, top) {
            if is_decoded && !has_plain_content(top) {
                return Err(structure("elements beside base64 content"));
            }
            Covered::Object(top)
        } else if is_decoded || top == NodeId::DOCUMENT {
            // Base64 of a tree covers no elements, and an enveloping signature cannot cover itself.
            return Err(VerifyError::DocumentNotCovered);
        } else {
            Covered::Element(top)
        };
    Ok((octets, covered))
}

fn resolve(ids: &HashMap<&str, NodeId>, uri: &str) -> Result<NodeSet, VerifyError> {
    if uri.is_empty() {
        return Ok(NodeSet { comments: false, ..NodeSet::of(NodeId::DOCUMENT) });
    }
    let fragment = uri.strip_prefix('#').ok_or(VerifyError::Detached)?;
    if fragment == "xpointer(/)" {
        return Ok(NodeSet::of(NodeId::DOCUMENT));
    }
    let quoted = fragment.strip_prefix("xpointer(id(").and_then(|rest| rest.strip_suffix("))"));
    let (id, comments) = match quoted {
        Some(quoted) => {
            let unquote = |quote: char| quoted.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            (unquote('\'').or_else(|| unquote('"')).ok_or(structure("bad xpointer"))?, true)
        }
        None => (fragment, false),
    };
    let node = *ids.get(id).ok_or(VerifyError::DanglingReference)?;
    Ok(NodeSet { comments, ..NodeSet::of(node) })
}

fn holds_properties(tree: &Document<'_>, object: NodeId) -> bool {
    tree.child_elements(object).any(|child| tree.is_named(child, XADES, "QualifyingProperties"))
}

fn visible_text(tree: &Document<'_>, nodes: &NodeSet) -> String {
    let text = |step| match step {
        Step::Enter(node) => match tree.kind(node) {
            NodeKind::Text(part) => Some(part.as_ref()),
            _ => None,
        },
        Step::Leave(_) => None,
    };
    tree.walk(nodes.top, &nodes.excluded).filter_map(text).collect()
}

/// The document inside the signed object of an enveloping signature.
pub(super) fn object_content(
    tree: &Document<'_>,
    object: NodeId,
    reference: &Reference<'_>,
    octets: &[u8],
) -> Result<Vec<u8>, VerifyError> {
    if reference.transforms.iter().any(|transform| matches!(transform, Transform::Base64)) {
        return Ok(octets.to_vec());
    }
    let mut children = tree.child_elements(object);
    match (children.next(), children.next()) {
        (Some(content), None) => Ok(node_set(tree, &NodeSet::of(content), &Algorithm::Inclusive10.into())?),
        (None, _)
            if tree.attribute(object, "Encoding").is_some_and(|encoding| encoding == transform::BASE64) =>
        {
            base64_of(tree, object)
        }
        _ => Err(structure("the signed object does not hold exactly one document")),
    }
}
