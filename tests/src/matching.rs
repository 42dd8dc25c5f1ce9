//! Partial matching of answers against expectations. The only place where it is defined.

use serde_json::Value;

use crate::Problem;

/// Everything in which `actual` differs from `expected`; empty when it matches.
///
/// Objects may have more members than expected; arrays must have equal lengths; null and absent are alike.
#[must_use]
pub fn mismatches(expected: &Value, actual: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    compare(expected, Some(actual), "", &mut problems);
    problems
}

fn compare(expected: &Value, actual: Option<&Value>, path: &str, problems: &mut Vec<Problem>) {
    let actual = actual.filter(|value| !value.is_null());
    match expected {
        Value::Object(object) => {
            if let Some((matcher, argument)) = object.iter().find(|(key, _)| key.starts_with('$')) {
                if object.len() > 1 {
                    problems.push(format!("{}: a matcher stands alone in its object", shown(path)));
                } else if let Err(problem) = apply(matcher, argument, actual) {
                    problems.push(format!("{}: {problem}, got {}", shown(path), brief(actual)));
                }
                return;
            }
            match actual {
                Some(Value::Object(members)) => {
                    for (key, value) in object {
                        compare(value, members.get(key), &format!("{path}/{key}"), problems);
                    }
                }
                other => problems.push(format!("{}: expected an object, got {}", shown(path), brief(other))),
            }
        }
        Value::Array(items) => match actual {
            Some(Value::Array(found)) if found.len() == items.len() => {
                for (index, (item, found)) in items.iter().zip(found).enumerate() {
                    compare(item, Some(found), &format!("{path}/{index}"), problems);
                }
            }
            Some(Value::Array(found)) => {
                problems.push(format!(
                    "{}: expected {} items, got {}",
                    shown(path),
                    items.len(),
                    found.len()
                ));
            }
            other => problems.push(format!("{}: expected an array, got {}", shown(path), brief(other))),
        },
        Value::Null if actual.is_none() => {}
        expected if actual == Some(expected) => {}
        expected => problems.push(format!("{}: expected {expected}, got {}", shown(path), brief(actual))),
    }
}

fn apply(matcher: &str, argument: &Value, actual: Option<&Value>) -> Result<(), Problem> {
    let matches = |expected: &Value, value: Option<&Value>| {
        let mut problems = Vec::new();
        compare(expected, value, "", &mut problems);
        problems.is_empty()
    };
    let text = || actual.and_then(Value::as_str);
    let (holds, wanted) = match (matcher, argument) {
        ("$exists", Value::Bool(wanted)) => (
            actual.is_some() == *wanted,
            if *wanted { "a value is expected" } else { "no value is expected" }.into(),
        ),
        ("$regex", Value::String(pattern)) => {
            let whole =
                regex::Regex::new(&format!("^(?:{pattern})$")).map_err(|e| format!("bad pattern: {e}"))?;
            (text().is_some_and(|text| whole.is_match(text)), format!("expected to match {pattern}"))
        }
        ("$contains", Value::String(part)) => {
            (text().is_some_and(|text| text.contains(part.as_str())), format!("expected to contain {part:?}"))
        }
        ("$len", Value::Number(_)) => {
            let length = match actual {
                Some(Value::Array(items)) => Some(items.len()),
                Some(Value::String(text)) => Some(text.chars().count()),
                _ => None,
            };
            (
                length.is_some_and(|length| argument.as_u64() == Some(length as u64)),
                format!("expected length {argument}"),
            )
        }
        ("$gte" | "$lte", Value::Number(bound)) => {
            let numbers = (actual.and_then(Value::as_f64), bound.as_f64());
            let holds = match numbers {
                (Some(value), Some(bound)) if matcher == "$gte" => value >= bound,
                (Some(value), Some(bound)) => value <= bound,
                _ => false,
            };
            (holds, format!("expected {} {bound}", if matcher == "$gte" { "at least" } else { "at most" }))
        }
        ("$not", unwanted) => {
            (!matches(unwanted, actual), format!("expected something else than {unwanted}"))
        }
        ("$any_of", Value::Array(options)) => {
            (options.iter().any(|option| matches(option, actual)), format!("expected one of {argument}"))
        }
        ("$has", Value::Array(wanted)) => {
            let items = actual.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let missing = wanted.iter().find(|one| !items.iter().any(|item| matches(one, Some(item))));
            (missing.is_none(), format!("expected an item like {}", missing.unwrap_or(&Value::Null)))
        }
        _ => return Err(format!("unknown matcher {matcher} {argument}")),
    };
    if holds { Ok(()) } else { Err(wanted) }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "answer" } else { path }
}

fn brief(value: Option<&Value>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let text = value.to_string();
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::mismatches;

    fn matches(expected: &Value, actual: &Value) -> bool {
        mismatches(expected, actual).is_empty()
    }

    #[test]
    fn objects_match_partly_and_arrays_wholly() {
        assert!(matches(&json!({"a": {"b": 1}}), &json!({"a": {"b": 1, "c": 2}, "d": 3})));
        assert!(!matches(&json!({"a": 1}), &json!({"a": 2})));
        assert!(!matches(&json!({"a": 1}), &json!({})));
        assert!(matches(&json!([1, {"x": 1}]), &json!([1, {"x": 1, "y": 2}])));
        assert!(!matches(&json!([1]), &json!([1, 2])));
        assert!(!matches(&json!({"a": 1}), &json!([1])));
    }

    #[test]
    fn null_is_the_same_as_absent() {
        assert!(matches(&json!({"a": null}), &json!({})));
        assert!(!matches(&json!({"a": null}), &json!({"a": false})));
        assert!(matches(&json!({"a": {"$exists": false}}), &json!({"a": null})));
        assert!(!matches(&json!({"a": {"$exists": true}}), &json!({"a": null})));
        assert!(!matches(&json!({"a": {"$exists": false}}), &json!({"a": 0})));
    }

    #[test]
    fn matchers_hold_and_fail() {
        for (expected, good, bad) in [
            (json!({"$regex": "[0-9]{3}"}), json!("123"), json!("1234")),
            (json!({"$contains": "ow"}), json!("Nowak"), json!("Kot")),
            (json!({"$len": 2}), json!([1, 2]), json!([1])),
            (json!({"$len": 2}), json!("żó"), json!("ż")),
            (json!({"$gte": 2}), json!(2), json!(1)),
            (json!({"$lte": 2}), json!(2), json!(3)),
            (json!({"$not": 1}), json!(2), json!(1)),
            (json!({"$any_of": [1, {"$gte": 9}]}), json!(10), json!(2)),
            (json!({"$has": [{"c": 1}]}), json!([{"c": 0}, {"c": 1, "d": 1}]), json!([{"c": 0}])),
        ] {
            assert!(matches(&expected, &good), "{expected} refuses {good}");
            assert!(!matches(&expected, &bad), "{expected} takes {bad}");
        }
    }

    #[test]
    fn an_unknown_matcher_never_matches() {
        assert!(mismatches(&json!({"$glob": "*"}), &json!("x"))[0].contains("unknown matcher"));
        assert!(!matches(&json!({"$gte": 1, "a": 2}), &json!({"a": 2})));
    }
}
