use std::sync::Arc;

use libksef::{Error, Form, OpenOptions, ReferenceNumber, ResumeToken};

use crate::calls::{Answer, arguments};
use crate::cancel::CallLimits;
use crate::config::ClientConfig;
use crate::error::KsefError;
use crate::outcome::{Outcome, Wait};
use crate::records::{AuthSession, Warning};
use crate::session::OnlineSession;

/// The asynchronous client: one login, any number of sessions. It may be shared by any number of tasks.
#[derive(Debug, uniffi::Object)]
pub struct Client(libksef::Client);

pub(crate) fn reference(text: &str) -> Result<ReferenceNumber, KsefError> {
    Ok(text.parse::<ReferenceNumber>().map_err(Error::from)?)
}

pub(crate) fn form_of(text: &str) -> Result<Form, KsefError> {
    Ok(text.parse::<Form>().map_err(|error| Error::invalid_argument("form", &error.to_string()))?)
}

#[uniffi::export]
impl Client {
    /// Makes a client. Nothing is sent: the first call that needs a login logs in.
    #[uniffi::constructor]
    pub fn new(config: ClientConfig) -> Result<Arc<Self>, KsefError> {
        Ok(Arc::new(Self(config.builder()?.build()?)))
    }

    /// Logs in now, instead of with the first call; does nothing while the login is good.
    pub async fn log_in(&self, limits: CallLimits) -> Result<(), KsefError> {
        Ok(self.0.scoped(limits.into()).log_in().await?)
    }

    /// Ends the login at KSeF. A later call logs in again.
    pub async fn log_out(&self, limits: CallLimits) -> Result<(), KsefError> {
        Ok(self.0.scoped(limits.into()).log_out().await?)
    }

    /// All active logins of the context.
    pub async fn auth_sessions(&self, limits: CallLimits) -> Result<Vec<AuthSession>, KsefError> {
        let sessions = self.0.scoped(limits.into()).auth_sessions().await?;
        Ok(sessions.into_iter().map(AuthSession::from).collect())
    }

    /// Revokes one login by its reference number, or the client's own if none is given.
    pub async fn revoke_auth_session(
        &self,
        reference_number: Option<String>,
        limits: CallLimits,
    ) -> Result<(), KsefError> {
        let client = self.0.scoped(limits.into());
        match reference_number {
            None => client.revoke_current_auth_session().await?,
            Some(number) => client.revoke_auth_session(&reference(&number)?).await?,
        }
        Ok(())
    }

    /// Opens an interactive session for one form of invoice, such as `FA (3)`. It lives 12 hours at most.
    pub async fn open_online_session(
        &self,
        form: String,
        limits: CallLimits,
    ) -> Result<Arc<OnlineSession>, KsefError> {
        let client = self.0.scoped(limits.into());
        let session = client.open_online_session(form_of(&form)?, OpenOptions::default()).await?;
        Ok(Arc::new(OnlineSession::new(session)))
    }

    /// Finds out what became of an invoice whose outcome was pending or unknown. It is never sent again by this call. An
    /// error with the number 7001 says that KSeF does not have it, so that it can be sent again.
    pub async fn resume(
        &self,
        resume_token: String,
        wait: Option<Wait>,
        fetch_upo: bool,
        limits: CallLimits,
    ) -> Result<Outcome, KsefError> {
        let token: ResumeToken = resume_token.parse()?;
        Ok(self.0.scoped(limits.into()).resume_with(&token, Wait::policy(wait), fetch_upo).await?.into())
    }

    /// Calls any operation of the API by its name, such as `tokens.list`. `input` is one JSON object: path and query
    /// parameters by their API names, `continuationToken`, and `body`. `operations` lists names and parameters.
    pub async fn call(
        &self,
        operation: String,
        input: Option<String>,
        limits: CallLimits,
    ) -> Result<Answer, KsefError> {
        let input = arguments(input)?;
        Ok(self.0.scoped(limits.into()).call(&operation, input).await?.into())
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
