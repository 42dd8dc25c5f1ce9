//! The transforms of PROTOCOL §3.4. XPath and filters are accepted in the forms that remove signatures, nothing else.

use super::algorithms::{canonicalization, identifier, unsupported};
use super::{VerifyError, simple_text};
use crate::c14n::{Method, NodeSet, node_set};
use crate::parse::{decode, parse};
use crate::tree::{Document, NodeId};
use crate::uris::{DSIG, ENVELOPED_SIGNATURE};

pub(super) const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
const FILTER2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";

#[derive(Debug, Clone)]
pub(super) enum Transform {
    /// Enveloped-signature and its spellings in XPath. As the document has one signature, they all mean that one.
    WithoutSignature,
    Canonicalize(Method),
    Base64,
}

pub(super) fn read(tree: &Document<'_>, node: NodeId) -> Result<Transform, VerifyError> {
    if let Some(method) = canonicalization(tree, node)? {
        return Ok(Transform::Canonicalize(method));
    }
    let uri = identifier(tree, node)?;
    let mut parameters = tree.child_elements(node);
    match (uri, parameters.next(), parameters.next()) {
        (ENVELOPED_SIGNATURE, None, _) => Ok(Transform::WithoutSignature),
        (BASE64, None, _) => Ok(Transform::Base64),
        (XPATH, Some(xpath), None) if tree.is_named(xpath, DSIG, "XPath") => {
            let expression = expression(tree, xpath)?;
            let inner = expression.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')'));
            let step = inner.and_then(|inner| inner.strip_prefix("ancestor-or-self::"));
            accept(tree, xpath, uri, step)
        }
        (FILTER2, Some(xpath), None)
            if tree.is_named(xpath, FILTER2, "XPath")
                && tree.attribute(xpath, "Filter") == Some("subtract") =>
        {
            let expression = expression(tree, xpath)?;
            let step =
                expression.strip_prefix("/descendant::").or_else(|| expression.strip_prefix("//")).or_else(
                    || expression.strip_prefix("here()/ancestor::").and_then(|rest| rest.strip_suffix("[1]")),
                );
            accept(tree, xpath, uri, step)
        }
        _ => Err(unsupported("transform", uri)),
    }
}

/// The text of an XPath element without white space: none of the accepted expressions needs any.
fn expression(tree: &Document<'_>, node: NodeId) -> Result<String, VerifyError> {
    Ok(simple_text(tree, node)?.split_ascii_whitespace().collect())
}

/// Accepts a node test that means `ds:Signature`, whatever the prefix.
fn accept(
    tree: &Document<'_>,
    xpath: NodeId,
    uri: &str,
    node_test: Option<&str>,
) -> Result<Transform, VerifyError> {
    let prefix = node_test.and_then(|test| test.strip_suffix(":Signature"));
    match prefix.is_some_and(|prefix| !prefix.is_empty() && tree.uri(tree.in_scope(xpath, prefix)) == DSIG) {
        true => Ok(Transform::WithoutSignature),
        false => Err(unsupported("transform", uri)),
    }
}

/// Canonicalises what an earlier canonicalisation wrote.
pub(super) fn canonicalize_again(octets: &[u8], method: &Method) -> Result<Vec<u8>, VerifyError> {
    let tree = parse(decode(octets)?)?;
    Ok(node_set(&tree, &NodeSet::of(NodeId::DOCUMENT), method)?)
}
