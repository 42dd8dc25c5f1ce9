//! Judges bodies by the API description, where it is at hand.

use std::{path::Path, sync::OnceLock};

use reqwest::Method;
use serde_json::Value;

static DESCRIPTION: OnceLock<Option<Value>> = OnceLock::new();

#[expect(clippy::print_stderr, reason = "what was skipped must be seen")]
fn description() -> Option<&'static Value> {
    let read = || {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec/openapi/ksef-openapi-2.9.0.json");
        if !Path::new(path).exists() {
            eprintln!("SKIPPED bodies_follow_the_description: the reference pack is not at hand");
            return None;
        }
        Some(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    };
    DESCRIPTION.get_or_init(read).as_ref()
}

/// Fails when the body of a good answer is not what the description promises.
pub(crate) fn judge(method: &Method, path: &str, status: u16, body: &str) {
    let Some(description) = description() else { return };
    let path = path.split('?').next().unwrap();
    let paths = description["paths"].as_object().unwrap();
    let fits = |template: &str| {
        let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len()
            && template.iter().zip(&path).all(|(one, two)| one.starts_with('{') || one == two)
    };
    let literal = |template: &str| template.split('/').filter(|one| !one.starts_with('{')).count();
    let template = paths.keys().filter(|one| fits(one)).max_by_key(|one| literal(one)).unwrap();
    let operation = &paths[template][method.as_str().to_lowercase()];
    let answer = &operation["responses"][status.to_string()];
    assert!(answer.is_object(), "{method} {template} has no answer {status}");
    let schema = &answer["content"]["application/json"]["schema"];
    if schema.is_null() {
        assert!(body.is_empty(), "{method} {template}: the description knows no body, but there is {body}");
        return;
    }
    let mut faults = Vec::new();
    check(description, schema, &serde_json::from_str(body).unwrap(), "$", &mut faults);
    assert!(faults.is_empty(), "{method} {template}: {faults:#?} in {body}");
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return check(root, &root["components"]["schemas"][name], value, at, faults);
    }
    if value.is_null() {
        if schema["nullable"] != true {
            faults.push(format!("{at} is null"));
        }
        return;
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(root, part, value, at, faults);
    }
    if let Some(values) = schema["enum"].as_array()
        && !values.contains(value)
    {
        faults.push(format!("{at} is not of its enumeration: {value}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none_or(Value::is_null) {
            faults.push(format!("{at}.{name} is missing"));
        }
    }
    let right_type = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    if !right_type {
        faults.push(format!("{at} is not of type {}", schema["type"]));
    }
    if let Some(text) = value.as_str() {
        let length = text.chars().count() as u64;
        let bounds =
            schema["minLength"].as_u64().unwrap_or(0)..=schema["maxLength"].as_u64().unwrap_or(u64::MAX);
        if !bounds.contains(&length) {
            faults.push(format!("{at} has {length} characters"));
        }
        if schema["format"] == "date-time" && text.parse::<jiff::Timestamp>().is_err() {
            faults.push(format!("{at} is no instant: {text}"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], item, &format!("{at}[{index}]"), faults);
    }
    if let (Some(known), Some(given)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, value) in given {
            match known.get(name) {
                Some(schema) => check(root, schema, value, &format!("{at}.{name}"), faults),
                None => faults.push(format!("{at}.{name} is unknown")),
            }
        }
    }
}
