//! `ksef explain`: what a number means, whether it is of the library or of KSeF.

use std::process::ExitCode;

use clap::Args;
use libksef::{Explanation, Language, Origin, explain};
use serde_json::Value;

use crate::terminal::{Failure, language, line};

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The number: of the library (1001 to 9999), or an exception or status code of KSeF.
    #[arg(allow_negative_numbers = true)]
    code: i32,
    /// The operation that gave the code, such as sessions.send_invoice, or an area, such as sessions. The same status
    /// code means different things elsewhere.
    #[arg(long)]
    operation: Option<String>,
    /// Print a JSON array instead of text.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let meanings = explain(options.code, options.operation.as_deref());
    if options.json {
        let list: Value = meanings.iter().map(Explanation::to_json).collect();
        line(format_args!("{list:#}"));
    } else {
        let blocks: Vec<String> = meanings.iter().map(|meaning| told(meaning, language())).collect();
        if !blocks.is_empty() {
            line(blocks.join("\n\n"));
        }
    }
    if meanings.is_empty() {
        return Err(Failure::Other(unknown(options, language())));
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(options: &Options, language: Language) -> String {
    let code = options.code;
    match (language, &options.operation) {
        (Language::Polish, None) => {
            format!("kodu {code} ta wersja nie zna; przeczytaj opis i szczegóły podane przez KSeF")
        }
        (Language::Polish, Some(operation)) => {
            format!("kodu {code} w miejscu {operation} ta wersja nie zna; spróbuj bez --operation")
        }
        (_, None) => {
            format!("this version does not know code {code}; read the text and the details that KSeF gave")
        }
        (_, Some(operation)) => {
            format!("this version does not know code {code} of {operation}; try without --operation")
        }
    }
}

fn told(meaning: &Explanation, language: Language) -> String {
    let polish = language == Language::Polish;
    let mut text = format!("{}: {}", meaning.code, meaning.origin.title(language));
    if !meaning.operations.is_empty() {
        text.push_str(&format!(" ({})", meaning.operations.join(", ")));
    }
    let mut add = |label: &str, value: &str| text.push_str(&format!("\n  {label}{value}"));
    add("", meaning.text(language));
    add(if polish { "co robić: " } else { "what to do: " }, meaning.advice(language));
    if meaning.origin != Origin::Library {
        add(if polish { "tekst KSeF: " } else { "KSeF's text: " }, meaning.ksef_text);
    }
    if meaning.is_retryable {
        add("", if polish { "można ponowić bez zmian" } else { "may be repeated unchanged" });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(code: i32, operation: Option<&str>) -> Options {
        Options { code, operation: operation.map(str::to_owned), json: false }
    }

    #[test]
    fn meanings_are_told_in_both_languages() {
        let meaning = explain(21184, None)[0];
        let english = told(&meaning, Language::English);
        assert!(
            english.starts_with("21184: refusal of KSeF (sessions.send_invoice)\n  the session"),
            "{english}"
        );
        assert!(
            english.contains("KSeF's text: Sesja tymczasowo")
                && english.ends_with("may be repeated unchanged")
        );
        assert!(told(&meaning, Language::Polish).contains("\n  co robić: spróbuj później"));
        assert!(!told(&explain(1002, None)[0], Language::English).contains("KSeF's text"));
    }

    #[test]
    fn an_unknown_code_is_a_failure_that_says_so() {
        assert!(run(&options(1002, None)).is_ok());
        let failure = run(&options(77, None)).expect_err("unknown");
        assert!(failure.to_string().contains("77"));
        let failure = run(&options(440, Some("peppol"))).expect_err("not there");
        assert!(failure.to_string().contains("peppol"));
    }
}
