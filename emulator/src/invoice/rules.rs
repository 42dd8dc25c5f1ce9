//! Verification rules that need no schema (PROTOCOL §19), one function a rule, in the order KSeF reports them.

use jiff::civil::{Date, date};
use ksef_crypto::Sha256;
use ksef_documents::{Error, Finding, FindingKind, Form, InvoiceHeader, Party, PartyIdentifier};
use ksef_model::{ContextIdentifier, Nip};

use super::{
    issuer::{Powers, issuer},
    status::{Rejection, RejectionCode},
};

/// Size limits of one invoice in bytes (PROTOCOL §16.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SizeLimits {
    /// Without an attachment.
    pub(crate) plain: u64,
    /// With an attachment.
    pub(crate) with_attachment: u64,
}

impl Default for SizeLimits {
    fn default() -> Self {
        Self { plain: 1_000_000, with_attachment: 3_000_000 }
    }
}

/// What the sender declared about the plaintext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Declared {
    /// `invoiceHash`.
    pub(crate) hash: Sha256,
    /// `invoiceSize` in bytes.
    pub(crate) size: u64,
}

/// The circumstances in which an invoice is judged.
#[derive(Debug, Clone)]
pub(crate) struct Terms<'a> {
    /// Form declared by the session.
    pub(crate) form: Form,
    /// Context of the session.
    pub(crate) context: &'a ContextIdentifier,
    /// Polish day on which the invoice was taken in.
    pub(crate) accepted_on: Date,
    /// Whether checksums of NIP and IDWew count.
    pub(crate) check_identifiers: bool,
    /// Whether this way of sending takes attachments: a batch does, and a technical correction.
    pub(crate) takes_attachments: bool,
    /// Whether the context consented to attachments.
    pub(crate) attachment_consent: bool,
    /// Size limits of the context.
    pub(crate) limits: SizeLimits,
    /// What the context may do for the seller of the invoice.
    pub(crate) powers: Powers,
}

/// Rule 14: the plaintext is the one declared (430).
pub(crate) fn declared(content: &[u8], declared: Declared) -> Result<(), Rejection> {
    if content.len() as u64 != declared.size {
        return Err(Rejection::new(
            RejectionCode::File,
            format!(
                "Rozmiar przesłanego pliku faktury nie zgadza się z zadeklarowaną wartością: {}.",
                declared.size
            ),
        ));
    }
    if Sha256::of(content) != declared.hash {
        return Err(Rejection::new(
            RejectionCode::File,
            format!(
                "Skrót przesłanego pliku faktury nie zgadza się z zadeklarowaną wartością: {}.",
                declared.hash.to_base64()
            ),
        ));
    }
    Ok(())
}

/// Rules 1-5: bytes, prolog, characters, well-formedness (430 for an empty file and a byte order mark, else 450).
pub(crate) fn bytes(content: &[u8]) -> Result<(), Rejection> {
    ksef_documents::check(content).map_err(|findings| refused_bytes(&findings))
}

fn refused_bytes(findings: &[Finding]) -> Rejection {
    let file_level =
        |finding: &Finding| matches!(finding.kind, FindingKind::Empty | FindingKind::ByteOrderMark);
    let code = if findings.iter().any(file_level) { RejectionCode::File } else { RejectionCode::Semantics };
    let mut details: Vec<String> = findings.iter().take(10).map(Finding::text_pl).collect();
    if findings.iter().any(|finding| finding.kind == FindingKind::NotWellFormed) {
        details.insert(0, "Nieprawidłowy XML".to_owned());
    }
    Rejection { code, details, original: None }
}

/// A document in which no invoice of a known form can be read (450). The server words these in English, too.
pub(crate) fn unreadable(error: &Error) -> Rejection {
    Rejection::new(RejectionCode::Semantics, error.to_string())
}

/// Rule 6, the part that needs no schema: the root belongs to the form of the session (450).
pub(crate) fn form(header: &InvoiceHeader, terms: &Terms<'_>) -> Result<(), Rejection> {
    if header.form == terms.form {
        return Ok(());
    }
    Err(Rejection::new(
        RejectionCode::Semantics,
        format!(
            "Dokument {} nie jest zgodny z formularzem zadeklarowanym dla sesji: {}.",
            header.form, terms.form
        ),
    ))
}

/// Rule 6 again: the facets that the KSeF number and the confirmation rely on (450).
pub(crate) fn facets(header: &InvoiceHeader) -> Result<(), Rejection> {
    let broken = if Nip::without_checksum(header.seller_nip.as_str()).is_err() {
        "NIP"
    } else if header.invoice_number.chars().count() > 256 {
        "P_2"
    } else if header.issue_date < date(2006, 1, 1) {
        "P_1"
    } else {
        return Ok(());
    };
    Err(Rejection::new(RejectionCode::Semantics, format!("The '{broken}' element is invalid.")))
}

/// Rule 11: size within the limit of the context (430).
pub(crate) fn size(size: u64, header: &InvoiceHeader, terms: &Terms<'_>) -> Result<(), Rejection> {
    let limit = if header.has_attachment { terms.limits.with_attachment } else { terms.limits.plain };
    if size <= limit { Ok(()) } else { Err(oversized(size, limit)) }
}

/// The refusal of an invoice that is larger than anything the context may send.
pub(crate) fn oversized(size: u64, limit: u64) -> Rejection {
    Rejection::new(
        RejectionCode::File,
        format!("Przekroczono dopuszczalny rozmiar faktury: '{limit}'. Rozmiar faktury: '{size}'."),
    )
}

/// Rule 15: attachments only with consent, and interactively only in a technical correction (415).
pub(crate) fn attachment(header: &InvoiceHeader, terms: &Terms<'_>) -> Result<(), Rejection> {
    if !header.has_attachment || (terms.attachment_consent && terms.takes_attachments) {
        return Ok(());
    }
    Err(Rejection::bare(RejectionCode::AttachmentNotAllowed))
}

/// Rule 7: the issue date is not later than the day of acceptance, in Polish time (450).
pub(crate) fn issue_date(header: &InvoiceHeader, terms: &Terms<'_>) -> Result<(), Rejection> {
    if header.issue_date <= terms.accepted_on {
        return Ok(());
    }
    Err(Rejection::new(
        RejectionCode::Semantics,
        format!(
            "Data wystawienia faktury (P_1): '{}' jest późniejsza niż data przyjęcia faktury do KSeF: '{}'.",
            header.issue_date, terms.accepted_on
        ),
    ))
}

/// Rules 8 and 9: checksums of NIPs and internal identifiers, where the environment or the session counts them (450).
pub(crate) fn identifiers(header: &InvoiceHeader, terms: &Terms<'_>) -> Result<(), Rejection> {
    if !terms.check_identifiers {
        return Ok(());
    }
    let third = header.third_parties.iter().map(|party| (party, "podmiotu trzeciego"));
    let details: Vec<String> = [(&header.seller, "sprzedawcy"), (&header.buyer, "nabywcy")]
        .into_iter()
        .chain(third)
        .chain(header.authorized.iter().map(|party| (party, "podmiotu upoważnionego")))
        .filter_map(|(party, whose)| wrong_identifier(party, whose))
        .collect();
    if details.is_empty() {
        return Ok(());
    }
    Err(Rejection { code: RejectionCode::Semantics, details, original: None })
}

fn wrong_identifier(party: &Party, whose: &str) -> Option<String> {
    match &party.identifier {
        PartyIdentifier::Nip(nip) if nip.as_str().parse::<Nip>().is_err() => {
            Some(format!("Identyfikator NIP {whose}: '{nip}' jest nieprawidłowy."))
        }
        PartyIdentifier::InternalId(id) if !id.checksum_is_valid() => {
            Some(format!("Identyfikator wewnętrzny {whose}: '{id}' jest nieprawidłowy."))
        }
        _ => None,
    }
}

/// All rules of the read document, in order. The rules before reading are [`declared()`] and [`bytes()`].
pub(crate) fn document(length: u64, header: &InvoiceHeader, terms: &Terms<'_>) -> Result<(), Rejection> {
    form(header, terms)?;
    facets(header)?;
    size(length, header, terms)?;
    attachment(header, terms)?;
    issue_date(header, terms)?;
    identifiers(header, terms)?;
    issuer(header, terms)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
