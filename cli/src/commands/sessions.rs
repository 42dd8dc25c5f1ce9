//! `ksef sessions`: what became of sessions.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use libksef::model::{SessionType, SessionsListQuery};
use libksef::{Error, ReferenceNumber};

use super::{print_fields, print_json, print_table};
use crate::connection::Connection;
use crate::terminal::Failure;

/// What to ask about sessions.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List sessions, newest first.
    List(List),
    /// Show one session: its status, counts and UPO pages.
    Status(Status),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Which kind of sessions.
    #[arg(long = "type", value_enum, default_value = "online")]
    kind: Kind,
    /// How many at most.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Print a JSON array in place of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Online,
    Batch,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The reference number of the session.
    reference: String,
    /// Print one JSON object in place of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List(options) => list(options).await?,
        Command::Status(options) => {
            let reference: ReferenceNumber = options.reference.parse().map_err(Error::from)?;
            let status = options.connection.client()?.sessions().status(&reference).await?;
            if options.json { print_json(&status)? } else { print_fields(&status)? }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(options: List) -> Result<(), Failure> {
    let sessions = options.connection.client()?.sessions();
    let kind = match options.kind {
        Kind::Online => SessionType::Online,
        Kind::Batch => SessionType::Batch,
    };
    let query = SessionsListQuery { page_size: Some(100), ..SessionsListQuery::default() };
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let page = sessions.list(&kind, &query, next.as_deref()).await?;
        all.extend(page.sessions);
        next = page.continuation_token.filter(|token| !token.is_empty());
        if next.is_none() || all.len() >= options.limit {
            break;
        }
    }
    all.truncate(options.limit);
    if options.json {
        return print_json(&all);
    }
    let rows: Vec<Vec<String>> = all
        .into_iter()
        .map(|session| {
            vec![
                session.reference_number.to_string(),
                session.date_created.to_string(),
                session.total_invoice_count.to_string(),
                session.successful_invoice_count.to_string(),
                session.failed_invoice_count.to_string(),
                format!("{} {}", session.status.code, session.status.description),
            ]
        })
        .collect();
    print_table(&["REFERENCE", "CREATED", "INVOICES", "ACCEPTED", "REFUSED", "STATUS"], &rows);
    Ok(())
}
