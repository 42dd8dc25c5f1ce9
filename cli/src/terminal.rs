//! What the terminal gets: results on standard output, everything else on standard error; exit codes by class of error.

use std::fmt::{self, Display};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use libksef::{Error, ErrorKind, Language};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The library said no.
    #[error("{0}")]
    Engine(#[from] Error),
    /// The emulator did not start.
    #[error("{0}")]
    Emulator(#[from] ksef_emulator::StartError),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Something else that the user can mend.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::File { path, source }
    }

    /// 2 for wrong use, 3 transport, 4 authentication, 5 refused by KSeF, 6 crypto, 7 documents, 1 for the rest.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Engine(error) => exit_code_of(error),
            _ => ExitCode::FAILURE,
        }
    }
}

/// The exit code of an error of the library.
pub(crate) fn exit_code_of(error: &Error) -> ExitCode {
    ExitCode::from(match error.kind() {
        ErrorKind::Misuse => 2,
        ErrorKind::Transport => 3,
        ErrorKind::Authentication => 4,
        ErrorKind::Refused => 5,
        ErrorKind::Crypto => 6,
        ErrorKind::Document => 7,
        _ => 1,
    })
}

/// Tells a failure in the user's language, with the advice.
pub(crate) fn report(failure: &Failure) {
    let language = language();
    let mut terminal = io::stderr().lock();
    let told = match failure {
        Failure::Engine(error) => writeln!(
            terminal,
            "ksef: [{}] {}\n      {}",
            error.number(),
            error.message(language),
            error.advice(language)
        ),
        other => writeln!(terminal, "ksef: {other}"),
    };
    // A closed terminal is no reason to fail differently.
    drop(told);
}

/// Polish where the environment says so, else English.
pub(crate) fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if set.is_some_and(|locale| locale.starts_with("pl")) { Language::Polish } else { Language::English }
}

/// Prints one line of a result; a closed pipe ends the printing, not the program.
pub(crate) fn line(text: impl Display) {
    drop(writeln!(io::stdout().lock(), "{text}"));
}

/// Picks the text of the user's language.
pub(crate) fn tell(language: Language, english: impl fmt::Display, polish: impl fmt::Display) {
    match language {
        Language::Polish => line(polish),
        _ => line(english),
    }
}
