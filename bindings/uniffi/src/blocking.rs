//! The same two objects for callers without an event loop. Inside an asynchronous runtime they answer with misuse.

use std::sync::Arc;

use libksef::{CallOptions, OpenOptions, ResumeToken};

use crate::calls::{Answer, arguments};
use crate::cancel::CallLimits;
use crate::client::{form_of, reference};
use crate::config::ClientConfig;
use crate::error::KsefError;
use crate::outcome::{Outcome, SendSettings, Wait};
use crate::records::{AuthSession, InvoiceStatus, SessionStatus, Warning};
use crate::upo::Upo;

/// The blocking client: one login, any number of sessions. It may be shared by any number of threads.
#[derive(Debug, uniffi::Object)]
pub struct BlockingClient(libksef::blocking::Client);

#[uniffi::export]
impl BlockingClient {
    /// Makes a client. Nothing is sent: the first call that needs a login logs in.
    #[uniffi::constructor]
    pub fn new(config: ClientConfig) -> Result<Arc<Self>, KsefError> {
        Ok(Arc::new(Self(config.builder()?.build()?.into())))
    }

    /// Logs in now, instead of with the first call; does nothing while the login is good.
    pub fn log_in(&self, limits: CallLimits) -> Result<(), KsefError> {
        Ok(self.0.scoped(limits.into()).log_in()?)
    }

    /// Ends the login at KSeF. A later call logs in again.
    pub fn log_out(&self, limits: CallLimits) -> Result<(), KsefError> {
        Ok(self.0.scoped(limits.into()).log_out()?)
    }

    /// All active logins of the context.
    pub fn auth_sessions(&self, limits: CallLimits) -> Result<Vec<AuthSession>, KsefError> {
        let sessions = self.0.scoped(limits.into()).auth_sessions()?;
        Ok(sessions.into_iter().map(AuthSession::from).collect())
    }

    /// Revokes one login by its reference number, or the client's own if none is given.
    pub fn revoke_auth_session(
        &self,
        reference_number: Option<String>,
        limits: CallLimits,
    ) -> Result<(), KsefError> {
        let client = self.0.scoped(limits.into());
        match reference_number {
            None => client.revoke_current_auth_session()?,
            Some(number) => client.revoke_auth_session(&reference(&number)?)?,
        }
        Ok(())
    }

    /// Opens an interactive session for one form of invoice, such as `FA (3)`. It lives 12 hours at most.
    pub fn open_online_session(
        &self,
        form: String,
        limits: CallLimits,
    ) -> Result<Arc<BlockingOnlineSession>, KsefError> {
        let client = self.0.scoped(limits.into());
        let session = client.open_online_session(form_of(&form)?, OpenOptions::default())?;
        Ok(Arc::new(BlockingOnlineSession::new(session)))
    }

    /// Finds out what became of an invoice whose outcome was pending or unknown. It is never sent again by this call. An
    /// error with the number 7001 says that KSeF does not have it, so that it can be sent again.
    pub fn resume(
        &self,
        resume_token: String,
        wait: Option<Wait>,
        fetch_upo: bool,
        limits: CallLimits,
    ) -> Result<Outcome, KsefError> {
        let token: ResumeToken = resume_token.parse()?;
        Ok(self.0.scoped(limits.into()).resume_with(&token, Wait::policy(wait), fetch_upo)?.into())
    }

    /// Calls any operation of the API by its name, such as `tokens.list`. `input` is one JSON object: path and query
    /// parameters by their API names, `continuationToken`, and `body`. `operations` lists names and parameters.
    pub fn call(
        &self,
        operation: String,
        input: Option<String>,
        limits: CallLimits,
    ) -> Result<Answer, KsefError> {
        let input = arguments(input)?;
        Ok(self.0.scoped(limits.into()).call(&operation, input)?.into())
    }

    /// The resume tokens of invoices that were sent through this client and whose fate was not learned: calls that still
    /// run, and calls that were abandoned. Kept in memory only.
    #[must_use]
    pub fn unsettled(&self) -> Vec<String> {
        self.0.unsettled().iter().map(ToString::to_string).collect()
    }

    /// The warnings that KSeF attached to its answers since the client was made, the same one once.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.0.warnings().into_iter().map(Warning::from).collect()
    }
}

/// An open interactive session. It may be shared by any number of threads.
#[derive(Debug, uniffi::Object)]
pub struct BlockingOnlineSession(libksef::blocking::OnlineSession);

impl BlockingOnlineSession {
    /// The session outlives the call that opened it, so it sheds that call's limits.
    pub(crate) fn new(session: libksef::blocking::OnlineSession) -> Self {
        Self(session.scoped(CallOptions::default()))
    }
}

#[uniffi::export]
impl BlockingOnlineSession {
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
    pub fn send(
        &self,
        invoice: &[u8],
        settings: SendSettings,
        limits: CallLimits,
    ) -> Result<Outcome, KsefError> {
        Ok(self.0.scoped(limits.into()).send(invoice.to_vec(), settings.try_into()?)?.into())
    }

    /// The state of the session.
    pub fn status(&self, limits: CallLimits) -> Result<SessionStatus, KsefError> {
        Ok(self.0.scoped(limits.into()).status()?.into())
    }

    /// The state of one invoice of the session.
    pub fn invoice(&self, reference_number: String, limits: CallLimits) -> Result<InvoiceStatus, KsefError> {
        Ok(self.0.scoped(limits.into()).invoice(&reference(&reference_number)?)?.into())
    }

    /// All invoices of the session.
    pub fn invoices(&self, limits: CallLimits) -> Result<Vec<InvoiceStatus>, KsefError> {
        let invoices = self.0.scoped(limits.into()).invoices()?;
        Ok(invoices.into_iter().map(InvoiceStatus::from).collect())
    }

    /// The refused invoices of the session.
    pub fn failed_invoices(&self, limits: CallLimits) -> Result<Vec<InvoiceStatus>, KsefError> {
        let invoices = self.0.scoped(limits.into()).failed_invoices()?;
        Ok(invoices.into_iter().map(InvoiceStatus::from).collect())
    }

    /// Waits until KSeF has processed the closed session. When the wait ends earlier, the code is below 200.
    pub fn wait_until_processed(
        &self,
        wait: Option<Wait>,
        limits: CallLimits,
    ) -> Result<SessionStatus, KsefError> {
        Ok(self.0.scoped(limits.into()).wait_until_processed(Wait::policy(wait))?.into())
    }

    /// The UPO of one invoice by its KSeF number.
    pub fn upo_by_ksef_number(&self, ksef_number: String, limits: CallLimits) -> Result<Upo, KsefError> {
        let number = ksef_number.parse::<libksef::KsefNumber>().map_err(libksef::Error::from)?;
        Ok((&self.0.scoped(limits.into()).upo_by_ksef_number(&number)?).into())
    }

    /// The UPO of one invoice by its reference number.
    pub fn upo_by_invoice(&self, reference_number: String, limits: CallLimits) -> Result<Upo, KsefError> {
        let reference = reference(&reference_number)?;
        Ok((&self.0.scoped(limits.into()).upo_by_invoice(&reference)?).into())
    }

    /// The pages of the collective UPO of a closed session; waits until KSeF has made them.
    pub fn upos(&self, limits: CallLimits) -> Result<Vec<Upo>, KsefError> {
        let pages = self.0.scoped(limits.into()).upos()?;
        Ok(pages.iter().map(Upo::from).collect())
    }

    /// Closes the session at KSeF, which then makes its collective UPO. Closing twice is no error.
    pub fn close(&self, limits: CallLimits) -> Result<(), KsefError> {
        Ok(self.0.scoped(limits.into()).close()?)
    }
}
