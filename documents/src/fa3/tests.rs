use jiff::civil::date;
use rust_decimal::Decimal;

use super::totals::{round, totals};
use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn line(quantity: &str, price: &str, rate: VatRate) -> Line {
    Line::new("usługa", decimal(quantity), "szt.", decimal(price), rate)
}

fn builder() -> InvoiceBuilder {
    let seller = Seller {
        nip: "5265877635".parse().unwrap(),
        name: "Sprzedawca".to_owned(),
        address: Address::polish("ul. Prosta 1", "00-001 Warszawa"),
    };
    InvoiceBuilder::new(seller, Buyer::consumer("Nabywca"), "FV/1", date(2026, 2, 1))
}

fn text(invoice: InvoiceBuilder) -> String {
    String::from_utf8(invoice.build().unwrap()).unwrap()
}

#[test]
fn halves_are_rounded_away_from_zero() {
    for (value, rounded) in
        [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.00499", "0.00"), ("2.5", "2.50"), ("-0.001", "0.00")]
    {
        assert_eq!(round(decimal(value)).to_string(), rounded);
    }
}

#[test]
fn tax_is_rounded_per_summary_or_per_line() {
    // Tax of one line is 0.0161: three roundings give 0.06, one rounding of the sum 0.05.
    let lines = vec![line("1", "0.07", VatRate::Percent23); 3];
    let sum = |rounding| totals(&lines, rounding).unwrap().summaries[0].unwrap().tax.to_string();
    assert_eq!(sum(TaxRounding::PerSummary), "0.05");
    assert_eq!(sum(TaxRounding::PerLine), "0.06");
}

#[test]
fn rates_of_one_field_are_not_rounded_together() {
    let lines = [line("1", "100", VatRate::Percent23), line("1", "100", VatRate::Percent22)];
    let totals = totals(&lines, TaxRounding::PerSummary).unwrap();
    assert_eq!(totals.summaries[0].unwrap().net.to_string(), "200.00");
    assert_eq!(totals.summaries[0].unwrap().tax.to_string(), "45.00");
    assert_eq!(totals.gross.to_string(), "245.00");
}

#[test]
fn amounts_beyond_the_schema_are_refused() {
    let refused = |quantity: &str, price: &str| {
        builder().line(line(quantity, price, VatRate::Percent23)).build().unwrap_err()
    };
    assert!(matches!(refused("9999999999999999", "2"), Error::Invalid { element: "P_11", .. }));
    assert!(matches!(refused("1", "100000000000000"), Error::Invalid { element: "P_9A", .. }));
    assert!(matches!(refused("0.0000001", "1"), Error::Invalid { element: "P_8B", .. }));
    assert!(matches!(refused("1", "0.000000001"), Error::Invalid { element: "P_9A", .. }));
    assert!(matches!(refused("1", "9000000000000000"), Error::Invalid { element: "P_15", .. }));
}

#[test]
fn tax_in_another_currency_is_restated_in_zlotys() {
    let sale = || builder().line(line("3", "10.10", VatRate::Percent23));
    let error = sale().currency("EUR", None).build().unwrap_err();
    assert_eq!(error, Error::Missing { element: "KursWaluty" });
    let written = text(sale().currency("EUR", Some(decimal("4.2567"))));
    assert!(
        written.contains(
            "<P_13_1>30.30</P_13_1><P_14_1>6.97</P_14_1><P_14_1W>29.67</P_14_1W><P_15>37.27</P_15>"
        )
    );
    assert!(written.contains("<P_12>23</P_12><KursWaluty>4.2567</KursWaluty>"));
    let export = builder().line(line("1", "5", VatRate::ZeroExport)).currency("USD", None);
    assert!(!text(export).contains("Kurs"));
}

#[test]
fn annotations_follow_from_the_lines() {
    assert!(text(builder().line(line("1", "1", VatRate::ReverseCharge))).contains("<P_18>1</P_18>"));
    assert!(text(builder().line(line("1", "1", VatRate::Percent5))).contains("<P_18>2</P_18>"));
    let exempt = || builder().line(line("1", "1", VatRate::Exempt));
    assert_eq!(exempt().build().unwrap_err(), Error::Missing { element: "P_19A" });
    let basis = ExemptionBasis::Act("art. 43 ust. 1 pkt 19".to_owned());
    assert!(
        text(exempt().exemption(basis.clone()))
            .contains("<P_19>1</P_19><P_19A>art. 43 ust. 1 pkt 19</P_19A>")
    );
    let needless = builder().line(line("1", "1", VatRate::Percent5)).exemption(basis).build();
    assert!(matches!(needless, Err(Error::Invalid { element: "P_19A", .. })));
}

#[test]
fn texts_are_escaped_collapsed_and_limited() {
    let named = |name: &str| {
        let one = Line { name: name.to_owned(), ..line("1", "1", VatRate::Percent23) };
        builder().line(one).build()
    };
    let written = String::from_utf8(named(" Śruby  <M6> &\n\"nakrętki\" ").unwrap()).unwrap();
    assert!(written.contains("<P_7>Śruby &lt;M6&gt; &amp; \"nakrętki\"</P_7>"));
    assert!(named(&"ż".repeat(512)).is_ok());
    assert!(matches!(named(&"ż".repeat(513)), Err(Error::Invalid { element: "P_7", reason: "is too long" })));
    assert!(matches!(named(" \n"), Err(Error::Invalid { element: "P_7", reason: "is empty" })));
    for refused in ["\u{80}", "\u{1}", "\u{FDD0}"] {
        assert!(matches!(named(&format!("a{refused}b")), Err(Error::Invalid { element: "P_7", .. })));
    }
}

#[test]
fn the_shape_of_codes_and_dates_is_checked() {
    let sale = || builder().line(line("1", "1", VatRate::Percent23));
    let invalid = |result: Result<Vec<u8>, Error>, name: &str| match result {
        Err(Error::Invalid { element, .. }) => assert_eq!(element, name),
        other => panic!("{name}: {other:?}"),
    };
    invalid(sale().currency("eur", Some(Decimal::ONE)).build(), "KodWaluty");
    invalid(sale().created_at("2025-08-31T23:59:59Z".parse().unwrap()).build(), "DataWytworzeniaFa");
    invalid(sale().sale_date(date(2005, 12, 31)).build(), "P_6");
    let buyer = |identifier| Buyer { identifier, name: None, address: None };
    let vat = |country: &str, number: &str| {
        let mut invoice = sale();
        invoice.buyer = buyer(BuyerIdentifier::VatUe { country: country.into(), number: number.into() });
        invoice.build()
    };
    invalid(vat("US", "1"), "KodUE");
    invalid(vat("DE", "1234567890123"), "NrVatUE");
    invalid(vat("DE", "12 34"), "NrVatUE");
    assert!(vat("DE", "123456789").is_ok());
    assert_eq!(builder().build().unwrap_err(), Error::Missing { element: "FaWiersz" });
}

#[test]
fn equal_input_gives_equal_bytes_and_nothing_is_printed() {
    let sale = || builder().line(line("1", "1", VatRate::Percent23));
    assert_eq!(sale().build(), sale().build());
    assert!(text(sale()).contains("<DataWytworzeniaFa>2026-02-01T00:00:00Z</DataWytworzeniaFa>"));
    assert_eq!(format!("{:?}", sale()), "InvoiceBuilder(…)");
}
