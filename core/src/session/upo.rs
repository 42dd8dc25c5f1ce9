//! Confirmations of receipt (UPO, PROTOCOL §8.2, §8.3).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use ksef_crypto::Sha256;
use ksef_documents::upo::UpoDocument;
use ksef_model::{KsefNumber, ReferenceNumber, operations};
use serde::Serialize;

use super::online::OnlineSession;
use super::options::WaitPolicy;
use super::outcome::AcceptedInvoice;
use crate::Client;
use crate::error::{Error, Result, texts};
use crate::http::Download;
use crate::http::retry::jitter;
use crate::runtime;

/// Waits for a UPO that is not made yet.
const WAITS: [Duration; 4] =
    [Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// An official confirmation of receipt. Its bytes are the legal document: keep them as they are.
#[derive(Clone)]
pub struct Upo {
    bytes: Bytes,
    hash: Option<Sha256>,
    content: Arc<ksef_documents::upo::Upo>,
}

impl Upo {
    /// Reads a stored UPO.
    ///
    /// # Errors
    /// 6009 when the bytes are not a UPO.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Result<Self> {
        Self::new(bytes.into(), None)
    }

    fn new(bytes: Bytes, hash: Option<Sha256>) -> Result<Self> {
        let content = ksef_documents::upo::Upo::parse(&bytes)
            .map_err(|error| Error::new(texts::UPO_UNREADABLE).note(error.to_string()))?;
        Ok(Self { bytes, hash, content: Arc::new(content) })
    }

    fn downloaded(download: Download, operation: &'static str) -> Result<Self> {
        Self::new(download.bytes, download.hash).map_err(|error| error.in_operation(operation).sent(true))
    }

    /// The document as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash that KSeF declared for the bytes, found equal when it was downloaded. `None` when KSeF declared none
    /// or the UPO was not downloaded.
    #[must_use]
    pub fn declared_hash(&self) -> Option<Sha256> {
        self.hash
    }

    /// The session it confirms.
    #[must_use]
    pub fn session_reference(&self) -> &ReferenceNumber {
        &self.content.session_reference
    }

    /// The invoices it confirms.
    #[must_use]
    pub fn documents(&self) -> &[UpoDocument] {
        &self.content.documents
    }

    /// All that it says.
    #[must_use]
    pub fn content(&self) -> &ksef_documents::upo::Upo {
        &self.content
    }

    /// Whether it confirms an invoice with this number.
    #[must_use]
    pub fn confirms(&self, number: &KsefNumber) -> bool {
        self.documents().iter().any(|document| document.ksef_number == *number)
    }

    /// Checks the signature over the whole document and tells who signed. Whether the signer is the Ministry is for
    /// the caller to judge from its certificate: the chain is not checked.
    ///
    /// # Errors
    /// 5009 when the signature is missing or wrong.
    pub fn verify_signature(&self) -> Result<UpoSignature> {
        let verified = ksef_xades::verify(&self.bytes, &ksef_xades::VerifyOptions::default())?;
        let certificate = &verified.certificate;
        Ok(UpoSignature {
            signing_time: verified.signing_time,
            subject: certificate.subject_rfc2253(),
            issuer: certificate.issuer_rfc2253(),
            serial_number: certificate.serial_hex(),
            fingerprint: certificate.fingerprint(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            certificate_pem: certificate.to_pem(),
        })
    }

    /// What it says, ready for JSON. The signature is left empty; [`Upo::verify_signature`] fills it.
    #[must_use]
    pub fn describe(&self) -> UpoDescription {
        let documents = self.documents().iter().map(|document| UpoEntry {
            ksef_number: document.ksef_number.clone(),
            seller_nip: document.seller_nip.as_str().to_owned(),
            invoice_number: document.invoice_number.clone(),
            issue_date: document.issue_date,
            sent_at: document.sent_at,
            numbered_at: document.numbered_at,
            invoice_hash: document.invoice_hash.clone(),
            mode: document.mode.map(|mode| mode.as_str()),
        });
        UpoDescription {
            receiver: self.content.receiver.name().to_owned(),
            session_reference: self.content.session_reference.clone(),
            form_code: self.content.form_code.clone(),
            hash: Sha256::of(&self.bytes).to_base64(),
            documents: documents.collect(),
            signature: None,
        }
    }
}

impl fmt::Debug for Upo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upo({} bytes, {} documents)", self.bytes.len(), self.documents().len())
    }
}

/// Who signed a UPO, from a signature that was found valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpoSignature {
    /// The claimed time of signing.
    pub signing_time: Option<Timestamp>,
    /// The subject of the signer's certificate.
    pub subject: String,
    /// Its issuer.
    pub issuer: String,
    /// Its serial number, hexadecimal.
    pub serial_number: String,
    /// Its SHA-256, 64 upper-case hexadecimal digits.
    pub fingerprint: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// The certificate itself.
    pub certificate_pem: String,
}

/// What a UPO says, for JSON. It names companies: show it, do not log it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpoDescription {
    /// The receiving authority, which tells the environment.
    pub receiver: String,
    /// The session it confirms.
    pub session_reference: ReferenceNumber,
    /// The form of the invoices, for example `FA (3)`.
    pub form_code: String,
    /// SHA-256 of its bytes, Base64.
    pub hash: String,
    /// The invoices it confirms.
    pub documents: Vec<UpoEntry>,
    /// Who signed, once that was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<UpoSignature>,
}

impl fmt::Debug for UpoDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UpoDescription({}, {} documents)", self.session_reference, self.documents.len())
    }
}

/// One invoice in a UPO.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpoEntry {
    /// Its KSeF number.
    pub ksef_number: KsefNumber,
    /// The seller's NIP.
    pub seller_nip: String,
    /// The seller's number of the invoice.
    pub invoice_number: String,
    /// Its date of issue, in Poland.
    pub issue_date: Date,
    /// When KSeF received it.
    pub sent_at: Timestamp,
    /// When it got its number.
    pub numbered_at: Timestamp,
    /// SHA-256 of its bytes, Base64.
    pub invoice_hash: String,
    /// `Online` or `Offline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
}

impl fmt::Debug for UpoEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpoEntry(…)")
    }
}

impl OnlineSession {
    /// The UPO of one invoice, by the reference of the invoice.
    ///
    /// # Errors
    /// 4024 when there is none (yet), 2017 when it does not match its hash, 6009 and 6010 when it is not what was
    /// asked for; 2xxx, 3xxx, 4xxx.
    pub async fn upo_by_invoice(&self, invoice: &ReferenceNumber) -> Result<Upo> {
        let operation = operations::SESSIONS_UPO_BY_INVOICE_REFERENCE.id;
        let download =
            self.client.sessions().upo_by_invoice_reference(&self.reference_number(), invoice).await?;
        Upo::downloaded(download, operation)
    }

    /// The UPO of one invoice, by its KSeF number.
    ///
    /// # Errors
    /// As [`OnlineSession::upo_by_invoice`].
    pub async fn upo_by_ksef_number(&self, number: &KsefNumber) -> Result<Upo> {
        let operation = operations::SESSIONS_UPO_BY_KSEF_NUMBER.id;
        let download = self.client.sessions().upo_by_ksef_number(&self.reference_number(), number).await?;
        about(number, Upo::downloaded(download, operation)?, operation)
    }

    /// One page of the UPO of the whole session, by the reference of the page.
    ///
    /// # Errors
    /// As [`OnlineSession::upo_by_invoice`].
    pub async fn upo_page(&self, page: &ReferenceNumber) -> Result<Upo> {
        let download = self.client.sessions().upo_page(&self.reference_number(), page).await?;
        Upo::downloaded(download, operations::SESSIONS_UPO_PAGE.id)
    }

    /// The UPO of the whole session, all pages. Waits for a closed session to be processed, two minutes at most. Each
    /// page is fetched from the link that KSeF hands out, which counts towards no limit, or else by its reference.
    ///
    /// # Errors
    /// 4024 while the session is open or being processed; 4027 when it failed and has no UPO; 2xxx, 3xxx, 4xxx.
    pub async fn upos(&self) -> Result<Vec<Upo>> {
        let session = self.begin();
        runtime::run(async move { session.all_pages().await }).await
    }

    async fn all_pages(&self) -> Result<Vec<Upo>> {
        let operation = operations::SESSIONS_UPO_PAGE.id;
        let mut answer = self.status().await?;
        if answer.status.code > 100 && answer.status.code < 200 {
            answer = self.processed(WaitPolicy::default()).await?;
        }
        let status = &answer.status;
        let details = status.details.as_deref().unwrap_or_default();
        let refused = |entry| {
            let error =
                Error::new(entry).note(format!("session status {}", status.code)).in_operation(operation);
            Err(error.with_ksef(status.code, &status.description, details).sent(true))
        };
        match status.code {
            ..200 => return refused(texts::UPO_NOT_FOUND),
            200 => {}
            _ => return refused(texts::SESSION_FAILED),
        }
        let mut upos = Vec::new();
        for page in answer.upo.map(|upo| upo.pages).unwrap_or_default() {
            let linked = self.client.call_link(&operations::SESSIONS_UPO_PAGE, &page.download_url).await;
            let upo = match linked.and_then(|download| Upo::downloaded(download, operation)) {
                Ok(upo) => upo,
                Err(error) if error.is_cancelled() => return Err(error),
                Err(error) => {
                    tracing::debug!(number = error.number(), "the link of a UPO page does not work");
                    self.upo_page(&page.reference_number).await?
                }
            };
            upos.push(upo);
        }
        Ok(upos)
    }
}

/// The UPO of an accepted invoice, which may be made a moment after the number.
pub(super) async fn of_accepted(client: &Client, accepted: &AcceptedInvoice) -> Result<Upo> {
    let operation = operations::SESSIONS_UPO_BY_KSEF_NUMBER.id;
    let mut waits = WAITS.into_iter();
    loop {
        let number = &accepted.ksef_number;
        match client.sessions().upo_by_ksef_number(&accepted.session_reference, number).await {
            Ok(download) => return about(number, Upo::downloaded(download, operation)?, operation),
            Err(error) if error.is(texts::UPO_NOT_FOUND) => {
                let Some(wait) = waits.next() else { return Err(error) };
                client.scope().pause(jitter(wait)).await.map_err(|_| error)?;
            }
            Err(error) => return Err(error),
        }
    }
}

fn about(number: &KsefNumber, upo: Upo, operation: &'static str) -> Result<Upo> {
    if upo.confirms(number) {
        Ok(upo)
    } else {
        Err(Error::new(texts::UPO_FOREIGN).in_operation(operation).sent(true))
    }
}
