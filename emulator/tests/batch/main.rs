//! Batches over HTTP, seen by a caller that shares no code with the engine.

#![allow(clippy::unwrap_used)]

mod bounds;
#[path = "../sessions/client.rs"]
#[allow(dead_code, reason = "the client serves the interactive tests, too")]
mod client;
mod faults;
mod flow;
mod package;
mod refusals;
mod timing;
mod upload;

/// An invoice of the seller, valid against the schema.
pub(crate) fn invoice(number: &str, issue_date: jiff::civil::Date) -> Vec<u8> {
    use ksef_documents::fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate};
    let seller = Seller {
        nip: client::SELLER.parse().unwrap(),
        name: "Sprzedawca".into(),
        address: Address::polish("ul. Prosta 1", "00-001 Warszawa"),
    };
    InvoiceBuilder::new(seller, Buyer::with_nip("1111111111".parse().unwrap(), "Nabywca"), number, issue_date)
        .line(Line::new("usługa", 1.into(), "szt.", 100.into(), VatRate::Percent23))
        .build()
        .unwrap()
}

/// The Polish day of the emulator's clock, which is real time until a test moves it.
pub(crate) fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().in_tz("Europe/Warsaw").unwrap().date()
}
