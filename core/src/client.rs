//! The client: one context in one environment, with its login, keys and connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ksef_model::{AuthenticationListItem, ContextIdentifier, ReferenceNumber, operations};
use rustls::pki_types::CertificateDer;

use crate::auth::{Credentials, Keeper};
use crate::clock::{Clock, SystemClock};
use crate::config::{LoginOptions, Proxy, RetryOptions, Timeouts, TrustRoots};
use crate::environment::Environment;
use crate::error::{Result, texts};
use crate::http::call::Call;
use crate::http::tls;
use crate::http::transport::{Transport, TransportOptions};
use crate::http::warning::{SystemWarning, Warnings};
use crate::keys::KeyRing;
use crate::latarnia::Lighthouse;
use crate::runtime;
use crate::scope::{CallOptions, Scope};
use crate::session::Intents;

/// A client of KSeF. Cheap to clone; clones share login, keys and connections. Making one does no I/O, and a process
/// may have as many as it needs, one for each context.
///
/// ```no_run
/// use libksef::{Client, ContextIdentifier, Credentials, Environment, Form, Nip, OpenOptions, SendOptions};
///
/// # async fn example() -> libksef::Result<()> {
/// let nip: Nip = "5265877635".parse()?;
/// let client = Client::builder(Environment::test())
///     .context(nip)
///     .credentials(Credentials::token("20251010-EC-…|nip-5265877635|…")?)
///     .build()?;
/// let session = client.open_online_session(Form::Fa3, OpenOptions::default()).await?;
/// let outcome = session.send(b"<Faktura/>".as_slice(), SendOptions::default()).await?;
/// session.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    scope: Scope,
}

/// What the clones of a client share.
pub(crate) struct Shared {
    pub(crate) environment: Environment,
    pub(crate) context: Option<ContextIdentifier>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) login: LoginOptions,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryOptions,
    pub(crate) transport: Transport,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) warnings: Warnings,
    pub(crate) keeper: Keeper,
    pub(crate) keys: KeyRing,
    pub(crate) intents: Intents,
    pub(crate) lighthouse: Lighthouse,
}

impl Client {
    /// Starts the making of a client.
    #[must_use]
    pub fn builder(environment: Environment) -> ClientBuilder {
        ClientBuilder {
            environment,
            context: None,
            credentials: None,
            login: LoginOptions::default(),
            timeouts: Timeouts::default(),
            retry: RetryOptions::default(),
            proxy: Proxy::default(),
            trust: TrustRoots::default(),
            extra_ca_pem: Vec::new(),
            user_agent: concat!("libksef/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: Arc::new(SystemClock),
        }
    }

    /// A clone with a deadline and a cancel token that apply to every call made through it.
    #[must_use]
    pub fn scoped(&self, options: CallOptions) -> Self {
        Self { shared: Arc::clone(&self.shared), scope: Scope::new(Arc::clone(&self.shared.clock), options) }
    }

    /// The environment it talks to.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.shared.environment
    }

    /// The context it works in, when it has one.
    #[must_use]
    pub fn context(&self) -> Option<&ContextIdentifier> {
        self.shared.context.as_ref()
    }

    /// Makes sure that the client is logged in: at once when it is. Calls that need a login do this by themselves.
    ///
    /// # Errors
    /// 3xxx when KSeF refuses; 1013 and 1014 when the client has no credentials or no context.
    pub async fn log_in(&self) -> Result<()> {
        let client = self.begin();
        runtime::run(async move { client.access_token().await.map(|_| ()) }).await
    }

    /// Ends the login at KSeF and forgets its tokens (PROTOCOL §3.9). Does nothing when the client is not logged in.
    /// A later call that needs a login logs in again.
    ///
    /// # Errors
    /// 2xxx and 4xxx when KSeF could not be told; the tokens are forgotten all the same.
    pub async fn log_out(&self) -> Result<()> {
        let client = self.begin();
        runtime::run(async move {
            let token = client.shared.keeper.token_to_end(client.shared.clock.now());
            client.shared.keeper.forget();
            let Some(token) = token else { return Ok(()) };
            let call = Call::new(&operations::AUTH_REVOKE_CURRENT_SESSION).bearer(token);
            match client.call_empty(call).await {
                // The login has ended already.
                Err(error) if error.is(texts::UNAUTHORIZED) || error.is(texts::LOGIN_TOKENS_REFUSED) => {
                    Ok(())
                }
                done => done,
            }
        })
        .await
    }

    /// The reference number of the current login, when there is one.
    #[must_use]
    pub fn login_reference(&self) -> Option<ReferenceNumber> {
        self.shared.keeper.reference()
    }

    /// All active logins of the context, newest first (PROTOCOL §3.9).
    ///
    /// # Errors
    /// 2xxx, 3xxx, 4xxx.
    pub async fn auth_sessions(&self) -> Result<Vec<AuthenticationListItem>> {
        self.auth().all_sessions().collect_all().await
    }

    /// Ends the current login at KSeF. Its access token works until its end, at most a quarter of an hour.
    ///
    /// # Errors
    /// As [`Client::log_out`].
    pub async fn revoke_current_auth_session(&self) -> Result<()> {
        self.log_out().await
    }

    /// Ends another login of the context.
    ///
    /// # Errors
    /// 2xxx, 3xxx, 4xxx.
    pub async fn revoke_auth_session(&self, reference: &ReferenceNumber) -> Result<()> {
        self.auth().revoke_session(reference).await
    }

    /// The warnings that answers carried since the client was made, the same one once (PROTOCOL §1.5).
    #[must_use]
    pub fn warnings(&self) -> Vec<SystemWarning> {
        self.shared.warnings.list()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// A clone whose deadline runs from now, unless it runs already.
    pub(crate) fn begin(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), scope: self.scope.begin() }
    }

    /// A clone that ends no later than `limit` from now.
    pub(crate) fn within(&self, limit: Duration) -> Self {
        Self { shared: Arc::clone(&self.shared), scope: self.scope.within(limit) }
    }

    /// A clone for work that belongs to no caller: with a limit of its own and no cancel token.
    pub(crate) fn unbound(&self, limit: Duration) -> Self {
        self.scoped(CallOptions::default()).within(limit)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = &self.shared;
        f.debug_struct("Client")
            .field("environment", &shared.environment)
            .field("context", &shared.context.as_ref().map(ContextIdentifier::kind))
            .field("credentials", &shared.credentials)
            .field("login", &shared.keeper)
            .field("keys", &shared.keys)
            .field("transport", &shared.transport)
            .finish_non_exhaustive()
    }
}

/// Collects what a client is made from.
#[derive(Clone)]
pub struct ClientBuilder {
    environment: Environment,
    context: Option<ContextIdentifier>,
    credentials: Option<Credentials>,
    login: LoginOptions,
    timeouts: Timeouts,
    retry: RetryOptions,
    proxy: Proxy,
    trust: TrustRoots,
    extra_ca_pem: Vec<Vec<u8>>,
    user_agent: String,
    clock: Arc<dyn Clock>,
}

impl ClientBuilder {
    /// On whose behalf the client works: a NIP or another identifier (PROTOCOL §3.1).
    #[must_use]
    pub fn context(mut self, context: impl Into<ContextIdentifier>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// What the client logs in with. Without credentials only operations that need no login work.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// How logins are asked for.
    #[must_use]
    pub fn login_options(mut self, options: LoginOptions) -> Self {
        self.login = options;
        self
    }

    /// How long network operations may take.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// How failed requests are repeated.
    #[must_use]
    pub fn retry_options(mut self, options: RetryOptions) -> Self {
        self.retry = options;
        self
    }

    /// The way to the network. Direct by default, whatever the environment variables say.
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = proxy;
        self
    }

    /// Which authorities vouch for servers.
    #[must_use]
    pub fn trust_roots(mut self, roots: TrustRoots) -> Self {
        self.trust = roots;
        self
    }

    /// Further authorities as PEM text, one or more certificates: that of a TLS-intercepting proxy or an emulator.
    /// May be called repeatedly.
    #[must_use]
    pub fn extra_ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.extra_ca_pem.push(pem.into());
        self
    }

    /// What the client calls itself in the `User-Agent` header. `libksef/<version>` by default.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// The source of time. The clock of the computer by default.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the client. Does no I/O.
    ///
    /// # Errors
    /// 1016, 1017 or 1018 when the proxy, an extra authority or the user agent is not usable.
    pub fn build(self) -> Result<Client> {
        let mut extra_ca: Vec<CertificateDer<'static>> = Vec::new();
        for pem in &self.extra_ca_pem {
            extra_ca.extend(tls::certificates(pem)?);
        }
        let host = self.environment.api().host_str().unwrap_or_default();
        if self.environment.api().scheme() == "http" && !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
            tracing::warn!("the environment is reached without TLS");
        }
        let transport = Transport::new(TransportOptions {
            timeouts: self.timeouts,
            proxy: self.proxy,
            trust: self.trust,
            extra_ca,
            user_agent: self.user_agent,
        })?;
        let shared = Shared {
            environment: self.environment,
            context: self.context,
            credentials: self.credentials,
            login: self.login,
            timeouts: self.timeouts,
            retry: self.retry,
            transport,
            clock: Arc::clone(&self.clock),
            warnings: Warnings::default(),
            keeper: Keeper::default(),
            keys: KeyRing::default(),
            intents: Intents::default(),
            lighthouse: Lighthouse::default(),
        };
        Ok(Client { shared: Arc::new(shared), scope: Scope::new(self.clock, CallOptions::default()) })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("environment", &self.environment)
            .field("context", &self.context.as_ref().map(ContextIdentifier::kind))
            .field("credentials", &self.credentials)
            .field("timeouts", &self.timeouts)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Hosts;

    #[test]
    fn making_a_client_checks_its_values_and_shows_nothing_personal() {
        let environment = || Environment::custom(Hosts::api("http://127.0.0.1:1/v2").expect("an address"));
        let nip: ksef_model::Nip = "5265877635".parse().expect("a NIP");
        let token =
            Credentials::token("20251010-EC-1DCE3E3000-12ECB5B36E-45|nip-5265877635|919f").expect("a token");
        let builder = Client::builder(environment()).context(nip).credentials(token);
        let shown = format!("{builder:?} {:?}", builder.clone().build().expect("a client"));
        assert!(!shown.contains("5265877635") && !shown.contains("919f"), "{shown}");
        assert_eq!(builder.clone().extra_ca_pem("no PEM").build().expect_err("no PEM").number(), 1017);
        assert_eq!(builder.user_agent("a\nb").build().expect_err("a line break").number(), 1018);
    }

    #[test]
    fn an_error_names_what_is_missing() {
        let environment = Environment::custom(Hosts::api("http://127.0.0.1:1/v2").expect("an address"));
        let client = Client::builder(environment).build().expect("a client");
        let error = runtime::block_on(client.log_in()).expect_err("no credentials");
        assert_eq!(error.number(), 1013);
        assert!(!error.was_sent());
    }
}
