//! `ksef demo --invoice FILE...`: the caller's own files, in as few sessions as their sellers and forms allow.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use ksef_documents::{Form, InvoiceHeader};
use ksef_emulator::Emulator;
use libksef::test_identity::{KeyKind, seal};
use libksef::{Client, Credentials, Environment, Hosts, Nip, OpenOptions};

use super::Options;
use super::invoices::DemoInvoice;
use super::report::{Login, Report};
use super::sending::send_all;
use crate::terminal::Failure;

/// So many invoices go through one session of the demo.
const SESSION_SIZE: usize = 100;

pub(crate) async fn run(emulator: &Emulator, options: &Options) -> Result<Report, Failure> {
    let environment = Environment::custom(Hosts::api_only(emulator.api_url()))?;
    let mut groups: BTreeMap<(Nip, Form), Vec<DemoInvoice>> = BTreeMap::new();
    for path in &options.invoices {
        let bytes = std::fs::read(path).map_err(Failure::file(path))?;
        // A file whose header cannot be read is still worth showing: the checks before sending will say what is wrong.
        let header = InvoiceHeader::read(&bytes).ok();
        let seller = header.as_ref().map(|header| header.seller_nip.clone());
        let nip = seller.map_or_else(|| super::DEMO_NIP.parse().map_err(libksef::Error::from), Ok)?;
        let form = header.as_ref().map_or(Form::Fa3, InvoiceHeader::form);
        groups.entry((nip, form)).or_default().push(DemoInvoice {
            title: file_name(path),
            bytes,
            must_be_accepted: true,
            has_attachment: header.is_some_and(|header| header.has_attachment),
        });
    }

    let progress = progress_bar(options);
    let mut logins = Vec::new();
    let mut sessions = Vec::new();
    for ((nip, form), invoices) in groups {
        if invoices.iter().any(|invoice| invoice.has_attachment) {
            emulator.allow_attachments(&nip);
        }
        let identity = seal(&nip, "ksef demo", KeyKind::P256)?;
        let client = Client::builder(environment.clone())
            .context(nip.clone().into())
            .credentials(Credentials::certificate(identity))
            .build()?;
        client.log_in().await?;
        logins.push(Login { method: "XAdES", nip: nip.to_string() });
        let mut rest = invoices;
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(SESSION_SIZE));
            let now = std::mem::replace(&mut rest, later);
            let count = now.len() as u64;
            let session = client.open_online_session(form.code(), OpenOptions::default()).await?;
            sessions.push(send_all(session, form, now, options).await?);
            progress.inc(count);
        }
    }
    progress.finish_and_clear();
    Ok(Report { api: emulator.api_url().to_owned(), logins, sessions })
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn progress_bar(options: &Options) -> ProgressBar {
    if options.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(options.invoices.len() as u64).with_style(style)
}
