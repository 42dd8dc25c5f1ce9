//! The driver must be able to say no: runners that answer wrongly, refuse or die.

use std::path::Path;

use ksef_conformance::driver::{Driver, Verdict};
use ksef_conformance::runner::RunnerCommand;
use ksef_conformance::scenario::Scenario;
use serde_json::{Value, json};

/// Plays one step with a runner that answers every command with `answer`.
fn verdict(step: Value, answer: &str) -> Verdict {
    verdict_of(&json!({"name": "probe", "doc": "A probe.", "steps": [step]}), answer)
}

fn verdict_of(scenario: &Value, answer: &str) -> Verdict {
    let folder = tempfile::tempdir().expect("works");
    let file = folder.path().join("probe.json");
    std::fs::write(&file, scenario.to_string()).expect("works");
    let scenario = Scenario::load(&file).expect("works");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fake-runner.sh");
    let runner = RunnerCommand::parse(&format!("fake=sh {} {answer}", script.display())).expect("works");
    Driver::new(false).expect("works").play(&scenario, &runner)
}

fn problems(verdict: Verdict) -> String {
    match verdict {
        Verdict::Failed(problems) => problems.join("\n"),
        other => panic!("expected a failure, got {other:?}"),
    }
}

#[test]
fn a_fitting_answer_passes() {
    assert_eq!(
        verdict(json!({"do": "send", "expect": {"code": 1}}), r#"{"code":1,"more":2}"#),
        Verdict::Passed
    );
}

#[test]
fn a_wrong_answer_fails() {
    let text = problems(verdict(json!({"do": "send", "expect": {"code": 1}}), r#"{"code":2}"#));
    assert!(text.contains("step 1: /code: expected 1, got 2"), "{text}");
}

#[test]
fn a_refusal_to_play_fails_unless_the_scenario_says_so() {
    let text = problems(verdict(json!({"do": "send"}), r#"{"unsupported":"no"}"#));
    assert!(text.contains("does not support"), "{text}");
    let excused = json!({"name": "probe", "doc": "A probe.", "not_applicable": {"fake": "why"}, "steps": [{"do": "send"}]});
    assert_eq!(verdict_of(&excused, "{}"), Verdict::NotApplicable("why".to_owned()));
}

#[test]
fn an_unexpected_or_incomplete_error_fails() {
    let error = r#"{"error":{"number":2001,"kind":"transport","was_sent":false,"retryable":true,"message_en":"x","message_pl":"y"}}"#;
    let expected = json!({"do": "send", "expect": {"error": {"number": 2001}}});
    assert_eq!(verdict(expected.clone(), error), Verdict::Passed);
    let text = problems(verdict(json!({"do": "send"}), error));
    assert!(text.contains("an error that nobody expects"), "{text}");
    let text = problems(verdict(expected, r#"{"error":{"number":2001}}"#));
    assert!(text.contains("error/message_pl"), "{text}");
}

#[test]
fn a_secret_in_an_answer_fails() {
    let step = json!({"do": "client", "credentials": {"token": "geheim-geheim"}});
    let text = problems(verdict(step, r#"{"note":"geheim-geheim"}"#));
    assert!(text.contains("contains a secret"), "{text}");
    assert!(!text.contains("-> "), "{text}");
}

#[test]
fn silence_death_and_nonsense_fail() {
    for (answer, expected) in [("nonsense", "not JSON"), ("[]", "not an object")] {
        let text = problems(verdict(json!({"do": "send"}), answer));
        assert!(text.contains(expected), "{text}");
    }
    let scenario = json!({"name": "probe", "doc": "A probe.", "steps": [{"do": "send"}]});
    let folder = tempfile::tempdir().expect("works");
    let file = folder.path().join("probe.json");
    std::fs::write(&file, scenario.to_string()).expect("works");
    let scenario = Scenario::load(&file).expect("works");
    let driver = Driver::new(false).expect("works");
    let dead = driver.play(&scenario, &RunnerCommand::program("dead", "true"));
    assert!(problems(dead).contains("ended without an answer"));
    let missing = driver.play(&scenario, &RunnerCommand::program("missing", "/no/such/runner"));
    assert!(problems(missing).contains("cannot start"));
}

#[test]
fn management_steps_are_judged_too() {
    let steps = json!([{"do": "x"}, {"manage": "GET /requests", "expect": {"unknown": 5}}]);
    let text = problems(verdict_of(&json!({"name": "probe", "doc": "A probe.", "steps": steps}), "{}"));
    assert!(text.contains("step 2: /unknown: expected 5, got 0"), "{text}");
    let steps = json!([{"do": "x"}, {"manage": "POST /nothing", "expect_status": 404}]);
    let passed = verdict_of(&json!({"name": "probe", "doc": "A probe.", "steps": steps}), "{}");
    assert_eq!(passed, Verdict::Passed);
}
