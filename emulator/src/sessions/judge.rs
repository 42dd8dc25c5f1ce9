//! Judges one invoice: decryption and every rule that needs no other invoice.

use jiff::Timestamp;
use ksef_documents::InvoiceHeader;

use super::{
    records::{Document, Invoice, Opening, Pending, Progress},
    state::SessionKind,
};
use crate::invoice::{
    self, Content, InvoicingMode, Powers, Rejection, RejectionCode, SizeLimits, Terms, invoicing_mode,
    warsaw_date,
};
use crate::permissions::PermissionStore;

/// An invoice that breaks no rule of its own.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// What it says.
    pub(crate) header: InvoiceHeader,
    /// Its mode.
    pub(crate) mode: InvoicingMode,
    /// The original bytes.
    pub(crate) content: Content,
}

/// A refusal, with the issuer's number where the document could be read.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Why.
    pub(crate) rejection: Rejection,
    /// `P_2` and its kin.
    pub(crate) invoice_number: Option<String>,
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Self { rejection, invoice_number: None }
    }
}

/// Verifies a pending invoice, which is decrypted before when it came in alone.
///
/// # Errors
/// The first rule that it breaks, in the order of PROTOCOL §19.
pub(crate) fn judge(
    invoice: &Invoice,
    kind: SessionKind,
    opening: &Opening,
    attachment_consent: bool,
    limits: SizeLimits,
    permissions: &PermissionStore,
) -> Result<Verdict, Refused> {
    let Document { header, content } = match &invoice.progress {
        Progress::Pending(Pending::Encrypted(encrypted)) => decrypted(encrypted, invoice, opening)?,
        Progress::Pending(Pending::Unpacked(document)) => *document.clone()?,
        _ => return Err(Rejection::bare(RejectionCode::SessionFailed).into()),
    };
    let terms = Terms {
        form: opening.form,
        context: &opening.context,
        accepted_on: warsaw_date(invoice.received_at),
        check_identifiers: opening.check_identifiers,
        takes_attachments: kind == SessionKind::Batch || invoice.corrected.is_some(),
        attachment_consent,
        limits,
        powers: Powers {
            roles: permissions.authorizations(&header.seller_nip, &opening.context),
            enforces: permissions.registry.enforces(&opening.context),
        },
    };
    if let Err(rejection) = invoice::document(content.len(), &header, &terms) {
        return Err(Refused { rejection, invoice_number: Some(header.invoice_number) });
    }
    let mode = mode(invoice.offline, &header, invoice.received_at);
    Ok(Verdict { header, mode, content })
}

fn decrypted(encrypted: &[u8], invoice: &Invoice, opening: &Opening) -> Result<Document, Rejection> {
    let Some(key) = &opening.key else {
        return Err(Rejection::bare(RejectionCode::SessionFailed));
    };
    let content = key
        .decrypt(encrypted)
        .map_err(|_| Rejection::new(RejectionCode::Decryption, "Plik niepoprawnie zaszyfrowany"))?;
    invoice::declared(&content, invoice.declared)?;
    Ok(Document { header: read(&content)?, content: content.into() })
}

/// What the bytes of a document say, when they break no rule of bytes and can be read.
///
/// # Errors
/// The first rule that they break.
pub(crate) fn read(content: &[u8]) -> Result<InvoiceHeader, Rejection> {
    invoice::bytes(content)?;
    InvoiceHeader::read(content).map_err(|error| invoice::unreadable(&error))
}

fn mode(offline: bool, header: &InvoiceHeader, received_at: Timestamp) -> InvoicingMode {
    invoicing_mode(offline, header.issue_date, received_at)
}
