//! Judges one invoice: decryption and every rule that needs no other invoice.

use jiff::Timestamp;
use ksef_documents::InvoiceHeader;

use super::records::{Invoice, Opening, Progress};
use crate::invoice::{
    self, InvoicingMode, Powers, Rejection, RejectionCode, SizeLimits, Terms, invoicing_mode, warsaw_date,
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
    pub(crate) content: Vec<u8>,
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

/// Decrypts and verifies a pending invoice.
///
/// # Errors
/// The first rule that it breaks, in the order of PROTOCOL §19.
pub(crate) fn judge(
    invoice: &Invoice,
    opening: &Opening,
    attachment_consent: bool,
    limits: SizeLimits,
    permissions: &PermissionStore,
) -> Result<Verdict, Refused> {
    let (Progress::Pending { encrypted }, Some(key)) = (&invoice.progress, &opening.key) else {
        return Err(Rejection::bare(RejectionCode::SessionFailed).into());
    };
    let content = key
        .decrypt(encrypted)
        .map_err(|_| Rejection::new(RejectionCode::Decryption, "Plik niepoprawnie zaszyfrowany"))?;
    invoice::declared(&content, invoice.declared)?;
    invoice::bytes(&content)?;
    let header = InvoiceHeader::read(&content).map_err(|error| invoice::unreadable(&error))?;
    let terms = Terms {
        form: opening.form,
        context: &opening.context,
        accepted_on: warsaw_date(invoice.received_at),
        check_identifiers: opening.check_identifiers,
        technical_correction: invoice.corrected.is_some(),
        attachment_consent,
        limits,
        powers: Powers {
            roles: permissions.authorizations(&header.seller_nip, &opening.context),
            enforces: permissions.registry.enforces(&opening.context),
        },
    };
    if let Err(rejection) = invoice::document(&content, &header, &terms) {
        return Err(Refused { rejection, invoice_number: Some(header.invoice_number) });
    }
    let mode = mode(invoice.offline, &header, invoice.received_at);
    Ok(Verdict { header, mode, content })
}

fn mode(offline: bool, header: &InvoiceHeader, received_at: Timestamp) -> InvoicingMode {
    invoicing_mode(offline, header.issue_date, received_at)
}
