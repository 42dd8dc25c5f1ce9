//! Scenario files and how they are read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Problem;

/// One scenario file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Name, equal to the file's stem.
    pub name: String,
    /// One sentence: what is shown.
    pub doc: String,
    /// Profile of the emulator: `test`, `demo` or `production`.
    #[serde(default = "default_profile")]
    pub profile: String,
    /// Self-signed identities made before the first step.
    #[serde(default)]
    pub identities: BTreeMap<String, IdentitySpec>,
    /// Invoices made before the first step, in the order of the file.
    #[serde(default)]
    pub invoices: Map<String, Value>,
    /// Runners that cannot do this scenario, with the reason.
    #[serde(default)]
    pub not_applicable: BTreeMap<String, String>,
    /// The steps as written; [`Scenario::load`] has already inserted the shared ones.
    #[serde(rename = "steps")]
    raw_steps: Vec<Map<String, Value>>,
    /// The steps in order.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

/// A certificate and key to be made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySpec {
    /// `seal` or `person`.
    pub kind: String,
    /// `rsa2048`, `p256` or `p384`.
    pub key: String,
    /// NIP in the subject; may contain variables.
    pub nip: Option<String>,
    /// PESEL in the subject; may contain variables.
    pub pesel: Option<String>,
}

/// An invoice file to be made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InvoiceSpec {
    /// NIP of the seller, `${nip}` when absent.
    pub seller: Option<String>,
    /// NIP of the buyer, `${buyer}` when absent.
    pub buyer: Option<String>,
    /// Number of the invoice, derived from `${unique}` when absent.
    pub number: Option<String>,
    /// `YYYY-MM-DD` or days from today such as `+1d`; today when absent.
    pub issue_date: Option<String>,
    /// Net amount of the only line, 100.00 when absent.
    pub net: Option<String>,
    /// Another invoice of the scenario whose bytes are the starting point.
    pub base: Option<String>,
    /// Damage done to the bytes, in order.
    pub mutations: Vec<String>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where the step stands, for messages: `3`, or `2.1` inside a shared part.
    pub place: String,
    /// What is done.
    pub action: Action,
    /// What the answer must look like.
    pub expect: Option<Value>,
    /// Variables to take from the answer: name to JSON pointer.
    pub save: BTreeMap<String, String>,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Action {
    /// A command for the runner.
    Do(Map<String, Value>),
    /// A request to the emulator's management API.
    Manage {
        /// `GET`, `POST`, `PUT` or `DELETE`.
        method: String,
        /// Path with query.
        path: String,
        /// JSON body.
        body: Option<Value>,
        /// Expected status; any 2xx when absent.
        status: Option<u16>,
    },
}

fn default_profile() -> String {
    "test".to_owned()
}

/// Reads every scenario of a directory, sorted by name.
///
/// # Errors
/// A file that cannot be read or does not keep to the format; the message names it.
pub fn load_all(directory: &Path) -> Result<Vec<Scenario>, Problem> {
    let entries = fs::read_dir(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files.iter().map(|file| Scenario::load(file)).collect()
}

impl Scenario {
    /// Reads one scenario file and inserts the shared steps it uses.
    ///
    /// # Errors
    /// A file that cannot be read or does not keep to the format; the message names it.
    pub fn load(file: &Path) -> Result<Self, Problem> {
        let mut scenario: Self = read_json(file)?;
        let complain = |problem: String| format!("{}: {problem}", file.display());
        if file.file_stem().is_none_or(|stem| stem.to_string_lossy() != scenario.name) {
            return Err(complain(format!("is named {:?} inside", scenario.name)));
        }
        if scenario.doc.trim().is_empty() {
            return Err(complain("has no doc".to_owned()));
        }
        let shared = file.parent().unwrap_or(Path::new(".")).join("shared");
        for (index, raw) in std::mem::take(&mut scenario.raw_steps).into_iter().enumerate() {
            let place = (index + 1).to_string();
            expand(raw, &place, &shared, &mut scenario.steps).map_err(complain)?;
        }
        if !scenario.steps.iter().any(|step| matches!(step.action, Action::Do(_))) {
            return Err(complain("has no step for the runner".to_owned()));
        }
        Ok(scenario)
    }
}

fn expand(raw: Map<String, Value>, place: &str, shared: &Path, steps: &mut Vec<Step>) -> Result<(), Problem> {
    let Some(name) = raw.get("use") else {
        steps.push(parse_step(raw, place)?);
        return Ok(());
    };
    let name = name.as_str().ok_or_else(|| format!("step {place}: \"use\" is not a text"))?;
    if raw.len() != 1 {
        return Err(format!("step {place}: \"use\" stands alone"));
    }
    let inner: Vec<Map<String, Value>> = read_json(&shared.join(format!("{name}.json")))?;
    for (index, raw) in inner.into_iter().enumerate() {
        expand(raw, &format!("{place}.{}", index + 1), shared, steps)?;
    }
    Ok(())
}

fn parse_step(mut raw: Map<String, Value>, place: &str) -> Result<Step, Problem> {
    let complain = |problem: &str| format!("step {place}: {problem}");
    let expect = raw.remove("expect");
    let save = match raw.remove("save") {
        Some(save) => {
            serde_json::from_value(save).map_err(|_| complain("\"save\" maps names to pointers"))?
        }
        None => BTreeMap::new(),
    };
    raw.remove("note");
    let action = match (raw.contains_key("do"), raw.remove("manage")) {
        (true, None) => Action::Do(raw),
        (false, Some(manage)) => {
            let line = manage.as_str().ok_or_else(|| complain("\"manage\" is not a text"))?;
            let (method, path) = line.split_once(' ').ok_or_else(|| complain("\"manage\" is METHOD PATH"))?;
            let (method, path) = (method.to_owned(), path.to_owned());
            let body = raw.remove("body");
            let status = match raw.remove("expect_status") {
                Some(status) => Some(
                    serde_json::from_value(status).map_err(|_| complain("\"expect_status\" is a number"))?,
                ),
                None => None,
            };
            if let Some(unknown) = raw.keys().next() {
                return Err(complain(&format!("unknown field {unknown:?}")));
            }
            Action::Manage { method, path, body, status }
        }
        _ => return Err(complain("has exactly one of \"do\", \"manage\" and \"use\"")),
    };
    Ok(Step { place: place.to_owned(), action, expect, save })
}

fn read_json<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, Problem> {
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))
}
