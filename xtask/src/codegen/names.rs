//! `spec/names.toml` and `spec/types/*.toml`: what things are called and how they are explained.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Names {
    pub(crate) description: Pin,
    pub(crate) areas: BTreeMap<String, Area>,
    pub(crate) operations: BTreeMap<String, OperationName>,
    /// Rate-limit group of the operations whose documentation names none.
    pub(crate) anonymous_rate_group: String,
    /// Documentation of query and path parameters and of fields that mean the same wherever they occur.
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, String>,
    /// Documentation of enum values that mean the same wherever they occur.
    #[serde(default)]
    pub(crate) values: BTreeMap<String, String>,
    /// JSON names of fields whose values never appear in `Debug`, by type (`*` for any type).
    #[serde(default)]
    pub(crate) hidden: BTreeMap<String, Vec<String>>,
    /// What `spec/types/*.toml` says.
    #[serde(skip)]
    pub(crate) types: BTreeMap<String, TypeName>,
    /// Names of patterns: the text of the regular expression by the name of the constant.
    #[serde(default)]
    pub(crate) patterns: BTreeMap<String, String>,
}

/// The description that these names were written for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pin {
    pub(crate) version: String,
    pub(crate) sha256: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Area {
    pub(crate) doc: String,
    #[serde(default)]
    pub(crate) foreign: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationName {
    /// `area.method`.
    pub(crate) name: String,
    pub(crate) doc: String,
    /// The caller passes the bearer token.
    #[serde(default)]
    pub(crate) bearer: bool,
    /// Name of the struct of query parameters, when there are more than two.
    pub(crate) query: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeName {
    pub(crate) doc: Option<String>,
    pub(crate) area: Option<String>,
    /// A hand-written type that stands for the schema.
    pub(crate) rust: Option<String>,
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, FieldName>,
    #[serde(default)]
    pub(crate) values: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum FieldName {
    Doc(String),
    Full(FieldRules),
}

/// Corrections to what the description says of a field.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldRules {
    pub(crate) doc: Option<String>,
    /// Required by the description, yet missing from official examples or from some servers.
    #[serde(default)]
    pub(crate) optional: bool,
    /// The version of the API that brought the field; servers before it do not send it.
    pub(crate) since: Option<String>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) max_length: Option<u64>,
}

impl Names {
    pub(crate) fn parse(text: &str) -> Result<Names, String> {
        toml::from_str(text).map_err(|error| format!("spec/names.toml: {error}"))
    }

    /// Adds the types of one file of `spec/types`.
    pub(crate) fn add_types(&mut self, file: &str, text: &str) -> Result<(), String> {
        let types: BTreeMap<String, TypeName> =
            toml::from_str(text).map_err(|error| format!("{file}: {error}"))?;
        for (name, named) in types {
            if self.types.insert(name.clone(), named).is_some() {
                return Err(format!("{file}: {name} has already been described in another file"));
            }
        }
        Ok(())
    }

    pub(crate) fn rules(&self, type_name: &str, json: &str) -> FieldRules {
        match self.types.get(type_name).and_then(|named| named.fields.get(json)) {
            Some(FieldName::Full(rules)) => rules.clone(),
            Some(FieldName::Doc(doc)) => FieldRules { doc: Some(doc.clone()), ..FieldRules::default() },
            None => FieldRules::default(),
        }
    }

    pub(crate) fn is_hidden(&self, type_name: &str, json: &str) -> bool {
        let listed =
            |key: &str| self.hidden.get(key).is_some_and(|fields| fields.iter().any(|field| field == json));
        listed(type_name) || (listed("*") && !listed(&format!("!{type_name}")))
    }
}
