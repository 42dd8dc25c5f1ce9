//! Makes the plan: finds out which types are needed, by which areas, and gives everything its name and documentation.

use std::collections::{BTreeMap, BTreeSet};

use super::case;
use super::description::{Content, Description, Kind, Operation, Parameter, Property, Rules, Schema, Shape};
use super::names::Names;
use super::plan::{Body, Field, OperationPlan, Plan, TypePlan, Variant, optional_query};

/// Types that several areas share go here.
const SHARED_AREA: &str = "common";
/// Types that occur only in refusals go here.
const ERROR_AREA: &str = "errors";

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
            self.types.push(TypePlan { name: name.clone(), area, doc, body, is_request: false });
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
