//! Tools of the repository. `cargo xtask codegen` writes the generated sources from the API description.

mod bindings;
mod codegen;
mod errors;
mod header;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

#[derive(Parser)]
#[command(about = "Tools of the libksef repository")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the generated sources of the model and of the engine from the API description.
    Codegen {
        /// The OpenAPI document. It is not part of the repository; its SHA-256 is pinned in spec/names.toml.
        #[arg(long, default_value = "../shared/spec/openapi/ksef-openapi-2.9.0.json")]
        spec: PathBuf,
        /// Write nothing; fail when the committed sources differ from what would be written.
        #[arg(long)]
        check: bool,
        /// Accept a description other than the pinned one.
        #[arg(long)]
        any_description: bool,
        /// Only list what takes its documentation from its name, because spec/ says nothing about it.
        #[arg(long)]
        derived: bool,
    },
    /// Write the catalogue of KSeF's codes from spec/errors.
    Errors {
        /// Write nothing; fail when the committed source differs.
        #[arg(long)]
        check: bool,
    },
    /// Write the C header from the sources of the C ABI.
    Header {
        /// Write nothing; fail when the committed header differs.
        #[arg(long)]
        check: bool,
    },
    /// Generate the face of one language from the built library.
    Bindings {
        /// The language.
        language: Language,
        /// Write nothing; fail when the committed file differs.
        #[arg(long)]
        check: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Python,
}

fn main() -> ExitCode {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let outcome = match Arguments::parse().command {
        Command::Codegen { spec, check, any_description, derived } => {
            codegen::run(&root, &spec, codegen::Options { check, any_description, derived })
        }
        Command::Errors { check } => errors::run(&root, check),
        Command::Header { check } => header::run(&root, check),
        Command::Bindings { language: Language::Python, check } => bindings::python(&root, check),
    };
    match outcome {
        Ok(report) => {
            report_line(&report);
            ExitCode::SUCCESS
        }
        Err(error) => {
            report_line(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command-line tool reports to the terminal")]
fn report_line(text: &str) {
    eprintln!("{text}");
}
