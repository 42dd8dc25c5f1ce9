//! `ksef`: the command line of libksef. Thin: every command is a few calls of the library.

mod demo;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The command line of libksef, the client library for KSeF 2.0.
#[derive(Debug, Parser)]
#[command(name = "ksef", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole way of an invoice, offline and with no account: starts an emulator of KSeF, logs in, sends, fetches
    /// the UPO.
    Demo(demo::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo(options) => demo::run(options).await,
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            terminal::report(&failure);
            failure.exit_code()
        }
    }
}
