//! Writes `core/src/api/generated/dispatch.rs`: every operation by its name, with its arguments from JSON.

use std::collections::BTreeSet;

use super::description::Content;
use super::plan::{OperationPlan, Plan};
use super::{SourceFile, endpoints, signature, text};

pub(crate) fn write(plan: &Plan<'_>) -> SourceFile {
    let areas: BTreeSet<&str> = plan.operations.iter().map(|operation| operation.area.as_str()).collect();
    let bodies: String = areas.iter().map(|area| area_text(plan, area)).collect();
    let types: Vec<&str> = text::words(&bodies).into_iter().filter(|word| plan.is_generated(word)).collect();
    let objects: Vec<String> = areas.iter().map(|area| endpoints::area_type(area)).collect();

    let mut out = String::from(text::HEADER);
    out.push_str("//! From the name of an operation and its arguments in JSON to the typed method.\n\n");
    if !types.is_empty() {
        out.push_str(&format!("use ksef_model::{{{}}};\n\n", types.join(", ")));
    }
    out.push_str(&format!("use super::{{{}}};\n", objects.join(", ")));
    out.push_str("use crate::api::{Answer, Arguments};\nuse crate::{Client, Result};\n\n");
    out.push_str("pub(crate) async fn dispatch(client: &Client, arguments: Arguments) -> Result<Answer> {\n");
    out.push_str("match arguments.operation().area {\n");
    for area in &areas {
        out.push_str(&format!("{area:?} => {area}(client.{area}(), arguments).await,\n"));
    }
    out.push_str("_ => Err(arguments.unknown_operation()),\n}\n}\n\n");
    out.push_str(&bodies);
    SourceFile { path: "core/src/api/generated/dispatch.rs".to_owned(), text: out }
}

fn area_text(plan: &Plan<'_>, area: &str) -> String {
    let operations: Vec<&OperationPlan<'_>> =
        plan.operations.iter().filter(|operation| operation.area == area).collect();
    let arms: String = operations.iter().map(|operation| arm(plan, operation)).collect();
    let mutable = if arms.contains("arguments.") { "mut " } else { "" };
    format!(
        "async fn {area}(api: {object}, {mutable}arguments: Arguments) -> Result<Answer> {{\n\
         match arguments.operation().id {{\n{arms}_ => Err(arguments.unknown_operation()),\n}}\n}}\n\n",
        object = endpoints::area_type(area),
    )
}

fn arm(plan: &Plan<'_>, operation: &OperationPlan<'_>) -> String {
    let readings: Vec<String> =
        signature::arguments(plan, operation).into_iter().map(|argument| argument.reading).collect();
    let ending = match &operation.source.response {
        Content::Empty => "map(|()| Answer::Nothing)",
        Content::Xml => "map(Answer::Document)",
        Content::Json(_) => "and_then(Answer::of)",
    };
    format!(
        "{:?} => api.{}({}).await.{ending},\n",
        operation.name.name,
        operation.method,
        readings.join(", "),
    )
}
