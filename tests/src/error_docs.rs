//! `docs/errors.md` and `docs/errors.pl.md`, written from the catalogue of the library.

use std::fmt::Write as _;
use std::path::Path;

use libksef::{ErrorKind, Explanation, Language, Origin, entries, explanations};

/// The two documents, with their paths from the root of the repository.
#[must_use]
pub fn documents() -> [(&'static str, String); 2] {
    [("docs/errors.md", render(Language::English)), ("docs/errors.pl.md", render(Language::Polish))]
}

/// Writes the documents, or with `check` tells which one is not current.
///
/// # Errors
/// A file that cannot be written, or is not current.
pub fn run(root: &Path, check: bool) -> Result<String, String> {
    for (path, text) in documents() {
        let file = root.join(path);
        if check {
            if std::fs::read_to_string(&file).unwrap_or_default() != text {
                return Err(format!(
                    "{path} is not current; run `cargo run -p ksef-conformance --bin error-docs`"
                ));
            }
        } else {
            std::fs::write(&file, text).map_err(|error| format!("{path}: {error}"))?;
        }
    }
    Ok(format!("the error documents are {}", if check { "current" } else { "written" }))
}

fn render(language: Language) -> String {
    let pick = |english: &'static str, polish: &'static str| match language {
        Language::Polish => polish,
        _ => english,
    };
    let mut text = String::new();
    text.push_str(pick(INTRODUCTION, INTRODUCTION_PL));
    let _ = writeln!(text, "\n## {}", pick("Numbers of the library", "Numery biblioteki"));
    let mut kind = None;
    for entry in entries() {
        if kind != Some(entry.kind()) {
            kind = Some(entry.kind());
            let (english, polish) = class(entry.kind());
            let _ = writeln!(text, "\n### {}xxx: {}\n", entry.number / 1000, pick(english, polish));
            header(&mut text, &[pick("Number", "Numer"), pick("Name", "Nazwa")], language);
        }
        let first = [entry.number.to_string(), format!("`{}`", entry.name())];
        row(&mut text, &first, entry.text(language), entry.advice(language), entry.retryable, language);
    }
    let _ = writeln!(text, "\n## {}", pick("Codes of KSeF", "Kody KSeF"));
    let mut origin = None;
    for explanation in explanations() {
        if origin != Some(explanation.origin) {
            origin = Some(explanation.origin);
            heading(&mut text, &explanation, language);
        }
        let mut first = vec![explanation.code.to_string()];
        if explanation.origin == Origin::Exception {
            let listed: Vec<String> = explanation.operations.iter().map(|id| format!("`{id}`")).collect();
            first.push(if listed.is_empty() { pick("any", "każda").to_owned() } else { listed.join(", ") });
        }
        first.push(explanation.ksef_text.to_owned());
        let (meaning, advice) = (explanation.text(language), explanation.advice(language));
        row(&mut text, &first, meaning, advice, explanation.is_retryable, language);
    }
    text
}

fn heading(text: &mut String, first: &Explanation, language: Language) {
    let polish = language == Language::Polish;
    let title = first.origin.title(language);
    let mut letters = title.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let _ = writeln!(text, "\n### {capital}\n");
    let code = if polish { "Kod" } else { "Code" };
    let ksef = if polish { "Tekst KSeF" } else { "KSeF's text" };
    if first.origin == Origin::Exception {
        header(text, &[code, if polish { "Operacje" } else { "Operations" }, ksef], language);
    } else {
        let listed: Vec<String> = first.operations.iter().map(|id| format!("`{id}`")).collect();
        let read = if polish { "Podają go" } else { "Read by" };
        let _ = writeln!(text, "{read}: {}.\n", listed.join(", "));
        header(text, &[code, ksef], language);
    }
}

fn header(text: &mut String, first: &[&str], language: Language) {
    let rest = match language {
        Language::Polish => ["Znaczenie", "Co robić", "Ponawiać"],
        _ => ["Meaning", "What to do", "Repeat"],
    };
    let columns: Vec<&str> = first.iter().copied().chain(rest).collect();
    let _ = writeln!(text, "| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
}

fn row(text: &mut String, first: &[String], meaning: &str, advice: &str, again: bool, language: Language) {
    let again = match (language, again) {
        (Language::Polish, true) => "tak",
        (Language::Polish, false) => "nie",
        (_, true) => "yes",
        (_, false) => "no",
    };
    let cells = first.iter().map(String::as_str).chain([meaning, advice, again]);
    let cells: Vec<String> = cells.map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn class(kind: ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::Misuse => ("misuse; nothing was sent", "niewłaściwe użycie; niczego nie wysłano"),
        ErrorKind::Transport => ("transport", "łączność"),
        ErrorKind::Authentication => ("authentication", "uwierzytelnianie"),
        ErrorKind::Refused => ("refused by KSeF", "odmowa KSeF"),
        ErrorKind::Crypto => ("keys, certificates and signatures", "klucze, certyfikaty i podpisy"),
        ErrorKind::Document => ("documents", "dokumenty"),
        ErrorKind::Journal => ("journal and synchronisation", "dziennik i synchronizacja"),
        _ => ("faults of the library", "błędy biblioteki"),
    }
}

const INTRODUCTION: &str = "\
<!-- Generated by the program error-docs of tests/. Do not edit. -->

# Errors

An error has a stable number of the library, the same in every language. When KSeF refused something, the error carries
KSeF's own code as well. The same status code means different things in different places: 415 is a missing permission for a
login, a key that cannot be decrypted for a session, an attachment without consent for an invoice. So a code is always read
together with the operation.

`ksef explain CODE` tells the same at the command line; programs ask `explain` (Rust) or `ksef_explain` (C).
\"Repeat\" says whether the same call, or the same document, can succeed later without any change.
";

const INTRODUCTION_PL: &str = "\
<!-- Plik wytwarza program error-docs z katalogu tests/. Nie edytuj. -->

# Błędy

Błąd ma stały numer biblioteki, ten sam w każdym języku. Gdy KSeF czegoś odmówił, błąd niesie także kod KSeF. Ten sam kod
statusu znaczy co innego w różnych miejscach: 415 to przy logowaniu brak uprawnień, dla sesji klucz, którego nie odszyfrowano,
a dla faktury załącznik bez zgody. Dlatego kod czyta się zawsze razem z operacją.

To samo mówi `ksef explain KOD` w wierszu poleceń; programy pytają przez `explain` (Rust) lub `ksef_explain` (C).
„Ponawiać” mówi, czy to samo wywołanie lub ten sam dokument może się później udać bez żadnej zmiany.
";
