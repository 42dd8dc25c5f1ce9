//! `ksef demo --invoice FILE...`: the caller's own files, in as few sessions as their sellers and forms allow.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use ksef_documents::{Form, InvoiceHeader};
use ksef_emulator::Emulator;
use libksef::test_identity::{KeyKind, seal};
use libksef::{Client, ContextIdentifier, Credentials, Environment, Hosts, Nip, OpenOptions};

use super::Options;
use super::invoices::DemoInvoice;
use super::report::{Login, Report};
use super::sending::send_all;
use crate::terminal::Failure;

/// So many invoices go through one session of the demo.
const SESSION_SIZE: usize = 100;

/// What KSeF knows an invoice by: seller, type and number (PROTOCOL §6.8).
type Key = (Nip, String, String);

/// The invoices of one emulator, by seller and form.
type Groups = BTreeMap<(Nip, Form), Vec<DemoInvoice>>;

pub(crate) async fn run(options: &Options) -> Result<Report, Failure> {
    let progress = progress_bar(options);
    let mut report = Report::default();
    for round in rounds(&options.invoices)? {
        let emulator = super::emulator().await?;
        let sent = send_round(&emulator, round, options, &progress, &mut report).await;
        emulator.stop().await;
        sent?;
    }
    progress.finish_and_clear();
    Ok(report)
}

/// The files in rounds, each by seller and form. Two files with the same seller, type and number would be duplicates for
/// KSeF; sample collections have them, so the second one waits for the next round, with an emulator of its own.
fn rounds(paths: &[PathBuf]) -> Result<Vec<Groups>, Failure> {
    let mut rounds: Vec<(BTreeSet<Key>, Groups)> = Vec::new();
    for path in paths {
        let bytes = std::fs::read(path).map_err(Failure::file(path))?;
        // A file whose header cannot be read is still worth showing: the checks before sending say what is wrong.
        let header = InvoiceHeader::read(&bytes).ok();
        let seller = header.as_ref().map(|header| header.seller_nip.clone());
        let nip = seller.map_or_else(|| super::DEMO_NIP.parse().map_err(libksef::Error::from), Ok)?;
        let form = header.as_ref().map_or(Form::Fa3, InvoiceHeader::form);
        let key = header
            .as_ref()
            .map(|header| (nip.clone(), header.invoice_type.clone(), header.invoice_number.clone()));
        let free = rounds.iter().position(|(keys, _)| key.as_ref().is_none_or(|key| !keys.contains(key)));
        let round = free.unwrap_or(rounds.len());
        if round == rounds.len() {
            rounds.push(Default::default());
        }
        let (keys, groups) = &mut rounds[round];
        keys.extend(key);
        groups.entry((nip, form)).or_default().push(DemoInvoice {
            title: file_name(path),
            bytes,
            must_be_accepted: true,
            has_attachment: header.is_some_and(|header| header.has_attachment),
        });
    }
    Ok(rounds.into_iter().map(|(_, groups)| groups).collect())
}

async fn send_round(
    emulator: &Emulator,
    groups: Groups,
    options: &Options,
    progress: &ProgressBar,
    report: &mut Report,
) -> Result<(), Failure> {
    let environment = Environment::custom(Hosts::api(emulator.api_url())?);
    report.api = emulator.api_url().to_owned();
    for ((nip, form), mut rest) in groups {
        let context = ContextIdentifier::from(nip.clone());
        if rest.iter().any(|invoice| invoice.has_attachment) {
            emulator.consent_to_attachments(&context);
        }
        let client = Client::builder(environment.clone())
            .context(context)
            .credentials(Credentials::certificate(seal(&nip, "ksef demo", KeyKind::P256)?))
            .build()?;
        client.log_in().await?;
        report.logins.push(Login { method: "XAdES", nip: nip.to_string() });
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(SESSION_SIZE));
            let now = std::mem::replace(&mut rest, later);
            let count = now.len() as u64;
            let session = client.open_online_session(form.code(), OpenOptions::default()).await?;
            report.sessions.push(send_all(session, form, now, options).await?);
            progress.inc(count);
        }
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn progress_bar(options: &Options) -> ProgressBar {
    if options.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(options.invoices.len() as u64).with_style(style)
}
