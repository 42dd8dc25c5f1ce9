//! What an emulator knows from the start.

use std::{fmt, fs, path::Path};

use ksef_crypto::Certificate;
use serde::Deserialize;

use crate::{
    commands::{CertificateRequest, CommandError, Context, GrantRequest, ProcessingRequest, TokenRequest},
    download::{DepositRequest, SettingsRequest, change_settings},
    state::AppState,
};

/// The state an emulator begins with, and returns to on `POST /reset`. A JSON object; every member may be absent:
///
/// | member | content |
/// |---|---|
/// | `tokens` | KSeF tokens: `nip` or `context {type, value}`, `permissions[]` (all, when absent), `description`, `author {type, value}`, `token` (its text, to have the same one each time) |
/// | `permissions` | who may do what: `context {type, value}`, `subject {type: Nip, Pesel or Fingerprint, value}`, `permissions[]`, among them `Owner` |
/// | `certificates` | certificates to issue at the start: `kind` seal, person, peppol or anonymous, `nip`, `pesel` or `peppolId`, `name`, `key` p256, p384, p521, rsa2048 or rsa4096, `notBefore`, `notAfter`, `selfSigned`, and where to write them: `certificateFile`, `keyFile` |
/// | `trustedAuthorities` | PEM certificates of further authorities whose certificates may log in |
/// | `blockedContexts` | contexts whose logins end with status 480 |
/// | `attachmentConsents` | contexts that may send invoices with attachments |
/// | `invoices` | bodies of `POST /invoices`: invoices that are in KSeF without anybody having sent them |
/// | `download` | body of `POST /download`: limits of queries and exports, lag of the high-water mark |
/// | `processing` | `delayMs`, `hold`, `authenticationDelayMs`, `tokenDelayMs`, `permissionDelayMs` |
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Seed {
    tokens: Vec<TokenRequest>,
    permissions: Vec<GrantRequest>,
    certificates: Vec<CertificateRequest>,
    trusted_authorities: Vec<String>,
    blocked_contexts: Vec<Context>,
    attachment_consents: Vec<Context>,
    invoices: Vec<DepositRequest>,
    download: SettingsRequest,
    processing: ProcessingRequest,
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed")
            .field("tokens", &self.tokens.len())
            .field("permissions", &self.permissions.len())
            .field("certificates", &self.certificates.len())
            .finish_non_exhaustive()
    }
}

/// A seed that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// The file cannot be read.
    #[error("the seed cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// The text is no seed; names the place.
    #[error("the seed is wrong: {0}")]
    Syntax(String),
    /// A certificate of `trustedAuthorities` cannot be read.
    #[error("a trusted authority of the seed cannot be read: {0}")]
    Authority(ksef_crypto::Error),
    /// What the seed asks for makes no sense.
    #[error("the seed is wrong: {0}")]
    Command(#[from] CommandError),
}

impl Seed {
    /// Reads a seed from JSON.
    ///
    /// # Errors
    /// [`SeedError::Syntax`] with the path of the member at fault.
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let seed = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| SeedError::Syntax(format!("{}: {}", error.path(), error.inner())))?;
        reader.end().map_err(|error| SeedError::Syntax(error.to_string()))?;
        Ok(seed)
    }

    /// Reads a seed from a file.
    ///
    /// # Errors
    /// [`SeedError::Read`], and those of [`Seed::from_json`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SeedError> {
        Self::from_json(&fs::read_to_string(path)?)
    }

    pub(crate) fn authorities(&self) -> Result<Vec<Certificate>, SeedError> {
        let read = |pem: &String| Certificate::from_pem(pem).map_err(SeedError::Authority);
        self.trusted_authorities.iter().map(read).collect()
    }

    /// Puts tokens, permissions, blocks and settings into an empty store.
    pub(crate) fn populate(&self, state: &AppState) -> Result<(), CommandError> {
        for request in &self.tokens {
            request.clone().run(state)?;
        }
        for request in &self.permissions {
            request.clone().run(state)?;
        }
        change_settings(state, self.download)?;
        for request in &self.invoices {
            request.run(state)?;
        }
        let mut store = state.store();
        for Context(context) in &self.blocked_contexts {
            store.contexts.block(context.clone());
        }
        for Context(context) in &self.attachment_consents {
            store.sessions.consent_to_attachments(context.clone());
        }
        self.processing.apply(&mut store.processing);
        Ok(())
    }

    /// Issues the certificates and writes their files.
    pub(crate) fn write_certificates(&self, state: &AppState) -> Result<(), CommandError> {
        self.certificates.iter().try_for_each(|request| request.write(state))
    }
}
