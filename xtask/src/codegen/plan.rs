//! The description and our names, joined: what is generated, where it goes and what it is called.

use std::collections::{BTreeMap, BTreeSet};

use super::case;
use super::description::{
    Content, Description, Kind, Operation, Parameter, Place, Property, Rules, Schema, Shape,
};
use super::names::{Names, OperationName};

/// Types that several areas share go here.
const SHARED_AREA: &str = "common";
/// Types that occur only in refusals go here.
const ERROR_AREA: &str = "errors";

#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) names: &'a Names,
    pub(crate) types: Vec<TypePlan>,
    pub(crate) operations: Vec<OperationPlan<'a>>,
    pub(crate) patterns: BTreeMap<String, String>,
    /// What takes its documentation from its name.
    pub(crate) derived: Vec<String>,
    schemas: BTreeMap<String, Schema>,
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
    pub(crate) fn new(description: &'a Description, names: &'a Names) -> Result<Plan<'a>, String> {
        let mut plan = Plan {
            names,
            types: Vec::new(),
            operations: Vec::new(),
            patterns: BTreeMap::new(),
            derived: Vec::new(),
            schemas: name_inline_objects(&description.schemas),
        };
        for operation in &description.operations {
            plan.operations.push(plan_operation(operation, names)?);
        }
        let area_order: Vec<&String> = names.areas.keys().collect();
        plan.operations.sort_by_key(|operation| area_order.iter().position(|area| **area == operation.area));
        plan.plan_types(description);
        plan.plan_query_types();
        plan.types.sort_by(|left, right| (&left.area, &left.name).cmp(&(&right.area, &right.name)));
        plan.collect_patterns();
        plan.refuse_stale_names()?;
        Ok(plan)
    }

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

    fn plan_types(&mut self, description: &Description) {
        let mut areas: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut requests = BTreeSet::new();
        for operation in &self.operations {
            let reached = self.reach(operation_shapes(operation.source));
            for name in reached {
                areas.entry(name).or_default().insert(operation.area.clone());
            }
            if let Content::Json(shape) = &operation.source.request {
                requests.extend(self.reach(vec![shape]));
            }
        }
        let refusals =
            self.reach_names(description.operations.iter().flat_map(|operation| &operation.refusals));
        for name in refusals {
            areas.entry(name).or_insert_with(|| BTreeSet::from([ERROR_AREA.to_owned()]));
        }
        for (name, used_in) in areas {
            let named = self.names.types.get(&name);
            let area = match (named.and_then(|named| named.area.clone()), used_in.len()) {
                (Some(area), _) => area,
                (None, 1) => used_in.into_iter().next().unwrap_or_default(),
                (None, _) => SHARED_AREA.to_owned(),
            };
            let body = match &self.schemas[&name].clone() {
                Schema::Enum(values) => Body::Enum(self.variants(&name, values)),
                Schema::Object(properties) => Body::Struct(self.fields(&name, properties)),
                Schema::Alias(_) => continue,
            };
            let doc = self.type_doc(&name);
            self.types.push(TypePlan { is_request: requests.contains(&name), name, area, doc, body });
        }
    }

    fn type_doc(&mut self, name: &str) -> String {
        if let Some(doc) = self.names.types.get(name).and_then(|named| named.doc.clone()) {
            return doc;
        }
        let is_body = |content: &Content| match content {
            Content::Json(shape) => matches!(&shape.kind, Kind::Reference(target) if target == name),
            Content::Empty | Content::Xml => false,
        };
        let mut users = self.operations.iter().filter(|operation| is_body(&operation.source.request));
        if let (Some(only), None) = (users.next(), users.next()) {
            return format!("What `{}` takes.", only.name.name);
        }
        let mut users = self.operations.iter().filter(|operation| is_body(&operation.source.response));
        if let (Some(only), None) = (users.next(), users.next()) {
            return format!("What `{}` answers.", only.name.name);
        }
        self.derived.push(name.to_owned());
        sentence(name)
    }

    fn plan_query_types(&mut self) {
        for index in 0..self.operations.len() {
            let operation = &self.operations[index];
            let area = operation.area.clone();
            let optional: Vec<&Parameter> = optional_query(operation.source);
            if optional.len() <= 2 {
                continue;
            }
            let id = &operation.name.name;
            let name = operation.name.query.clone().unwrap_or_else(|| case::pascal(&format!("{id}_query")));
            let properties: Vec<Property> = optional
                .iter()
                .map(|parameter| Property {
                    json: parameter.name.clone(),
                    required: false,
                    shape: parameter.shape.clone(),
                })
                .collect();
            let doc = self.names.types.get(&name).and_then(|named| named.doc.clone());
            let doc = doc
                .unwrap_or_else(|| format!("What to look for with `{id}`; fields left out do not matter."));
            let body = Body::Struct(self.fields(&name, &properties));
            self.types.push(TypePlan { name: name.clone(), area, doc, body, is_request: true });
            self.operations[index].query_type = Some(name);
        }
    }

    /// The names of all types that the shapes lead to.
    fn reach(&self, shapes: Vec<&Shape>) -> BTreeSet<String> {
        let mut found = Vec::new();
        shapes.into_iter().for_each(|shape| references(shape, &mut found));
        self.reach_names(found.iter())
    }

    fn reach_names<'n>(&self, names: impl Iterator<Item = &'n String>) -> BTreeSet<String> {
        let mut waiting: Vec<String> = names.cloned().collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if self.hand_written(&name).is_some() || !reached.insert(name.clone()) {
                continue;
            }
            match self.schemas.get(&name) {
                Some(Schema::Object(properties)) => {
                    properties.iter().for_each(|property| references(&property.shape, &mut waiting));
                }
                Some(Schema::Alias(shape)) => references(shape, &mut waiting),
                Some(Schema::Enum(_)) | None => {}
            }
        }
        reached
    }

    fn variants(&mut self, type_name: &str, values: &[String]) -> Vec<Variant> {
        let named = self.names.types.get(type_name);
        values
            .iter()
            .map(|wire| {
                let own =
                    named.and_then(|named| named.values.get(wire)).or_else(|| self.names.values.get(wire));
                let doc = own.cloned().unwrap_or_else(|| sentence(wire));
                Variant { wire: wire.clone(), rust: case::pascal(wire), doc }
            })
            .collect()
    }

    fn fields(&mut self, type_name: &str, properties: &[Property]) -> Vec<Field> {
        properties
            .iter()
            .map(|property| {
                let json = &property.json;
                let named = self.names.rules(type_name, json);
                let own = named.doc.or_else(|| self.names.fields.get(json).cloned());
                let mut doc = own.unwrap_or_else(|| {
                    self.derived.push(format!("{type_name}.{json}"));
                    sentence(json)
                });
                if let Some(version) = &named.since {
                    doc.push_str(&format!(" Sent by API {version} and newer."));
                }
                let mut shape = self.resolve(&property.shape);
                let rules = &mut shape.rules;
                rules.min_items = named.min_items.or(rules.min_items);
                rules.max_items = named.max_items.or(rules.max_items);
                rules.max_length = named.max_length.or(rules.max_length);
                Field {
                    json: json.clone(),
                    rust: case::field(json),
                    doc,
                    optional: !property.required || named.optional || named.since.is_some(),
                    hidden: self.names.is_hidden(type_name, json),
                    shape,
                }
            })
            .collect()
    }

    /// Every distinct regular expression gets one constant.
    fn collect_patterns(&mut self) {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for (name, schema) in &self.schemas {
            if let (Schema::Alias(shape), true) = (schema, self.hand_written(name).is_some())
                && let Some(pattern) = &shape.rules.pattern
            {
                found.insert(pattern.clone(), case::constant(name));
            }
        }
        let structs = self.types.iter().filter(|planned| planned.is_request);
        for (owner, field) in
            structs.flat_map(|planned| planned.fields().map(move |field| (&planned.name, field)))
        {
            let item = match &field.shape.kind {
                Kind::List(item) => &item.rules,
                _ => &field.shape.rules,
            };
            if let Some(pattern) = &item.pattern {
                let named = self.names.patterns.iter().find(|(_, text)| *text == pattern);
                let name = named.map_or_else(
                    || case::constant(&format!("{owner}_{}", field.rust)),
                    |(name, _)| name.clone(),
                );
                found.entry(pattern.clone()).or_insert(name);
            }
        }
        self.patterns = found;
    }

    /// Names of things that the description does not have are mistakes or leftovers.
    fn refuse_stale_names(&self) -> Result<(), String> {
        for (name, named) in &self.names.types {
            let planned = self.types.iter().find(|planned| planned.name == *name);
            if planned.is_none() && named.rust.is_none() {
                return Err(format!("spec/types: {name} is not a type of the API"));
            }
            let Some(planned) = planned else { continue };
            let known: BTreeSet<&str> = match &planned.body {
                Body::Struct(fields) => fields.iter().map(|field| field.json.as_str()).collect(),
                Body::Enum(variants) => variants.iter().map(|variant| variant.wire.as_str()).collect(),
            };
            let given = named.fields.keys().chain(named.values.keys());
            if let Some(unknown) = given.into_iter().find(|key| !known.contains(key.as_str())) {
                return Err(format!("spec/types: {name} has no {unknown}"));
            }
        }
        let keys =
            |operation: &OperationPlan<'_>| format!("{} {}", operation.source.method, operation.source.path);
        let known: BTreeSet<String> = self.operations.iter().map(keys).collect();
        match self.names.operations.keys().find(|key| !known.contains(*key)) {
            Some(unknown) => Err(format!("spec/names.toml: {unknown} is not an operation of the API")),
            None => Ok(()),
        }
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

fn plan_operation<'a>(operation: &'a Operation, names: &'a Names) -> Result<OperationPlan<'a>, String> {
    let key = format!("{} {}", operation.method, operation.path);
    let name = names
        .operations
        .get(&key)
        .ok_or_else(|| format!("{key} has no entry under [operations] in spec/names.toml"))?;
    let (area, method) =
        name.name.split_once('.').ok_or_else(|| format!("{key}: {:?} is not `area.method`", name.name))?;
    if !names.areas.contains_key(area) {
        return Err(format!("{key}: area {area:?} is not listed under [areas] in spec/names.toml"));
    }
    let rate_group = operation.rate_group.clone().unwrap_or_else(|| names.anonymous_rate_group.clone());
    Ok(OperationPlan {
        area: area.to_owned(),
        method: method.to_owned(),
        name,
        source: operation,
        rate_group,
        query_type: None,
    })
}

/// Gives objects that are described in place the name of their owner and field.
fn name_inline_objects(schemas: &BTreeMap<String, Schema>) -> BTreeMap<String, Schema> {
    let mut named = BTreeMap::new();
    for (name, schema) in schemas {
        let mut schema = schema.clone();
        if let Schema::Object(properties) = &mut schema {
            for property in properties {
                if let Kind::Inline(inner) = &property.shape.kind {
                    let inner_name = format!("{name}{}", case::pascal(&property.json));
                    named.insert(inner_name.clone(), Schema::Object(inner.clone()));
                    property.shape = Shape { kind: Kind::Reference(inner_name), rules: Rules::default() };
                }
            }
        }
        named.insert(name.clone(), schema);
    }
    named
}

fn operation_shapes(operation: &Operation) -> Vec<&Shape> {
    let bodies = [&operation.request, &operation.response].into_iter().filter_map(|content| match content {
        Content::Json(shape) => Some(shape),
        Content::Empty | Content::Xml => None,
    });
    bodies.chain(operation.parameters.iter().map(|parameter| &parameter.shape)).collect()
}

fn references(shape: &Shape, found: &mut Vec<String>) {
    match &shape.kind {
        Kind::Reference(name) => found.push(name.clone()),
        Kind::List(item) => references(item, found),
        _ => {}
    }
}

/// A name in words, as the shortest documentation: `startDate` -> `Start date.`
fn sentence(name: &str) -> String {
    let words = case::words(name).join(" ");
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase()).into_iter();
    first.chain(characters).chain(['.']).collect()
}
