//! Plays every scenario with both Rust runners.

use ksef_conformance::driver::{Driver, scenario_folder};
use ksef_conformance::matrix::Matrix;
use ksef_conformance::runner::RunnerCommand;
use ksef_conformance::scenario;

#[test]
fn the_rust_runners_play_every_scenario() {
    let scenarios = scenario::load_all(&scenario_folder()).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(scenarios.len() >= 50, "only {} scenarios", scenarios.len());
    let runners = [
        RunnerCommand::program("rust-async", env!("CARGO_BIN_EXE_runner-async")),
        RunnerCommand::program("rust-blocking", env!("CARGO_BIN_EXE_runner-blocking")),
    ];
    let driver = Driver::new(false).expect("a driver");
    let failures = std::sync::Mutex::new(Vec::new());
    let matrix = Matrix::play(&driver, &scenarios, &runners, 4, &|scenario, runner, verdict| {
        if let ksef_conformance::driver::Verdict::Failed(problems) = verdict {
            let text = format!("{} [{}]\n    {}", scenario.name, runner.name, problems.join("\n    "));
            failures.lock().expect("no panic while held").push(text);
        }
    });
    let totals = matrix.totals();
    let failures = failures.into_inner().expect("no panic while held");
    assert_eq!(totals.failed, 0, "{}\n{}", matrix.table(), failures.join("\n"));
    assert_eq!(totals.skipped, 0, "the Rust runners can do everything: {:?}", matrix.skips());
    assert_eq!(totals.passed, scenarios.len() * runners.len());
}
