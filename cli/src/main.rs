//! `ksef`: the command line of libksef. Thin: every command is a few calls of the library.

mod commands;
mod connection;
mod demo;
mod explain;
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
    /// Say what an error number of the library or a code of KSeF means and what to do about it.
    Explain(explain::Options),
    /// Send invoices and wait for the verdict of KSeF on each.
    Send(commands::send::Options),
    /// Sessions: list them, look at one.
    #[command(subcommand)]
    Sessions(commands::sessions::Command),
    /// KSeF tokens: list, make, revoke.
    #[command(subcommand)]
    Tokens(commands::tokens::Command),
    /// Show the limits of sessions, certificates and request rates that apply to the caller.
    Limits(commands::limits::Options),
    /// Call any operation of the API by its name.
    Api(Box<commands::api::Options>),
    /// List the operations that `ksef api` can call.
    Operations(commands::operations::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo(options) => demo::run(options).await,
        Command::Explain(options) => explain::run(&options),
        Command::Send(options) => commands::send::run(options).await,
        Command::Sessions(command) => commands::sessions::run(command).await,
        Command::Tokens(command) => commands::tokens::run(command).await,
        Command::Limits(options) => commands::limits::run(options).await,
        Command::Api(options) => commands::api::run(*options).await,
        Command::Operations(options) => commands::operations::run(&options),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            terminal::report(&failure);
            failure.exit_code()
        }
    }
}
