//! `ksef tokens`: KSeF tokens of the context.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use libksef::model::{GenerateTokenRequest, TokenPermissionType, TokensListQuery};
use libksef::{Error, ReferenceNumber};

use super::{print_json, print_table};
use crate::connection::Connection;
use crate::terminal::{Failure, language, line, tell};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the tokens of the context, all pages.
    List(List),
    /// Make a token and print it. KSeF never shows it again.
    Generate(Generate),
    /// Revoke a token.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print a JSON array in place of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// What the token may do: InvoiceRead, InvoiceWrite, CredentialsRead, CredentialsManage, SubunitManage,
    /// EnforcementOperations, Introspection. Separate several by commas.
    #[arg(long, value_name = "PERMISSION", required = true, value_delimiter = ',')]
    permission: Vec<String>,
    /// What it is for, 5 to 256 characters.
    #[arg(long)]
    description: String,
    /// Print a JSON object with the reference number and the token.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The reference number of the token.
    reference: String,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List(options) => list(options).await?,
        Command::Generate(options) => generate(options).await?,
        Command::Revoke(options) => {
            let reference: ReferenceNumber = options.reference.parse().map_err(Error::from)?;
            options.connection.client()?.tokens().revoke(&reference).await?;
            tell(language(), format!("revoked {reference}"), format!("unieważniono {reference}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(options: List) -> Result<(), Failure> {
    let tokens = options.connection.client()?.tokens();
    let query = TokensListQuery { page_size: Some(100), ..TokensListQuery::default() };
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let page = tokens.list(&query, next.as_deref()).await?;
        all.extend(page.tokens);
        next = page.continuation_token.filter(|token| !token.is_empty());
        if next.is_none() {
            break;
        }
    }
    if options.json {
        return print_json(&all);
    }
    let rows: Vec<Vec<String>> = all
        .into_iter()
        .map(|token| {
            let permissions: Vec<&str> =
                token.requested_permissions.iter().map(TokenPermissionType::as_str).collect();
            vec![
                token.reference_number.to_string(),
                token.status.to_string(),
                token.date_created.to_string(),
                permissions.join(","),
                token.description,
            ]
        })
        .collect();
    print_table(&["REFERENCE", "STATUS", "CREATED", "PERMISSIONS", "DESCRIPTION"], &rows);
    Ok(())
}

async fn generate(options: Generate) -> Result<(), Failure> {
    let request = GenerateTokenRequest {
        permissions: options.permission.iter().map(|name| TokenPermissionType::from(name.trim())).collect(),
        description: options.description,
    };
    let made = options.connection.client()?.tokens().generate(&request).await?;
    if options.json {
        return print_json(&made);
    }
    line(&made.token);
    Ok(())
}
