//! Runs one scenario with one runner.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use ksef_emulator::{Emulator, EmulatorConfig, Profile};
use serde_json::{Map, Value, json};

use crate::matching::mismatches;
use crate::materials::{self, Calendar};
use crate::runner::{Runner, RunnerCommand};
use crate::scenario::{Action, Scenario, Step};
use crate::variables::Variables;
use crate::{Problem, management, repository_root};

/// NIP of the context and the seller in scenarios; its check digit is right.
pub const NIP: &str = "5265877635";
/// NIP of the buyer in scenarios; its check digit is right.
pub const BUYER: &str = "1111111111";

/// How one cell of the matrix came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every expectation held.
    Passed,
    /// What did not hold, one text a problem.
    Failed(Vec<Problem>),
    /// The scenario says why this runner cannot do it.
    NotApplicable(String),
}

/// Runs scenarios; owns the runtime on which the emulators live.
#[derive(Debug)]
pub struct Driver {
    runtime: tokio::runtime::Runtime,
    verbose: bool,
}

/// What one run of a scenario needs.
struct Run<'a> {
    management: String,
    variables: Variables,
    secrets: Vec<String>,
    runner: Runner,
    transcript: Option<&'a dyn Fn(&str)>,
}

impl Driver {
    /// A driver with its own runtime.
    ///
    /// # Errors
    /// A runtime that cannot be started.
    pub fn new(verbose: bool) -> Result<Self, Problem> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|e| format!("runtime: {e}"))?;
        Ok(Self { runtime, verbose })
    }

    /// Plays a scenario against a fresh emulator.
    #[must_use]
    pub fn play(&self, scenario: &Scenario, command: &RunnerCommand) -> Verdict {
        if let Some(reason) = scenario.not_applicable.get(&command.name) {
            return Verdict::NotApplicable(reason.clone());
        }
        let label = format!("{} [{}]", scenario.name, command.name);
        let transcript = |line: &str| eprintln_line(&format!("{label} {line}"));
        let transcript: Option<&dyn Fn(&str)> = if self.verbose { Some(&transcript) } else { None };
        match self.attempt(scenario, command, transcript) {
            Ok(problems) if problems.is_empty() => Verdict::Passed,
            Ok(problems) => Verdict::Failed(problems),
            Err(problem) => Verdict::Failed(vec![problem]),
        }
    }

    fn attempt(
        &self,
        scenario: &Scenario,
        command: &RunnerCommand,
        transcript: Option<&dyn Fn(&str)>,
    ) -> Result<Vec<Problem>, Problem> {
        let config = emulator_config(&scenario.profile)?;
        let emulator = self
            .runtime
            .block_on(Emulator::start(config))
            .map_err(|e| format!("the emulator does not start: {e}"))?;
        let outcome = play_on(&emulator, scenario, command, transcript);
        self.runtime.block_on(emulator.stop());
        outcome
    }
}

/// The configuration of a fresh emulator for a profile.
///
/// # Errors
/// A profile that does not exist.
pub fn emulator_config(profile: &str) -> Result<EmulatorConfig, Problem> {
    let profile: Profile = profile.parse().map_err(|_| format!("unknown profile {profile:?}"))?;
    Ok(EmulatorConfig { profile, ..EmulatorConfig::default() })
}

fn play_on(
    emulator: &Emulator,
    scenario: &Scenario,
    command: &RunnerCommand,
    transcript: Option<&dyn Fn(&str)>,
) -> Result<Vec<Problem>, Problem> {
    let folder = tempfile::tempdir().map_err(|e| format!("temporary folder: {e}"))?;
    let mut variables = given_variables(emulator, scenario)?;
    let calendar = Calendar::today();
    materials::make_identities(&scenario.identities, &calendar, &mut variables)?;
    materials::make_invoices(&scenario.invoices, &calendar, folder.path(), &mut variables)?;
    let runner = Runner::start(command, &repository_root())?;
    let management = emulator.management_url().to_string();
    let mut run = Run { management, variables, secrets: Vec::new(), runner, transcript };
    for step in &scenario.steps {
        let problems = run.step(step).map_err(|problem| format!("step {}: {problem}", step.place))?;
        // Later steps build on earlier ones; their failures would only hide the first.
        if !problems.is_empty() {
            return Ok(problems
                .into_iter()
                .map(|problem| format!("step {}: {problem}", step.place))
                .collect());
        }
    }
    run.runner.finish()?;
    Ok(Vec::new())
}

fn given_variables(emulator: &Emulator, scenario: &Scenario) -> Result<Variables, Problem> {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let mut variables = Variables::default();
    variables.set("api", emulator.api_url().to_string());
    variables.set("management", emulator.management_url().to_string());
    variables.set("nip", NIP);
    variables.set("buyer", BUYER);
    let unique =
        format!("{}-{}-{}", scenario.name, std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    variables.set("unique", unique);
    variables.set("dead_port", dead_port().map_err(|e| format!("dead port: {e}"))?);
    Ok(variables)
}

/// A port where nobody listens: it was free a moment ago, and the system does not hand it out again soon.
fn dead_port() -> std::io::Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> Result<Vec<Problem>, Problem> {
        let expect = match &step.expect {
            Some(expect) => Some(self.variables.resolve(expect)?),
            None => None,
        };
        let (answer, mut problems) = match &step.action {
            Action::Do(command) => self.command(command, expect.as_ref())?,
            Action::Manage { method, path, body, status } => {
                self.manage(method, path, body.as_ref(), *status)?
            }
        };
        if let Some(expect) = &expect {
            problems.extend(mismatches(expect, &answer));
        }
        for (name, pointer) in &step.save {
            match answer.pointer(pointer).filter(|value| !value.is_null()) {
                Some(value) => self.variables.set(name.as_str(), value.clone()),
                None => problems.push(format!("nothing to save at {pointer}")),
            }
        }
        if !problems.is_empty() {
            problems.push(format!("the answer was {answer}"));
        }
        Ok(problems)
    }

    fn manage(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        status: Option<u16>,
    ) -> Result<(Value, Vec<Problem>), Problem> {
        let path = self.variables.text(path)?;
        let body = body.map(|body| self.variables.resolve(body)).transpose()?;
        self.note(&format!("manage {method} {path} {}", body.as_ref().unwrap_or(&Value::Null)));
        let answer = management::request(&self.management, method, &path, body.as_ref())?;
        self.note(&format!("       {} {}", answer.status, answer.body));
        let fits = status.map_or((200..300).contains(&answer.status), |status| status == answer.status);
        let problems =
            if fits { vec![] } else { vec![format!("{method} {path} answered {}", answer.status)] };
        Ok((answer.body, problems))
    }

    fn command(
        &mut self,
        command: &Map<String, Value>,
        expect: Option<&Value>,
    ) -> Result<(Value, Vec<Problem>), Problem> {
        let command = self.variables.resolve_object(command)?;
        self.secrets.extend(secrets(&command));
        self.note(&format!("-> {}", Value::Object(redacted(&command))));
        let line = self.runner.ask(&command)?;
        self.note(&format!("<- {line}"));
        let answer: Value =
            serde_json::from_str(&line).map_err(|e| format!("result is not JSON: {e}: {line}"))?;
        if !answer.is_object() {
            return Err(format!("result is not an object: {line}"));
        }
        let mut problems = Vec::new();
        if let Some(why) = answer.get("unsupported") {
            problems.push(format!("the runner does not support this: {why}"));
        }
        if self.secrets.iter().any(|secret| line.contains(secret.as_str())) {
            problems.push("the result contains a secret".to_owned());
        }
        let error = answer.get("error").filter(|error| !error.is_null());
        let error_expected =
            expect.is_some_and(|expect| expect.get("error").is_some_and(|error| !error.is_null()));
        if let Some(error) = error {
            problems.extend(mismatches(&complete_error(), error).into_iter().map(|p| format!("error{p}")));
            if !error_expected {
                problems.push("an error that nobody expects".to_owned());
            }
        }
        Ok((answer, problems))
    }

    fn note(&self, line: &str) {
        if let Some(transcript) = self.transcript {
            transcript(line);
        }
    }
}

/// What every error must have, whatever the scenario expects.
fn complete_error() -> Value {
    let boolean = json!({"$any_of": [true, false]});
    json!({
        "number": {"$gte": 1000}, "kind": {"$regex": "[a-z_]+"}, "was_sent": boolean, "retryable": boolean,
        "message_en": {"$regex": "[^\\n]+"}, "message_pl": {"$regex": "[^\\n]+"},
    })
}

/// Texts of a command that no result may repeat.
fn secrets(command: &Map<String, Value>) -> Vec<String> {
    let Some(Value::Object(credentials)) = command.get("credentials") else { return Vec::new() };
    ["token", "key_password", "key_pem"]
        .iter()
        .filter_map(|name| credentials.get(*name).and_then(Value::as_str))
        // One line of a PEM is enough to recognise it, and survives other line ends.
        .filter_map(|text| if text.starts_with("-----") { text.lines().nth(1) } else { Some(text) })
        .filter(|text| text.len() >= 8)
        .map(str::to_owned)
        .collect()
}

fn redacted(command: &Map<String, Value>) -> Map<String, Value> {
    let mut command = command.clone();
    if let Some(credentials) = command.get_mut("credentials") {
        *credentials = Value::from("…");
    }
    command
}

/// Writes a line to standard error; a closed stream is no reason to stop.
fn eprintln_line(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// The folder of the scenario files.
#[must_use]
pub fn scenario_folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{redacted, secrets};

    #[test]
    fn credentials_are_recognised_as_secrets_and_not_shown() {
        let command = json!({"do": "client", "credentials": {
            "certificate_pem": "public", "key_pem": "-----BEGIN KEY-----\nabcdefghij\n-----END KEY-----\n", "token": ""}});
        let command = command.as_object().unwrap();
        assert_eq!(secrets(command), ["abcdefghij"]);
        assert!(!redacted(command)["credentials"].to_string().contains("abcdefghij"));
    }
}
