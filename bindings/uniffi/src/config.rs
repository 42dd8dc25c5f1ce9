use std::time::Duration;

use libksef::{
    ClientBuilder, ContextIdentifier, Credentials, Error, Hosts, Nip, Proxy, SigningIdentity, Timeouts,
};

use crate::error::KsefError;

/// Where KSeF is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Environment {
    /// The Ministry's Test environment: self-signed certificates, made-up companies.
    Test,
    /// The Ministry's Demo environment: production rules, no legal effect.
    Demo,
    /// The real thing.
    Production,
    /// Other hosts, such as an emulator.
    Custom {
        /// The base address of the API, with `/v2`.
        api: String,
        /// The address for verification links, if they are needed.
        qr: Option<String>,
        /// The address of the status service, if there is one.
        latarnia: Option<String>,
    },
}

impl TryFrom<Environment> for libksef::Environment {
    type Error = Error;

    fn try_from(environment: Environment) -> Result<Self, Error> {
        Ok(match environment {
            Environment::Test => Self::test(),
            Environment::Demo => Self::demo(),
            Environment::Production => Self::production(),
            Environment::Custom { api, qr, latarnia } => {
                let mut hosts = Hosts::api(&api)?;
                if let Some(qr) = qr {
                    hosts = hosts.with_qr(&qr)?;
                }
                if let Some(latarnia) = latarnia {
                    hosts = hosts.with_latarnia(&latarnia)?;
                }
                Self::custom(hosts)
            }
        })
    }
}

/// On whose behalf calls are made.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Context {
    /// `Nip`, `InternalId`, `NipVatUe` or `PeppolId`.
    pub kind: String,
    /// The identifier. A NIP must have a valid checksum.
    pub value: String,
}

impl TryFrom<Context> for ContextIdentifier {
    type Error = Error;

    fn try_from(context: Context) -> Result<Self, Error> {
        match context.kind.as_str() {
            "Nip" => Ok(Self::Nip(context.value.parse::<Nip>()?)),
            kind if Self::KINDS.contains(&kind) => Ok(Self::new(kind, &context.value)?),
            _ => Err(Error::invalid_argument(
                "context",
                "the kind is not Nip, InternalId, NipVatUe or PeppolId",
            )),
        }
    }
}

/// How to prove who is calling.
#[derive(Clone, uniffi::Enum)]
pub enum Login {
    /// With a KSeF token.
    Token {
        /// The token, as KSeF gave it.
        token: String,
    },
    /// With a certificate and its private key.
    Certificate {
        /// The certificate, PEM.
        certificate_pem: String,
        /// The private key, PEM; may be encrypted.
        key_pem: String,
        /// The password of an encrypted key.
        key_password: Option<String>,
    },
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token { .. } => "Login::Token(…)",
            Self::Certificate { .. } => "Login::Certificate(…)",
        })
    }
}

/// Everything a client needs to know. Nothing is read from environment variables unless `proxy` asks for it.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ClientConfig {
    /// Where KSeF is.
    pub environment: Environment,
    /// On whose behalf calls are made; not needed for public operations.
    #[uniffi(default = None)]
    pub context: Option<Context>,
    /// How to prove who is calling; not needed for public operations.
    #[uniffi(default = None)]
    pub login: Option<Login>,
    /// A proxy: `http://`, `https://`, `socks5://` or `socks5h://`, with `user:password@` if it wants them; or the word
    /// `environment` for what `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say. Direct if nothing is given.
    #[uniffi(default = None)]
    pub proxy: Option<String>,
    /// Further certificate authorities to trust, PEM.
    #[uniffi(default = None)]
    pub extra_ca_pem: Option<String>,
    /// The name of your program, such as `my-erp/4.2`.
    #[uniffi(default = None)]
    pub user_agent: Option<String>,
    /// Milliseconds to connect; 10 seconds if nothing is given.
    #[uniffi(default = None)]
    pub connect_timeout_ms: Option<u64>,
    /// Milliseconds for one ordinary HTTP exchange; 100 seconds if nothing is given.
    #[uniffi(default = None)]
    pub request_timeout_ms: Option<u64>,
}

impl ClientConfig {
    pub(crate) fn builder(self) -> Result<ClientBuilder, KsefError> {
        let mut builder = libksef::Client::builder(self.environment.try_into()?);
        if let Some(context) = self.context {
            builder = builder.context(ContextIdentifier::try_from(context)?);
        }
        if let Some(login) = self.login {
            builder = builder.credentials(match login {
                Login::Token { token } => Credentials::token(&token)?,
                Login::Certificate { certificate_pem, key_pem, key_password } => Credentials::certificate(
                    SigningIdentity::from_pem(&certificate_pem, &key_pem, key_password.as_deref())
                        .map_err(Error::from)?,
                ),
            });
        }
        if let Some(proxy) = self.proxy {
            builder = builder.proxy(match proxy.as_str() {
                "environment" => Proxy::from_environment(),
                address => Proxy::parse(address)?,
            });
        }
        if let Some(pem) = self.extra_ca_pem {
            builder = builder.extra_ca_pem(pem);
        }
        if let Some(user_agent) = self.user_agent {
            builder = builder.user_agent(user_agent);
        }
        let mut timeouts = Timeouts::default();
        if let Some(connect) = self.connect_timeout_ms {
            timeouts.connect = Duration::from_millis(connect);
        }
        if let Some(request) = self.request_timeout_ms {
            timeouts.request = Duration::from_millis(request);
        }
        Ok(builder.timeouts(timeouts))
    }
}
