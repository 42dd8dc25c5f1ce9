//! The list of operations, for programs that choose one at run time.

use ksef_model::operations::{Content, OPERATIONS, Operation, Parameter, Place};
use serde::Serialize;

use super::arguments::{BEARER, BODY};

/// One operation of the API, as a caller by name sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OperationDescription {
    /// Area and name, such as `sessions.status`.
    pub id: &'static str,
    /// One line for a person.
    pub summary: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path below the base address, with parameters in braces.
    pub path: &'static str,
    /// What the input may hold.
    pub inputs: Vec<InputDescription>,
    /// The type of the body of the request: a type of [`model`](crate::model), `XML`, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<&'static str>,
    /// The type of the answer: a type of [`model`](crate::model), `XML`, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<&'static str>,
    /// Any one of these permissions is enough; empty when none is documented.
    pub permissions: &'static [&'static str],
}

/// One name that the input of an operation may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InputDescription {
    /// The name.
    pub name: String,
    /// Where it goes: `path`, `query`, `header`, `bearer` or `body`.
    pub place: &'static str,
    /// Whether it must be given.
    pub required: bool,
}

/// All operations of the API, by area: names, arguments, and the names of request and response types.
#[must_use]
pub fn operations() -> Vec<OperationDescription> {
    OPERATIONS.iter().map(|operation| describe(operation)).collect()
}

fn describe(operation: &'static Operation) -> OperationDescription {
    OperationDescription {
        id: operation.id,
        summary: operation.summary,
        method: operation.method.as_str(),
        path: operation.path,
        inputs: inputs(operation),
        request: content(operation.request),
        response: content(operation.response),
        permissions: operation.permissions,
    }
}

fn content(content: Content) -> Option<&'static str> {
    match content {
        Content::Empty => None,
        Content::Json(name) => Some(name),
        Content::Xml => Some("XML"),
    }
}

pub(super) fn inputs(operation: &Operation) -> Vec<InputDescription> {
    let input = |name: String, place, required| InputDescription { name, place, required };
    let mut inputs: Vec<InputDescription> = operation
        .parameters
        .iter()
        .map(|parameter| {
            let place = match parameter.place {
                Place::Path => "path",
                Place::Query => "query",
                Place::Header => "header",
            };
            input(input_name(parameter), place, parameter.required)
        })
        .collect();
    if operation.own_bearer {
        inputs.push(input(BEARER.to_owned(), "bearer", true));
    }
    if operation.request != Content::Empty {
        inputs.push(input(BODY.to_owned(), "body", true));
    }
    inputs
}

/// The name of a parameter in the input: that of the API; headers without `x-` in camel case (`continuationToken`).
pub(super) fn input_name(parameter: &Parameter) -> String {
    if parameter.place != Place::Header {
        return parameter.name.to_owned();
    }
    let mut name = String::new();
    for (index, word) in parameter.name.trim_start_matches("x-").split('-').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => {
                name.push(first.to_ascii_uppercase());
                name.push_str(letters.as_str());
            }
            _ => name.push_str(word),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_listed_with_distinct_inputs() {
        let listed = operations();
        assert_eq!(listed.len(), OPERATIONS.len());
        for operation in &listed {
            let mut names: Vec<&str> = operation.inputs.iter().map(|input| input.name.as_str()).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", operation.id);
        }
        let list = listed.iter().find(|operation| operation.id == "tokens.list").expect("tokens.list");
        assert!(list.inputs.iter().any(|input| input.name == "continuationToken" && input.place == "header"));
        assert_eq!(list.response, Some("QueryTokensResponse"));
    }
}
