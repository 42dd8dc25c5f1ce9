//! The parts of a `ds:Signature` element, found by position rather than by search.

use ksef_crypto::Certificate;

use super::{VerifyError, algorithms, simple_text};
use crate::c14n::Method;
use crate::tree::{Document, NodeId};
use crate::uris::DSIG;

/// Enough for a document, its properties and a handful of extras; each costs a canonicalisation.
const MAX_REFERENCES: usize = 16;
/// Enough for any chain.
const MAX_CERTIFICATES: usize = 16;

#[derive(Debug)]
pub(super) struct Outline<'d> {
    pub(super) signature: NodeId,
    /// The signature is the root element, so the document is inside it.
    pub(super) is_root: bool,
    pub(super) id: Option<&'d str>,
    pub(super) signed_info: NodeId,
    pub(super) signed_info_c14n: Method,
    pub(super) signature_method: &'d str,
    pub(super) references: Vec<NodeId>,
    pub(super) signature_value: NodeId,
    key_info: Option<NodeId>,
    pub(super) objects: Vec<NodeId>,
}

fn structure(reason: &'static str) -> VerifyError {
    VerifyError::Structure { reason }
}

/// Takes the next child when it has the wanted name.
fn take(
    tree: &Document<'_>,
    children: &mut std::iter::Peekable<impl Iterator<Item = NodeId>>,
    local: &str,
) -> Option<NodeId> {
    children.next_if(|child| tree.is_named(*child, DSIG, local))
}

impl<'d> Outline<'d> {
    pub(super) fn read(tree: &'d Document<'_>, signature: NodeId) -> Result<Self, VerifyError> {
        let mut children = tree.child_elements(signature).peekable();
        let signed_info = take(tree, &mut children, "SignedInfo").ok_or(structure("no SignedInfo"))?;
        let signature_value =
            take(tree, &mut children, "SignatureValue").ok_or(structure("no SignatureValue"))?;
        let key_info = take(tree, &mut children, "KeyInfo");
        let mut objects = Vec::new();
        while let Some(object) = take(tree, &mut children, "Object") {
            objects.push(object);
        }
        if children.next().is_some() {
            return Err(structure("unexpected elements in Signature"));
        }

        let mut children = tree.child_elements(signed_info).peekable();
        let c14n = take(tree, &mut children, "CanonicalizationMethod")
            .ok_or(structure("no CanonicalizationMethod"))?;
        let method = take(tree, &mut children, "SignatureMethod").ok_or(structure("no SignatureMethod"))?;
        let mut references = Vec::new();
        while let Some(reference) = take(tree, &mut children, "Reference") {
            references.push(reference);
        }
        if children.next().is_some() {
            return Err(structure("unexpected elements in SignedInfo"));
        }
        if references.is_empty() || references.len() > MAX_REFERENCES {
            return Err(structure("no references, or too many"));
        }
        let signed_info_c14n = match algorithms::canonicalization(tree, c14n)? {
            Some(method) => method,
            None => {
                return Err(algorithms::unsupported("canonicalization", algorithms::identifier(tree, c14n)?));
            }
        };
        Ok(Self {
            signature,
            is_root: signature == tree.root_element(),
            id: tree.attribute(signature, "Id"),
            signed_info,
            signed_info_c14n,
            signature_method: algorithms::identifier(tree, method)?,
            references,
            signature_value,
            key_info,
            objects,
        })
    }

    /// The certificates of `KeyInfo`, in order; at least one.
    pub(super) fn certificates(&self, tree: &Document<'_>) -> Result<Vec<Certificate>, VerifyError> {
        let mut found = Vec::new();
        for data in self.key_info.iter().flat_map(|info| tree.child_elements(*info)) {
            if !tree.is_named(data, DSIG, "X509Data") {
                continue;
            }
            for node in tree.child_elements(data).filter(|node| tree.is_named(*node, DSIG, "X509Certificate"))
            {
                if found.len() == MAX_CERTIFICATES {
                    return Err(structure("too many certificates"));
                }
                let certificate = Certificate::from_base64(&simple_text(tree, node)?)
                    .map_err(|_| VerifyError::Certificate { reason: "it cannot be read" })?;
                found.push(certificate);
            }
        }
        match found.is_empty() {
            true => Err(VerifyError::Certificate { reason: "there is none in KeyInfo" }),
            false => Ok(found),
        }
    }
}
