//! Official confirmations of receipt (UPO): reading any version, writing version 4-3 (PROTOCOL §8.3).

mod parse;
mod write;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use ksef_crypto::Sha256;
use ksef_model::{ContextIdentifier, KsefNumber, Nip, ReferenceNumber};

use crate::error::Error;
use crate::form::Form;

/// Namespace of the version that KSeF 2.0 issues.
pub const NAMESPACE: &str = "http://upo.schematy.mf.gov.pl/KSeF/v4-3";

/// At most this many documents on one page.
pub const MAX_DOCUMENTS: usize = 10_000;

/// Who received the documents (`NazwaPodmiotuPrzyjmujacego`): the ministry, with a suffix outside production.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Receiver {
    /// The production environment; the only name that the schema of the UPO allows.
    Production,
    /// The test environment.
    Test,
    /// The demo environment.
    Demo,
    /// Another name.
    Other(String),
}

impl Receiver {
    /// The name as the document has it.
    pub fn name(&self) -> &str {
        match self {
            Receiver::Production => "Ministerstwo Finansów",
            Receiver::Test => "Ministerstwo Finansów - środowisko testowe (TE)",
            Receiver::Demo => "Ministerstwo Finansów - środowisko przedprodukcyjne (TR)",
            Receiver::Other(name) => name,
        }
    }

    fn from_name(name: &str) -> Receiver {
        let known = [Receiver::Production, Receiver::Test, Receiver::Demo];
        known.into_iter().find(|r| r.name() == name).unwrap_or_else(|| Receiver::Other(name.to_owned()))
    }
}

/// How the sender was authenticated.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Authentication {
    /// Reference number of the KSeF token.
    Token(ReferenceNumber),
    /// SHA-256 of the signed authentication document as received, Base64 of 44 characters.
    Document(String),
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Authentication::Token(_) => "Token(…)",
            Authentication::Document(_) => "Document(…)",
        })
    }
}

/// The place of a page in the confirmation of a whole session. All numbers count from 1; ranges include both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Page {
    /// Number of this page.
    pub number: u32,
    /// Count of pages.
    pub count: u32,
    /// First document of this page.
    pub first_document: u32,
    /// Last document of this page.
    pub last_document: u32,
    /// Count of documents on all pages.
    pub total_documents: u32,
}

/// Whether a document was issued online or offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SendingMode {
    /// Issued and sent at once.
    Online,
    /// Issued offline and sent later.
    Offline,
}

impl SendingMode {
    /// The value in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            SendingMode::Online => "Online",
            SendingMode::Offline => "Offline",
        }
    }
}

/// One confirmed invoice. `Debug` shows no numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct UpoDocument {
    /// NIP of the seller.
    pub seller_nip: Nip,
    /// KSeF number, 35 or 36 characters.
    pub ksef_number: KsefNumber,
    /// Number given by the issuer, 1-256 characters.
    pub invoice_number: String,
    /// Date of issue.
    pub issue_date: Date,
    /// When the document was sent to KSeF; written to the millisecond.
    pub sent_at: Timestamp,
    /// When KSeF assigned the number; written to the millisecond.
    pub numbered_at: Timestamp,
    /// SHA-256 of the invoice, Base64 of 44 characters.
    pub invoice_hash: String,
    /// The mode; absent in versions before 4-3.
    pub mode: Option<SendingMode>,
}

impl UpoDocument {
    /// The digest of the invoice, when it is well-formed Base64 of 32 bytes.
    pub fn digest(&self) -> Option<Sha256> {
        Sha256::from_base64(&self.invoice_hash).ok()
    }
}

impl fmt::Debug for UpoDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpoDocument").field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// A confirmation: of one invoice (no page) or one page of a session's.
#[derive(Clone, PartialEq, Eq)]
pub struct Upo {
    /// Who received the documents.
    pub receiver: Receiver,
    /// Reference number of the session.
    pub session_reference: ReferenceNumber,
    /// The context in which the session was opened.
    pub context: ContextIdentifier,
    /// How the sender was authenticated.
    pub authentication: Authentication,
    /// The page, in the confirmation of a session.
    pub page: Option<Page>,
    /// Name of the schema file of the documents; version 4-2 has other texts here.
    pub structure_name: String,
    /// System code of the form, for example `FA (3)`.
    pub form_code: String,
    /// The documents, 1 to 10 000.
    pub documents: Vec<UpoDocument>,
    /// Whether the document that was read carried a signature. Ignored by [`Upo::to_xml`].
    pub signed: bool,
}

impl fmt::Debug for Upo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upo")
            .field("receiver", &self.receiver)
            .field("session_reference", &self.session_reference)
            .field("form_code", &self.form_code)
            .field("page", &self.page)
            .field("documents", &self.documents.len())
            .field("signed", &self.signed)
            .finish_non_exhaustive()
    }
}

impl Upo {
    /// A confirmation of one invoice, or of a session when a page is added.
    pub fn new(
        receiver: Receiver,
        session_reference: ReferenceNumber,
        context: ContextIdentifier,
        authentication: Authentication,
        form: Form,
        documents: Vec<UpoDocument>,
    ) -> Self {
        Upo {
            receiver,
            session_reference,
            context,
            authentication,
            page: None,
            structure_name: form.schema_file_name(),
            form_code: form.system_code().to_owned(),
            documents,
            signed: false,
        }
    }

    /// Makes it a page of a session's confirmation.
    #[must_use]
    pub fn with_page(mut self, page: Page) -> Self {
        self.page = Some(page);
        self
    }

    /// Reads a confirmation of any version, signed or not. Extra elements are passed over and the signature is not
    /// verified; what is read must be there. Identifiers are taken as they are, because samples and test
    /// environments break their patterns.
    ///
    /// # Errors
    /// Not UTF-8, not well-formed, another root element, or a missing or unreadable element.
    pub fn parse(bytes: &[u8]) -> Result<Upo, Error> {
        parse::parse(bytes)
    }

    /// Writes version 4-3 without indentation and without a signature, UTF-8; times are Polish, to the millisecond.
    ///
    /// # Errors
    /// No documents, more than [`MAX_DOCUMENTS`], a repeated KSeF number, or a document without a mode.
    pub fn to_xml(&self) -> Result<Vec<u8>, Error> {
        write::write(self)
    }
}
