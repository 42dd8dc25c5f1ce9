//! The arguments of an operation called by its name: one JSON object, read into the types of the typed method.

use std::str::FromStr;

use bytes::Bytes;
use ksef_model::InvalidIdentifier;
use ksef_model::operations::{Content, Operation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::listing::input_name;
use crate::auth::BearerToken;
use crate::error::{Error, Result, texts};

/// The input name of the body.
pub(super) const BODY: &str = "body";
/// The input name of the bearer token of operations that take their own.
pub(super) const BEARER: &str = "bearer";

/// What the caller gave, taken out argument by argument.
pub(crate) struct Arguments {
    operation: &'static Operation,
    given: Map<String, Value>,
}

impl Arguments {
    /// Takes the input of an operation and refuses names that it does not have and the lack of those that it needs.
    pub(super) fn new(operation: &'static Operation, input: Value) -> Result<Self> {
        let given = match input {
            Value::Object(given) => given,
            Value::Null => Map::new(),
            _ => return Err(Error::invalid_argument("input", "it must be a JSON object")),
        };
        let arguments = Self { operation, given };
        let known: Vec<String> = operation.parameters.iter().map(input_name).collect();
        for name in arguments.given.keys() {
            let is_known = known.contains(name)
                || (name == BODY && operation.request != Content::Empty)
                || (name == BEARER && operation.own_bearer);
            if !is_known {
                let has = arguments.names().join(", ");
                let has = if has.is_empty() { "it takes none".to_owned() } else { format!("it has {has}") };
                return Err(Error::invalid_argument(
                    &shown(name),
                    &format!("{} has no such parameter; {has}", operation.id),
                ));
            }
        }
        for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
            arguments.demand(&input_name(parameter))?;
        }
        if operation.own_bearer {
            arguments.demand(BEARER)?;
        }
        if operation.request != Content::Empty {
            arguments.demand(BODY)?;
        }
        Ok(arguments)
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The error for a name that no generated method answers to.
    pub(crate) fn unknown_operation(&self) -> Error {
        unknown_operation(self.operation.id)
    }

    /// A parameter that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        self.optional(name)?.ok_or_else(|| missing(self.operation, name))
    }

    /// A parameter that may be absent or null. Numbers and truth values may be given as text, as in an address, and one
    /// value may stand for a list.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let other = match &value {
            Value::String(text) => serde_json::from_str(text).ok(),
            Value::Number(_) | Value::Bool(_) => Some(Value::String(value.to_string())),
            _ => None,
        };
        let list = Value::Array(vec![value.clone()]);
        [Some(value), other, Some(list)]
            .into_iter()
            .flatten()
            .find_map(|candidate| T::deserialize(candidate).ok())
            .map(Some)
            .ok_or_else(|| Error::invalid_argument(name, "not a value of its type"))
    }

    /// An identifier in the path, checked for its form.
    pub(crate) fn identifier<T: FromStr<Err = InvalidIdentifier>>(&mut self, name: &str) -> Result<T> {
        let text: String = self.required(name)?;
        text.parse().map_err(|invalid: InvalidIdentifier| {
            let note = format!("{name}: {}", invalid.reason);
            Error::from(invalid).note(note)
        })
    }

    /// The body as the request type. A field that the type does not have is an error, because it is most likely a slip of
    /// the pen in the name of an optional one.
    pub(crate) fn body<T: DeserializeOwned + Serialize>(&mut self) -> Result<T> {
        let value = self.take(BODY).ok_or_else(|| missing(self.operation, BODY))?;
        let request: T = serde_path_to_error::deserialize(&value).map_err(|error| {
            let path = error.path().to_string();
            let place = if path == "." { BODY.to_owned() } else { format!("{BODY}.{path}") };
            let text = error.into_inner().to_string();
            // Other texts of the reader quote the value, which may be personal.
            let reason =
                if text.starts_with("missing field") { text } else { "not a value of its type".to_owned() };
            invalid(&place, &reason)
        })?;
        let known = serde_json::to_value(&request)
            .map_err(|error| Error::new(texts::INTERNAL).note(error.to_string()))?;
        match unknown_field(BODY, &value, &known) {
            Some(field) => Err(invalid(&field, "no such field")),
            None => Ok(request),
        }
    }

    /// The body as an XML document.
    pub(crate) fn document(&mut self) -> Result<Bytes> {
        match self.take(BODY) {
            Some(Value::String(xml)) => Ok(xml.into()),
            Some(_) => Err(Error::invalid_argument(BODY, "it must be the text of an XML document")),
            None => Err(missing(self.operation, BODY)),
        }
    }

    /// The bearer token of operations that take their own.
    pub(crate) fn bearer(&mut self) -> Result<BearerToken> {
        self.required::<String>(BEARER).map(BearerToken::new)
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.given.remove(name).filter(|value| !value.is_null())
    }

    fn demand(&self, name: &str) -> Result<()> {
        let is_there = self.given.get(name).is_some_and(|value| !value.is_null());
        if is_there { Ok(()) } else { Err(missing(self.operation, name)) }
    }

    fn names(&self) -> Vec<String> {
        super::listing::inputs(self.operation).into_iter().map(|input| input.name).collect()
    }
}

/// The error for the name of an operation that does not exist.
pub(super) fn unknown_operation(name: &str) -> Error {
    Error::invalid_argument("operation", &format!("{} is not an operation of the API", shown(name)))
}

fn missing(operation: &Operation, name: &str) -> Error {
    Error::invalid_argument(name, &format!("{} needs it", operation.id))
}

fn invalid(place: &str, reason: &str) -> Error {
    Error::new(texts::INVALID_REQUEST).note(format!("{place}: {reason}"))
}

/// A name of the caller in a text of ours: of bounded length, in one line.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// The path of a field of the input that is not in what was read from it.
fn unknown_field(path: &str, given: &Value, known: &Value) -> Option<String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => given.iter().find_map(|(name, value)| {
            let path = format!("{path}.{}", shown(name));
            match known.get(name) {
                Some(inner) => unknown_field(&path, value, inner),
                None => (!value.is_null()).then_some(path),
            }
        }),
        (Value::Array(given), Value::Array(known)) => given
            .iter()
            .zip(known)
            .enumerate()
            .find_map(|(index, (value, inner))| unknown_field(&format!("{path}[{index}]"), value, inner)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ksef_model::operations::{
        AUTH_STATUS, INVOICES_BY_KSEF_NUMBER, SESSIONS_LIST, TOKENS_GENERATE, TOKENS_LIST,
    };
    use ksef_model::{GenerateTokenRequest, KsefNumber, SessionType};
    use serde_json::json;

    use super::*;

    fn refusal(operation: &'static Operation, input: Value) -> String {
        let error = Arguments::new(operation, input).err().expect("a refusal");
        assert_eq!((error.number(), error.was_sent()), (1001, false));
        error.to_string()
    }

    #[test]
    fn unknown_and_missing_names_are_named() {
        assert!(refusal(&TOKENS_LIST, json!({"pagesize": 10})).contains("pagesize: tokens.list has no such"));
        assert!(refusal(&TOKENS_LIST, json!({"body": {}})).contains("body: tokens.list has no such"));
        assert!(refusal(&TOKENS_LIST, json!([1])).contains("input: it must be a JSON object"));
        assert!(refusal(&SESSIONS_LIST, Value::Null).contains("sessionType: sessions.list needs it"));
        assert!(refusal(&TOKENS_GENERATE, json!({"body": null})).contains("body: tokens.generate needs it"));
        let reference = json!({"referenceNumber": "x"});
        assert!(refusal(&AUTH_STATUS, reference).contains("bearer: auth.status needs it"));
    }

    #[test]
    fn parameters_are_read_from_json_and_from_text() {
        let input = json!({"sessionType": "Online", "pageSize": "20", "statuses": "InProgress"});
        let mut arguments = Arguments::new(&SESSIONS_LIST, input).expect("known names");
        assert_eq!(arguments.required::<SessionType>("sessionType").expect("there"), SessionType::Online);
        assert_eq!(arguments.optional::<i32>("pageSize").expect("a number"), Some(20));
        assert_eq!(
            arguments.optional::<Vec<String>>("statuses").expect("a list"),
            Some(vec!["InProgress".to_owned()])
        );
        assert_eq!(arguments.optional::<i32>("pageOffset").expect("absent"), None);
        let mut arguments =
            Arguments::new(&SESSIONS_LIST, json!({"sessionType": "Online", "pageSize": "many"}))
                .expect("known names");
        let error = arguments.optional::<i32>("pageSize").expect_err("no number").to_string();
        assert!(error.contains("pageSize") && !error.contains("many"), "{error}");
    }

    #[test]
    fn identifiers_are_checked_and_named() {
        let mut arguments =
            Arguments::new(&INVOICES_BY_KSEF_NUMBER, json!({"ksefNumber": "123"})).expect("known names");
        let error = arguments.identifier::<KsefNumber>("ksefNumber").expect_err("no KSeF number");
        assert!(error.number() < 2000 && error.to_string().contains("ksefNumber"), "{error}");
    }

    #[test]
    fn bodies_are_read_whole_or_refused_with_the_field() {
        let body = |body: Value| {
            let input = json!({ "body": body });
            Arguments::new(&TOKENS_GENERATE, input).expect("a body").body::<GenerateTokenRequest>()
        };
        assert!(body(json!({"permissions": ["InvoiceRead"], "description": "x"})).is_ok());
        let told = |value: Value| {
            let error = body(value).expect_err("a refusal");
            assert_eq!(error.number(), 1020);
            error.to_string()
        };
        assert!(told(json!({"permissions": []})).contains("body: missing field `description`"));
        let wrong = told(json!({"permissions": ["InvoiceRead"], "description": 5_265_877_635_i64}));
        assert!(wrong.contains("body.description: not a value") && !wrong.contains("5265877635"), "{wrong}");
        let slip = json!({"permissions": ["InvoiceRead"], "description": "x", "desription": "y"});
        assert!(told(slip).contains("body.desription: no such field"));
    }
}
