//! `ksef-emulator`: an emulator of KSeF 2.0 as a program.

use std::{
    io::{self, Write},
    net::IpAddr,
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, builder::TypedValueParser};
use ksef_emulator::{Emulator, EmulatorConfig, Profile, RateLimits, Seed};
use tracing_subscriber::EnvFilter;
use url::Url;

/// Emulates KSeF 2.0: decrypts, verifies signatures, numbers invoices and signs UPOs for real, on your desk, with no
/// account.
///
/// When it is ready it prints exactly one line of JSON: {"ready":true,"api":"http://127.0.0.1:PORT/v2",
/// "management":"http://127.0.0.1:PORT",...}. Logs go to stderr. The address "management" takes commands: GET / lists
/// the operations; POST /clock, /faults, /keys/rotate, /tokens, /certificates, /permissions, /processing,
/// /contexts/block, /peppol-providers, /reset; GET /invoices, /requests, /authority. SIGTERM and Ctrl-C stop it.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    listen: IpAddr,

    /// Port of the API; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// Port of the management API; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    management_port: u16,

    /// Scheme, host and port of the links that the API hands out, such as http://localhost:0; port 0 stands for the
    /// port of the API [default: the address listened on]
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,

    /// Environment to play: test accepts self-signed certificates; demo and production demand certificates of the
    /// emulator's own authority (POST /certificates); production also checks the checksums of NIPs
    #[arg(
        long,
        default_value = "production",
        value_parser = clap::builder::PossibleValuesParser::new(["test", "demo", "production"])
            .try_map(|name| name.parse::<Profile>())
    )]
    profile: Profile,

    /// JSON file with tokens, permissions, certificates and settings to begin with
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// Serve the API over TLS; the certificate of the authority is "authorityPem" of the ready line
    #[arg(long)]
    tls: bool,

    /// Limits of request rates: ksef are those of production, counted in time of the emulator's clock; the test data
    /// can switch them on for one context
    #[arg(
        long,
        default_value = "off",
        value_parser = clap::builder::PossibleValuesParser::new(["off", "ksef"])
            .try_map(|name| name.parse::<RateLimits>())
    )]
    rate_limits: RateLimits,

    /// What to log, such as info or ksef_emulator=debug
    #[arg(long, value_name = "FILTER", env = "KSEF_EMULATOR_LOG", default_value = "warn")]
    log: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(EnvFilter::try_new(&arguments.log).unwrap_or_else(|_| EnvFilter::new("warn")))
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error.as_ref()),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "ksef-emulator: {error}");
    ExitCode::FAILURE
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let seed = arguments.seed.map(Seed::read).transpose()?.unwrap_or_default();
    let emulator = Emulator::start(EmulatorConfig {
        listen: arguments.listen,
        port: arguments.port,
        management_port: arguments.management_port,
        public_url: arguments.public_url,
        profile: arguments.profile,
        seed,
        tls: arguments.tls,
        rate_limits: arguments.rate_limits,
    })
    .await?;
    let ready = serde_json::json!({
        "ready": true,
        "api": emulator.api_url(),
        "management": emulator.management_url(),
        "publicUrl": emulator.public_url(),
        "profile": emulator.profile().as_str(),
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "authorityPem": emulator.authority_pem(),
    });
    let mut out = io::stdout();
    writeln!(out, "{ready}")?;
    out.flush()?;
    stop_signal().await?;
    emulator.stop().await;
    Ok(())
}

/// Ends on Ctrl-C, and on SIGTERM where there is one.
async fn stop_signal() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
