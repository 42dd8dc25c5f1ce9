//! The arguments of the method of an operation, in their order: the method itself, its blocking twin and the call by name
//! are written from this one list.

use super::case;
use super::description::{Content, Kind, Parameter, Place, Shape};
use super::plan::{OperationPlan, Plan, optional_query};

/// One argument of a method.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: String,
    /// Its type in the signature.
    pub(crate) rust_type: String,
    /// The expression that reads it from the JSON of a call by name.
    pub(crate) reading: String,
}

/// Path parameters, a bearer token, required query parameters, the body, optional query parameters, headers.
pub(crate) fn arguments(plan: &Plan<'_>, operation: &OperationPlan<'_>) -> Vec<Argument> {
    let mut list = Vec::new();
    let source = operation.source;
    let of = |place: Place| source.parameters.iter().filter(move |parameter| parameter.place == place);
    for parameter in of(Place::Path) {
        list.push(required(plan, parameter));
    }
    if operation.name.bearer {
        list.push(argument("bearer", "BearerToken", "arguments.bearer()?"));
    }
    for parameter in of(Place::Query).filter(|parameter| parameter.required) {
        list.push(required(plan, parameter));
    }
    match &source.request {
        Content::Json(shape) => {
            let body = plan.rust_type(shape);
            list.push(argument("request", &format!("&{body}"), &format!("&arguments.body::<{body}>()?")));
        }
        Content::Xml => list.push(argument("document", "Bytes", "arguments.document()?")),
        Content::Empty => {}
    }
    let optional = optional_query(source);
    match &operation.query_type {
        Some(query) => {
            let fields: String = optional
                .iter()
                .map(|parameter| {
                    let json = &parameter.name;
                    format!("{}: arguments.optional({json:?})?, ", case::field(json))
                })
                .collect();
            list.push(argument("query", &format!("&{query}"), &format!("&{query} {{ {fields} }}")));
        }
        None => list.extend(optional.into_iter().map(|parameter| self::optional(plan, parameter))),
    }
    for parameter in of(Place::Header) {
        let name = header(parameter);
        let reading = format!("arguments.optional::<String>({:?})?.as_deref()", case::serde_camel(&name));
        list.push(argument(&name, "Option<&str>", &reading));
    }
    list
}

/// The name of a header as an argument.
pub(crate) fn header(parameter: &Parameter) -> String {
    case::field(parameter.name.trim_start_matches("x-"))
}

/// How a value is passed to a method: copied when small, borrowed otherwise.
fn borrowed(plan: &Plan<'_>, shape: &Shape) -> String {
    match plan.rust_type(shape).as_str() {
        "String" => "&str".to_owned(),
        small @ ("i32" | "i64" | "bool" | "Timestamp" | "Date") => small.to_owned(),
        other => format!("&{other}"),
    }
}

fn required(plan: &Plan<'_>, parameter: &Parameter) -> Argument {
    let json = &parameter.name;
    let rust_type = borrowed(plan, &parameter.shape);
    let is_identifier =
        matches!(&plan.resolve(&parameter.shape).kind, Kind::Reference(name) if plan.is_newtype(name));
    let reading = match rust_type.as_str() {
        "&str" => format!("&arguments.required::<String>({json:?})?"),
        reference if reference.starts_with('&') && is_identifier => {
            format!("&arguments.identifier({json:?})?")
        }
        reference if reference.starts_with('&') => format!("&arguments.required({json:?})?"),
        _ => format!("arguments.required({json:?})?"),
    };
    argument(&case::field(json), &rust_type, &reading)
}

fn optional(plan: &Plan<'_>, parameter: &Parameter) -> Argument {
    let json = &parameter.name;
    let rust_type = borrowed(plan, &parameter.shape);
    let reading = match rust_type.as_str() {
        "&str" => format!("arguments.optional::<String>({json:?})?.as_deref()"),
        reference if reference.starts_with('&') => format!("arguments.optional({json:?})?.as_ref()"),
        _ => format!("arguments.optional({json:?})?"),
    };
    argument(&case::field(json), &format!("Option<{rust_type}>"), &reading)
}

fn argument(name: &str, rust_type: &str, reading: &str) -> Argument {
    Argument { name: name.to_owned(), rust_type: rust_type.to_owned(), reading: reading.to_owned() }
}
