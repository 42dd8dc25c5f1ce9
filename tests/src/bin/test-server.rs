//! A KSeF for programs in other languages: starts the emulator, makes a token and invoices, prints one line of
//! settings (for `export $line`), and ends when its standard input does.
//!
//! `KSEF_URL`, `KSEF_MANAGEMENT`, `KSEF_TOKEN`, `KSEF_INVOICE` and `KSEF_EXAMPLE_INVOICE` (good), `KSEF_FUTURE_INVOICE`
//! (refused with 450), `KSEF_SILENT_URL` (accepts connections and never answers).

use std::error::Error;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;
use ksef_conformance::management;
use ksef_documents::fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate};
use ksef_emulator::{Emulator, EmulatorConfig, Profile};
use rust_decimal::Decimal;
use serde_json::json;

const NIP: &str = "5265877635";

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its one line of output is its purpose")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let emulator =
        Emulator::start(EmulatorConfig { profile: Profile::Test, ..EmulatorConfig::default() }).await?;
    let token = make_token(emulator.management_url().to_owned()).await?;
    let silent = TcpListener::bind("127.0.0.1:0")?;

    let today = jiff::Timestamp::now().in_tz("Europe/Warsaw")?.date();
    let unique = jiff::Timestamp::now().as_microsecond();
    let invoice = |name: &str, date| write_invoice(&folder, name, &format!("C/{unique}/{name}"), date);
    println!(
        "KSEF_URL={} KSEF_MANAGEMENT={} KSEF_TOKEN={token} KSEF_SILENT_URL=http://{}/v2 KSEF_INVOICE={} \
         KSEF_EXAMPLE_INVOICE={} KSEF_FUTURE_INVOICE={}",
        emulator.api_url(),
        emulator.management_url(),
        silent.local_addr()?,
        invoice("good", today)?,
        invoice("example", today)?,
        invoice("future", today.checked_add(1.day())?)?,
    );
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    emulator.stop().await;
    Ok(())
}

async fn make_token(management: String) -> Result<String, Box<dyn Error>> {
    let body = json!({ "nip": NIP, "permissions": ["InvoiceRead", "InvoiceWrite"] });
    let answer =
        tokio::task::spawn_blocking(move || management::request(&management, "POST", "/tokens", Some(&body)))
            .await??;
    Ok(answer.body["token"].as_str().ok_or("the emulator gave no token")?.to_owned())
}

fn write_invoice(folder: &Path, name: &str, number: &str, date: Date) -> Result<String, Box<dyn Error>> {
    let seller = Seller {
        nip: NIP.parse()?,
        name: "Zażółć Sp. z o.o.".to_owned(),
        address: Address::polish("ul. Próbna 1", "00-001 Warszawa"),
    };
    let buyer = Buyer::with_nip("1111111111".parse()?, "Nabywca S.A.");
    let line = Line::new("Doradztwo", Decimal::ONE, "godz.", Decimal::ONE_HUNDRED, VatRate::Percent23);
    let path = folder.join(format!("{name}.xml"));
    std::fs::write(&path, InvoiceBuilder::new(seller, buyer, number, date).line(line).build()?)?;
    Ok(path.display().to_string())
}
