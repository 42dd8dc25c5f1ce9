//! `ksef limits`: what KSeF allows to the caller.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{print_fields, print_json};
use crate::connection::Connection;
use crate::terminal::Failure;

/// What `ksef limits` can be told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print one JSON object in place of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    let limits = options.connection.client()?.limits();
    let told = json!({
        "context": limits.context().await?,
        "subject": limits.subject().await?,
        "rateLimits": limits.rate_limits().await?,
    });
    if options.json {
        print_json(&told)?
    } else {
        print_fields(&told)?
    }
    Ok(ExitCode::SUCCESS)
}
