//! Plays the scenarios with the given runners and prints the matrix.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use ksef_conformance::driver::{Driver, Verdict, scenario_folder};
use ksef_conformance::matrix::Matrix;
use ksef_conformance::runner::RunnerCommand;
use ksef_conformance::scenario::{self, Scenario};
use ksef_conformance::{Problem, repository_root};

const USAGE: &str =
    "usage: scenarios --runner NAME=COMMAND... [--filter TEXT]... [--write FILE] [--jobs N] [--verbose]";

#[derive(Default)]
struct Arguments {
    runners: Vec<RunnerCommand>,
    filters: Vec<String>,
    write: Option<PathBuf>,
    jobs: Option<usize>,
    verbose: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "scenarios: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, Problem> {
    let arguments = parse(std::env::args().skip(1))?;
    let wanted = |scenario: &Scenario| {
        arguments.filters.is_empty()
            || arguments.filters.iter().any(|filter| scenario.name.contains(filter.as_str()))
    };
    let scenarios: Vec<Scenario> =
        scenario::load_all(&scenario_folder())?.into_iter().filter(wanted).collect();
    if scenarios.is_empty() {
        return Err("no scenario has such a name".to_owned());
    }
    let driver = Driver::new(arguments.verbose)?;
    let jobs =
        arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, |n| n.get() * 2));
    let output = Mutex::new(std::io::stdout());
    let done = |scenario: &Scenario, runner: &RunnerCommand, verdict: &Verdict| {
        let (Verdict::Failed(problems), Ok(mut output)) = (verdict, output.lock()) else { return };
        let _ = writeln!(output, "FAILED {} [{}]", scenario.name, runner.name);
        for problem in problems {
            let _ = writeln!(output, "    {}", problem.replace('\n', "\n    "));
        }
    };
    let matrix = Matrix::play(&driver, &scenarios, &arguments.runners, jobs, &done);
    let mut output = output.into_inner().map_err(|_| "output is broken")?;
    let totals = matrix.totals();
    let mut report = format!("\n{}", matrix.table());
    for skip in matrix.skips() {
        report.push_str(&format!("not applicable: {skip}\n"));
    }
    report.push_str(&format!(
        "{} passed, {} failed, {} skipped\n",
        totals.passed, totals.failed, totals.skipped
    ));
    output.write_all(report.as_bytes()).map_err(|e| e.to_string())?;
    if let Some(file) = &arguments.write {
        let file = repository_root().join(file);
        std::fs::write(&file, matrix.markdown()).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(totals.failed == 0)
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, Problem> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value\n{USAGE}"));
        match word.as_str() {
            "--runner" => arguments.runners.push(RunnerCommand::parse(&value()?)?),
            "--filter" => arguments.filters.push(value()?),
            "--write" => arguments.write = Some(value()?.into()),
            "--jobs" => arguments.jobs = Some(value()?.parse().map_err(|_| "--jobs needs a number")?),
            "--verbose" => arguments.verbose = true,
            _ => return Err(format!("unknown argument {word}\n{USAGE}")),
        }
    }
    if arguments.runners.is_empty() {
        return Err(USAGE.to_owned());
    }
    Ok(arguments)
}
