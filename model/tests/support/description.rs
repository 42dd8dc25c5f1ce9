//! Walks a JSON value along its schema in the API description and makes variants of it.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;

/// The API description, from which schemas are looked up.
pub(crate) struct Description(pub(crate) Value);

/// A changed value and what was changed.
pub(crate) struct Variant {
    pub(crate) what: String,
    pub(crate) value: Value,
}

impl Description {
    pub(crate) fn schema(&self, name: &str) -> &Value {
        let found = &self.0["components"]["schemas"][name];
        assert!(found.is_object(), "no schema {name}");
        found
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(target) = schema["$ref"].as_str() {
            return self.resolve(self.schema(target.rsplit('/').next().unwrap_or_default()));
        }
        match schema["allOf"].as_array().map(Vec::as_slice) {
            Some([only]) => self.resolve(only),
            _ => schema,
        }
    }

    /// Every variant that a reader of API 2.6 to 2.9 has to cope with: an optional property missing or null, an unknown
    /// property, an enum value that nobody knows yet.
    pub(crate) fn variants(&self, schema: &Value, value: &Value) -> Vec<Variant> {
        let mut places = Vec::new();
        self.places(schema, value, &mut String::new(), &mut places);
        let mut variants = Vec::new();
        for (pointer, place) in places {
            let mut vary = |what: &str, change: &dyn Fn(&mut Value)| {
                let mut changed = value.clone();
                change(changed.pointer_mut(&pointer).expect("the place exists"));
                variants.push(Variant { what: format!("{what} at {pointer:?}"), value: changed });
            };
            match place {
                Place::Object(optional) => {
                    vary("an unknown property", &|object| object["notYetInvented"] = Value::from(vec![1, 2]));
                    for name in optional {
                        vary(&format!("{name} missing"), &|object| {
                            object.as_object_mut().expect("an object").remove(&name);
                        });
                        vary(&format!("{name} null"), &|object| object[&name] = Value::Null);
                    }
                }
                Place::Enum => vary("a new enum value", &|text| *text = Value::from("NotYetInvented")),
            }
        }
        variants
    }

    fn places(&self, schema: &Value, value: &Value, pointer: &mut String, found: &mut Vec<(String, Place)>) {
        let schema = self.resolve(schema);
        let length = pointer.len();
        match value {
            Value::Object(object) if schema["properties"].is_object() => {
                let required: Vec<&str> =
                    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let optional =
                    object.keys().filter(|name| !required.contains(&name.as_str())).cloned().collect();
                found.push((pointer.clone(), Place::Object(optional)));
                for (name, inner) in object {
                    pointer.push_str(&format!("/{name}"));
                    self.places(&schema["properties"][name], inner, pointer, found);
                    pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    self.places(&schema["items"], inner, pointer, found);
                    pointer.truncate(length);
                }
            }
            Value::String(_) if schema["enum"].is_array() => found.push((pointer.clone(), Place::Enum)),
            _ => {}
        }
    }

    /// Where the second value has lost or changed something that the schema knows in the first.
    pub(crate) fn lost(&self, schema: &Value, before: &Value, after: &Value, pointer: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        match (before, after) {
            (Value::Object(old), _) if schema["properties"].is_object() => old
                .iter()
                .filter(|(name, inner)| !inner.is_null() && schema["properties"][name.as_str()].is_object())
                .flat_map(|(name, inner)| {
                    self.lost(&schema["properties"][name], inner, &after[name], &format!("{pointer}/{name}"))
                })
                .collect(),
            (Value::Array(old), Value::Array(new)) if old.len() == new.len() => old
                .iter()
                .zip(new)
                .enumerate()
                .flat_map(|(index, (old, new))| {
                    self.lost(&schema["items"], old, new, &format!("{pointer}/{index}"))
                })
                .collect(),
            _ if same(schema, before, after) => Vec::new(),
            _ => vec![format!("{pointer}: {before} became {after}")],
        }
    }
}

enum Place {
    /// An object, with the optional properties that it has.
    Object(Vec<String>),
    Enum,
}

fn same(schema: &Value, before: &Value, after: &Value) -> bool {
    // One official example has no offset; it counts as UTC.
    let instant = |value: &Value| {
        let text = value.as_str()?;
        text.parse::<Timestamp>().or_else(|_| format!("{text}Z").parse()).ok()
    };
    let amount = |value: &Value| value.to_string().parse::<Decimal>().ok();
    match schema["format"].as_str() {
        Some("date-time") => instant(before).is_some() && instant(before) == instant(after),
        Some("double") => amount(before).is_some() && amount(before) == amount(after),
        _ => before == after,
    }
}
