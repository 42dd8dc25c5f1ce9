//! Writes `core/src/api/generated/`: one method per operation, one file per area.

use std::collections::BTreeSet;

use super::description::{Content, Kind, Parameter, Place};
use super::plan::{OperationPlan, Plan, optional_query};
use super::{SourceFile, case, signature, text};

pub(crate) fn write(plan: &Plan<'_>) -> Vec<SourceFile> {
    let areas: BTreeSet<&str> = plan.operations.iter().map(|operation| operation.area.as_str()).collect();
    let mut files = vec![SourceFile {
        path: "core/src/api/generated/mod.rs".to_owned(),
        text: module_text(plan, &areas),
    }];
    files.extend(areas.iter().map(|area| SourceFile {
        path: format!("core/src/api/generated/{area}.rs"),
        text: area_text(plan, area),
    }));
    files
}

/// The name of the object that holds the methods of an area.
pub(crate) fn area_type(area: &str) -> String {
    format!("{}Api", case::pascal(area))
}

fn module_text(plan: &Plan<'_>, areas: &BTreeSet<&str>) -> String {
    let mut out = String::from(text::HEADER);
    out.push_str("//! The operations of the KSeF API, one object per area, one method per operation.\n\n");
    areas.iter().for_each(|area| out.push_str(&format!("mod {area};\n")));
    out.push_str("mod dispatch;\n\n");
    areas.iter().for_each(|area| out.push_str(&format!("pub use {area}::{};\n", area_type(area))));
    out.push_str("pub(crate) use dispatch::dispatch;\n\nuse crate::Client;\n\nimpl Client {\n");
    for area in areas {
        out.push_str(&text::doc(4, &plan.names.areas[*area].doc));
        out.push_str(&format!(
            "    pub fn {area}(&self) -> {name} {{ {name} {{ client: self.clone() }} }}\n\n",
            name = area_type(area)
        ));
    }
    out.push_str("}\n");
    out
}

fn area_text(plan: &Plan<'_>, area: &str) -> String {
    let operations: Vec<&OperationPlan<'_>> =
        plan.operations.iter().filter(|operation| operation.area == area).collect();
    let methods: Vec<Method<'_>> = operations.iter().map(|operation| Method { plan, operation }).collect();
    let body: String = methods.iter().map(Method::text).collect();

    let words = text::words(&body);
    let ours: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| plan.is_generated(word) || plan.is_hand_written(word))
        .chain(["operations"])
        .collect();
    let mut out = String::from(text::HEADER);
    if words.contains("Bytes") {
        out.push_str("use bytes::Bytes;\n");
    }
    out.push_str(&format!("use ksef_model::{{{}}};\n\n", ours.join(", ")));
    if words.contains("BearerToken") {
        out.push_str("use crate::auth::BearerToken;\n");
    }
    if words.contains("Download") {
        out.push_str("use crate::http::Download;\n");
    }
    out.push_str("use crate::http::call::Call;\nuse crate::{Client, Result};\n\n");
    out.push_str(&text::doc(0, &plan.names.areas[area].doc));
    out.push_str(&format!(
        "#[derive(Debug, Clone)]\npub struct {name} {{\n    pub(crate) client: Client,\n}}\n\nimpl {name} {{\n{body}}}\n",
        name = area_type(area)
    ));
    out
}

struct Method<'a> {
    plan: &'a Plan<'a>,
    operation: &'a OperationPlan<'a>,
}

impl Method<'_> {
    fn text(&self) -> String {
        let source = self.operation.source;
        let arguments: String = signature::arguments(self.plan, self.operation)
            .iter()
            .map(|argument| format!(", {}: {}", argument.name, argument.rust_type))
            .collect();
        let mut bindings = Vec::new();
        let mut call = format!("Call::new(&operations::{})", case::constant(&self.operation.name.name));

        for parameter in self.parameters(Place::Path) {
            let name = case::field(&parameter.name);
            let is_text = self.plan.rust_type(&parameter.shape) == "String";
            let value = if is_text { name } else { format!("{name}.as_str()") };
            call.push_str(&format!(".path({:?}, {value})", parameter.name));
        }
        if self.operation.name.bearer {
            call.push_str(".bearer(bearer)");
        }
        for parameter in self.parameters(Place::Query).filter(|parameter| parameter.required) {
            let name = case::field(&parameter.name);
            call.push_str(&format!(".query({:?}, {name})", parameter.name));
        }
        match &source.request {
            Content::Json(_) => call.push_str(".json(request)"),
            Content::Xml => call.push_str(".xml(document)"),
            Content::Empty => {}
        }
        self.optional_query(&mut bindings);
        for parameter in self.parameters(Place::Header) {
            let name = signature::header(parameter);
            bindings.push(format!(
                "if let Some({name}) = {name} {{ call = call.header({:?}, {name}); }}\n",
                parameter.name
            ));
        }
        let (output, ending) = match &source.response {
            Content::Empty => ("()".to_owned(), "call_empty"),
            Content::Xml => ("Download".to_owned(), "call_download"),
            Content::Json(shape) => (self.plan.rust_type(shape), "call_json"),
        };
        let body = if bindings.is_empty() {
            format!("let call = {call};\n")
        } else {
            format!("let mut call = {call};\n{}", bindings.concat())
        };
        format!(
            "{doc}    pub async fn {name}(&self{arguments}) -> Result<{output}> {{\n{body}self.client.{ending}(call).await\n}}\n\n",
            doc = text::doc(4, &self.doc()),
            name = self.operation.method,
        )
    }

    /// The summary, then the route, the permissions and the paging.
    fn doc(&self) -> String {
        let source = self.operation.source;
        let mut doc = format!("{}\n\n`{} {}`", self.operation.name.doc, source.method, source.path);
        match source.permissions.as_slice() {
            [] => {}
            [only] => doc.push_str(&format!("; needs the permission `{only}`")),
            several => doc.push_str(&format!("; needs one of the permissions `{}`", several.join("`, `"))),
        }
        doc.push('.');
        let has = |name: &str| source.parameters.iter().any(|parameter| parameter.name == name);
        if has("x-continuation-token") {
            doc.push_str(
                " Pass the `continuation_token` of the previous page, or nothing for the first page.",
            );
        } else if has("pageOffset") {
            doc.push_str(" Pages count from 0.");
        }
        let size = source.parameters.iter().find(|parameter| parameter.name == "pageSize");
        if let Some(size) = size
            && let Some((least, most)) = size.shape.rules.minimum.zip(size.shape.rules.maximum)
        {
            let default = size.default.map_or_else(String::new, |default| format!(", {default} unless said"));
            doc.push_str(&format!(" A page holds {least} to {most} entries{default}."));
        }
        doc
    }

    fn parameters(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.operation.source.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    fn optional_query(&self, bindings: &mut Vec<String>) {
        let optional = optional_query(self.operation.source);
        let holder = self.operation.query_type.as_ref();
        for parameter in optional {
            let (name, json) = (case::field(&parameter.name), &parameter.name);
            let resolved = self.plan.resolve(&parameter.shape);
            bindings.push(match (&resolved.kind, holder) {
                (Kind::List(_), Some(_)) => format!(
                    "for value in query.{name}.iter().flatten() {{ call = call.query({json:?}, value); }}\n"
                ),
                (_, Some(_)) => {
                    format!(
                        "if let Some({name}) = &query.{name} {{ call = call.query({json:?}, {name}); }}\n"
                    )
                }
                (_, None) => {
                    format!("if let Some({name}) = {name} {{ call = call.query({json:?}, {name}); }}\n")
                }
            });
        }
    }
}
