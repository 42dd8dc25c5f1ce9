//! Namespace bindings in scope, with constant-time lookup however deep or wide a hostile document is.

use std::borrow::Cow;
use std::collections::HashMap;

use super::scanner::Problem;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The bindings of all open elements: per prefix a stack of names, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Namespaces<'a> {
    bindings: HashMap<&'a str, Vec<Cow<'a, str>>>,
}

impl<'a> Namespaces<'a> {
    /// Adds a binding of the element being opened. The default namespace has the prefix "".
    pub(super) fn declare(&mut self, prefix: &'a str, name: Cow<'a, str>) -> Result<(), Problem> {
        let reserved = match prefix {
            "xmlns" => true,
            "xml" => name != XML,
            _ => name == XML || name == XMLNS || (name.is_empty() && !prefix.is_empty()),
        };
        if reserved {
            return Err(Problem::NamespaceDeclaration);
        }
        self.bindings.entry(prefix).or_default().push(name);
        Ok(())
    }

    /// Takes back the innermost binding of `prefix`, when the element that made it closes.
    pub(super) fn forget(&mut self, prefix: &str) {
        if let Some(stack) = self.bindings.get_mut(prefix) {
            stack.pop();
        }
    }

    /// The namespace bound to `prefix`; the empty string means no namespace.
    pub(super) fn resolve(&self, prefix: &str) -> Result<Cow<'a, str>, Problem> {
        if let Some(name) = self.bindings.get(prefix).and_then(|stack| stack.last()) {
            return Ok(name.clone());
        }
        match prefix {
            "" => Ok(Cow::Borrowed("")),
            "xml" => Ok(Cow::Borrowed(XML)),
            _ => Err(Problem::UndeclaredPrefix),
        }
    }
}
