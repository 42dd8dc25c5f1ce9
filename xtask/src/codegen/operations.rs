//! Writes `model/src/operations/generated.rs`: the table of operations.

use super::description::{Content, Operation, Parameter, Place};
use super::plan::{OperationPlan, Plan};
use super::{SourceFile, case, text};

pub(crate) fn write(plan: &Plan<'_>) -> SourceFile {
    let mut out = String::from(text::HEADER);
    out.push_str(
        "use super::{Auth, Content, Limit, Method, Operation, Paging, Parameter, Place, RateLimit};\n\n",
    );
    let names: Vec<String> =
        plan.operations.iter().map(|operation| case::constant(&operation.name.name)).collect();
    out.push_str(&format!("/// All {} operations, by area.\n", names.len()));
    let references: Vec<String> = names.iter().map(|name| format!("&{name}")).collect();
    out.push_str(&format!("pub const OPERATIONS: &[&Operation] = &[{}];\n\n", references.join(", ")));
    for operation in &plan.operations {
        out.push_str(&operation_text(plan, operation));
    }
    SourceFile { path: "model/src/operations/generated.rs".to_owned(), text: out }
}

fn operation_text(plan: &Plan<'_>, operation: &OperationPlan<'_>) -> String {
    let source = operation.source;
    let parameters: Vec<String> = source
        .parameters
        .iter()
        .map(|parameter| {
            let place = match parameter.place {
                Place::Path => "Path",
                Place::Query => "Query",
                Place::Header => "Header",
            };
            format!(
                "Parameter {{ name: {:?}, place: Place::{place}, required: {}, limit: {} }}",
                parameter.name,
                parameter.required,
                limit(parameter),
            )
        })
        .collect();
    let codes: Vec<String> = source.error_codes.iter().map(ToString::to_string).collect();
    let limit =
        |value: Option<u32>| value.map_or_else(|| "None".to_owned(), |limit| format!("Some({limit})"));
    format!(
        "{doc}pub const {constant}: Operation = Operation {{\
         id: {id:?}, method: Method::{method}, path: {path:?}, area: {area:?}, summary: {summary:?}, \
         auth: Auth::{auth}, own_bearer: {own}, parameters: &[{parameters}], \
         request: {request}, response: {response}, success: {success}, paging: Paging::{paging}, \
         rate_group: {group:?}, rate_limit: RateLimit {{ per_second: {second}, per_minute: {minute}, per_hour: {hour} }}, \
         permissions: {permissions}, error_codes: &[{codes}] }};\n\n",
        doc = text::doc(0, &operation.name.doc),
        constant = case::constant(&operation.name.name),
        id = operation.name.name,
        method = case::pascal(&source.method.to_ascii_lowercase()),
        path = source.path,
        area = operation.area,
        summary = operation.name.doc,
        auth = if source.bearer { "Bearer" } else { "None" },
        own = operation.name.bearer,
        parameters = parameters.join(", "),
        request = content(plan, &source.request),
        response = content(plan, &source.response),
        success = source.success,
        paging = paging(source),
        group = operation.rate_group,
        second = limit(source.rates[0]),
        minute = limit(source.rates[1]),
        hour = limit(source.rates[2]),
        permissions = text::text_slice(&source.permissions),
        codes = codes.join(", "),
    )
}

/// What the values of a query parameter are limited to; path parameters have types that know their form.
fn limit(parameter: &Parameter) -> String {
    let rules = &parameter.shape.rules;
    let highest = |maximum: Option<i64>| maximum.map_or_else(|| "i64::MAX".to_owned(), text::number);
    if parameter.place != Place::Query {
        "Limit::None".to_owned()
    } else if rules.minimum.is_some() || rules.maximum.is_some() {
        let lowest = rules.minimum.map_or_else(|| "i64::MIN".to_owned(), text::number);
        format!("Limit::Range({lowest}, {})", highest(rules.maximum))
    } else if rules.min_length.is_some() || rules.max_length.is_some() {
        let signed = |size: u64| i64::try_from(size).unwrap_or(i64::MAX);
        let shortest = text::number(rules.min_length.map_or(0, signed));
        format!("Limit::Length({shortest}, {})", highest(rules.max_length.map(signed)))
    } else {
        "Limit::None".to_owned()
    }
}

fn content(plan: &Plan<'_>, content: &Content) -> String {
    match content {
        Content::Empty => "Content::Empty".to_owned(),
        Content::Xml => "Content::Xml".to_owned(),
        Content::Json(shape) => format!("Content::Json({:?})", plan.rust_type(shape)),
    }
}

fn paging(operation: &Operation) -> &'static str {
    let has = |name: &str| operation.parameters.iter().any(|parameter| parameter.name == name);
    if has("x-continuation-token") {
        "Token"
    } else if has("pageOffset") {
        "Offset"
    } else {
        "None"
    }
}
