//! Writes the checks of request types and the patterns they use.

use super::SourceFile;
use super::description::{Kind, Rules};
use super::plan::{Field, Plan, TypePlan};
use super::text;

pub(crate) fn write_patterns(plan: &Plan<'_>) -> SourceFile {
    let mut out = String::from(text::HEADER);
    out.push_str("use super::Pattern;\n\n");
    let mut by_name: Vec<(&String, &String)> =
        plan.patterns.iter().map(|(pattern, name)| (name, pattern)).collect();
    by_name.sort();
    for (name, pattern) in &by_name {
        out.push_str(&format!("pub(crate) static {name}: Pattern = Pattern::new(r\"{pattern}\");\n"));
    }
    let names: Vec<String> = by_name.iter().map(|(name, _)| format!("&{name}")).collect();
    out.push_str("\n#[cfg(test)]\npub(crate) static ALL: &[&Pattern] = &[");
    out.push_str(&names.join(", "));
    out.push_str("];\n");
    SourceFile { path: "model/src/validate/patterns/generated.rs".to_owned(), text: out }
}

/// Whether the checks of a type refer to a pattern.
pub(crate) fn uses_patterns(planned: &TypePlan) -> bool {
    planned.fields().any(|field| match &field.shape.kind {
        Kind::List(item) => item.rules.pattern.is_some(),
        _ => field.shape.rules.pattern.is_some(),
    })
}

pub(crate) fn check_text(plan: &Plan<'_>, planned: &TypePlan) -> String {
    let lines: Vec<String> = planned.fields().flat_map(|field| field_checks(plan, field)).collect();
    let argument = if lines.is_empty() { "_check" } else { "check" };
    format!(
        "impl Validate for {} {{\n    fn check(&self, {argument}: &mut Check) {{\n{}    }}\n}}\n\n",
        planned.name,
        lines.concat()
    )
}

fn field_checks(plan: &Plan<'_>, field: &Field) -> Vec<String> {
    let rules = &field.shape.rules;
    let json = &field.json;
    let mut lines = Vec::new();
    match &field.shape.kind {
        Kind::Text => lines.extend(text_checks(plan, json, &text_value(field), rules)),
        Kind::Reference(name) if plan.is_newtype(name) => {
            let value = if field.optional {
                format!("self.{}.as_ref().map(|id| id.as_str())", field.rust)
            } else {
                format!("self.{}.as_str()", field.rust)
            };
            lines.extend(text_checks(plan, json, &value, rules));
        }
        Kind::Reference(name) if !plan.is_enum(name) => {
            let value = if field.optional {
                format!("self.{}.as_ref()", field.rust)
            } else {
                format!("&self.{}", field.rust)
            };
            lines.push(format!("check.object({json:?}, {value});\n"));
        }
        Kind::Integer32 | Kind::Integer64 if rules.minimum.is_some() || rules.maximum.is_some() => {
            let value = match (&field.shape.kind, field.optional) {
                (Kind::Integer64, _) => format!("self.{}", field.rust),
                (_, true) => format!("self.{}.map(i64::from)", field.rust),
                (_, false) => format!("i64::from(self.{})", field.rust),
            };
            let range = range(rules.minimum, rules.maximum);
            lines.push(format!("check.range({json:?}, {value}, {range});\n"));
        }
        Kind::List(item) => lines.extend(list_checks(plan, field, &item.kind, &item.rules)),
        _ => {}
    }
    lines
}

fn text_value(field: &Field) -> String {
    let conversion = if field.optional { "as_deref" } else { "as_str" };
    format!("self.{}.{conversion}()", field.rust)
}

fn text_checks(plan: &Plan<'_>, json: &str, value: &str, rules: &Rules) -> Vec<String> {
    let mut lines = Vec::new();
    if rules.min_length.is_some() || rules.max_length.is_some() {
        lines.push(format!(
            "check.length({json:?}, {value}, {});\n",
            size_range(rules.min_length, rules.max_length)
        ));
    }
    if let Some(name) = rules.pattern.as_ref().and_then(|pattern| plan.patterns.get(pattern)) {
        lines.push(format!("check.pattern({json:?}, {value}, &patterns::{name});\n"));
    }
    lines
}

fn list_checks(plan: &Plan<'_>, field: &Field, item: &Kind, item_rules: &Rules) -> Vec<String> {
    let Field { json, rust, optional, .. } = field;
    let rules = &field.shape.rules;
    let mut lines = Vec::new();
    if rules.min_items.is_some() || rules.max_items.is_some() {
        let count = if *optional {
            format!("self.{rust}.as_ref().map(Vec::len)")
        } else {
            format!("self.{rust}.len()")
        };
        lines.push(format!(
            "check.items({json:?}, {count}, {});\n",
            size_range(rules.min_items, rules.max_items)
        ));
    }
    let items = if *optional { format!("self.{rust}.iter().flatten()") } else { format!("&self.{rust}") };
    match item {
        Kind::Reference(name) if !plan.is_enum(name) && !plan.is_newtype(name) => {
            lines.push(format!("check.objects({json:?}, {items});\n"));
        }
        Kind::Text => {
            let checks =
                text_checks(plan, "", "item.as_str()", item_rules).concat().replace("(\"\", ", "(name, ");
            if !checks.is_empty() {
                lines.push(format!("check.each({json:?}, {items}, |check, name, item| {{ {checks} }});\n"));
            }
        }
        _ => {}
    }
    lines
}

fn size_range(minimum: Option<u64>, maximum: Option<u64>) -> String {
    let signed = |size: Option<u64>| size.and_then(|size| i64::try_from(size).ok());
    range(signed(minimum).or(Some(0)), signed(maximum))
}

fn range(minimum: Option<i64>, maximum: Option<i64>) -> String {
    let lower = minimum.map_or_else(|| "i64::MIN".to_owned(), text::number);
    match maximum {
        Some(maximum) => format!("{lower}..={}", text::number(maximum)),
        None => format!("{lower}.."),
    }
}
