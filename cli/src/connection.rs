//! Where to connect and as whom: the options that every command with a server shares.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use libksef::{
    CallOptions, Client, ContextIdentifier, Credentials, Environment, Error, Hosts, Nip, SigningIdentity,
    bridge,
};

use crate::terminal::Failure;

/// The server, the context and the proof of identity.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// One of the Ministry's environments.
    #[arg(long, value_enum, env = "KSEF_ENVIRONMENT", conflicts_with = "url")]
    environment: Option<Ministry>,
    /// The base address of another server, such as an emulator, with /v2.
    #[arg(long, env = "KSEF_URL")]
    url: Option<String>,
    /// The NIP on whose behalf the command works.
    #[arg(long, env = "KSEF_NIP", conflicts_with = "context")]
    nip: Option<String>,
    /// Another context, as KIND:VALUE; the kinds are Nip, InternalId, NipVatUe, PeppolId.
    #[arg(long, value_name = "KIND:VALUE")]
    context: Option<String>,
    /// A file with a KSeF token. Without it and without a certificate the environment variable KSEF_TOKEN is read.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate")]
    token_file: Option<PathBuf>,
    /// A certificate in PEM form.
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// Its private key in PEM form.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// The environment variable that holds the password of the key.
    #[arg(long, value_name = "VARIABLE", requires = "key")]
    key_password_env: Option<String>,
    /// A further certification authority in PEM form: of a proxy, or of an emulator with TLS.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Seconds for the whole of each call, with repeats and waits.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ministry {
    Test,
    Demo,
    Production,
}

impl Connection {
    /// A client as the options say. Does no I/O beyond the named files.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let mut builder = Client::builder(self.environment()?);
        if let Some(context) = self.context()? {
            builder = builder.context(context);
        }
        if let Some(credentials) = self.credentials()? {
            builder = builder.credentials(credentials);
        }
        if let Some(ca) = &self.ca {
            builder = builder.extra_ca_pem(read(ca)?);
        }
        let options =
            CallOptions { deadline: self.timeout.map(Duration::from_secs), ..CallOptions::default() };
        Ok(builder.build()?.scoped(options))
    }

    fn environment(&self) -> Result<Environment, Failure> {
        match (&self.url, self.environment) {
            (Some(url), _) => Ok(Environment::custom(Hosts::api(url)?)),
            (None, Some(Ministry::Test)) => Ok(Environment::test()),
            (None, Some(Ministry::Demo)) => Ok(Environment::demo()),
            (None, Some(Ministry::Production)) => Ok(Environment::production()),
            (None, None) => {
                Err(Error::invalid_argument("--environment or --url", "one of them is needed").into())
            }
        }
    }

    fn context(&self) -> Result<Option<ContextIdentifier>, Failure> {
        if let Some(nip) = &self.nip {
            return Ok(Some(nip.parse::<Nip>().map_err(Error::from)?.into()));
        }
        let Some(context) = &self.context else { return Ok(None) };
        let (kind, value) = context
            .split_once(':')
            .ok_or_else(|| Error::invalid_argument("--context", "it is KIND:VALUE"))?;
        Ok(Some(bridge::context(kind, value)?))
    }

    fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        if let Some((certificate, key)) = self.certificate.as_ref().zip(self.key.as_ref()) {
            let password = self.key_password_env.as_ref().map(|name| {
                std::env::var(name)
                    .map_err(|_| Error::invalid_argument("--key-password-env", "the variable is not set"))
            });
            let password = password.transpose()?;
            let identity = SigningIdentity::from_pem(&read(certificate)?, &read(key)?, password.as_deref())
                .map_err(Error::from)?;
            return Ok(Some(Credentials::certificate(identity)));
        }
        let token = match &self.token_file {
            Some(file) => Some(read(file)?),
            None => std::env::var("KSEF_TOKEN").ok().filter(|token| !token.is_empty()),
        };
        Ok(token.map(|token| Credentials::token(&token)).transpose()?)
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(Failure::file(path))
}
