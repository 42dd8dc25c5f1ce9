//! Every official example is readable, also when a server leaves out, adds or invents something.

mod support;

use std::path::{Path, PathBuf};

use ksef_model::operations::{Content, OPERATIONS};
use serde_json::Value;
use support::description::Description;
use support::{by_name, read_json, reference};

/// How many examples the description 2.9.0 has; one of them is a bare number.
const EXAMPLES: usize = 101;

struct Example {
    name: String,
    type_name: String,
    json: Value,
}

impl Example {
    fn is_request(&self) -> bool {
        self.name.ends_with(".request")
    }
}

/// The name of the type that an example file is of: `POST_tokens.request.json` belongs to `POST /tokens`.
fn type_name(file: &str) -> Option<String> {
    if let Some(schema) = file.strip_prefix("schema.") {
        return Some(schema.to_owned());
    }
    let mut best: Option<(usize, &str)> = None;
    for operation in OPERATIONS {
        let path = operation.path.trim_start_matches('/').replace(['{', '}'], "").replace('/', ".");
        let Some(rest) = file.strip_prefix(&format!("{}_{path}.", operation.method.as_str())) else {
            continue;
        };
        let content = match rest.split('.').next() {
            Some("request") => operation.request,
            Some(status) if status == operation.success.to_string() => operation.response,
            _ => continue,
        };
        if let Content::Json(name) = content
            && best.is_none_or(|(length, _)| path.len() > length)
        {
            best = Some((path.len(), name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

fn examples(directory: &Path) -> Vec<Example> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .expect("the directory of examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert_eq!(files.len(), EXAMPLES);
    files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let type_name = type_name(&name).unwrap_or_else(|| panic!("no type for {name}"));
            Example { name, type_name, json: read_json(&path) }
        })
        // The header `Retry-After` is a number, for which no type is generated.
        .filter(|example| example.type_name != "RetryAfter")
        .collect()
}

fn pack(test: &str) -> Option<(Description, Vec<Example>)> {
    let description = reference(test, "openapi/ksef-openapi-2.9.0.json")?;
    let directory = reference(test, "openapi/examples")?;
    Some((Description(read_json(&description)), examples(&directory)))
}

fn schema(description: &Description, type_name: &str) -> Value {
    match type_name.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>')) {
        Some(item) => {
            serde_json::json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{item}")}})
        }
        None => description.schema(type_name).clone(),
    }
}

#[test]
fn examples_survive_a_round_trip() {
    let Some((description, examples)) = pack("examples_survive_a_round_trip") else { return };
    for example in &examples {
        let outcome = by_name(&example.type_name, &example.json).expect("a known type");
        let again = outcome.again.unwrap_or_else(|error| panic!("{}: {error}", example.name));
        let schema = schema(&description, &example.type_name);
        let lost = description.lost(&schema, &example.json, &again, "");
        assert!(lost.is_empty(), "{}: {lost:?}", example.name);
    }
}

#[test]
fn older_and_newer_servers_are_readable() {
    let Some((description, examples)) = pack("older_and_newer_servers_are_readable") else { return };
    let mut tried = 0;
    for example in &examples {
        let schema = schema(&description, &example.type_name);
        for variant in description.variants(&schema, &example.json) {
            // Whoever logs in chooses one of the known contexts.
            if example.type_name == "InitTokenAuthenticationRequest" && variant.what.contains("enum") {
                continue;
            }
            let outcome = by_name(&example.type_name, &variant.value).expect("a known type");
            let again =
                outcome.again.unwrap_or_else(|error| panic!("{}, {}: {error}", example.name, variant.what));
            let lost = description.lost(&schema, &variant.value, &again, "");
            assert!(lost.is_empty(), "{}, {}: {lost:?}", example.name, variant.what);
            tried += 1;
        }
    }
    assert!(tried > 600, "only {tried} variants");
}

/// Required by the description 2.9.0, but not sent by a server of API 2.6.
const NEWER_THAN_2_6: &[(&str, &str)] = &[
    ("GET_limits.context.200", "/collectiveIdentifier"),
    ("GET_rate-limits.200", "/collectiveIdentifier"),
    ("GET_rate-limits.200", "/onlineSessionClose"),
    ("GET_rate-limits.200", "/batchSessionClose"),
    ("GET_rate-limits.200", "/anonymous"),
    ("GET_rate-limits.200", "/global"),
    ("GET_invoices.exports.referenceNumber.200", "/package/compressionType"),
    ("schema.ForbiddenProblemDetails", "/timestamp"),
];

#[test]
fn servers_of_2_6_are_readable() {
    let Some((_, examples)) = pack("servers_of_2_6_are_readable") else { return };
    for (name, pointer) in NEWER_THAN_2_6 {
        let example =
            examples.iter().find(|example| example.name == *name).unwrap_or_else(|| panic!("{name}"));
        let mut json = example.json.clone();
        let (owner, field) = pointer.rsplit_once('/').expect("a pointer");
        let removed =
            json.pointer_mut(owner).and_then(Value::as_object_mut).and_then(|owner| owner.remove(field));
        assert!(removed.is_some(), "{name} has no {pointer}");
        by_name(&example.type_name, &json)
            .expect("a known type")
            .again
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn example_requests_pass_the_checks() {
    let Some((_, examples)) = pack("example_requests_pass_the_checks") else { return };
    let requests: Vec<&Example> = examples.iter().filter(|example| example.is_request()).collect();
    assert!(requests.len() > 25, "only {} requests", requests.len());
    for example in requests {
        let checked =
            by_name(&example.type_name, &example.json).expect("a known type").checked.expect("a request");
        // The one official request that breaks its own schema: a German VAT number of twelve digits.
        if example.name == "POST_permissions.query.eu-entities.grants.request" {
            let violations = checked.expect_err("a wrong VAT number").violations;
            assert_eq!(violations.len(), 1);
            assert_eq!(violations[0].field, "vatUeIdentifier");
        } else {
            checked.unwrap_or_else(|error| panic!("{}: {error}", example.name));
        }
    }
}

#[test]
fn debug_shows_nothing_personal() {
    let Some((_, examples)) = pack("debug_shows_nothing_personal") else { return };
    let personal =
        ["token", "nip", "subjectNip", "pesel", "firstName", "lastName", "birthDate", "fullName", "address"];
    for example in &examples {
        let shown = by_name(&example.type_name, &example.json).expect("a known type").shown;
        let mut values = Vec::new();
        collect(&example.json, &personal, &mut values);
        for value in values {
            assert!(
                !shown.contains(&format!("\"{value}\"")) && !shown.contains(&format!("({value})")),
                "{}: {shown}",
                example.name
            );
        }
    }
}

fn collect(json: &Value, keys: &[&str], found: &mut Vec<String>) {
    match json {
        Value::Object(object) => {
            for (key, value) in object {
                match value.as_str() {
                    Some(text) if keys.contains(&key.as_str()) => found.push(text.to_owned()),
                    _ => collect(value, keys, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, keys, found)),
        _ => {}
    }
}
