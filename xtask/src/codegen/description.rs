//! The OpenAPI document, reduced to what the generator uses.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) schemas: BTreeMap<String, Schema>,
    pub(crate) operations: Vec<Operation>,
}

#[derive(Debug, Clone)]
pub(crate) enum Schema {
    Enum(Vec<String>),
    Object(Vec<Property>),
    Alias(Shape),
}

#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) json: String,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    pub(crate) rules: Rules,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Reference(String),
    Text,
    Timestamp,
    Date,
    Integer32,
    Integer64,
    Decimal,
    Boolean,
    List(Box<Shape>),
    /// Texts by key; the values may be null.
    Map,
    /// Any JSON by key.
    OpenObject,
    Inline(Vec<Property>),
}

/// The constraints that the description puts on a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) pattern: Option<String>,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// `POST`.
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) bearer: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) request: Content,
    pub(crate) response: Content,
    pub(crate) success: u16,
    pub(crate) permissions: Vec<String>,
    pub(crate) rate_group: Option<String>,
    pub(crate) rates: [Option<u32>; 3],
    pub(crate) error_codes: Vec<u32>,
    /// Schemas of the bodies of refusals.
    pub(crate) refusals: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    /// What counts when a number is not given.
    pub(crate) default: Option<i64>,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Empty,
    Json(Shape),
    Xml,
}

impl Description {
    pub(crate) fn parse(text: &str) -> Result<Description, String> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| format!("the description: {error}"))?;
        let mut schemas = BTreeMap::new();
        for (name, value) in object(&document["components"]["schemas"]) {
            schemas.insert(name.clone(), schema(value).map_err(|error| format!("schema {name}: {error}"))?);
        }
        let mut operations = Vec::new();
        for (path, methods) in object(&document["paths"]) {
            for (method, value) in object(methods) {
                let method = method.to_ascii_uppercase();
                let operation =
                    operation(&method, path, value).map_err(|error| format!("{method} {path}: {error}"))?;
                operations.push(operation);
            }
        }
        Ok(Description { schemas, operations })
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn schema(value: &Value) -> Result<Schema, String> {
    if value.get("enum").is_some() {
        return Ok(Schema::Enum(texts(&value["enum"])));
    }
    if value.get("properties").is_some() {
        return Ok(Schema::Object(properties(value)?));
    }
    Ok(Schema::Alias(shape(value)?))
}

fn properties(value: &Value) -> Result<Vec<Property>, String> {
    let required = texts(&value["required"]);
    object(&value["properties"])
        .map(|(json, property)| {
            let shape = shape(property).map_err(|error| format!("{json}: {error}"))?;
            Ok(Property { json: json.clone(), required: required.contains(json), shape })
        })
        .collect()
}

fn shape(value: &Value) -> Result<Shape, String> {
    if let Some(target) = value["$ref"].as_str() {
        let name = target.rsplit('/').next().unwrap_or(target);
        return Ok(Shape { kind: Kind::Reference(name.to_owned()), rules: Rules::default() });
    }
    if let Some([only]) = value["allOf"].as_array().map(Vec::as_slice) {
        return shape(only);
    }
    let format = value["format"].as_str().unwrap_or_default();
    let kind = match value["type"].as_str().unwrap_or_default() {
        "string" => match format {
            "date-time" => Kind::Timestamp,
            "date" => Kind::Date,
            _ => Kind::Text,
        },
        "integer" if format == "int64" => Kind::Integer64,
        "integer" => Kind::Integer32,
        "number" => Kind::Decimal,
        "boolean" => Kind::Boolean,
        "array" => Kind::List(Box::new(shape(&value["items"])?)),
        "object" if value.get("properties").is_some() => Kind::Inline(properties(value)?),
        "object" if value["additionalProperties"]["type"] == "string" => Kind::Map,
        "object" => Kind::OpenObject,
        other => return Err(format!("unsupported type {other:?}")),
    };
    Ok(Shape { rules: rules(value, matches!(kind, Kind::List(_))), kind })
}

fn rules(value: &Value, is_list: bool) -> Rules {
    let number = |key: &str| value[key].as_i64();
    let size = |key: &str| value[key].as_u64();
    let exclusive = i64::from(value["exclusiveMinimum"] == true);
    if is_list {
        // The description sometimes limits a list with `minimum` and `maximum` where it means the number of items.
        return Rules {
            min_items: size("minItems").or_else(|| size("minimum")),
            max_items: size("maxItems").or_else(|| size("maximum")),
            ..Rules::default()
        };
    }
    Rules {
        min_length: size("minLength"),
        max_length: size("maxLength"),
        pattern: value["pattern"].as_str().map(str::to_owned),
        minimum: number("minimum").map(|minimum| minimum + exclusive),
        maximum: number("maximum"),
        ..Rules::default()
    }
}

fn operation(method: &str, path: &str, value: &Value) -> Result<Operation, String> {
    let responses = &value["responses"];
    let (success, response) = object(responses)
        .find_map(|(status, response)| Some((status.parse::<u16>().ok()?, response)))
        .filter(|(status, _)| (200..300).contains(status))
        .ok_or("no successful response")?;
    let rate = |key: &str| value["x-rate-limits"][key].as_u64().and_then(|limit| u32::try_from(limit).ok());
    Ok(Operation {
        method: method.to_owned(),
        path: path.to_owned(),
        bearer: value.get("security").is_some(),
        parameters: list(&value["parameters"]).map(parameter).collect::<Result<_, _>>()?,
        request: content(&value["requestBody"]["content"])?,
        response: content(&response["content"])?,
        success,
        permissions: texts(&value["x-required-permissions"]),
        rate_group: rate_group(responses["429"]["description"].as_str().unwrap_or_default()),
        rates: [rate("perSecond"), rate("perMinute"), rate("perHour")],
        error_codes: error_codes(responses["400"]["description"].as_str().unwrap_or_default()),
        refusals: refusals(responses),
    })
}

fn refusals(responses: &Value) -> Vec<String> {
    object(responses)
        .filter(|(status, _)| !status.starts_with('2'))
        .flat_map(|(_, response)| object(&response["content"]))
        .filter_map(|(_, media)| media["schema"]["$ref"].as_str()?.rsplit('/').next().map(str::to_owned))
        .collect()
}

fn parameter(value: &Value) -> Result<Parameter, String> {
    let place = match value["in"].as_str() {
        Some("path") => Place::Path,
        Some("query") => Place::Query,
        Some("header") => Place::Header,
        other => return Err(format!("unsupported parameter place {other:?}")),
    };
    let name = value["name"].as_str().ok_or("a parameter without a name")?.to_owned();
    let shape = shape(&value["schema"]).map_err(|error| format!("{name}: {error}"))?;
    let default = value["schema"]["default"].as_i64();
    Ok(Parameter { name, place, required: value["required"] == true, default, shape })
}

fn content(value: &Value) -> Result<Content, String> {
    if value.get("application/xml").is_some() {
        return Ok(Content::Xml);
    }
    match value.get("application/json") {
        Some(media) => Ok(Content::Json(shape(&media["schema"])?)),
        None => Ok(Content::Empty),
    }
}

/// The last cell of the row of numbers in the table of limits: `| **...** | 5 | 10 | 60 | sessionList`.
fn rate_group(table: &str) -> Option<String> {
    let row = table.lines().find(|line| line.trim_start().starts_with("| **"))?;
    let group = row.trim().trim_end_matches('|').rsplit('|').next()?.trim();
    (!group.is_empty() && group.chars().all(|character| character.is_ascii_alphabetic()))
        .then(|| group.to_owned())
}

/// The first cells of the table of exceptions that are numbers, in ascending order.
fn error_codes(table: &str) -> Vec<u32> {
    let mut codes: Vec<u32> = table
        .lines()
        .filter_map(|line| line.trim().strip_prefix('|')?.split('|').next()?.trim().parse().ok())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
