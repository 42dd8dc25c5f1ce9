use libksef::CallOptions;

use crate::cancel::CallLimits;
use crate::client::reference;
use crate::error::KsefError;
use crate::outcome::{Outcome, SendSettings, Wait};
use crate::records::{InvoiceStatus, SessionStatus};
use crate::upo::Upo;

/// An open interactive session. It may be shared by any number of tasks.
#[derive(Debug, uniffi::Object)]
pub struct OnlineSession(libksef::OnlineSession);

impl OnlineSession {
    /// The session outlives the call that opened it, so it sheds that call's limits.
    pub(crate) fn new(session: libksef::OnlineSession) -> Self {
        Self(session.scoped(CallOptions::default()))
    }
}

#[uniffi::export]
impl OnlineSession {
    /// The session's reference number. It changes when KSeF could not read the session's key and the session was replaced.
    #[must_use]
    pub fn reference_number(&self) -> String {
        self.0.reference_number().to_string()
    }

    /// When KSeF closes the session by itself, RFC 3339.
    #[must_use]
    pub fn valid_until(&self) -> String {
        self.0.valid_until().to_string()
    }

    /// Sends one invoice: the exact bytes of its XML file.
    ///
    /// The bytes are checked first; what KSeF would refuse unread does not leave. Once the request may have left, no
    /// network error is raised: the outcome is pending or unknown with a resume token.
    pub async fn send(
        &self,
        invoice: Vec<u8>,
        settings: SendSettings,
        limits: CallLimits,
    ) -> Result<Outcome, KsefError> {
        Ok(self.0.scoped(limits.into()).send(invoice, settings.try_into()?).await?.into())
    }

    /// The state of the session.
    pub async fn status(&self, limits: CallLimits) -> Result<SessionStatus, KsefError> {
        Ok(self.0.scoped(limits.into()).status().await?.into())
    }

    /// The state of one invoice of the session.
    pub async fn invoice(
        &self,
        reference_number: String,
        limits: CallLimits,
    ) -> Result<InvoiceStatus, KsefError> {
        Ok(self.0.scoped(limits.into()).invoice(&reference(&reference_number)?).await?.into())
    }

    /// All invoices of the session.
    pub async fn invoices(&self, limits: CallLimits) -> Result<Vec<InvoiceStatus>, KsefError> {
        let invoices = self.0.scoped(limits.into()).invoices().await?;
        Ok(invoices.into_iter().map(InvoiceStatus::from).collect())
    }

    /// The refused invoices of the session.
    pub async fn failed_invoices(&self, limits: CallLimits) -> Result<Vec<InvoiceStatus>, KsefError> {
        let invoices = self.0.scoped(limits.into()).failed_invoices().await?;
        Ok(invoices.into_iter().map(InvoiceStatus::from).collect())
    }

    /// Waits until KSeF has processed the closed session. When the wait ends earlier, the code is below 200.
    pub async fn wait_until_processed(
        &self,
        wait: Option<Wait>,
        limits: CallLimits,
    ) -> Result<SessionStatus, KsefError> {
        Ok(self.0.scoped(limits.into()).wait_until_processed(Wait::policy(wait)).await?.into())
    }

    /// The UPO of one invoice by its KSeF number.
    pub async fn upo_by_ksef_number(
        &self,
        ksef_number: String,
        limits: CallLimits,
    ) -> Result<Upo, KsefError> {
        let number = ksef_number.parse::<libksef::KsefNumber>().map_err(libksef::Error::from)?;
        Ok((&self.0.scoped(limits.into()).upo_by_ksef_number(&number).await?).into())
    }

    /// The UPO of one invoice by its reference number.
    pub async fn upo_by_invoice(
        &self,
        reference_number: String,
        limits: CallLimits,
    ) -> Result<Upo, KsefError> {
        let reference = reference(&reference_number)?;
        Ok((&self.0.scoped(limits.into()).upo_by_invoice(&reference).await?).into())
    }

    /// The pages of the collective UPO of a closed session; waits until KSeF has made them.
    pub async fn upos(&self, limits: CallLimits) -> Result<Vec<Upo>, KsefError> {
        let pages = self.0.scoped(limits.into()).upos().await?;
        Ok(pages.iter().map(Upo::from).collect())
    }

    /// Closes the session at KSeF, which then makes its collective UPO. Closing twice is no error.
    pub async fn close(&self, limits: CallLimits) -> Result<(), KsefError> {
        Ok(self.0.scoped(limits.into()).close().await?)
    }
}
