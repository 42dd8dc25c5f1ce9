//! How an emulator is to be.

use std::{
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use url::Url;

use crate::{profile::Profile, seed::Seed};

/// Options of an emulator. The default listens on free ports of the loopback address, over plain HTTP, in the strict
/// profile.
///
/// ```
/// use ksef_emulator::{EmulatorConfig, Profile};
///
/// let config = EmulatorConfig { profile: Profile::Test, ..EmulatorConfig::default() };
/// assert_eq!(config.port, 0);
/// ```
#[derive(Clone, Debug)]
pub struct EmulatorConfig {
    /// The address to listen on.
    pub listen: IpAddr,
    /// The port of the API; 0 takes a free one.
    pub port: u16,
    /// The port of the management API; 0 takes a free one.
    pub management_port: u16,
    /// Scheme, host and port of the links that the API hands out. Port 0 in it stands for the port of the API.
    /// The address listened on, when absent.
    pub public_url: Option<Url>,
    /// The environment played.
    pub profile: Profile,
    /// What is known from the start.
    pub seed: Seed,
    /// Serve the API over TLS, with a certificate of the emulator's own authority. The management API stays plain.
    pub tls: bool,
    /// Limits of request rates to begin with.
    pub rate_limits: RateLimits,
}

/// Whether callers are held to limits of request rates (PROTOCOL §16.2, §16.3). The test data may switch them on for a
/// context in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateLimits {
    /// No limits, so that tests need not wait.
    #[default]
    Off,
    /// The limits of production, in time of the emulator's clock.
    Ksef,
}

/// The text names no choice of rate limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rate limits are off or ksef")]
pub struct UnknownRateLimits;

impl FromStr for RateLimits {
    type Err = UnknownRateLimits;

    fn from_str(text: &str) -> Result<Self, UnknownRateLimits> {
        match text {
            "off" => Ok(Self::Off),
            "ksef" => Ok(Self::Ksef),
            _ => Err(UnknownRateLimits),
        }
    }
}

impl Default for EmulatorConfig {
    fn default() -> Self {
        Self {
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            management_port: 0,
            public_url: None,
            profile: Profile::default(),
            seed: Seed::default(),
            tls: false,
            rate_limits: RateLimits::default(),
        }
    }
}
