//! Writes the elements in the order of the schema.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::rate::BUCKETS;
use super::totals::{Summary, checked, totals};
use super::{Address, Buyer, BuyerIdentifier, ExemptionBasis, InvoiceBuilder, Line, MAX_LINES, VatRate};
use crate::error::Error;
use crate::form::Form;
use crate::header::{VAT_PREFIXES, collapse};
use crate::xml::{Writer, suspicious_characters};

const FIRST_CREATION: Date = date(2025, 9, 1);
const FIRST_ISSUE: Date = date(2006, 1, 1);
const LAST_DAY: Date = date(2050, 1, 1);

pub(super) fn write(invoice: &InvoiceBuilder) -> Result<Vec<u8>, Error> {
    if invoice.lines.is_empty() {
        return Err(Error::Missing { element: "FaWiersz" });
    }
    if invoice.lines.len() > MAX_LINES {
        return Err(Error::Invalid { element: "FaWiersz", reason: "appears more than 10000 times" });
    }
    let mut writer = Writer::document();
    writer.open("Faktura", &[("xmlns", Form::Fa3.namespace())]);
    header(&mut writer, invoice)?;
    writer.open("Podmiot1", &[]).open("DaneIdentyfikacyjne", &[]);
    writer.leaf("NIP", invoice.seller.nip.as_str());
    writer.leaf("Nazwa", &text("Podmiot1/Nazwa", &invoice.seller.name, 512)?).close();
    address(&mut writer, &invoice.seller.address)?;
    writer.close();
    buyer(&mut writer, &invoice.buyer)?;
    body(&mut writer, invoice)?;
    Ok(writer.finish())
}

fn header(writer: &mut Writer, invoice: &InvoiceBuilder) -> Result<(), Error> {
    let form = Form::Fa3;
    let attributes = [("kodSystemowy", form.system_code()), ("wersjaSchemy", form.schema_version())];
    writer.open("Naglowek", &[]).leaf_with("KodFormularza", &attributes, form.value());
    writer.leaf("WariantFormularza", "3");
    writer.leaf("DataWytworzeniaFa", &creation(invoice)?);
    if let Some(info) = &invoice.system_info {
        writer.leaf("SystemInfo", &text("SystemInfo", info, 256)?);
    }
    writer.close();
    Ok(())
}

fn creation(invoice: &InvoiceBuilder) -> Result<String, Error> {
    let invalid =
        Error::Invalid { element: "DataWytworzeniaFa", reason: "is outside 2025-09-01 to 2050-01-01" };
    let day = invoice.issue_date.max(FIRST_CREATION);
    let midnight = || day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    let instant: Timestamp = match invoice.created_at {
        Some(instant) => instant,
        None => midnight().map_err(|_| invalid.clone())?,
    };
    let utc = instant.to_zoned(TimeZone::UTC).datetime();
    if utc.date() < FIRST_CREATION || utc.date() > LAST_DAY {
        return Err(invalid);
    }
    Ok(utc.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn buyer(writer: &mut Writer, buyer: &Buyer) -> Result<(), Error> {
    writer.open("Podmiot2", &[]).open("DaneIdentyfikacyjne", &[]);
    match &buyer.identifier {
        BuyerIdentifier::Nip(nip) => {
            writer.leaf("NIP", nip.as_str());
        }
        BuyerIdentifier::VatUe { country, number } => {
            let in_union = VAT_PREFIXES.contains(&country.as_str());
            let legal = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'+' || b == b'*';
            if !in_union {
                return Err(Error::Invalid { element: "KodUE", reason: "is not a prefix of the Union" });
            }
            if number.is_empty() || number.len() > 12 || !number.bytes().all(legal) {
                return Err(Error::Invalid { element: "NrVatUE", reason: "has a wrong shape" });
            }
            writer.leaf("KodUE", country).leaf("NrVatUE", number);
        }
        BuyerIdentifier::Other { country, number } => {
            if let Some(country) = country {
                writer.leaf("KodKraju", capitals("KodKraju", country, 2)?);
            }
            writer.leaf("NrID", &text("NrID", number, 50)?);
        }
        BuyerIdentifier::None => {
            writer.leaf("BrakID", "1");
        }
    }
    if let Some(name) = &buyer.name {
        writer.leaf("Nazwa", &text("Podmiot2/Nazwa", name, 512)?);
    }
    writer.close();
    if let Some(place) = &buyer.address {
        address(writer, place)?;
    }
    // Neither a unit of local government nor a member of a VAT group.
    writer.leaf("JST", "2").leaf("GV", "2").close();
    Ok(())
}

fn address(writer: &mut Writer, address: &Address) -> Result<(), Error> {
    writer.open("Adres", &[]).leaf("KodKraju", capitals("KodKraju", &address.country, 2)?);
    writer.leaf("AdresL1", &text("AdresL1", &address.line1, 512)?);
    if let Some(line) = &address.line2 {
        writer.leaf("AdresL2", &text("AdresL2", line, 512)?);
    }
    writer.close();
    Ok(())
}

fn body(writer: &mut Writer, invoice: &InvoiceBuilder) -> Result<(), Error> {
    let totals = totals(&invoice.lines, invoice.rounding)?;
    writer.open("Fa", &[]).leaf("KodWaluty", capitals("KodWaluty", &invoice.currency, 3)?);
    writer.leaf("P_1", &day("P_1", invoice.issue_date)?);
    if let Some(place) = &invoice.place {
        writer.leaf("P_1M", &text("P_1M", place, 256)?);
    }
    writer.leaf("P_2", &text("P_2", &invoice.number, 256)?);
    if let Some(date) = invoice.sale_date.filter(|date| *date != invoice.issue_date) {
        writer.leaf("P_6", &day("P_6", date)?);
    }
    for (summary, fields) in totals.summaries.iter().zip(BUCKETS) {
        if let Some(summary) = summary {
            summary_fields(writer, invoice, *summary, fields)?;
        }
    }
    writer.leaf("P_15", &totals.gross.to_string());
    annotations(writer, invoice)?;
    writer.leaf("RodzajFaktury", "VAT");
    for (index, (line, net)) in invoice.lines.iter().zip(&totals.lines).enumerate() {
        line_fields(writer, invoice, index + 1, line, *net)?;
    }
    writer.close();
    Ok(())
}

fn summary_fields(
    writer: &mut Writer,
    invoice: &InvoiceBuilder,
    summary: Summary,
    (net, tax): (&'static str, Option<(&'static str, &'static str)>),
) -> Result<(), Error> {
    writer.leaf(net, &summary.net.to_string());
    let Some((tax, in_zlotys)) = tax else { return Ok(()) };
    writer.leaf(tax, &summary.tax.to_string());
    if invoice.currency != "PLN" {
        let rate = invoice.exchange_rate.ok_or(Error::Missing { element: "KursWaluty" })?;
        let amount = checked(summary.tax.checked_mul(rate), "P_14W")?;
        writer.leaf(in_zlotys, &amount.to_string());
    }
    Ok(())
}

fn annotations(writer: &mut Writer, invoice: &InvoiceBuilder) -> Result<(), Error> {
    let choice = |yes: bool| if yes { "1" } else { "2" };
    let exempt = invoice.lines.iter().any(|line| line.rate == VatRate::Exempt);
    writer.open("Adnotacje", &[]);
    writer.leaf("P_16", choice(invoice.cash_accounting));
    writer.leaf("P_17", choice(invoice.self_invoicing));
    writer.leaf("P_18", choice(invoice.lines.iter().any(|line| line.rate.buyer_pays())));
    writer.leaf("P_18A", choice(invoice.split_payment));
    writer.open("Zwolnienie", &[]);
    match (&invoice.exemption, exempt) {
        (Some(basis), true) => {
            let (element, provision) = match basis {
                ExemptionBasis::Act(provision) => ("P_19A", provision),
                ExemptionBasis::Directive(provision) => ("P_19B", provision),
                ExemptionBasis::Other(provision) => ("P_19C", provision),
            };
            writer.leaf("P_19", "1").leaf(element, &text(element, provision, 256)?);
        }
        (None, false) => {
            writer.leaf("P_19N", "1");
        }
        (None, true) => return Err(Error::Missing { element: "P_19A" }),
        (Some(_), false) => {
            return Err(Error::Invalid { element: "P_19A", reason: "is given but no line is exempt" });
        }
    }
    writer.close();
    writer.open("NoweSrodkiTransportu", &[]).leaf("P_22N", "1").close();
    writer.leaf("P_23", "2");
    writer.open("PMarzy", &[]).leaf("P_PMarzyN", "1").close();
    writer.close();
    Ok(())
}

fn line_fields(
    writer: &mut Writer,
    invoice: &InvoiceBuilder,
    number: usize,
    line: &Line,
    net: Decimal,
) -> Result<(), Error> {
    writer.open("FaWiersz", &[]).leaf("NrWierszaFa", &number.to_string());
    writer.leaf("P_7", &text("P_7", &line.name, 512)?);
    writer.leaf("P_8A", &text("P_8A", &line.unit, 256)?);
    writer.leaf("P_8B", &number_text("P_8B", line.quantity, 16, 6)?);
    writer.leaf("P_9A", &number_text("P_9A", line.unit_net_price, 14, 8)?);
    writer.leaf("P_11", &net.to_string());
    writer.leaf("P_12", line.rate.code());
    if let Some(rate) = invoice.exchange_rate.filter(|_| invoice.currency != "PLN") {
        writer.leaf("KursWaluty", &number_text("KursWaluty", rate, 16, 6)?);
    }
    writer.close();
    Ok(())
}

/// A text with its white space collapsed, 1 to `longest` characters, none of them refused by KSeF.
fn text(element: &'static str, value: &str, longest: usize) -> Result<String, Error> {
    let collapsed = collapse(value);
    if collapsed.is_empty() {
        return Err(Error::Invalid { element, reason: "is empty" });
    }
    if collapsed.chars().count() > longest {
        return Err(Error::Invalid { element, reason: "is too long" });
    }
    if suspicious_characters(&collapsed).next().is_some() {
        return Err(Error::Invalid { element, reason: "has a character that KSeF refuses" });
    }
    Ok(collapsed)
}

fn capitals<'a>(element: &'static str, value: &'a str, length: usize) -> Result<&'a str, Error> {
    let shaped = value.len() == length && value.bytes().all(|b| b.is_ascii_uppercase());
    if shaped { Ok(value) } else { Err(Error::Invalid { element, reason: "is not a code" }) }
}

fn day(element: &'static str, date: Date) -> Result<String, Error> {
    if !(FIRST_ISSUE..=LAST_DAY).contains(&date) {
        return Err(Error::Invalid { element, reason: "is outside 2006-01-01 to 2050-01-01" });
    }
    Ok(date.to_string())
}

/// A number without trailing zeros, with at most so many digits before and after the point.
fn number_text(element: &'static str, value: Decimal, whole: u32, places: u32) -> Result<String, Error> {
    let value = value.normalize();
    if value.scale() > places {
        return Err(Error::Invalid { element, reason: "has too many decimal places" });
    }
    let text = value.to_string();
    let digits = text.trim_start_matches('-').split('.').next().map_or(0, str::len);
    if digits > whole as usize {
        return Err(Error::Invalid { element, reason: "is too large" });
    }
    Ok(text)
}
