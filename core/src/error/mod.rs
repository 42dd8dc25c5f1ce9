//! One error type for everything: a stable number, what KSeF said, whether the request was sent and what to do.

mod catalog;
mod decode;
mod kind;
mod ksef_codes;
mod lift;
pub(crate) mod texts;

#[cfg(test)]
mod decode_tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use catalog::{ErrorEntry, entries, entry};
pub(crate) use decode::{Problem, refusal};
pub use kind::{ErrorKind, Language};
pub(crate) use ksef_codes::of_status;
pub use ksef_codes::{Explanation, Origin, explain, explanations};

/// The result of every call of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One error as KSeF reported it: its numeric code, its fixed Polish text and the details of this occurrence.
///
/// A single answer can carry several. Details may name companies, people or invoices: show them, do not log them.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct KsefError {
    /// The code of PROTOCOL §2.6, or the status code of PROTOCOL §2.7 to §2.9 for failures reported asynchronously.
    pub code: i32,
    /// The fixed text of the code, in Polish. Never match on it.
    pub description: String,
    /// Texts about this occurrence.
    pub details: Vec<String>,
}

impl fmt::Debug for KsefError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KsefError {{ code: {}, details: {} }}", self.code, self.details.len())
    }
}

/// The error of every call.
///
/// `Display` and `Debug` contain nothing secret or personal; [`Error::details`] and [`Error::body`] may.
#[derive(Clone)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    entry: &'static ErrorEntry,
    note: Option<Note>,
    operation: Option<&'static str>,
    http_status: Option<u16>,
    problem: Option<Problem>,
    sent: bool,
    retryable: bool,
    retry_after: Option<Duration>,
    body: Option<Bytes>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

#[derive(Clone)]
struct Note {
    english: String,
    polish: Option<String>,
}

impl Error {
    pub(crate) fn new(entry: &'static ErrorEntry) -> Self {
        Self {
            inner: Box::new(Inner {
                entry,
                note: None,
                operation: None,
                http_status: None,
                problem: None,
                sent: false,
                retryable: entry.retryable,
                retry_after: None,
                body: None,
                source: None,
            }),
        }
    }

    /// Adds what the entry's text cannot know: a field name, a place, a status. Nothing personal, one line.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.inner.note = Some(Note { english: note.into(), polish: None });
        self
    }

    pub(crate) fn notes(mut self, english: impl Into<String>, polish: impl Into<String>) -> Self {
        self.inner.note = Some(Note { english: english.into(), polish: Some(polish.into()) });
        self
    }

    pub(crate) fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.inner.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn sent(mut self, sent: bool) -> Self {
        self.inner.sent = sent;
        self
    }

    pub(crate) fn in_operation(mut self, operation: &'static str) -> Self {
        self.inner.operation.get_or_insert(operation);
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.inner.http_status = Some(status);
        self
    }

    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.inner.body = Some(body);
        self
    }

    pub(crate) fn with_problem(mut self, problem: Problem) -> Self {
        self.inner.problem = Some(problem);
        self
    }

    /// Attaches a status that KSeF reported inside a successful answer.
    pub(crate) fn with_ksef(self, code: i32, description: &str, details: &[String]) -> Self {
        self.with_problem(Problem {
            errors: vec![KsefError { code, description: description.to_owned(), details: details.to_vec() }],
            ..Problem::default()
        })
    }

    /// Attaches texts about this occurrence that came without a code.
    pub(crate) fn with_details(self, details: &[String]) -> Self {
        self.with_problem(Problem::of_remarks(details))
    }

    pub(crate) fn with_incident(mut self, id: String) -> Self {
        self.inner.problem.get_or_insert_with(Problem::default).incident_id = Some(id);
        self
    }

    /// Adds a status that KSeF reported elsewhere and that explains the first code.
    pub(crate) fn and_ksef(mut self, code: i32, description: &str, details: &[String]) -> Self {
        let status = KsefError { code, description: description.to_owned(), details: details.to_vec() };
        self.inner.problem.get_or_insert_default().errors.push(status);
        self
    }

    /// The same failure under the number that says more.
    pub(crate) fn explained_as(mut self, entry: &'static ErrorEntry) -> Self {
        self.inner.entry = entry;
        self.inner.retryable = entry.retryable;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.inner.retry_after = wait;
        self
    }

    pub(crate) fn is(&self, entry: &'static ErrorEntry) -> bool {
        self.inner.entry.number == entry.number
    }

    /// Whether the request left and no answer tells what became of it.
    pub(crate) fn outcome_is_unknown(&self) -> bool {
        self.was_sent()
            && match self.kind() {
                ErrorKind::Transport | ErrorKind::Internal => true,
                ErrorKind::Refused => self.is(texts::SERVER_FAILURE),
                _ => false,
            }
    }

    /// The row of the catalogue.
    #[must_use]
    pub fn entry(&self) -> &'static ErrorEntry {
        self.inner.entry
    }

    /// What sort of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.entry.kind()
    }

    /// The stable number, 1001 to 9999.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.inner.entry.number
    }

    /// The first code that KSeF gave, when it gave one: an exception code (PROTOCOL §2.6) or, for failures reported
    /// asynchronously, a status code (PROTOCOL §2.7 to §2.9).
    #[must_use]
    pub fn ksef_code(&self) -> Option<i32> {
        self.ksef_errors().first().map(|error| error.code)
    }

    /// KSeF's fixed Polish text: that of the first code, or the general description of the answer.
    #[must_use]
    pub fn ksef_description(&self) -> Option<&str> {
        let problem = self.inner.problem.as_ref()?;
        match problem.errors.first() {
            Some(error) if !error.description.is_empty() => Some(&error.description),
            _ => problem.detail.as_deref(),
        }
    }

    /// All errors that the answer listed.
    #[must_use]
    pub fn ksef_errors(&self) -> &[KsefError] {
        self.inner.problem.as_ref().map_or(&[], |problem| &problem.errors)
    }

    /// KSeF's texts about this occurrence, of all listed errors. They may be personal: show them, do not log them.
    #[must_use]
    pub fn details(&self) -> Vec<&str> {
        let listed: Vec<&str> =
            self.ksef_errors().iter().flat_map(|error| error.details.iter().map(String::as_str)).collect();
        if !listed.is_empty() {
            return listed;
        }
        self.inner.problem.as_ref().map_or_else(Vec::new, |problem| problem.remarks())
    }

    /// Why a 403 was given, for example `missing-permissions` (PROTOCOL §2.4).
    #[must_use]
    pub fn reason_code(&self) -> Option<&str> {
        self.inner.problem.as_ref()?.reason_code.as_deref()
    }

    /// What a 403 says besides: required and present permissions, the client's IP address and the like, by name.
    #[must_use]
    pub fn security(&self) -> BTreeMap<String, Vec<String>> {
        self.inner.problem.as_ref().map(|problem| problem.security.clone()).unwrap_or_default()
    }

    /// The incident identifier of the firewall or of the security service; the help desk asks for it.
    #[must_use]
    pub fn incident_id(&self) -> Option<&str> {
        self.inner.problem.as_ref()?.incident_id.as_deref()
    }

    /// The status of the HTTP answer, when there was one.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.inner.http_status
    }

    /// KSeF's identifier of this occurrence (`traceId` or `serviceCode`); the help desk asks for it.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.inner.problem.as_ref()?.trace_id.as_deref()
    }

    /// `false` only when the request certainly never left this computer, so that it cannot have been carried out.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.inner.sent
    }

    /// Whether the same call may succeed later without changing anything. Says nothing about whether the first one
    /// was carried out: see [`Error::was_sent`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.inner.retryable
    }

    /// How long KSeF asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The operation that failed, for example `sessions.open_online`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.inner.operation
    }

    /// Whether the caller's cancel token ended the call.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is(texts::CANCELLED)
    }

    /// Whether a deadline or a timeout ended the call.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        [texts::DEADLINE_PASSED, texts::ANSWER_TIMEOUT, texts::CONNECT_TIMEOUT, texts::LOGIN_TIMEOUT]
            .into_iter()
            .any(|entry| self.is(entry))
    }

    /// The body of the answer exactly as received, when there was one. It may be personal.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.inner.body.as_deref()
    }

    /// What happened, one line for a person; contains nothing personal.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let finer = self.finer().map(|explanation| explanation.text(language));
        let mut text = finer.unwrap_or_else(|| self.inner.entry.text(language)).to_owned();
        if let Some(note) = &self.inner.note {
            let note = match (language, &note.polish) {
                (Language::Polish, Some(polish)) => polish,
                _ => &note.english,
            };
            text.push_str(": ");
            text.push_str(note);
        }
        if let Some(error) = self.ksef_errors().first() {
            text.push_str(&format!(" (KSeF {}", error.code));
            let fixed = error.description.trim_end_matches('.');
            if !fixed.is_empty() {
                text.push_str(": ");
                text.push_str(&one_line(fixed));
            }
            text.push(')');
        }
        text
    }

    /// What to do about it, one line for a person.
    #[must_use]
    pub fn advice(&self, language: Language) -> &'static str {
        self.finer().map_or_else(|| self.inner.entry.advice(language), |finer| finer.advice(language))
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}", self.message(Language::English), self.number())?;
        if let Some(operation) = self.operation() {
            write!(f, ", {operation}")?;
        }
        if let Some(status) = self.http_status() {
            write!(f, ", HTTP {status}")?;
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("number", &self.number())
            .field("name", &self.inner.entry.name())
            .field("message", &self.message(Language::English))
            .field("operation", &self.operation())
            .field("http_status", &self.http_status())
            .field("ksef_code", &self.ksef_code())
            .field("reason_code", &self.reason_code())
            .field("trace_id", &self.trace_id())
            .field("was_sent", &self.was_sent())
            .field("source", &self.inner.source.as_ref().map(ToString::to_string))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_ref().map(|source| source.as_ref() as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_texts_in_both_languages() {
        let mut previous = 0;
        for entry in entries() {
            assert!(entry.number > previous, "{} is out of order", entry.number);
            previous = entry.number;
            assert!((1000..10_000).contains(&entry.number) && entry.number != 8000);
            for language in [Language::English, Language::Polish] {
                for text in [entry.text(language), entry.advice(language)] {
                    assert!(text.len() > 8, "{} has an empty text", entry.number);
                    assert!(!text.ends_with('.') && !text.contains('\n'), "{}: {text}", entry.number);
                }
                let first = entry.text(language).chars().next().expect("not empty");
                let acronym = entry.text(language).chars().nth(1).is_some_and(char::is_uppercase)
                    || entry.text(language).starts_with("KSeF");
                assert!(first.is_lowercase() || acronym, "{}: {}", entry.number, entry.text(language));
            }
            assert_ne!(entry.text(Language::English), entry.text(Language::Polish));
            assert_ne!(entry.advice(Language::English), entry.advice(Language::Polish));
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<String> = entries().iter().map(|entry| entry.name()).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(entry(1010).map(ErrorEntry::name).as_deref(), Some("empty_token"));
    }

    #[test]
    fn details_stay_out_of_display_and_debug() {
        let error = Error::new(texts::VALIDATION_FAILED)
            .in_operation("sessions.send_invoice")
            .with_status(400)
            .with_ksef(21405, "Błąd walidacji danych wejściowych.", &["NIP 5265877635".to_owned()])
            .with_body(Bytes::from_static(b"5265877635"));
        let shown = format!("{error} {error:?} {}", error.message(Language::Polish));
        assert!(!shown.contains("5265877635"), "{shown}");
        assert!(shown.contains("21405") && shown.contains("sessions.send_invoice"));
        assert_eq!(error.details(), ["NIP 5265877635"]);
    }

    #[test]
    fn the_polish_note_is_used_for_polish() {
        let error = Error::new(texts::NOT_XML).notes("line 3", "wiersz 3");
        assert!(error.message(Language::Polish).ends_with("wiersz 3"));
        assert!(error.message(Language::English).ends_with("line 3"));
        assert!(!error.was_sent());
    }
}
