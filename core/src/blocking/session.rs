use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use ksef_model::{
    FormCode, KsefNumber, ReferenceNumber, SessionInvoiceStatusResponse, SessionStatusResponse,
};

use crate::runtime::block_on;
use crate::{CallOptions, Result, SendOptions, SendOutcome, Upo, WaitPolicy};

/// The blocking twin of [`OnlineSession`](crate::OnlineSession).
#[derive(Clone)]
pub struct OnlineSession {
    inner: crate::OnlineSession,
}

impl OnlineSession {
    /// The asynchronous session that this one is.
    #[must_use]
    pub fn asynchronous(&self) -> &crate::OnlineSession {
        &self.inner
    }

    /// See [`OnlineSession::scoped`](crate::OnlineSession::scoped).
    #[must_use]
    pub fn scoped(&self, options: CallOptions) -> Self {
        Self { inner: self.inner.scoped(options) }
    }

    /// See [`OnlineSession::reference_number`](crate::OnlineSession::reference_number).
    #[must_use]
    pub fn reference_number(&self) -> ReferenceNumber {
        self.inner.reference_number()
    }

    /// See [`OnlineSession::valid_until`](crate::OnlineSession::valid_until).
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.inner.valid_until()
    }

    /// See [`OnlineSession::form`](crate::OnlineSession::form).
    #[must_use]
    pub fn form(&self) -> &FormCode {
        self.inner.form()
    }

    /// See [`OnlineSession::send`](crate::OnlineSession::send).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn send(&self, invoice: impl Into<Bytes>, options: SendOptions) -> Result<SendOutcome> {
        block_on(self.inner.send(invoice.into(), options))
    }

    /// See [`OnlineSession::submit`](crate::OnlineSession::submit).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn submit(&self, invoice: impl Into<Bytes>, options: SendOptions) -> Result<SendOutcome> {
        block_on(self.inner.submit(invoice.into(), options))
    }

    /// See [`OnlineSession::status`](crate::OnlineSession::status).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn status(&self) -> Result<SessionStatusResponse> {
        block_on(self.inner.status())
    }

    /// See [`OnlineSession::invoice`](crate::OnlineSession::invoice).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn invoice(&self, reference: &ReferenceNumber) -> Result<SessionInvoiceStatusResponse> {
        block_on(self.inner.invoice(reference))
    }

    /// See [`OnlineSession::invoices`](crate::OnlineSession::invoices).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn invoices(&self) -> Result<Vec<SessionInvoiceStatusResponse>> {
        block_on(self.inner.invoices())
    }

    /// See [`OnlineSession::failed_invoices`](crate::OnlineSession::failed_invoices).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn failed_invoices(&self) -> Result<Vec<SessionInvoiceStatusResponse>> {
        block_on(self.inner.failed_invoices())
    }

    /// See [`OnlineSession::close`](crate::OnlineSession::close).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn close(&self) -> Result<()> {
        block_on(self.inner.close())
    }

    /// See [`OnlineSession::wait_until_processed`](crate::OnlineSession::wait_until_processed).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn wait_until_processed(&self, wait: WaitPolicy) -> Result<SessionStatusResponse> {
        block_on(self.inner.wait_until_processed(wait))
    }

    /// See [`OnlineSession::upo_by_invoice`](crate::OnlineSession::upo_by_invoice).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn upo_by_invoice(&self, invoice: &ReferenceNumber) -> Result<Upo> {
        block_on(self.inner.upo_by_invoice(invoice))
    }

    /// See [`OnlineSession::upo_by_ksef_number`](crate::OnlineSession::upo_by_ksef_number).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn upo_by_ksef_number(&self, number: &KsefNumber) -> Result<Upo> {
        block_on(self.inner.upo_by_ksef_number(number))
    }

    /// See [`OnlineSession::upo_page`](crate::OnlineSession::upo_page).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn upo_page(&self, page: &ReferenceNumber) -> Result<Upo> {
        block_on(self.inner.upo_page(page))
    }

    /// See [`OnlineSession::upos`](crate::OnlineSession::upos).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn upos(&self) -> Result<Vec<Upo>> {
        block_on(self.inner.upos())
    }
}

impl From<crate::OnlineSession> for OnlineSession {
    fn from(inner: crate::OnlineSession) -> Self {
        Self { inner }
    }
}

impl fmt::Debug for OnlineSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
