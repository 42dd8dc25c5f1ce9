//! What the demo did, for people and for machines.

use std::path::PathBuf;

use libksef::Language;
use serde::Serialize;

use crate::terminal::tell;

/// The whole demo.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// Where the emulator listened.
    pub(crate) api: String,
    /// The logins, in order.
    pub(crate) logins: Vec<Login>,
    /// The sessions, in order.
    pub(crate) sessions: Vec<Session>,
}

/// One login.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Login {
    pub(crate) method: &'static str,
    pub(crate) nip: String,
}

/// One interactive session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    pub(crate) reference_number: String,
    pub(crate) form: String,
    pub(crate) invoices: Vec<Invoice>,
    /// KSeF's status code of the closed session.
    pub(crate) status: i32,
    /// The collective UPO, if the session has accepted invoices.
    pub(crate) upos: Vec<SavedUpo>,
}

/// One invoice and what became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invoice {
    pub(crate) name: String,
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ksef_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) details: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upo: Option<SavedUpo>,
    /// How the invoice went, when not the plain way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    pub(crate) as_expected: bool,
}

/// A UPO on disk.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavedUpo {
    pub(crate) file: PathBuf,
    /// The owner of the certificate whose signature was verified.
    pub(crate) signer: String,
    pub(crate) ksef_numbers: Vec<String>,
}

impl Report {
    pub(crate) fn is_as_expected(&self) -> bool {
        self.sessions.iter().flat_map(|session| &session.invoices).all(|invoice| invoice.as_expected)
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
    }

    pub(crate) fn tell(&self, language: Language) {
        let say = |english: String, polish: String| tell(language, english, polish);
        say(
            format!("KSeF emulator at {} (nothing leaves this computer)", self.api),
            format!("Emulator KSeF pod adresem {} (nic nie opuszcza tego komputera)", self.api),
        );
        for login in &self.logins {
            say(
                format!("logged in by {} as NIP {}", login.method, login.nip),
                format!("zalogowano ({}) jako NIP {}", login.method, login.nip),
            );
        }
        for session in &self.sessions {
            say(
                format!("\nsession {}  {}", session.reference_number, session.form),
                format!("\nsesja {}  {}", session.reference_number, session.form),
            );
            for invoice in &session.invoices {
                invoice.tell(language);
            }
            say(
                format!("  session closed with status {}", session.status),
                format!("  sesja zamknięta, status {}", session.status),
            );
            for upo in &session.upos {
                let (count, file) = (upo.ksef_numbers.len(), upo.file.display());
                say(
                    format!(
                        "  collective UPO of {count} invoices, signature of {} verified: {file}",
                        upo.signer
                    ),
                    format!("  UPO zbiorcze {count} faktur, podpis {} sprawdzony: {file}", upo.signer),
                );
            }
        }
    }
}

impl Invoice {
    fn tell(&self, language: Language) {
        match (&self.ksef_number, self.code) {
            (Some(number), _) => {
                tell(
                    language,
                    format!("  ✓ {:<28} {number}", self.name),
                    format!("  ✓ {:<28} {number}", self.name),
                );
            }
            (None, Some(code)) => {
                let why = self.description.as_deref().unwrap_or_default();
                let details = self.details.join("; ");
                tell(
                    language,
                    format!("  ✗ {:<28} refused with {code}: {why} ({details})", self.name),
                    format!("  ✗ {:<28} odrzucona z kodem {code}: {why} ({details})", self.name),
                );
            }
            (None, None) => tell(
                language,
                format!("  … {:<28} {}", self.name, self.outcome),
                format!("  … {:<28} {}", self.name, self.outcome),
            ),
        }
        if let Some(note) = &self.note {
            tell(language, format!("    {note}"), format!("    {note}"));
        }
        if let Some(upo) = &self.upo {
            tell(
                language,
                format!("    UPO, signature verified: {}", upo.file.display()),
                format!("    UPO, podpis sprawdzony: {}", upo.file.display()),
            );
        }
    }
}
