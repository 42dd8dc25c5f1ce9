//! `ksef demo`: the first minute of a newcomer.

mod files;
mod invoices;
mod report;
mod sending;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ksef_emulator::{Emulator, EmulatorConfig, Profile};

use crate::terminal::{Failure, language, line};

/// The made-up company of the demo.
const DEMO_NIP: &str = "5265877635";

/// What `ksef demo` can be told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Send these FA(3), FA(2) or FA_RR files instead of the demo's own invoices.
    #[arg(long = "invoice", value_name = "FILE", num_args = 1..)]
    invoices: Vec<PathBuf>,
    /// The folder for the UPOs (made if missing).
    #[arg(long, value_name = "FOLDER", default_value = "ksef-demo")]
    out: PathBuf,
    /// Print one JSON object instead of the story.
    #[arg(long)]
    json: bool,
}

/// KSeF for the demo: the Test environment's rules, on a free port of this computer.
async fn emulator() -> Result<Emulator, Failure> {
    Ok(Emulator::start(EmulatorConfig { profile: Profile::Test, ..EmulatorConfig::default() }).await?)
}

/// Runs the demo. The exit code is 0 when everything went as the story expects; with the caller's own files it is 1 if
/// any of them was not accepted.
pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    std::fs::create_dir_all(&options.out).map_err(Failure::file(&options.out))?;
    let report =
        if options.invoices.is_empty() { story::run(&options).await? } else { files::run(&options).await? };
    if options.json {
        line(report.to_json());
    } else {
        report.tell(language());
    }
    Ok(if report.is_as_expected() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
