//! Writes `model/tests/support/generated.rs`: every type by its name, for tests that read and write them all.

use std::collections::BTreeSet;

use super::description::{Content, Kind};
use super::plan::{Plan, TypePlan};
use super::{SourceFile, text};

pub(crate) fn write(plan: &Plan<'_>) -> SourceFile {
    let mut out = String::from(text::HEADER);
    out.push_str("use serde_json::Value;\n\nuse super::{Outcome, checked, read_back};\n\n");
    out.push_str("/// Reads the JSON as the named type and writes it again; nothing for an unknown name.\n");
    out.push_str(
        "pub(crate) fn by_name(name: &str, json: &Value) -> Option<Outcome> {\n    Some(match name {\n",
    );
    let requests = |planned: &&TypePlan| planned.is_request && planned.fields().next().is_some();
    for planned in &plan.types {
        let reader = if requests(&planned) { "checked" } else { "read_back" };
        out.push_str(&format!("{name:?} => {reader}::<ksef_model::{name}>(json),\n", name = planned.name));
    }
    for list in body_lists(plan) {
        out.push_str(&format!("\"Vec<{list}>\" => read_back::<Vec<ksef_model::{list}>>(json),\n"));
    }
    out.push_str("_ => return None,\n})\n}\n");
    SourceFile { path: "model/tests/support/generated.rs".to_owned(), text: out }
}

/// Types that whole bodies are lists of.
fn body_lists(plan: &Plan<'_>) -> BTreeSet<String> {
    let bodies =
        plan.operations.iter().flat_map(|operation| [&operation.source.request, &operation.source.response]);
    bodies
        .filter_map(|content| match content {
            Content::Json(shape) => match &shape.kind {
                Kind::List(item) => Some(plan.rust_type(item)),
                _ => None,
            },
            Content::Empty | Content::Xml => None,
        })
        .collect()
}
