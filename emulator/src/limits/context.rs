//! Limits of a context: sizes and numbers of invoices (PROTOCOL §16.1).

use std::collections::HashMap;

use ksef_model::ContextIdentifier;
use serde_json::{Value, json};

use crate::invoice::SizeLimits;

const BYTES_IN_MB: u64 = 1_000_000;

/// Limits of the sessions of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionLimits {
    /// Largest invoice without an attachment, in MB of 1 000 000 bytes.
    pub(crate) max_invoice_mb: u32,
    /// Largest invoice with an attachment, in MB of 1 000 000 bytes.
    pub(crate) max_invoice_with_attachment_mb: u32,
    /// Invoices that a session may hold.
    pub(crate) max_invoices: u32,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { max_invoice_mb: 1, max_invoice_with_attachment_mb: 3, max_invoices: 10_000 }
    }
}

impl SessionLimits {
    /// The sizes in bytes.
    pub(crate) fn sizes(self) -> SizeLimits {
        SizeLimits {
            plain: u64::from(self.max_invoice_mb) * BYTES_IN_MB,
            with_attachment: u64::from(self.max_invoice_with_attachment_mb) * BYTES_IN_MB,
        }
    }

    fn to_json(self) -> Value {
        json!({
            "maxInvoiceSizeInMB": self.max_invoice_mb,
            "maxInvoiceWithAttachmentSizeInMB": self.max_invoice_with_attachment_mb,
            "maxInvoices": self.max_invoices,
        })
    }
}

/// All limits of one context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContextLimits {
    /// Interactive sessions.
    pub(crate) online: SessionLimits,
    /// Batch sessions.
    pub(crate) batch: SessionLimits,
    /// Invoices that a collective identifier may hold.
    pub(crate) collective_invoices: u32,
}

impl Default for ContextLimits {
    fn default() -> Self {
        Self { online: SessionLimits::default(), batch: SessionLimits::default(), collective_invoices: 500 }
    }
}

impl ContextLimits {
    /// `EffectiveContextLimits`.
    pub(super) fn to_json(self) -> Value {
        json!({
            "onlineSession": self.online.to_json(),
            "batchSession": self.batch.to_json(),
            "collectiveIdentifier": {"maxInvoices": self.collective_invoices},
        })
    }
}

/// The limits that differ from the default.
#[derive(Debug, Default)]
pub(crate) struct ContextTable(HashMap<ContextIdentifier, ContextLimits>);

impl ContextTable {
    /// What applies in the context.
    pub(crate) fn of(&self, context: &ContextIdentifier) -> ContextLimits {
        self.0.get(context).copied().unwrap_or_default()
    }

    /// From now on these apply.
    pub(crate) fn set(&mut self, context: ContextIdentifier, limits: ContextLimits) {
        self.0.insert(context, limits);
    }

    /// From now on the default applies.
    pub(crate) fn reset(&mut self, context: &ContextIdentifier) {
        self.0.remove(context);
    }
}
