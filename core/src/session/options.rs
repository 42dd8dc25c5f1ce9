//! Choices of the caller.

use std::time::Duration;

use ksef_crypto::Sha256;

use crate::error::{Error, Result, texts};

/// How a session is opened.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct OpenOptions {}

/// Whether an invoice was issued while KSeF was reachable (PROTOCOL §12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OfflineMode {
    /// Issued by sending it. KSeF treats it as offline by itself when its date is before the day of sending
    /// (PROTOCOL §6.7).
    #[default]
    Online,
    /// Issued in an offline mode and sent afterwards.
    Offline,
}

/// Whether the bytes of an invoice are checked before they leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DocumentCheck {
    /// By the rules of PROTOCOL §19 that need no schema; what breaks one does not leave.
    #[default]
    Required,
    /// Not at all: KSeF is the only judge. For tests, and for the day when KSeF relaxes a rule.
    Skipped,
}

/// How long a call waits for KSeF to process what it received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitPolicy {
    /// Until there is a result, however long it takes: in a crisis of KSeF that can be hours. A deadline of the call
    /// ends it earlier.
    UntilSettled,
    /// At most this long. Two minutes is the default.
    AtMost(Duration),
    /// Not at all.
    DoNotWait,
}

impl Default for WaitPolicy {
    fn default() -> Self {
        Self::AtMost(Duration::from_secs(120))
    }
}

/// How one invoice is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendOptions {
    /// Whether the invoice was issued offline.
    pub offline_mode: OfflineMode,
    /// For a technical correction: the hash of the invoice that was refused (PROTOCOL §6.6). Needs
    /// [`OfflineMode::Offline`].
    pub hash_of_corrected_invoice: Option<Sha256>,
    /// Whether the bytes are checked before they leave.
    pub document_check: DocumentCheck,
    /// How long to wait for the result.
    pub wait: WaitPolicy,
    /// Whether an accepted invoice comes with its UPO. `true` by default; costs one more request.
    pub fetch_upo: bool,
}

impl Default for SendOptions {
    fn default() -> Self {
        Self {
            offline_mode: OfflineMode::default(),
            hash_of_corrected_invoice: None,
            document_check: DocumentCheck::default(),
            wait: WaitPolicy::default(),
            fetch_upo: true,
        }
    }
}

impl SendOptions {
    pub(super) fn check(&self) -> Result<()> {
        if self.hash_of_corrected_invoice.is_some() && self.offline_mode == OfflineMode::Online {
            return Err(Error::new(texts::CORRECTION_NEEDS_OFFLINE));
        }
        Ok(())
    }
}
