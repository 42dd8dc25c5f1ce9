//! Writes `model/src/<area>/generated.rs`: structs, open enums and their checks.

use std::collections::{BTreeMap, BTreeSet};

use super::description::{Kind, Shape};
use super::plan::{Body, Field, Plan, TypePlan, Variant};
use super::{SourceFile, case, constraints, text};

const FOREIGN_RECORD: &str = "#[cfg_attr(feature = \"uniffi\", derive(uniffi::Record))]\n";
const FOREIGN_ENUM: &str = "    #[cfg_attr(feature = \"uniffi\", derive(uniffi::Enum))]\n";

pub(crate) fn write(plan: &Plan<'_>) -> Vec<SourceFile> {
    let mut areas: BTreeMap<&str, Vec<&TypePlan>> = BTreeMap::new();
    for planned in &plan.types {
        areas.entry(&planned.area).or_default().push(planned);
    }
    areas
        .into_iter()
        .map(|(area, types)| SourceFile {
            path: format!("model/src/{area}/generated.rs"),
            text: area_text(plan, area, &types),
        })
        .collect()
}

fn area_text(plan: &Plan<'_>, area: &str, types: &[&TypePlan]) -> String {
    let foreign = plan.names.areas.get(area).is_some_and(|named| named.foreign);
    let mut out = String::from(text::HEADER);
    out.push_str(&imports(plan, types));
    for planned in types {
        match &planned.body {
            Body::Enum(variants) => out.push_str(&enum_text(planned, variants, foreign)),
            Body::Struct(fields) => out.push_str(&struct_text(plan, planned, fields, foreign)),
        }
    }
    out
}

fn imports(plan: &Plan<'_>, types: &[&TypePlan]) -> String {
    let own: BTreeSet<&str> = types.iter().map(|planned| planned.name.as_str()).collect();
    let mut used = Vec::new();
    for field in types.iter().flat_map(|planned| planned.fields()) {
        used.push(plan.rust_type(&field.shape));
    }
    let words: BTreeSet<&str> =
        used.iter().flat_map(|name| name.split(|part: char| !part.is_alphanumeric())).collect();
    let structs = types.iter().any(|planned| matches!(planned.body, Body::Struct(_)));
    let enums = types.iter().any(|planned| matches!(planned.body, Body::Enum(_)));
    let hidden = types.iter().flat_map(|planned| planned.fields()).any(|field| field.hidden);
    let checked = types.iter().any(|planned| planned.is_request && matches!(planned.body, Body::Struct(_)));

    let mut ours: BTreeSet<&str> = words
        .iter()
        .copied()
        .filter(|word| !own.contains(word) && (plan.is_generated(word) || plan.is_hand_written(word)))
        .collect();
    if checked {
        ours.extend(["Check", "Validate"]);
    }
    let mut out = String::new();
    if words.contains("BTreeMap") {
        out.push_str("use std::collections::BTreeMap;\n");
    }
    if hidden {
        out.push_str("use std::fmt;\n");
    }
    out.push('\n');
    match (words.contains("Timestamp"), words.contains("Date")) {
        (true, true) => out.push_str("use jiff::{Timestamp, civil::Date};\n"),
        (true, false) => out.push_str("use jiff::Timestamp;\n"),
        (false, true) => out.push_str("use jiff::civil::Date;\n"),
        (false, false) => {}
    }
    if words.contains("Decimal") {
        out.push_str("use rust_decimal::Decimal;\n");
    }
    if structs {
        out.push_str("use serde::{Deserialize, Serialize};\n");
    }
    if words.contains("Value") {
        out.push_str("use serde_json::Value;\n");
    }
    out.push('\n');
    if hidden {
        out.push_str("use crate::hidden::Hidden;\n");
    }
    if enums {
        out.push_str("use crate::open_enum::open_enum;\n");
    }
    if checked && types.iter().any(|planned| planned.is_request && constraints::uses_patterns(planned)) {
        out.push_str("use crate::validate::patterns;\n");
    }
    if !ours.is_empty() {
        let list: Vec<&str> = ours.into_iter().collect();
        out.push_str(&format!("use crate::{{{}}};\n", list.join(", ")));
    }
    out.push('\n');
    out
}

fn enum_text(planned: &TypePlan, variants: &[Variant], foreign: bool) -> String {
    let mut out = String::from("open_enum! {\n");
    out.push_str(&text::doc(4, &planned.doc));
    if foreign {
        out.push_str(FOREIGN_ENUM);
    }
    out.push_str(&format!("    pub enum {} {{\n", planned.name));
    for variant in variants {
        out.push_str(&text::doc(8, &variant.doc));
        out.push_str(&format!("        {} = {:?},\n", variant.rust, variant.wire));
    }
    out.push_str("    }\n}\n\n");
    out
}

fn struct_text(plan: &Plan<'_>, planned: &TypePlan, fields: &[Field], foreign: bool) -> String {
    let hides = fields.iter().any(|field| field.hidden);
    let mut derives = vec!["Clone", "PartialEq", "Eq", "Serialize", "Deserialize"];
    if !hides {
        derives.insert(0, "Debug");
    }
    if fields.iter().all(|field| field.optional) {
        derives.insert(derives.len() - 2, "Default");
    }
    let mut out = text::doc(0, &planned.doc);
    out.push_str(&format!("#[derive({})]\n", derives.join(", ")));
    if foreign {
        out.push_str(FOREIGN_RECORD);
    }
    out.push_str("#[serde(rename_all = \"camelCase\")]\n");
    out.push_str(&format!("pub struct {} {{\n", planned.name));
    for field in fields {
        out.push_str(&field_text(plan, planned, field));
    }
    out.push_str("}\n\n");
    if hides {
        out.push_str(&debug_text(planned, fields));
    }
    if planned.is_request {
        out.push_str(&constraints::check_text(plan, planned));
    }
    out
}

fn field_text(plan: &Plan<'_>, planned: &TypePlan, field: &Field) -> String {
    // What comes from a server may be an instant without an offset.
    let received_instant = !planned.is_request && matches!(field.shape.kind, Kind::Timestamp);
    let mut attributes = Vec::new();
    if case::serde_camel(&field.rust) != field.json {
        attributes.push(format!("rename = {:?}", field.json));
    }
    if field.optional {
        if received_instant || matches!(field.shape.kind, Kind::Decimal) {
            attributes.push("default".to_owned());
        }
        attributes.push("skip_serializing_if = \"Option::is_none\"".to_owned());
    }
    if matches!(field.shape.kind, Kind::Decimal) {
        let suffix = if field.optional { "_option" } else { "" };
        attributes.push(format!("with = \"rust_decimal::serde::arbitrary_precision{suffix}\""));
    }
    if received_instant {
        let reader = if field.optional { "optional_instant" } else { "instant" };
        attributes.push(format!("deserialize_with = \"crate::wire::{reader}\""));
    }
    let mut out = text::doc(4, &field.doc);
    if !attributes.is_empty() {
        out.push_str(&format!("    #[serde({})]\n", attributes.join(", ")));
    }
    out.push_str(&format!(
        "    pub {}: {},\n",
        field.rust,
        optional_type(plan, &field.shape, field.optional)
    ));
    out
}

pub(crate) fn optional_type(plan: &Plan<'_>, shape: &Shape, optional: bool) -> String {
    let plain = plan.rust_type(shape);
    if optional { format!("Option<{plain}>") } else { plain }
}

fn debug_text(planned: &TypePlan, fields: &[Field]) -> String {
    let lines: String = fields
        .iter()
        .map(|field| {
            let value = if field.hidden { "&Hidden".to_owned() } else { format!("&self.{}", field.rust) };
            format!(".field({:?}, {value})", field.rust)
        })
        .collect();
    format!(
        "impl fmt::Debug for {name} {{\n    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n        \
         f.debug_struct({name:?}){lines}.finish()\n    }}\n}}\n\n",
        name = planned.name
    )
}
