//! A running emulator.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use jiff::SignedDuration;
use ksef_crypto::{KeyKind, SigningIdentity};
use ksef_model::ContextIdentifier;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use url::Url;

use crate::{
    clock::Clock,
    commands::{CertificateRequest, CommandError, Context, TokenRequest},
    config::EmulatorConfig,
    management,
    profile::Profile,
    public_keys::KeyRing,
    routes,
    seed::SeedError,
    server,
    state::AppState,
    tls,
    trust::Trust,
};

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A port cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address and port wanted.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The seed cannot be used.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The public URL is not scheme, host and port of http or https.
    #[error("the public url must be http or https with a host and without a path")]
    PublicUrl,
    /// Keys or certificates cannot be made.
    #[error("keys and certificates cannot be made: {0}")]
    Keys(String),
}

/// A KSeF on a port. Dropping it stops it; [`Emulator::stop`] waits until it has stopped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ksef_emulator::StartError> {
/// use ksef_emulator::{Emulator, EmulatorConfig};
///
/// let emulator = Emulator::start(EmulatorConfig::default()).await?;
/// assert!(emulator.api_url().ends_with("/v2"));
/// emulator.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Emulator {
    api_url: String,
    management_url: String,
    state: AppState,
    tls: bool,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator inside the current Tokio runtime; when this returns, it answers.
    ///
    /// # Errors
    /// A port that is taken, a seed or a public URL that cannot be used.
    pub async fn start(config: EmulatorConfig) -> Result<Self, StartError> {
        let (api, api_address) = bind(config.listen, config.port).await?;
        let (management, management_address) = bind(config.listen, config.management_port).await?;
        let scheme = if config.tls { "https" } else { "http" };
        let origin = format!("{scheme}://{api_address}");
        let (public_url, public_host) = match &config.public_url {
            Some(url) => public_origin(url, api_address.port())?,
            None => (origin.clone(), None),
        };

        let clock = Clock::default();
        let now = clock.now();
        let trust = Trust::new(now, config.seed.authorities()?)
            .map_err(|error| StartError::Keys(error.to_string()))?;
        let server_config = match config.tls {
            true => Some(
                tls::server_config(&trust, config.listen, public_host.as_deref(), now)
                    .map_err(StartError::Keys)?,
            ),
            false => None,
        };
        let state = AppState::new(
            config.profile,
            public_url,
            config.rate_limits,
            clock,
            trust,
            KeyRing::default(),
            config.seed,
        );
        state.seed().write_certificates(&state).map_err(SeedError::from)?;
        state.seed().populate(&state).map_err(SeedError::from)?;
        // RSA keys take their time: the first caller who needs them waits, nobody else does.
        tokio::spawn({
            let state = state.clone();
            async move { state.keys().ready(state.trust(), state.now()).await.err() }
        });

        let (stop, stopped) = watch::channel(false);
        let management_app = management::router(state.clone(), format!("{origin}/v2"));
        let servers = vec![
            tokio::spawn(server::serve(api, server_config, routes::api(state.clone()), stopped.clone())),
            tokio::spawn(server::serve(management, None, management_app, stopped)),
        ];
        Ok(Self {
            api_url: format!("{origin}/v2"),
            management_url: format!("http://{management_address}"),
            state,
            tls: config.tls,
            stop,
            servers,
        })
    }

    /// Base address of the API, such as `http://127.0.0.1:40123/v2`.
    pub fn api_url(&self) -> &str {
        &self.api_url
    }

    /// Base address of the management API, such as `http://127.0.0.1:40124`.
    pub fn management_url(&self) -> &str {
        &self.management_url
    }

    /// Scheme, host and port of the links that the API hands out.
    pub fn public_url(&self) -> &str {
        self.state.public_url()
    }

    /// The environment played.
    pub fn profile(&self) -> Profile {
        self.state.profile()
    }

    /// Whether the API is served over TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// The certificate of the emulator's own authority, PEM: it issues TLS and login certificates.
    pub fn authority_pem(&self) -> String {
        self.state.trust().authority().certificate().to_pem()
    }

    /// Moves the emulator's clock forward.
    pub fn advance_clock(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.state.clock().advance(by);
    }

    /// A fresh KSeF token of a context with these permissions, as text.
    ///
    /// # Errors
    /// A permission that tokens cannot hold, or a PeppolId context.
    pub fn create_token(
        &self,
        context: &ContextIdentifier,
        permissions: &[&str],
    ) -> Result<String, CommandError> {
        let request = TokenRequest {
            context: Some(Context(context.clone())),
            permissions: Some(permissions.iter().map(|one| (*one).to_owned()).collect()),
            ..TokenRequest::default()
        };
        request.run(&self.state).map(|created| created.token)
    }

    /// A seal with this NIP, issued by the emulator's authority: it logs in under every profile.
    ///
    /// # Errors
    /// A NIP of the wrong form, or with a wrong checksum in the profile production.
    pub fn issue_seal(&self, nip: &str, key: KeyKind) -> Result<SigningIdentity, CommandError> {
        let issued = CertificateRequest::seal(nip, key).run(&self.state)?;
        SigningIdentity::from_pem(&issued.certificate_pem, &issued.key_pem, None).map_err(CommandError::new)
    }

    /// Lets a context send invoices with attachments, as the consent in e-Urząd Skarbowy does (PROTOCOL §15.9).
    pub fn consent_to_attachments(&self, context: &ContextIdentifier) {
        self.state.store().sessions.consent_to_attachments(context.clone());
    }

    /// Stops listening, lets running requests finish for a moment, and ends.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        for server in self.servers.drain(..) {
            let _ = server.await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

async fn bind(listen: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let address = SocketAddr::new(listen, port);
    let wrap = |source| StartError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(wrap)?;
    let bound = listener.local_addr().map_err(wrap)?;
    Ok((listener, bound))
}

/// The origin of the URL, with the port of the API for port 0, and its host.
fn public_origin(url: &Url, port: u16) -> Result<(String, Option<String>), StartError> {
    let mut url = url.clone();
    let fits = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    let host = url.host_str().map(str::to_owned);
    if !fits || host.is_none() || !url.username().is_empty() {
        return Err(StartError::PublicUrl);
    }
    if url.port() == Some(0) {
        url.set_port(Some(port)).map_err(|()| StartError::PublicUrl)?;
    }
    Ok((url.as_str().trim_end_matches('/').to_owned(), host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_url_is_an_origin() {
        let origin =
            |text: &str| public_origin(&Url::parse(text).unwrap(), 4711).map(|(origin, _)| origin).ok();
        assert_eq!(origin("http://ksef.localhost:0").as_deref(), Some("http://ksef.localhost:4711"));
        assert_eq!(origin("https://ksef.example/").as_deref(), Some("https://ksef.example"));
        assert_eq!(origin("http://[::1]:80").as_deref(), Some("http://[::1]"));
        for bad in [
            "ftp://ksef.example",
            "http://ksef.example/v2",
            "http://u:p@ksef.example",
            "http://ksef.example/?a",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
