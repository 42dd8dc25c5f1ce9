//! Sending one invoice so that it is accepted at most once and never lost (PROTOCOL §6.3, DESIGN §6).

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ksef_crypto::PreparedInvoice;
use ksef_model::{ReferenceNumber, SendInvoiceRequest};

use super::intents::Intent;
use super::online::{OnlineSession, Opened};
use super::options::{DocumentCheck, OfflineMode, SendOptions, WaitPolicy};
use super::outcome::SendOutcome;
use super::resume::ResumeToken;
use super::settle::{self, Look};
use crate::error::{Error, Result, texts};
use crate::http::retry::jitter;
use crate::runtime;

/// Waits while a part of KSeF does not know a new session yet.
const NEW_SESSION_WAITS: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// How one request to take an invoice ended.
enum Posted {
    /// KSeF has it.
    Taken(ReferenceNumber),
    /// KSeF certainly does not have it.
    NotTaken(Error),
    /// Nothing could be learned; the error says why.
    Unknown(Error),
}

/// Checks the bytes of an invoice by the rules of PROTOCOL §19 that need no schema, as [`OnlineSession::send`] does
/// before anything leaves.
///
/// # Errors
/// 6xxx, for the first rule that is broken.
pub fn check_invoice(invoice: &[u8]) -> Result<()> {
    ksef_documents::check(invoice).map_err(|findings| Error::of_findings(&findings))
}

impl OnlineSession {
    /// Sends an invoice and finds out what became of it.
    ///
    /// The bytes are checked by the rules of PROTOCOL §19 that need no schema, hashed, encrypted and sent exactly as
    /// given. When the answer is lost, the session is searched for the invoice before anything is sent again. A
    /// duplicate is compared with its original: the very same document counts as accepted.
    ///
    /// # Errors
    /// 6xxx when the document breaks a rule, 1xxx for wrong options or a closed session: nothing was sent. 3xxx and 4xxx
    /// when KSeF refused to take the invoice, 2xxx when it certainly did not arrive. Whatever happens after the
    /// request may have arrived is an outcome, not an error.
    pub async fn send(&self, invoice: impl Into<Bytes>, options: SendOptions) -> Result<SendOutcome> {
        let (session, invoice) = (self.begin(), invoice.into());
        runtime::run(async move { session.deliver(invoice, options).await }).await
    }

    /// Sends an invoice without waiting for the result: the outcome is `Pending` once KSeF has it. Take it up by
    /// [`Client::resume`](crate::Client::resume).
    ///
    /// # Errors
    /// As [`OnlineSession::send`].
    pub async fn submit(&self, invoice: impl Into<Bytes>, options: SendOptions) -> Result<SendOutcome> {
        self.send(invoice, SendOptions { wait: WaitPolicy::DoNotWait, ..options }).await
    }

    async fn deliver(&self, invoice: Bytes, options: SendOptions) -> Result<SendOutcome> {
        options.check()?;
        if self.is_closed() {
            return Err(Error::new(texts::SESSION_CLOSED));
        }
        if options.document_check == DocumentCheck::Required {
            check_invoice(&invoice)?;
        }
        let mut replaced = false;
        loop {
            let opened = self.opened();
            match self.deliver_in(&opened, &invoice, &options).await {
                // A session fails as a whole when KSeF cannot read its key: nothing in it was processed, so that the
                // invoice can go into another session.
                Ok(SendOutcome::Rejected(rejected)) if rejected.code == 405 && !replaced => {
                    replaced = true;
                    if !self.key_was_refused(&opened.reference).await
                        || self.replace(&opened.reference).await.is_err()
                    {
                        return Ok(SendOutcome::Rejected(rejected));
                    }
                }
                Err(error) if error.is(texts::SESSION_KEY_REFUSED) && !replaced => {
                    replaced = true;
                    self.replace(&opened.reference).await.map_err(|_| error)?;
                }
                Ok(outcome) => return Ok(settle::with_upo(&self.client, outcome, options.fetch_upo).await),
                Err(error) => return Err(error),
            }
        }
    }

    /// Sends an invoice in one session.
    async fn deliver_in(
        &self,
        opened: &Arc<Opened>,
        invoice: &Bytes,
        options: &SendOptions,
    ) -> Result<SendOutcome> {
        let (invoice, keys) = (invoice.clone(), Arc::clone(opened));
        let preparing = tokio::task::spawn_blocking(move || ksef_crypto::prepare(&invoice, &keys.key));
        let prepared = preparing.await.map_err(|error| runtime::panicked(error).sent(false))?;
        let mut token = ResumeToken::new(&self.client, opened.reference.clone(), prepared.invoice_hash);
        let request = request(prepared, options);
        let intents = &self.client.shared().intents;
        let intent = intents.begin(token.clone());
        match self.hand_over(opened, &request, &token, &intent).await {
            Posted::Taken(reference) => token = token.with_invoice(reference),
            Posted::NotTaken(error) => {
                intents.end(&intent);
                return Err(error);
            }
            Posted::Unknown(cause) => {
                let token = token.because(cause);
                intents.advance(&intent, &token);
                return Ok(SendOutcome::Unknown(token));
            }
        }
        intents.advance(&intent, &token);
        let outcome = settle::wait(&self.client, token, options.wait).await?;
        match (&outcome, outcome.resume_token()) {
            (_, Some(token)) => intents.advance(&intent, token),
            (SendOutcome::Rejected(rejected), None) => {
                intents.end_refused(&intent, &rejected.invoice_reference)
            }
            (_, None) => intents.end(&intent),
        }
        Ok(outcome)
    }

    /// Gets an invoice taken: posts it, and when the answer is lost looks for it before posting it once more.
    async fn hand_over(
        &self,
        opened: &Opened,
        request: &SendInvoiceRequest,
        token: &ResumeToken,
        intent: &Intent,
    ) -> Posted {
        let mut lost = match self.post(opened, request).await {
            Posted::Unknown(error) => error,
            known => return known,
        };
        let mut posted_again = false;
        loop {
            tracing::debug!(number = lost.number(), "the answer to a sent invoice was lost, looking for it");
            let intents = &self.client.shared().intents;
            let taken = |reference: &ReferenceNumber| intents.is_taken(intent, reference);
            match settle::look(&self.client, &opened.reference, token.invoice_hash(), taken).await {
                Ok(Look::Found(invoice)) => return Posted::Taken(invoice.reference_number),
                Ok(Look::Absent { open: true }) if !posted_again => {
                    posted_again = true;
                    match self.post(opened, request).await {
                        // The first request may still have arrived: a refusal of the second says nothing about it.
                        Posted::Unknown(error) | Posted::NotTaken(error) => lost = error,
                        taken => return taken,
                    }
                }
                // A session that takes no more invoices cannot get this one any more.
                Ok(Look::Absent { open: false }) if lost.is(texts::SESSION_KEY_REFUSED) => {
                    return Posted::NotTaken(lost);
                }
                Ok(Look::Absent { open: false }) => {
                    let error = Error::new(texts::NOT_RECEIVED).in_operation("sessions.send_invoice");
                    return Posted::NotTaken(error.sent(true).caused_by(lost));
                }
                Ok(Look::Absent { open: true }) => return Posted::Unknown(lost),
                Err(error) => {
                    tracing::debug!(number = error.number(), "the session cannot be searched");
                    return Posted::Unknown(lost);
                }
            }
        }
    }

    /// One request to take the invoice, repeated only while KSeF does not know the new session yet.
    async fn post(&self, opened: &Opened, request: &SendInvoiceRequest) -> Posted {
        let mut waits = NEW_SESSION_WAITS.into_iter();
        loop {
            let error = match self.client.sessions().send_invoice(&opened.reference, request).await {
                Ok(answer) => return Posted::Taken(answer.reference_number),
                Err(error) => error,
            };
            if error.is(texts::SESSION_NOT_FOUND) && self.is_new() {
                if let Some(wait) = waits.next()
                    && self.client.scope().pause(jitter(wait)).await.is_ok()
                {
                    continue;
                }
                return Posted::NotTaken(error);
            }
            if error.is(texts::SESSION_STATUS) {
                return Posted::NotTaken(self.explain(&opened.reference, error).await);
            }
            return if error.outcome_is_unknown() { Posted::Unknown(error) } else { Posted::NotTaken(error) };
        }
    }

    /// Users read 21180 as a matter of permissions: what the session says about itself tells the reason.
    async fn explain(&self, session: &ReferenceNumber, error: Error) -> Error {
        match self.client.sessions().status(session).await {
            Ok(answer) => {
                let status = answer.status;
                let details = status.details.unwrap_or_default();
                settle::session_error(error, status.code, &status.description, &details)
            }
            Err(_) => error,
        }
    }

    async fn key_was_refused(&self, session: &ReferenceNumber) -> bool {
        let status = self.client.sessions().status(session).await;
        status.is_ok_and(|answer| answer.status.code == 415)
    }
}

fn request(prepared: PreparedInvoice, options: &SendOptions) -> SendInvoiceRequest {
    let size = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    SendInvoiceRequest {
        invoice_hash: prepared.invoice_hash.to_base64(),
        invoice_size: size(prepared.invoice_size),
        encrypted_invoice_hash: prepared.encrypted_hash.to_base64(),
        encrypted_invoice_size: size(prepared.encrypted_size),
        encrypted_invoice_content: STANDARD.encode(&prepared.content),
        offline_mode: (options.offline_mode == OfflineMode::Offline).then_some(true),
        hash_of_corrected_invoice: options.hash_of_corrected_invoice.map(|hash| hash.to_base64()),
    }
}
