//! Writes `docs/errors.md` and `docs/errors.pl.md`; with `--check` only tells whether they are current.

use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "a command-line tool reports to the terminal")]
fn main() -> ExitCode {
    let check = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [only] if only == "--check" => true,
        _ => {
            eprintln!("usage: error-docs [--check]");
            return ExitCode::from(2);
        }
    };
    match ksef_conformance::error_docs::run(&ksef_conformance::repository_root(), check) {
        Ok(report) => {
            eprintln!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
