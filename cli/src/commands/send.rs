//! `ksef send`: invoices in interactive sessions, one for each form of invoice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use ksef_documents::{Form, InvoiceHeader};
use libksef::{
    Client, Error, ErrorKind, Language, OfflineMode, OnlineSession, OpenOptions, SendOptions, SendOutcome,
};
use serde_json::{Value, json};

use super::print_json;
use crate::connection::Connection;
use crate::terminal::{Failure, exit_code_of, language, tell};

/// What `ksef send` can be told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The invoices, as XML files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Save the UPO of each accepted invoice in this folder (made if missing), its signature checked first.
    #[arg(long, value_name = "FOLDER")]
    upo_folder: Option<PathBuf>,
    /// The invoices were issued in an offline mode.
    #[arg(long)]
    offline: bool,
    /// Print one JSON array in place of lines.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// One file and what became of it.
struct Sent {
    file: PathBuf,
    result: Result<SendOutcome, Error>,
    upo: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    let client = options.connection.client()?;
    if let Some(folder) = &options.upo_folder {
        std::fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    }
    let mut groups: BTreeMap<Form, Vec<(PathBuf, Vec<u8>)>> = BTreeMap::new();
    for file in &options.files {
        let bytes = std::fs::read(file).map_err(Failure::file(file))?;
        // A file whose header cannot be read fails in the check before sending, which says why.
        let form = InvoiceHeader::read(&bytes).map_or(Form::Fa3, |header| header.form());
        groups.entry(form).or_default().push((file.clone(), bytes));
    }
    let mut all = Vec::new();
    for (form, invoices) in groups {
        send_group(&client, form, invoices, &options, &mut all).await?;
    }
    if options.json {
        print_json(&all.iter().map(Sent::to_json).collect::<Vec<Value>>())?;
    }
    Ok(all.iter().find_map(Sent::failure).unwrap_or(ExitCode::SUCCESS))
}

async fn send_group(
    client: &Client,
    form: Form,
    invoices: Vec<(PathBuf, Vec<u8>)>,
    options: &Options,
    all: &mut Vec<Sent>,
) -> Result<(), Failure> {
    let session = client.open_online_session(form.code(), OpenOptions::default()).await?;
    for (file, bytes) in invoices {
        let sent = send_one(&session, file, bytes, options).await?;
        if !options.json {
            sent.tell(language());
        }
        all.push(sent);
    }
    session.close().await?;
    Ok(())
}

async fn send_one(
    session: &OnlineSession,
    file: PathBuf,
    bytes: Vec<u8>,
    options: &Options,
) -> Result<Sent, Failure> {
    let offline_mode = if options.offline { OfflineMode::Offline } else { OfflineMode::Online };
    let how = SendOptions { offline_mode, fetch_upo: options.upo_folder.is_some(), ..SendOptions::default() };
    let result = match session.send(bytes, how).await {
        // What is wrong with one file says nothing about the others.
        Err(error) if !matches!(error.kind(), ErrorKind::Document | ErrorKind::Refused) => {
            return Err(error.into());
        }
        result => result,
    };
    let mut upo = None;
    if let (Some(folder), Ok(SendOutcome::Accepted(accepted))) = (&options.upo_folder, &result)
        && let Some(confirmation) = &accepted.upo
    {
        confirmation.verify_signature()?;
        let path = folder.join(format!("UPO-{}.xml", accepted.ksef_number));
        std::fs::write(&path, confirmation.bytes()).map_err(Failure::file(&path))?;
        upo = Some(path);
    }
    Ok(Sent { file, result, upo })
}

impl Sent {
    /// The exit code that the file asks for, when it was not accepted.
    fn failure(&self) -> Option<ExitCode> {
        match &self.result {
            Ok(SendOutcome::Accepted(_)) => None,
            Ok(SendOutcome::Rejected(_)) => Some(ExitCode::from(5)),
            Ok(_) => Some(ExitCode::FAILURE),
            Err(error) => Some(exit_code_of(error)),
        }
    }

    fn to_json(&self) -> Value {
        let mut told = match &self.result {
            Ok(outcome) => json!(outcome),
            Err(error) => {
                let error: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
                json!({"outcome": "failed", "error": error})
            }
        };
        told["file"] = json!(self.file);
        if let Some(upo) = &self.upo {
            told["upo"] = json!(upo);
        }
        told
    }

    fn tell(&self, language: Language) {
        let file = name(&self.file);
        match &self.result {
            Ok(SendOutcome::Accepted(accepted)) => {
                let number = &accepted.ksef_number;
                tell(language, format!("✓ {file}  {number}"), format!("✓ {file}  {number}"));
            }
            Ok(SendOutcome::Rejected(rejected)) => {
                let (code, why) = (rejected.code, &rejected.description);
                let details = rejected.details.join("; ");
                tell(
                    language,
                    format!("✗ {file}  refused with {code}: {why} ({details})"),
                    format!("✗ {file}  odrzucona z kodem {code}: {why} ({details})"),
                );
            }
            Ok(SendOutcome::Pending(token) | SendOutcome::Unknown(token)) => tell(
                language,
                format!("… {file}  no verdict yet, do not send it again; resume token: {token}"),
                format!("… {file}  jeszcze bez wyniku, nie wysyłaj ponownie; znacznik wznowienia: {token}"),
            ),
            Err(error) => {
                let told = format!("✗ {file}  [{}] {}", error.number(), error.message(language));
                tell(language, &told, &told);
            }
        }
        if let Some(upo) = &self.upo {
            tell(language, format!("  UPO: {}", upo.display()), format!("  UPO: {}", upo.display()));
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
