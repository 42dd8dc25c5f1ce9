//! Exclusive XML Canonicalization 1.0: a namespace is declared where an element or attribute visibly uses it.

use std::borrow::Cow;

use super::render::{Rendered, Rule};
use crate::tree::{Document, Element, NodeId, UriId};

#[derive(Debug)]
pub(super) struct Exclusive<'t, 'p> {
    tree: &'t Document<'t>,
    inclusive_prefixes: &'p [String],
}

impl<'t, 'p> Exclusive<'t, 'p> {
    pub(super) fn new(tree: &'t Document<'t>, inclusive_prefixes: &'p [String]) -> Self {
        Self { tree, inclusive_prefixes }
    }

    fn is_listed(&self, prefix: &str) -> bool {
        self.inclusive_prefixes.iter().any(|listed| listed == prefix)
    }
}

impl<'t> Rule<'t> for Exclusive<'t, '_> {
    fn declarations(
        &mut self,
        node: NodeId,
        element: &'t Element<'t>,
        is_apex: bool,
        _rendered: &Rendered<'t>,
    ) -> Vec<(&'t str, UriId)> {
        let mut used = vec![(element.prefix, element.uri)];
        used.extend(element.attributes.iter().filter(|a| !a.prefix.is_empty()).map(|a| (a.prefix, a.uri)));
        if !self.inclusive_prefixes.is_empty() {
            // Listed prefixes follow the inclusive rules: all in scope at the apex, then each new declaration.
            used.extend(element.declarations.iter().filter(|(prefix, _)| self.is_listed(prefix)));
            if is_apex {
                for ancestor in self.tree.ancestors(node).filter_map(|ancestor| self.tree.element(ancestor)) {
                    for (prefix, uri) in
                        ancestor.declarations.iter().filter(|(prefix, _)| self.is_listed(prefix))
                    {
                        if !used.iter().any(|(p, _)| p == prefix) {
                            used.push((prefix, *uri));
                        }
                    }
                }
            }
        }
        used
    }

    fn inherited(&self, _apex: NodeId) -> Vec<(&'t str, Option<Cow<'t, str>>)> {
        Vec::new()
    }
}
