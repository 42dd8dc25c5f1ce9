//! One session: send, close, keep the UPOs.

use std::path::{Path, PathBuf};

use ksef_documents::Form;
use libksef::{
    DocumentCheck, ErrorKind, OfflineMode, OnlineSession, SendOptions, SendOutcome, Sha256, Upo, WaitPolicy,
};

use super::Options;
use super::invoices::DemoInvoice;
use super::report::{Invoice, SavedUpo, Session};
use crate::terminal::Failure;

/// Sends the invoices one after another, closes the session, and saves the UPOs in the folder of the options.
pub(crate) async fn send_all(
    session: OnlineSession,
    form: Form,
    invoices: Vec<DemoInvoice>,
    options: &Options,
) -> Result<Session, Failure> {
    let mut sent = Vec::with_capacity(invoices.len());
    for invoice in invoices {
        sent.push(send_one(&session, invoice, options).await?);
    }
    session.close().await?;
    let status = session.wait_until_processed(WaitPolicy::UntilSettled).await?.status.code;
    // A session without accepted invoices ends with another status and has no UPO (PROTOCOL §8.2).
    let upos = if status == 200 { session.upos().await? } else { Vec::new() };
    let mut saved = Vec::with_capacity(upos.len());
    for (page, upo) in upos.iter().enumerate() {
        let name = format!("UPO-{}-{}.xml", session.reference_number(), page + 1);
        saved.push(save(upo, &options.out, &name)?);
    }
    Ok(Session {
        reference_number: session.reference_number().to_string(),
        form: form.system_code().to_owned(),
        invoices: sent,
        status,
        upos: saved,
    })
}

async fn send_one(
    session: &OnlineSession,
    invoice: DemoInvoice,
    options: &Options,
) -> Result<Invoice, Failure> {
    let DemoInvoice { title, bytes, must_be_accepted, has_attachment } = invoice;
    let hash = Sha256::of(&bytes);
    let (outcome, note) = if has_attachment {
        // KSeF takes attachments in a batch, or as the technical correction of a refused offline invoice (PROTOCOL §6.6).
        let first = SendOptions { offline_mode: OfflineMode::Offline, ..SendOptions::default() };
        session.send(bytes.clone(), first.clone()).await?;
        let correction = SendOptions { hash_of_corrected_invoice: Some(hash), fetch_upo: true, ..first };
        (
            session.send(bytes, correction).await?,
            Some("attachment: sent as the technical correction of a refused offline invoice".to_owned()),
        )
    } else {
        let plain = SendOptions { fetch_upo: true, ..SendOptions::default() };
        match session.send(bytes.clone(), plain).await {
            Ok(outcome) => (outcome, None),
            // The library would not have sent it; the demo lets KSeF say so too.
            Err(error) if error.kind() == ErrorKind::Document => {
                let anyway = SendOptions { document_check: DocumentCheck::Skipped, ..SendOptions::default() };
                let note = format!("libksef would not send it: {error}");
                (session.send(bytes, anyway).await?, Some(note))
            }
            Err(error) => return Err(error.into()),
        }
    };
    let mut told = Invoice {
        name: title,
        outcome: "unknown",
        ksef_number: None,
        code: None,
        description: None,
        details: Vec::new(),
        upo: None,
        note,
        as_expected: false,
    };
    match outcome {
        SendOutcome::Accepted(accepted) => {
            told.outcome = "accepted";
            told.as_expected = must_be_accepted;
            if let Some(upo) = &accepted.upo {
                told.upo = Some(save(upo, &options.out, &format!("UPO-{}.xml", accepted.ksef_number))?);
            }
            told.ksef_number = Some(accepted.ksef_number.to_string());
            told.code = Some(200);
        }
        SendOutcome::Rejected(rejected) => {
            told.outcome = "rejected";
            told.as_expected = !must_be_accepted;
            told.code = Some(rejected.code);
            told.description = Some(rejected.description);
            told.details = rejected.details;
        }
        SendOutcome::Pending(_) => told.outcome = "pending",
        SendOutcome::Unknown(_) => {}
    }
    Ok(told)
}

/// Verifies the signature and writes the exact bytes.
fn save(upo: &Upo, folder: &Path, name: &str) -> Result<SavedUpo, Failure> {
    let signature = upo.verify_signature()?;
    let file: PathBuf = folder.join(name);
    std::fs::write(&file, upo.bytes()).map_err(Failure::file(&file))?;
    Ok(SavedUpo {
        file,
        signer: common_name(&signature.subject).to_owned(),
        ksef_numbers: upo.documents().iter().map(|document| document.ksef_number.to_string()).collect(),
    })
}

/// The common name out of an RFC 2253 name; the whole name if it has none.
fn common_name(name: &str) -> &str {
    name.split(',').find_map(|part| part.trim().strip_prefix("CN=")).unwrap_or(name)
}
