//! How an emulator is to be.

use std::net::{IpAddr, Ipv4Addr};

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
        }
    }
}
