//! Environments are data: hosts that can be replaced without compiling anything.

use std::fmt;

use url::Url;

use crate::error::{Error, Result, texts};

/// The addresses of an environment (PROTOCOL §1.1): absolute http or https URLs without password, query and fragment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hosts {
    api: Url,
    qr: Option<Url>,
    latarnia: Option<Url>,
}

impl Hosts {
    /// Hosts with an API only, as an emulator has. The address includes the version path, for example
    /// `http://127.0.0.1:8080/v2`.
    ///
    /// # Errors
    /// 1015 when the address is not usable.
    pub fn api(address: &str) -> Result<Self> {
        Ok(Self { api: parse("api", address)?, qr: None, latarnia: None })
    }

    /// Adds the host of verification links in QR codes.
    ///
    /// # Errors
    /// 1015 when the address is not usable.
    pub fn with_qr(mut self, address: &str) -> Result<Self> {
        self.qr = Some(parse("qr", address)?);
        Ok(self)
    }

    /// Adds the status lighthouse.
    ///
    /// # Errors
    /// 1015 when the address is not usable.
    pub fn with_latarnia(mut self, address: &str) -> Result<Self> {
        self.latarnia = Some(parse("latarnia", address)?);
        Ok(self)
    }
}

/// Where KSeF is: one of the three official environments (PROTOCOL §1.3), or any other address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Environment {
    name: &'static str,
    hosts: Hosts,
}

impl Environment {
    /// The test environment (TE): self-signed certificates are allowed, data is visible to everybody.
    #[must_use]
    pub fn test() -> Self {
        Self::official(
            "test",
            "https://api-test.ksef.mf.gov.pl/v2",
            "https://qr-test.ksef.mf.gov.pl",
            Some("https://api-latarnia-test.ksef.mf.gov.pl"),
        )
    }

    /// The demo environment (TR): production rules, no legal effect.
    #[must_use]
    pub fn demo() -> Self {
        Self::official("demo", "https://api-demo.ksef.mf.gov.pl/v2", "https://qr-demo.ksef.mf.gov.pl", None)
    }

    /// Production: what is accepted there is an issued invoice.
    #[must_use]
    pub fn production() -> Self {
        Self::official(
            "production",
            "https://api.ksef.mf.gov.pl/v2",
            "https://qr.ksef.mf.gov.pl",
            Some("https://api-latarnia.ksef.mf.gov.pl"),
        )
    }

    /// Any other address: an emulator, a gateway, or hosts that changed after this version was published.
    #[must_use]
    pub fn custom(hosts: Hosts) -> Self {
        Self { name: "custom", hosts }
    }

    fn official(name: &'static str, api: &str, qr: &str, latarnia: Option<&str>) -> Self {
        let known =
            |text: &str| parse("official", text).unwrap_or_else(|_| unreachable!("a constant address"));
        Self { name, hosts: Hosts { api: known(api), qr: Some(known(qr)), latarnia: latarnia.map(known) } }
    }

    /// `test`, `demo`, `production` or `custom`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The base address of the API, without a trailing slash in its path.
    #[must_use]
    pub fn api(&self) -> &Url {
        &self.hosts.api
    }

    /// The host of verification links, when the environment has one.
    #[must_use]
    pub fn qr(&self) -> Option<&Url> {
        self.hosts.qr.as_ref()
    }

    /// The status lighthouse, when the environment has one.
    #[must_use]
    pub fn latarnia(&self) -> Option<&Url> {
        self.hosts.latarnia.as_ref()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} {})", self.name, self.hosts.api)
    }
}

fn parse(field: &str, text: &str) -> Result<Url> {
    let refused = |reason: &str| Error::new(texts::INVALID_URL).note(format!("{field}: {reason}"));
    let mut url = Url::parse(text.trim()).map_err(|error| refused(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(refused("neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it contains a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("it contains a query or a fragment"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_hosts_are_those_of_the_protocol() {
        assert_eq!(Environment::test().api().as_str(), "https://api-test.ksef.mf.gov.pl/v2");
        assert_eq!(Environment::demo().latarnia(), None);
        assert_eq!(Environment::production().qr().map(Url::as_str), Some("https://qr.ksef.mf.gov.pl/"));
    }

    #[test]
    fn custom_addresses_are_checked() {
        let ok = Environment::custom(Hosts::api(" http://127.0.0.1:8080/v2/ ").expect("valid"));
        assert_eq!(ok.api().as_str(), "http://127.0.0.1:8080/v2");
        for wrong in ["", "127.0.0.1", "ftp://a/v2", "http://u:p@a/v2", "http://a/v2?x=1", "http://a/#f"] {
            let error = Hosts::api(wrong).expect_err(wrong);
            assert_eq!(error.number(), 1015, "{wrong}");
            assert!(!error.to_string().contains("u:p"));
        }
    }
}
