//! Variables of a scenario: `${name}`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Problem;

/// Names and values known at some point of a scenario.
#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<String, Value>);

impl Variables {
    /// Gives a variable its value, replacing an earlier one.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// Replaces variables everywhere in a JSON value; object keys stay as they are.
    ///
    /// # Errors
    /// A variable that has no value yet.
    pub fn resolve(&self, value: &Value) -> Result<Value, Problem> {
        Ok(match value {
            Value::String(text) => self.resolve_text(text)?,
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.resolve(item)).collect::<Result<_, _>>()?)
            }
            Value::Object(object) => Value::Object(self.resolve_object(object)?),
            other => other.clone(),
        })
    }

    /// [`resolve`](Self::resolve) for objects.
    ///
    /// # Errors
    /// A variable that has no value yet.
    pub fn resolve_object(&self, object: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
        object.iter().map(|(key, value)| Ok((key.clone(), self.resolve(value)?))).collect()
    }

    /// Replaces variables inside a text.
    ///
    /// # Errors
    /// A variable that has no value yet, or a `${` without an end.
    pub fn text(&self, text: &str) -> Result<String, Problem> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, from) = rest.split_at(start);
            let end = from.find('}').ok_or_else(|| format!("unfinished variable in {text:?}"))?;
            out.push_str(before);
            match self.value(&from[2..end])? {
                Value::String(value) => out.push_str(value),
                value => out.push_str(&value.to_string()),
            }
            rest = &from[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn resolve_text(&self, text: &str) -> Result<Value, Problem> {
        let only = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        match only {
            Some(name) if !name.contains(['$', '{', '}']) => Ok(self.value(name)?.clone()),
            _ => Ok(Value::String(self.text(text)?)),
        }
    }

    fn value(&self, name: &str) -> Result<&Value, Problem> {
        self.0.get(name).ok_or_else(|| format!("variable ${{{name}}} has no value"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Variables;

    #[test]
    fn whole_values_keep_their_type_and_parts_become_text() {
        let mut variables = Variables::default();
        variables.set("n", 7);
        variables.set("a.b", "x");
        let resolved = variables.resolve(&json!({"k": ["${n}", "${n}/${a.b}", "$5"]})).unwrap();
        assert_eq!(resolved, json!({"k": [7, "7/x", "$5"]}));
    }

    #[test]
    fn an_unknown_variable_is_a_mistake() {
        assert!(Variables::default().text("${gone}").unwrap_err().contains("${gone}"));
        assert!(Variables::default().text("${open").is_err());
    }
}
