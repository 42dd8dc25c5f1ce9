//! Writes `core/src/blocking/api/generated/`: the methods of `core/src/api/generated/` without `async`.

use std::collections::BTreeSet;

use super::description::Content;
use super::plan::{OperationPlan, Plan};
use super::{SourceFile, endpoints, signature, text};

pub(crate) fn write(plan: &Plan<'_>) -> Vec<SourceFile> {
    let areas: BTreeSet<&str> = plan.operations.iter().map(|operation| operation.area.as_str()).collect();
    let mut files = vec![SourceFile {
        path: "core/src/blocking/api/generated/mod.rs".to_owned(),
        text: module_text(plan, &areas),
    }];
    files.extend(areas.iter().map(|area| SourceFile {
        path: format!("core/src/blocking/api/generated/{area}.rs"),
        text: area_text(plan, area),
    }));
    files
}

fn module_text(plan: &Plan<'_>, areas: &BTreeSet<&str>) -> String {
    let mut out = String::from(text::HEADER);
    out.push_str("//! The blocking twins of the areas of the API.\n\n");
    areas.iter().for_each(|area| out.push_str(&format!("mod {area};\n")));
    out.push('\n');
    areas.iter().for_each(|area| out.push_str(&format!("pub use {area}::{};\n", endpoints::area_type(area))));
    out.push_str("\nuse crate::blocking::Client;\n\nimpl Client {\n");
    for area in areas {
        out.push_str(&text::doc(4, &plan.names.areas[*area].doc));
        out.push_str(&format!(
            "    pub fn {area}(&self) -> {name} {{ {name} {{ inner: self.asynchronous().{area}() }} }}\n\n",
            name = endpoints::area_type(area)
        ));
    }
    out.push_str("}\n");
    out
}

fn area_text(plan: &Plan<'_>, area: &str) -> String {
    let operations = plan.operations.iter().filter(|operation| operation.area == area);
    let body: String = operations.map(|operation| method_text(plan, area, operation)).collect();
    let words = text::words(&body);
    let types: Vec<&str> =
        words.iter().copied().filter(|word| plan.is_generated(word) || plan.is_hand_written(word)).collect();
    let name = endpoints::area_type(area);

    let mut out = String::from(text::HEADER);
    if words.contains("Bytes") {
        out.push_str("use bytes::Bytes;\n");
    }
    if !types.is_empty() {
        out.push_str(&format!("use ksef_model::{{{}}};\n\n", types.join(", ")));
    }
    let ours: Vec<&str> =
        ["BearerToken", "Download", "Result"].into_iter().filter(|word| words.contains(word)).collect();
    out.push_str(&format!("use crate::runtime::block_on;\nuse crate::{{{}}};\n\n", ours.join(", ")));
    out.push_str(&text::doc(0, &plan.names.areas[area].doc));
    out.push_str("///\n");
    out.push_str(&text::doc(
        0,
        &format!(
            "The blocking twin of [`api::{name}`](crate::api::{name}), with the same methods and errors. Inside an \
             asynchronous runtime every method returns error 1019."
        ),
    ));
    out.push_str(&format!(
        "#[derive(Debug, Clone)]\npub struct {name} {{\n    pub(in crate::blocking) inner: crate::api::{name},\n}}\n\nimpl {name} {{\n{body}}}\n"
    ));
    out
}

fn method_text(plan: &Plan<'_>, area: &str, operation: &OperationPlan<'_>) -> String {
    let arguments = signature::arguments(plan, operation);
    let typed: String =
        arguments.iter().map(|argument| format!(", {}: {}", argument.name, argument.rust_type)).collect();
    let names: Vec<&str> = arguments.iter().map(|argument| argument.name.as_str()).collect();
    let output = match &operation.source.response {
        Content::Empty => "()".to_owned(),
        Content::Xml => "Download".to_owned(),
        Content::Json(shape) => plan.rust_type(shape),
    };
    let name = &operation.method;
    format!(
        "{doc}    pub fn {name}(&self{typed}) -> Result<{output}> {{\nblock_on(self.inner.{name}({passed}))\n}}\n\n",
        doc = text::doc(
            4,
            &format!(
                "{}\n\nSee [`api::{area}::{name}`](crate::api::{area}::{name}).",
                operation.name.doc,
                area = endpoints::area_type(area)
            )
        ),
        passed = names.join(", "),
    )
}
