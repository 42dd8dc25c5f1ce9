//! What a client is built from. Everything is a value; nothing is read from the process environment unless asked.

use std::fmt;
use std::time::Duration;

use url::Url;

use crate::error::{Error, Result, texts};

/// How long network operations may take, by kind. All are limits per attempt in real time; the limit of a whole call
/// is [`CallOptions::deadline`](crate::CallOptions::deadline).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name lookup, TCP and TLS. 10 s by default.
    pub connect: Duration,
    /// The longest silence while an answer is awaited or arrives. 60 s by default.
    pub read: Duration,
    /// The whole exchange of ordinary operations. 100 s by default.
    pub request: Duration,
    /// The whole exchange when invoices or UPO travel. 300 s by default.
    pub transfer: Duration,
    /// The whole login with its polling; certificates are sometimes checked for minutes. 300 s by default.
    pub login: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(60),
            request: Duration::from_secs(100),
            transfer: Duration::from_secs(300),
            login: Duration::from_secs(300),
        }
    }
}

/// How failed requests are repeated. Only requests that change nothing are repeated after they may have left; the
/// wait between attempts doubles each time and is spread randomly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryOptions {
    /// The number of attempts, the first one included. 4 by default; 1 means no repeating.
    pub attempts: u32,
    /// The wait before the second attempt. 0.5 s by default.
    pub first_wait: Duration,
    /// The longest wait between attempts. 15 s by default.
    pub longest_wait: Duration,
    /// The longest time that one call waits for rate limits, all its waits together; when KSeF asks for more, the
    /// call ends with error 4011. 5 min by default.
    pub longest_rate_limit_wait: Duration,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(15),
            longest_rate_limit_wait: Duration::from_secs(300),
        }
    }
}

/// Which authorities vouch for servers, besides those given as extra CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustRoots {
    /// The store of the operating system.
    pub system: bool,
    /// The roots bundled with the library, for systems whose store is old or absent.
    pub bundled: bool,
}

impl Default for TrustRoots {
    fn default() -> Self {
        Self { system: true, bundled: true }
    }
}

/// How logins are asked for.
#[derive(Debug, Clone, Default)]
pub struct LoginOptions {
    /// Identify by the certificate's fingerprint instead of the NIP or PESEL in its subject (PROTOCOL §3.3).
    pub by_fingerprint: bool,
    /// Ask for a check of the certificate chain where the environment does not do it anyway (PROTOCOL §3.4).
    pub verify_certificate_chain: bool,
    /// Addresses from which the access may be used: IPv4 addresses, ranges `a-b` and masks `a/n`, at most ten of
    /// each (PROTOCOL §3.3). Empty: no restriction.
    pub allowed_ips: Vec<String>,
}

/// The way to the network: direct, as the process environment says, or through one proxy.
///
/// The default is direct: `HTTP_PROXY` and its relatives are ignored unless [`Proxy::from_environment`] asks for them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Proxy {
    pub(crate) route: Route,
}

#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) enum Route {
    #[default]
    Direct,
    Environment,
    Through {
        url: Url,
        bypass: Option<String>,
    },
}

impl Proxy {
    /// No proxy.
    #[must_use]
    pub fn direct() -> Self {
        Self::default()
    }

    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say when the client makes its first call.
    #[must_use]
    pub fn from_environment() -> Self {
        Self { route: Route::Environment }
    }

    /// One proxy for everything: `http://`, `https://`, `socks5://` (names resolved here) or `socks5h://` (names
    /// resolved by the proxy), with `user:password@` where needed.
    ///
    /// # Errors
    /// 1016 when the address is not one of these.
    pub fn parse(address: &str) -> Result<Self> {
        let refused = |reason: &str| Error::new(texts::INVALID_PROXY).note(reason);
        let url = Url::parse(address.trim()).map_err(|error| refused(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
            return Err(refused("unknown scheme"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(refused("no host"));
        }
        Ok(Self { route: Route::Through { url, bypass: None } })
    }

    /// Adds the user name and password that the proxy asks for.
    ///
    /// # Errors
    /// 1016 when there is no explicit proxy to add them to.
    pub fn with_credentials(mut self, user: &str, password: &str) -> Result<Self> {
        let Route::Through { url, .. } = &mut self.route else {
            return Err(Error::new(texts::INVALID_PROXY).note("credentials without a proxy address"));
        };
        let refused = |()| Error::new(texts::INVALID_PROXY).note("the address cannot carry credentials");
        url.set_username(user).map_err(refused)?;
        url.set_password(Some(password)).map_err(refused)?;
        Ok(self)
    }

    /// Hosts that are reached directly, in the syntax of `NO_PROXY`: names, suffixes, addresses and CIDR ranges,
    /// separated by commas. Has no effect without an explicit proxy.
    #[must_use]
    pub fn bypassing(mut self, hosts: &str) -> Self {
        if let Route::Through { bypass, .. } = &mut self.route {
            *bypass = Some(hosts.to_owned());
        }
        self
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.route {
            Route::Direct => f.write_str("Proxy(direct)"),
            Route::Environment => f.write_str("Proxy(environment)"),
            Route::Through { url, .. } => {
                let credentials = if url.username().is_empty() { "" } else { "…@" };
                write!(f, "Proxy({}://{credentials}{}", url.scheme(), url.host_str().unwrap_or_default())?;
                match url.port() {
                    Some(port) => write!(f, ":{port})"),
                    None => f.write_str(")"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_checked_and_redacted() {
        let proxy =
            Proxy::parse("http://proxy.example:3128").and_then(|p| p.with_credentials("jan", "tajne@:/"));
        let shown = format!("{:?}", proxy.expect("valid"));
        assert_eq!(shown, "Proxy(http://…@proxy.example:3128)");
        for wrong in ["proxy:3128", "ftp://proxy", "", "socks4://proxy"] {
            assert_eq!(Proxy::parse(wrong).expect_err(wrong).number(), 1016);
        }
        assert!(Proxy::direct().with_credentials("a", "b").is_err());
    }
}
