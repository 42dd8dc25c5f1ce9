//! What the emulator keeps about sessions and their invoices.

use jiff::Timestamp;
use ksef_crypto::{Sha256, SymmetricKey};
use ksef_documents::{Form, InvoiceHeader, PartyIdentifier, upo::Receiver};
use ksef_model::{ContextIdentifier, KsefNumber, ReferenceNumber};

use super::machine::SessionMachine;
use crate::{
    auth::{Authenticated, Proof, Subject},
    batch::Package,
    invoice::{Content, Declared, InvoicingMode, Rejection},
    upo::UpoSlot,
};

/// Index of a session in the store.
pub(crate) type SessionIndex = usize;
/// Index of an invoice in the store.
pub(crate) type InvoiceIndex = usize;

/// Who opens a session, for whom, and what they declare.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    /// Context of the session.
    pub(crate) context: ContextIdentifier,
    /// Who opened it.
    pub(crate) subject: Subject,
    /// What the login was made with; the UPO names it.
    pub(crate) proof: Proof,
    /// Who receives the invoices, as the UPO names it.
    pub(crate) receiver: Receiver,
    /// Form of all its invoices.
    pub(crate) form: Form,
    /// Whether checksums of identifiers on invoices count.
    pub(crate) check_identifiers: bool,
    /// The unwrapped key; `None` when it could not be unwrapped, which shows only at processing.
    pub(crate) key: Option<SymmetricKey>,
}

/// One session.
#[derive(Debug)]
pub(crate) struct Session {
    /// `SO` or `SB` reference.
    pub(crate) reference: ReferenceNumber,
    /// Who, for whom, what form.
    pub(crate) opening: Opening,
    /// Its life.
    pub(crate) machine: SessionMachine,
    /// Its invoices in the order of their ordinal numbers.
    pub(crate) invoices: Vec<InvoiceIndex>,
    /// Pages of the collective UPO, empty until the session is processed.
    pub(crate) pages: Vec<UpoPage>,
    /// The package of a batch.
    pub(crate) package: Option<Package>,
}

impl Session {
    /// Whether the caller may read the session, its invoices and UPOs (PROTOCOL §8.1).
    pub(crate) fn is_visible_to(&self, caller: &Authenticated) -> bool {
        self.opening.context == caller.context
            && (self.opening.subject == caller.subject
                || caller.has_any(&["Owner", "Introspection", "EnforcementOperations"]))
    }
}

/// One page of a collective UPO.
#[derive(Debug, Clone)]
pub(crate) struct UpoPage {
    /// `EU` reference.
    pub(crate) reference: ReferenceNumber,
    /// The document.
    pub(crate) upo: UpoSlot,
}

/// What a client sends.
#[derive(Debug, Clone)]
pub(crate) struct Submission {
    /// Hash and size of the plaintext as declared.
    pub(crate) declared: Declared,
    /// The ciphertext; its own hash and size are checked already.
    pub(crate) encrypted: Vec<u8>,
    /// Declared offline mode.
    pub(crate) offline: bool,
    /// Hash of the invoice that a technical correction replaces.
    pub(crate) corrected: Option<Sha256>,
}

/// One invoice of a session.
#[derive(Debug)]
pub(crate) struct Invoice {
    /// `EE` reference.
    pub(crate) reference: ReferenceNumber,
    /// Its session.
    pub(crate) session: SessionIndex,
    /// Number within the session, from 1.
    pub(crate) ordinal: u32,
    /// When it was taken in (`invoicingDate`).
    pub(crate) received_at: Timestamp,
    /// From when on its status is 150.
    pub(crate) started_at: Timestamp,
    /// Hash and size of the plaintext as declared.
    pub(crate) declared: Declared,
    /// Declared offline mode.
    pub(crate) offline: bool,
    /// Hash of the invoice that it corrects technically.
    pub(crate) corrected: Option<Sha256>,
    /// Its name in the package, in a batch.
    pub(crate) file_name: Option<String>,
    /// How far it is.
    pub(crate) progress: Progress,
}

/// How far an invoice is.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Not judged yet.
    Pending(Pending),
    /// It has a KSeF number.
    Accepted(Box<Accepted>),
    /// It was refused.
    Rejected {
        /// Why.
        rejection: Rejection,
        /// The issuer's number, when the document could be read.
        invoice_number: Option<String>,
    },
}

/// An invoice that waits for its verdict.
#[derive(Debug)]
pub(crate) enum Pending {
    /// The ciphertext that an interactive session took in.
    Encrypted(Vec<u8>),
    /// What a package held: a document that could be read, or the reason why not.
    Unpacked(Result<Box<Document>, Rejection>),
}

/// A document whose bytes break no rule, before the rules of its contents.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// What it says.
    pub(crate) header: InvoiceHeader,
    /// The original bytes.
    pub(crate) content: Content,
}

/// An accepted invoice.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// What the document says.
    pub(crate) header: InvoiceHeader,
    /// Its number.
    pub(crate) ksef_number: KsefNumber,
    /// When it was numbered (`acquisitionDate`).
    pub(crate) acquired_at: Timestamp,
    /// When it was stored for good, once it was.
    pub(crate) stored_at: Option<Timestamp>,
    /// Its mode.
    pub(crate) mode: InvoicingMode,
    /// The original bytes.
    pub(crate) content: Content,
    /// The confirmation.
    pub(crate) upo: UpoSlot,
}

impl Accepted {
    /// Whether the context is a party of the invoice, which lets it read the invoice.
    pub(crate) fn concerns(&self, context: &ContextIdentifier) -> bool {
        concerns(&self.header, context)
    }
}

/// Whether the context is a party of an invoice, which lets it read the invoice.
pub(crate) fn concerns(header: &InvoiceHeader, context: &ContextIdentifier) -> bool {
    let names = |wanted: &str| {
        header.parties().any(|party| match &party.identifier {
            PartyIdentifier::Nip(nip) => nip.as_str() == wanted,
            PartyIdentifier::InternalId(id) => id.as_str() == wanted,
            _ => false,
        })
    };
    let nip_of = |id: &str| id.split('-').next().unwrap_or_default().to_owned();
    match context {
        ContextIdentifier::Nip(nip) => names(nip.as_str()),
        ContextIdentifier::InternalId(id) => names(id.as_str()) || names(&nip_of(id.as_str())),
        ContextIdentifier::NipVatUe(id) => names(&nip_of(id.as_str())),
        ContextIdentifier::PeppolId(_) => false,
    }
}
