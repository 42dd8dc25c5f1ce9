//! Send one invoice and print its KSeF number.

use std::{env, fs};

use libksef::{Client, Credentials, Environment, Form, Hosts, Nip, OpenOptions, SendOptions, SendOutcome};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ksef = Environment::custom(Hosts::api(&env::var("KSEF_URL")?)?);
    let client = Client::builder(ksef)
        .context("5265877635".parse::<Nip>()?)
        .credentials(Credentials::token(&env::var("KSEF_TOKEN")?)?)
        .build()?;
    let session = client.open_online_session(Form::Fa3.code(), OpenOptions::default()).await?;
    let outcome = session.send(fs::read("invoice.xml")?, SendOptions::default()).await?;
    session.close().await?;
    if let SendOutcome::Accepted(invoice) = outcome {
        println!("{}", invoice.ksef_number);
    }
    Ok(())
}
