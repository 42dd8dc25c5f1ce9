//! Built invoices against the official schema of FA(3).
// Clippy does not see that functions beside the tests are test code too.
#![allow(clippy::unwrap_used)]

mod common;

use jiff::civil::Date;
use ksef_documents::fa3::{
    Address, Buyer, BuyerIdentifier, ExemptionBasis, InvoiceBuilder, Line, Seller, TaxRounding, VatRate,
};
use ksef_documents::{Form, InvoiceHeader, check};
use ksef_model::Nip;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;

const SCHEMA: &str = "FA/schemat_FA(3)_v1-0E.xsd";

/// Texts with Polish letters, markup, spaces and characters beyond the basic plane, never blank.
fn name() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "Żółw",
        "ĄĆĘŁŃÓŚŹŻ",
        "ąćęłńóśźż",
        "<b>",
        "&amp;",
        "&",
        "\"",
        "'",
        "]]>",
        " ",
        "\t",
        "\u{A0}",
        "€",
        "日本",
        "😀",
        "-",
        "1",
    ]);
    prop::collection::vec(parts, 0..12).prop_map(|parts| format!("x{}", parts.concat()))
}

fn decimal(range: std::ops::Range<i64>, places: u32) -> impl Strategy<Value = Decimal> {
    (range, 0..=places).prop_map(|(units, scale)| Decimal::new(units, scale))
}

fn line() -> impl Strategy<Value = Line> {
    let rate = prop::sample::select(VatRate::ALL.to_vec());
    (name(), decimal(-9_999_999..9_999_999, 6), name(), decimal(-99_999_999..99_999_999, 8), rate)
        .prop_map(|(name, quantity, unit, price, rate)| Line::new(name, quantity, unit, price, rate))
}

fn address() -> impl Strategy<Value = Address> {
    (prop::sample::select(vec!["PL", "DE", "US"]), name(), prop::option::of(name()))
        .prop_map(|(country, line1, line2)| Address { country: country.to_owned(), line1, line2 })
}

fn buyer() -> impl Strategy<Value = Buyer> {
    let nip: Nip = "1111111111".parse().unwrap();
    let identifier = prop_oneof![
        Just(BuyerIdentifier::Nip(nip)),
        "[A-Z0-9+*]{1,12}".prop_map(|number| BuyerIdentifier::VatUe { country: "IE".to_owned(), number }),
        (prop::option::of(Just("US".to_owned())), "[a-z0-9 ]{0,49}x")
            .prop_map(|(country, number)| BuyerIdentifier::Other { country, number }),
        Just(BuyerIdentifier::None),
    ];
    (identifier, prop::option::of(name()), prop::option::of(address()))
        .prop_map(|(identifier, name, address)| Buyer { identifier, name, address })
}

fn invoice() -> impl Strategy<Value = (InvoiceBuilder, Vec<Line>)> {
    let seller = (name(), address()).prop_map(|(name, address)| Seller {
        nip: "5265877635".parse().unwrap(),
        name,
        address,
    });
    let options = (any::<[bool; 6]>(), prop::option::of(name()), prop::option::of(name()), name(), 0..3usize);
    let date = ("200[6-9]|20[1-4][0-9]", "0[1-9]|1[0-2]", "[01][1-9]|2[0-8]")
        .prop_map(|(y, m, d)| format!("{y}-{m}-{d}").parse::<Date>().unwrap());
    (seller, buyer(), name(), date, prop::collection::vec(line(), 1..30), options).prop_map(
        |(seller, buyer, number, date, lines, (flags, place, system, basis, sort))| {
            let mut builder = InvoiceBuilder::new(seller, buyer, number, date)
                .lines(lines.clone())
                .cash_accounting(flags[0])
                .self_invoicing(flags[1])
                .split_payment(flags[2])
                .tax_rounding(if flags[3] { TaxRounding::PerLine } else { TaxRounding::PerSummary });
            if flags[4] {
                builder = builder.currency("EUR", Some(Decimal::new(42567, 4)));
            }
            if flags[5] {
                builder = builder.sale_date(date.tomorrow().unwrap());
            }
            if let Some(place) = place {
                builder = builder.place(place);
            }
            if let Some(system) = system {
                builder = builder.system_info(system);
            }
            if lines.iter().any(|line| line.rate == VatRate::Exempt) {
                builder = builder.exemption(match sort {
                    0 => ExemptionBasis::Act(basis),
                    1 => ExemptionBasis::Directive(basis),
                    _ => ExemptionBasis::Other(basis),
                });
            }
            (builder, lines)
        },
    )
}

#[test]
fn generated_invoices_are_valid() {
    let mut runner = TestRunner::deterministic();
    let strategy = invoice();
    let mut documents = Vec::new();
    for _ in 0..400 {
        let (builder, lines) = strategy.new_tree(&mut runner).unwrap().current();
        let bytes = builder.build().unwrap();
        assert_eq!(check(&bytes), Ok(()));
        let header = InvoiceHeader::read(&bytes).unwrap();
        assert_eq!(header.form(), Form::Fa3);
        assert_eq!(header.invoice_type, "VAT");
        // The sum of nets is the sum of the lines, each rounded.
        let round = |value: Decimal| {
            value.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        };
        let net: Decimal = lines.iter().map(|line| round(line.quantity * line.unit_net_price)).sum();
        assert_eq!(header.net_amount, net);
        documents.push(bytes);
    }
    let Some(spec) = common::spec("generated_invoices_are_valid") else { return };
    let errors = common::schema_errors(&spec, SCHEMA, &documents);
    assert!(
        errors.is_empty(),
        "{}",
        errors.lines().filter(|line| !line.ends_with("validates")).collect::<String>()
    );
}

#[test]
fn the_largest_invoice_is_valid() {
    let seller = Seller {
        nip: "5265877635".parse().unwrap(),
        name: "ż".repeat(512),
        address: Address::polish("ł".repeat(512), "ó".repeat(512)),
    };
    let unit: Decimal = "99999999999.99999999".parse().unwrap();
    let lines = (0..10_000).map(|i| Line::new("n", Decimal::ONE, "u", unit, VatRate::ALL[i % 10]));
    let buyer = Buyer::with_nip("1111111111".parse().unwrap(), "n");
    let invoice =
        InvoiceBuilder::new(seller, buyer, "9".repeat(256), "2050-01-01".parse().unwrap()).lines(lines);
    let bytes = invoice.build().unwrap();
    assert!(invoice.line(Line::new("n", Decimal::ONE, "u", unit, VatRate::Percent5)).build().is_err());
    let Some(spec) = common::spec("the_largest_invoice_is_valid") else { return };
    assert_eq!(common::schema_errors(&spec, SCHEMA, &[bytes]), "");
}

/// The judge must be able to say no, else the tests above prove nothing.
#[test]
fn the_schema_refuses_a_damaged_invoice() {
    let seller = Seller {
        nip: "5265877635".parse().unwrap(),
        name: "A".to_owned(),
        address: Address::polish("a", "b"),
    };
    let line = Line::new("n", Decimal::ONE, "u", Decimal::ONE, VatRate::Percent23);
    let date: Date = "2026-02-01".parse().unwrap();
    let bytes = InvoiceBuilder::new(seller, Buyer::consumer("B"), "1", date).line(line).build().unwrap();
    let damaged = String::from_utf8(bytes).unwrap().replace("<P_15>1.23</P_15>", "");
    let Some(spec) = common::spec("the_schema_refuses_a_damaged_invoice") else { return };
    let errors = common::schema_errors(&spec, SCHEMA, &[damaged.into_bytes()]);
    assert!(errors.contains("Adnotacje"), "{errors}");
}
