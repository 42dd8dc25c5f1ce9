//! Canonical XML 1.0 and 1.1: every namespace in scope is declared, and an apex takes over `xml:` attributes.

use std::borrow::Cow;

use super::base::join;
use super::render::{Rendered, Rule};
use crate::tree::{Document, Element, NodeId, UriId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V10,
    V11,
}

#[derive(Debug)]
pub(super) struct Inclusive<'t> {
    tree: &'t Document<'t>,
    version: Version,
}

impl<'t> Inclusive<'t> {
    pub(super) fn new(tree: &'t Document<'t>, version: Version) -> Self {
        Self { tree, version }
    }

    fn ancestors(&self, node: NodeId) -> impl Iterator<Item = &'t Element<'t>> {
        let tree = self.tree;
        tree.ancestors(node).filter_map(move |ancestor| tree.element(ancestor))
    }
}

impl<'t> Rule<'t> for Inclusive<'t> {
    fn declarations(
        &mut self,
        node: NodeId,
        element: &'t Element<'t>,
        is_apex: bool,
        _rendered: &Rendered<'t>,
    ) -> Vec<(&'t str, UriId)> {
        let mut in_scope = element.declarations.clone();
        if is_apex {
            for ancestor in self.ancestors(node) {
                for (prefix, uri) in &ancestor.declarations {
                    if !in_scope.iter().any(|(p, _)| p == prefix) {
                        in_scope.push((prefix, *uri));
                    }
                }
            }
        }
        in_scope
    }

    fn inherited(&self, apex: NodeId) -> Vec<(&'t str, Option<Cow<'t, str>>)> {
        let Some(element) = self.tree.element(apex) else { return Vec::new() };
        let mut inherited: Vec<(&'t str, Option<Cow<'t, str>>)> = Vec::new();
        for ancestor in self.ancestors(apex) {
            for attribute in ancestor.attributes.iter().filter(|a| a.uri == UriId::XML) {
                let is_inherited = match self.version {
                    Version::V10 => true,
                    Version::V11 => matches!(attribute.local, "lang" | "space"),
                };
                let known =
                    element.attributes.iter().any(|a| a.uri == UriId::XML && a.local == attribute.local)
                        || inherited.iter().any(|(local, _)| *local == attribute.local);
                if is_inherited && !known {
                    inherited.push((attribute.local, Some(Cow::Borrowed(attribute.value.as_ref()))));
                }
            }
        }
        if self.version == Version::V11
            && let Some(base) = self.fixed_up_base(apex, element)
        {
            inherited.push(("base", (!base.is_empty()).then_some(Cow::Owned(base))));
        }
        inherited
    }
}

impl<'t> Inclusive<'t> {
    /// The `xml:base` fix-up of Canonical XML 1.1 §2.4; `None` when no omitted ancestor has a base.
    fn fixed_up_base(&self, apex: NodeId, element: &'t Element<'t>) -> Option<String> {
        let base = |element: &'t Element<'t>| {
            element
                .attributes
                .iter()
                .find(|a| a.uri == UriId::XML && a.local == "base")
                .map(|a| a.value.as_ref())
        };
        let mut outer = self.ancestors(apex).filter_map(base);
        let nearest = outer.next()?;
        let own = base(element).map_or_else(|| nearest.to_owned(), |own| join(nearest, own));
        Some(outer.fold(own, |reference, base| join(base, &reference)))
    }
}
