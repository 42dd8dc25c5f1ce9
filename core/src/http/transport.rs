//! The connection pool of a client, made at its first call.

use std::fmt;
use std::sync::OnceLock;

use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;

use super::tls;
use crate::config::{Proxy, Route, Timeouts, TrustRoots};
use crate::error::{Error, Result, texts};

/// What the pool is made from.
pub(crate) struct TransportOptions {
    pub(crate) timeouts: Timeouts,
    pub(crate) proxy: Proxy,
    pub(crate) trust: TrustRoots,
    pub(crate) extra_ca: Vec<CertificateDer<'static>>,
    pub(crate) user_agent: String,
}

pub(crate) struct Transport {
    options: TransportOptions,
    pool: OnceLock<Result<reqwest::Client>>,
}

impl Transport {
    /// Checks what can be checked without I/O.
    pub(crate) fn new(options: TransportOptions) -> Result<Self> {
        if reqwest::header::HeaderValue::from_str(&options.user_agent).is_err() {
            return Err(Error::new(texts::INVALID_USER_AGENT));
        }
        explicit_proxy(&options.proxy)?;
        Ok(Self { options, pool: OnceLock::new() })
    }

    pub(super) fn pool(&self) -> Result<&reqwest::Client> {
        self.pool.get_or_init(|| build(&self.options)).as_ref().map_err(Clone::clone)
    }
}

fn explicit_proxy(proxy: &Proxy) -> Result<Option<reqwest::Proxy>> {
    let Route::Through { url, bypass } = &proxy.route else { return Ok(None) };
    let proxy = reqwest::Proxy::all(url.clone())
        .map_err(|error| Error::new(texts::INVALID_PROXY).note(error.without_url().to_string()))?;
    Ok(Some(proxy.no_proxy(bypass.as_deref().and_then(reqwest::NoProxy::from_string))))
}

fn build(options: &TransportOptions) -> Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::client_config(options.trust, &options.extra_ca)?)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(options.timeouts.connect)
        .read_timeout(options.timeouts.read)
        // A connection that the server is about to close makes the fate of a request unknown: do not keep old ones.
        .pool_idle_timeout(std::time::Duration::from_secs(20))
        .user_agent(&options.user_agent);
    if options.proxy.route != Route::Environment {
        builder = builder.no_proxy();
    }
    if let Some(proxy) = explicit_proxy(&options.proxy)? {
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| Error::new(texts::INTERNAL).note(format!("the HTTP client: {error}")))
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("timeouts", &self.options.timeouts)
            .field("proxy", &self.options.proxy)
            .field("trust", &self.options.trust)
            .field("extra_ca", &self.options.extra_ca.len())
            .field("user_agent", &self.options.user_agent)
            .finish_non_exhaustive()
    }
}
