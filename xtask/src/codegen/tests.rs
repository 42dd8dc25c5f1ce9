use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::description::Description;
use super::names::Names;
use super::plan::Plan;
use super::{Options, SourceFile, output, read_names, run, sources};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The API description, with a line on the terminal when it is not at hand.
fn pinned(test: &str) -> Option<PathBuf> {
    let path = Path::new(ROOT).join("../shared/spec/openapi/ksef-openapi-2.9.0.json");
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED {test}: the API description is not at hand ({})", path.display());
    None
}

fn generate(description: &Value, names: &Names) -> Result<BTreeMap<String, String>, String> {
    let description = Description::parse(&description.to_string())?;
    let files = output::format_all(sources(&Plan::new(&description, names)?))?;
    Ok(files.into_iter().map(|SourceFile { path, text }| (path, text)).collect())
}

fn made_up_operation() -> Value {
    json!({
        "security": [{"Bearer": []}],
        "parameters": [
            {"name": "lampId", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "pageSize", "in": "query", "schema": {"type": "integer", "minimum": 5, "maximum": 50, "default": 7}}
        ],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/LampRequest"}}}},
        "responses": {
            "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/LampResponse"}}}},
            "400": {"description": "| ExceptionCode | Text |\n| --- | --- |\n| 90001 | Dim. |\n| 21405 | Wrong. |"},
            "429": {"description": "| | req / s |\n| --- | --- |\n| **Limits** | 5 | 10 | 60 | lamps\n"}
        },
        "x-rate-limits": {"perSecond": 5, "perMinute": 10},
        "x-required-permissions": ["LampRead"]
    })
}

fn made_up_schemas() -> Value {
    json!({
        "LampRequest": {"type": "object", "required": ["type", "brightness"], "properties": {
            "type": {"allOf": [{"$ref": "#/components/schemas/LampKind"}]},
            "brightness": {"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": true, "maximum": 9000},
            "name": {"type": "string", "maxLength": 9, "pattern": "^[a-z]+$", "nullable": true}
        }},
        "LampResponse": {"type": "object", "required": ["litSince", "price"], "properties": {
            "litSince": {"type": "string", "format": "date-time"},
            "price": {"type": "number", "format": "double"}
        }},
        "LampKind": {"type": "string", "enum": ["Oil", "LED"]}
    })
}

const ENTRY: &str = "\"PUT /lamps/{lampId}\" = { name = \"lamps.light\", doc = \"Lights a lamp.\" }";

fn small_description() -> Value {
    json!({"components": {"schemas": made_up_schemas()}, "paths": {"/lamps/{lampId}": {"put": made_up_operation()}}})
}

fn small_names(operations: &str) -> Names {
    let text = format!(
        "anonymous_rate_group = \"anonymous\"\n[description]\nversion = \"1\"\nsha256 = \"\"\n\
         [areas]\nlamps = {{ doc = \"Lamps.\" }}\n[operations]\n{operations}\n"
    );
    Names::parse(&text).expect("well-formed names")
}

fn assert_contains(files: &BTreeMap<String, String>, path: &str, pieces: &[&str]) {
    let text = files.get(path).unwrap_or_else(|| panic!("{path} is not among {:?}", files.keys()));
    let squeezed: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for piece in pieces {
        assert!(squeezed.contains(piece), "{path} lacks {piece:?}:\n{text}");
    }
}

#[test]
fn an_operation_becomes_types_a_row_and_a_method() {
    let files = generate(&small_description(), &small_names(ENTRY)).expect("sources");
    assert_contains(
        &files,
        "model/src/lamps/generated.rs",
        &[
            "Oil = \"Oil\"",
            "Led = \"LED\"",
            "/// What `lamps.light` takes.",
            "#[serde(rename = \"type\")] pub kind: LampKind,",
            "pub name: Option<String>,",
            "check.range(\"brightness\", i64::from(self.brightness), 1..=9000);",
            "check.length(\"name\", self.name.as_deref(), 0..=9);",
            "check.pattern(\"name\", self.name.as_deref(), &patterns::LAMP_REQUEST_NAME);",
            "pub lit_since: Timestamp,",
            "with = \"rust_decimal::serde::arbitrary_precision\"",
        ],
    );
    assert_contains(
        &files,
        "model/src/operations/generated.rs",
        &[
            "/// All 1 operations, by area.",
            "pub const LAMPS_LIGHT: Operation",
            "success: 201,",
            "error_codes: &[21405, 90001]",
            "rate_group: \"lamps\"",
            "per_hour: None",
            "permissions: &[\"LampRead\"]",
            "name: \"pageSize\", place: Place::Query, required: false, limit: Limit::Range(5, 50)",
        ],
    );
    assert_contains(
        &files,
        "core/src/api/generated/lamps.rs",
        &[
            "pub struct LampsApi { pub(crate) client: Client, }",
            "lamp_id: &str, request: &LampRequest, page_size: Option<i32>, ) -> Result<LampResponse>",
            ".path(\"lampId\", lamp_id).json(request)",
            "self.client.call_json(call).await",
            "needs the permission `LampRead`. A page holds 5 to 50 entries, 7 unless said.",
        ],
    );
    assert_contains(&files, "core/src/api/generated/mod.rs", &["pub fn lamps(&self) -> LampsApi"]);
    assert_contains(
        &files,
        "core/src/api/generated/dispatch.rs",
        &[
            "\"lamps\" => lamps(client.lamps(), arguments).await,",
            "\"lamps.light\" => api .light( &arguments.required::<String>(\"lampId\")?, \
             &arguments.body::<LampRequest>()?, arguments.optional(\"pageSize\")?, ) .await .and_then(Answer::of),",
        ],
    );
    assert_contains(
        &files,
        "core/src/blocking/api/generated/lamps.rs",
        &[
            "lamp_id: &str, request: &LampRequest, page_size: Option<i32>, ) -> Result<LampResponse>",
            "block_on(self.inner.light(lamp_id, request, page_size))",
        ],
    );
}

#[test]
fn names_and_description_have_to_agree() {
    let missing = generate(&small_description(), &small_names("")).expect_err("no entry");
    assert!(missing.contains("PUT /lamps/{lampId} has no entry"), "{missing}");
    let stale = format!("{ENTRY}\n\"GET /lamps\" = {{ name = \"lamps.list\", doc = \"Gone.\" }}");
    let stale = generate(&small_description(), &small_names(&stale)).expect_err("a stale entry");
    assert!(stale.contains("GET /lamps is not an operation"), "{stale}");

    let mut names = small_names(ENTRY);
    names.add_types("lamps.toml", "[LampKind]\nvalues.Gas = \"Gas.\"\n").expect("well-formed");
    let stale = generate(&small_description(), &names).expect_err("a stale value");
    assert!(stale.contains("LampKind has no Gas"), "{stale}");
    assert!(names.add_types("again.toml", "[LampKind]\n").is_err());
}

#[test]
fn fields_that_older_servers_lack_are_optional() {
    let mut names = small_names(ENTRY);
    let rules = "[LampResponse]\nfields.price = { doc = \"Price.\", since = \"3.1\" }\n";
    names.add_types("lamps.toml", rules).expect("well-formed");
    let files = generate(&small_description(), &names).expect("sources");
    let expected = [
        "/// Price. Sent by API 3.1 and newer.",
        "arbitrary_precision_option",
        "pub price: Option<Decimal>,",
    ];
    assert_contains(&files, "model/src/lamps/generated.rs", &expected);
}

#[test]
fn hidden_fields_stay_out_of_debug() {
    let mut names = small_names(ENTRY);
    names.hidden.insert("*".to_owned(), vec!["name".to_owned()]);
    let files = generate(&small_description(), &names).expect("sources");
    assert_contains(
        &files,
        "model/src/lamps/generated.rs",
        &[".field(\"name\", &Hidden)", "&self.brightness"],
    );
    names.hidden.insert("!LampRequest".to_owned(), vec!["name".to_owned()]);
    let files = generate(&small_description(), &names).expect("sources");
    assert!(!files["model/src/lamps/generated.rs"].contains("Hidden"));
}

/// Adding an operation to the real description takes one entry in names.toml and nothing else.
#[test]
fn a_new_operation_needs_one_entry() {
    let Some(path) = pinned("a_new_operation_needs_one_entry") else { return };
    let mut description: Value = serde_json::from_str(&output::read(&path).expect("readable")).expect("JSON");
    let before = generate(&description, &read_names(Path::new(ROOT)).expect("names")).expect("sources");

    let entry = ENTRY.replace("lamps.light", "limits.light_lamp");
    let mut names = read_names(Path::new(ROOT)).expect("names");
    let text = output::read(&Path::new(ROOT).join("spec/names.toml")).expect("readable");
    let with_entry = text.replacen("[operations]\n", &format!("[operations]\n{entry}\n"), 1);
    names.operations = Names::parse(&with_entry).expect("well-formed names").operations;
    description["paths"]["/lamps/{lampId}"] = json!({"put": made_up_operation()});
    for (name, schema) in made_up_schemas().as_object().expect("an object") {
        description["components"]["schemas"][name] = schema.clone();
    }
    let after = generate(&description, &names).expect("sources");

    let changed: Vec<&str> = after
        .iter()
        .filter(|(path, text)| before.get(*path) != Some(text))
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(
        changed,
        [
            "core/src/api/generated/dispatch.rs",
            "core/src/api/generated/limits.rs",
            "core/src/blocking/api/generated/limits.rs",
            "model/src/limits/generated.rs",
            "model/src/operations/generated.rs",
            "model/src/validate/patterns/generated.rs",
            "model/tests/support/generated.rs",
        ]
    );
    assert_contains(&after, "core/src/api/generated/limits.rs", &["pub async fn light_lamp("]);
    assert_contains(&after, "core/src/api/generated/dispatch.rs", &["\"limits.light_lamp\" => api"]);
    assert_contains(&after, "core/src/blocking/api/generated/limits.rs", &["pub fn light_lamp("]);
    assert_contains(&after, "model/src/operations/generated.rs", &["/// All 84 operations, by area."]);
}

#[test]
fn committed_sources_are_up_to_date() {
    let Some(path) = pinned("committed_sources_are_up_to_date") else { return };
    let options = Options { check: true, ..Options::default() };
    run(Path::new(ROOT), &path, options).unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn another_description_is_refused() {
    let path = std::env::temp_dir().join(format!("ksef-description-{}.json", std::process::id()));
    std::fs::write(&path, small_description().to_string()).expect("a temporary file");
    let refused = run(Path::new(ROOT), &path, Options { check: true, ..Options::default() });
    std::fs::remove_file(&path).expect("the temporary file");
    assert!(refused.expect_err("not the pinned description").contains("spec/names.toml pins"));
}

#[test]
fn differences_show_their_first_lines() {
    let report = output::difference("a.rs", "same\nold\nold too\n", "same\nnew\n");
    assert_eq!(report, "a.rs:2\n-old\n-old too\n+new\n");
}

/// Every documented exception code of the table beside the description is in the operations, and no other.
#[test]
fn exception_codes_are_those_of_the_table() {
    let Some(path) = pinned("exception_codes_are_those_of_the_table") else { return };
    let description = Description::parse(&output::read(&path).expect("readable")).expect("a description");
    let table = output::read(&path.with_file_name("error-codes-2.9.0.tsv")).expect("the table");
    let mut expected: Vec<(String, u32)> = table
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (format!("{} {}", cells[0], cells[1]), cells[3].parse().expect("a code"))
        })
        .collect();
    let mut found: Vec<(String, u32)> = description
        .operations
        .iter()
        .flat_map(|it| it.error_codes.iter().map(|code| (format!("{} {}", it.method, it.path), *code)))
        .collect();
    expected.sort();
    expected.dedup();
    found.sort();
    assert_eq!(found, expected);
}
