//! The demo's own invoices, made by the project's FA(3) builder.

use jiff::ToSpan as _;
use jiff::civil::Date;
use ksef_documents::fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate};
use libksef::Nip;
use rust_decimal::Decimal;

use crate::terminal::Failure;

/// An invoice to send, with what the story expects of it.
pub(crate) struct DemoInvoice {
    pub(crate) title: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) must_be_accepted: bool,
    pub(crate) has_attachment: bool,
}

/// Three good invoices, and one that KSeF must refuse: its date of issue is tomorrow (PROTOCOL §19, rule 7).
pub(crate) fn demo_invoices(seller: &Nip, today: Date, run: &str) -> Result<Vec<DemoInvoice>, Failure> {
    let tomorrow = today.checked_add(1.day()).map_err(|error| Failure::Other(error.to_string()))?;
    let made = [
        ("Doradztwo, 23%", today, vec![line("Doradztwo", "godz.", 8, 25000, VatRate::Percent23)], true),
        ("Książki, 5%", today, vec![line("Książka", "szt.", 3, 4990, VatRate::Percent5)], true),
        (
            "Mieszana, 23% i 8%",
            today,
            vec![
                line("Łożysko", "szt.", 12, 1735, VatRate::Percent23),
                line("Dowóz posiłków", "usł.", 1, 12000, VatRate::Percent8),
            ],
            true,
        ),
        (
            "Z datą jutrzejszą",
            tomorrow,
            vec![line("Doradztwo", "godz.", 1, 25000, VatRate::Percent23)],
            false,
        ),
    ];
    made.into_iter()
        .enumerate()
        .map(|(index, (title, date, lines, must_be_accepted))| {
            let number = format!("DEMO/{run}/{}", index + 1);
            let bytes = InvoiceBuilder::new(seller_of(seller), buyer()?, number, date)
                .lines(lines)
                .system_info("ksef demo")
                .build()
                .map_err(|error| Failure::Other(error.to_string()))?;
            Ok(DemoInvoice { title: title.to_owned(), bytes, must_be_accepted, has_attachment: false })
        })
        .collect()
}

fn seller_of(nip: &Nip) -> Seller {
    Seller {
        nip: nip.clone(),
        name: "Zażółć Gęślą Jaźń Sp. z o.o.".to_owned(),
        address: Address::polish("ul. Próbna 1", "00-001 Warszawa"),
    }
}

fn buyer() -> Result<Buyer, Failure> {
    let nip = "1111111111".parse().map_err(libksef::Error::from)?;
    Ok(Buyer::with_nip(nip, "Nabywca S.A."))
}

fn line(name: &str, unit: &str, quantity: i64, price_in_grosze: i64, rate: VatRate) -> Line {
    Line::new(name, Decimal::from(quantity), unit, Decimal::new(price_in_grosze, 2), rate)
}
