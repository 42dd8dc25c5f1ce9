//! The description and our names, joined: what is generated, where it goes and what it is called.

use std::collections::BTreeMap;

use super::description::{Kind, Operation, Parameter, Place, Schema, Shape};
use super::names::{Names, OperationName};

#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) names: &'a Names,
    pub(crate) types: Vec<TypePlan>,
    pub(crate) operations: Vec<OperationPlan<'a>>,
    pub(crate) patterns: BTreeMap<String, String>,
    /// What takes its documentation from its name.
    pub(crate) derived: Vec<String>,
    pub(super) schemas: BTreeMap<String, Schema>,
}

#[derive(Debug)]
pub(crate) struct TypePlan {
    pub(crate) name: String,
    pub(crate) area: String,
    pub(crate) doc: String,
    pub(crate) body: Body,
    /// It is sent to KSeF, so it is checked first.
    pub(crate) is_request: bool,
}

#[derive(Debug)]
pub(crate) enum Body {
    Enum(Vec<Variant>),
    Struct(Vec<Field>),
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) wire: String,
    pub(crate) rust: String,
    pub(crate) doc: String,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) json: String,
    pub(crate) rust: String,
    pub(crate) doc: String,
    pub(crate) optional: bool,
    pub(crate) hidden: bool,
    pub(crate) shape: Shape,
}

#[derive(Debug)]
pub(crate) struct OperationPlan<'a> {
    pub(crate) area: String,
    pub(crate) method: String,
    pub(crate) name: &'a OperationName,
    pub(crate) source: &'a Operation,
    pub(crate) rate_group: String,
    /// Name of the generated struct of optional query parameters.
    pub(crate) query_type: Option<String>,
}

impl<'a> Plan<'a> {
    /// The Rust type of a shape, without `Option`.
    pub(crate) fn rust_type(&self, shape: &Shape) -> String {
        match &self.resolve(shape).kind {
            Kind::Reference(name) => self.hand_written(name).unwrap_or(name).to_owned(),
            Kind::Text => "String".to_owned(),
            Kind::Timestamp => "Timestamp".to_owned(),
            Kind::Date => "Date".to_owned(),
            Kind::Integer32 => "i32".to_owned(),
            Kind::Integer64 => "i64".to_owned(),
            Kind::Decimal => "Decimal".to_owned(),
            Kind::Boolean => "bool".to_owned(),
            Kind::List(item) => format!("Vec<{}>", self.rust_type(item)),
            Kind::Map => "BTreeMap<String, Option<String>>".to_owned(),
            Kind::OpenObject | Kind::Inline(_) => "BTreeMap<String, Value>".to_owned(),
        }
    }

    /// A shape in which aliases without a type of their own are replaced by what they stand for.
    pub(crate) fn resolve(&self, shape: &Shape) -> Shape {
        match &shape.kind {
            Kind::Reference(name) => match self.schemas.get(name) {
                Some(Schema::Alias(target)) if self.hand_written(name).is_none() => self.resolve(target),
                Some(Schema::Alias(target)) => Shape { rules: target.rules.clone(), ..shape.clone() },
                _ => shape.clone(),
            },
            Kind::List(item) => {
                Shape { kind: Kind::List(Box::new(self.resolve(item))), rules: shape.rules.clone() }
            }
            _ => shape.clone(),
        }
    }

    /// The hand-written type that stands for a schema.
    pub(crate) fn hand_written(&self, schema: &str) -> Option<&str> {
        self.names.types.get(schema)?.rust.as_deref()
    }

    /// Whether a name is that of a type written by the generator.
    pub(crate) fn is_generated(&self, name: &str) -> bool {
        self.types.iter().any(|planned| planned.name == name)
    }

    /// Whether a name is that of a hand-written type of the model.
    pub(crate) fn is_hand_written(&self, name: &str) -> bool {
        self.names.types.values().any(|named| named.rust.as_deref() == Some(name))
    }

    /// Whether a name is that of an enum.
    pub(crate) fn is_enum(&self, name: &str) -> bool {
        matches!(self.schemas.get(name), Some(Schema::Enum(_)))
    }

    /// Whether a name is that of a newtype over text.
    pub(crate) fn is_newtype(&self, name: &str) -> bool {
        matches!(self.schemas.get(name), Some(Schema::Alias(_)))
    }
}

impl TypePlan {
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        match &self.body {
            Body::Struct(fields) => fields.iter(),
            Body::Enum(_) => [].iter(),
        }
    }
}

/// The optional query parameters, the page before its size.
pub(crate) fn optional_query(operation: &Operation) -> Vec<&Parameter> {
    let mut parameters: Vec<&Parameter> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == Place::Query && !parameter.required)
        .collect();
    parameters.sort_by_key(|parameter| parameter.name == "pageSize");
    parameters
}
