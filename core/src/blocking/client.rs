use std::fmt;

use ksef_model::{AuthenticationListItem, ContextIdentifier, FormCode, ReferenceNumber};
use serde_json::Value;

use super::OnlineSession;
use crate::raw::{RawRequest, RawResponse};
use crate::runtime::block_on;
use crate::{
    Answer, CallOptions, ClientBuilder, Environment, OpenOptions, Result, ResumeToken, SendOutcome,
    SystemWarning, WaitPolicy,
};

/// The blocking twin of [`Client`](crate::Client).
#[derive(Clone)]
pub struct Client {
    inner: crate::Client,
}

impl Client {
    /// Starts the making of a client; end it by [`Client::build`] or by [`ClientBuilder::build`] and [`From`].
    #[must_use]
    pub fn builder(environment: Environment) -> ClientBuilder {
        crate::Client::builder(environment)
    }

    /// Makes a client. Does no I/O and works anywhere.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn build(builder: ClientBuilder) -> Result<Self> {
        builder.build().map(Self::from)
    }

    /// The asynchronous client with the same login, keys and connections.
    #[must_use]
    pub fn asynchronous(&self) -> &crate::Client {
        &self.inner
    }

    /// Waits for a future of the asynchronous client, such as several calls at once.
    ///
    /// # Errors
    /// Those of the call; 1019 inside an asynchronous runtime.
    pub fn wait<T>(&self, call: impl Future<Output = Result<T>> + Send) -> Result<T> {
        block_on(call)
    }

    /// See [`Client::call`](crate::Client::call).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn call(&self, operation: &str, input: Value) -> Result<Answer> {
        block_on(self.inner.call(operation, input))
    }

    /// See [`Client::raw`](crate::Client::raw).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn raw(&self, request: RawRequest) -> Result<RawResponse> {
        block_on(self.inner.raw(request))
    }

    /// See [`Client::scoped`](crate::Client::scoped).
    #[must_use]
    pub fn scoped(&self, options: CallOptions) -> Self {
        Self { inner: self.inner.scoped(options) }
    }

    /// See [`Client::environment`](crate::Client::environment).
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.inner.environment()
    }

    /// See [`Client::context`](crate::Client::context).
    #[must_use]
    pub fn context(&self) -> Option<&ContextIdentifier> {
        self.inner.context()
    }

    /// See [`Client::log_in`](crate::Client::log_in).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn log_in(&self) -> Result<()> {
        block_on(self.inner.log_in())
    }

    /// See [`Client::log_out`](crate::Client::log_out).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn log_out(&self) -> Result<()> {
        block_on(self.inner.log_out())
    }

    /// See [`Client::login_reference`](crate::Client::login_reference).
    #[must_use]
    pub fn login_reference(&self) -> Option<ReferenceNumber> {
        self.inner.login_reference()
    }

    /// See [`Client::auth_sessions`](crate::Client::auth_sessions).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn auth_sessions(&self) -> Result<Vec<AuthenticationListItem>> {
        block_on(self.inner.auth_sessions())
    }

    /// See [`Client::revoke_current_auth_session`](crate::Client::revoke_current_auth_session).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn revoke_current_auth_session(&self) -> Result<()> {
        block_on(self.inner.revoke_current_auth_session())
    }

    /// See [`Client::revoke_auth_session`](crate::Client::revoke_auth_session).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn revoke_auth_session(&self, reference: &ReferenceNumber) -> Result<()> {
        block_on(self.inner.revoke_auth_session(reference))
    }

    /// See [`Client::open_online_session`](crate::Client::open_online_session).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn open_online_session(
        &self,
        form: impl Into<FormCode>,
        options: OpenOptions,
    ) -> Result<OnlineSession> {
        block_on(self.inner.open_online_session(form.into(), options)).map(OnlineSession::from)
    }

    /// See [`Client::resume`](crate::Client::resume).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn resume(&self, token: &ResumeToken) -> Result<SendOutcome> {
        block_on(self.inner.resume(token))
    }

    /// See [`Client::resume_with`](crate::Client::resume_with).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn resume_with(&self, token: &ResumeToken, wait: WaitPolicy, fetch_upo: bool) -> Result<SendOutcome> {
        block_on(self.inner.resume_with(token, wait, fetch_upo))
    }

    /// See [`Client::unsettled`](crate::Client::unsettled).
    #[must_use]
    pub fn unsettled(&self) -> Vec<ResumeToken> {
        self.inner.unsettled()
    }

    /// See [`Client::warnings`](crate::Client::warnings).
    #[must_use]
    pub fn warnings(&self) -> Vec<SystemWarning> {
        self.inner.warnings()
    }
}

impl From<crate::Client> for Client {
    fn from(inner: crate::Client) -> Self {
        Self { inner }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
