//! The story: log in with a certificate, make a token, log in with the token, send four invoices, keep the UPOs.

use ksef_documents::Form;
use ksef_emulator::Emulator;
use libksef::model::{GenerateTokenRequest, TokenPermissionType};
use libksef::test_identity::{KeyKind, seal};
use libksef::{Client, Credentials, Environment, Hosts, Nip, OpenOptions};

use super::Options;
use super::invoices::demo_invoices;
use super::report::{Login, Report};
use super::sending::send_all;
use crate::terminal::Failure;

pub(crate) async fn run(options: &Options) -> Result<Report, Failure> {
    let emulator = super::emulator().await?;
    let report = tell(&emulator, options).await;
    emulator.stop().await;
    report
}

async fn tell(emulator: &Emulator, options: &Options) -> Result<Report, Failure> {
    let nip: Nip = super::DEMO_NIP.parse().map_err(libksef::Error::from)?;
    let environment = Environment::custom(Hosts::api(emulator.api_url())?);

    let identity = seal(&nip, "Zażółć Gęślą Jaźń Sp. z o.o.", KeyKind::P256)?;
    let by_certificate = Client::builder(environment.clone())
        .context(nip.clone())
        .credentials(Credentials::certificate(identity))
        .build()?;
    by_certificate.log_in().await?;

    let made = by_certificate
        .tokens()
        .generate(&GenerateTokenRequest {
            permissions: vec![TokenPermissionType::InvoiceWrite, TokenPermissionType::InvoiceRead],
            description: "ksef demo".to_owned(),
        })
        .await?;
    let by_token = Client::builder(environment)
        .context(nip.clone())
        .credentials(Credentials::token(&made.token)?)
        .build()?;
    by_token.log_in().await?;

    let now = jiff::Timestamp::now();
    let today = now.in_tz("Europe/Warsaw").map_err(|error| Failure::Other(error.to_string()))?.date();
    let invoices = demo_invoices(&nip, today, &now.as_second().to_string())?;
    let session = by_token.open_online_session(Form::Fa3.code(), OpenOptions::default()).await?;
    let session = send_all(session, Form::Fa3, invoices, options).await?;
    Ok(Report {
        api: emulator.api_url().to_owned(),
        logins: vec![
            Login { method: "XAdES", nip: nip.to_string() },
            Login { method: "token", nip: nip.to_string() },
        ],
        sessions: vec![session],
    })
}
