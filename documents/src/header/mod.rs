//! What routing, duplicate detection and metadata need from an invoice, read without its schema.

mod fa;
mod party;
mod ubl;

use std::fmt;

use jiff::civil::Date;
use ksef_model::{InvoiceType, Nip};
use rust_decimal::Decimal;

pub(crate) use party::VAT_PREFIXES;
pub use party::{Party, PartyIdentifier};

use crate::error::{Error, text_of};
use crate::form::Form;
use crate::xml::{Attribute, Visitor, walk};

/// The head of an invoice (PROTOCOL §9.2, "FA source elements"). White space of values is collapsed, as the
/// schemas prescribe. `Debug` shows no contents of the invoice.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct InvoiceHeader {
    /// The form, by root element and namespace.
    pub form: Form,
    /// NIP of the seller as written (`Podmiot1`, in UBL `AccountingSupplierParty`); in FA_RR the farmer's.
    pub seller_nip: Nip,
    /// The seller.
    pub seller: Party,
    /// The buyer.
    pub buyer: Party,
    /// Third parties, in document order.
    pub third_parties: Vec<Party>,
    /// The authorised party (`PodmiotUpowazniony`).
    pub authorized: Option<Party>,
    /// Invoice number: `P_2`, in FA_RR `P_4C`, in UBL `ID`.
    pub invoice_number: String,
    /// `RodzajFaktury` as written; in UBL `VAT_PEF`, `VAT_PEF_SP` or `KOR_PEF`, by root and customization.
    pub invoice_type: String,
    /// Date of issue: `P_1`, in FA_RR `P_4B`, in UBL `IssueDate`.
    pub issue_date: Date,
    /// Currency code.
    pub currency: String,
    /// Sum of net amounts (`P_13_*`, `P_11_1`, `TaxExclusiveAmount`), in the currency of the invoice.
    pub net_amount: Decimal,
    /// Sum of tax amounts, in PLN where the invoice states it (`P_14_*W`).
    pub vat_amount: Decimal,
    /// Gross amount (`P_15`, `P_12_1`, `TaxInclusiveAmount`), in the currency of the invoice.
    pub gross_amount: Decimal,
    /// Whether the buyer issued the invoice on the seller's behalf (`P_17` = 1, UBL type code 389).
    pub is_self_invoicing: bool,
    /// Whether the invoice has a structured attachment (`Zalacznik`, FA(3) only).
    pub has_attachment: bool,
}

impl InvoiceHeader {
    /// Reads an invoice. A byte order mark is passed over: [`crate::check`] reports it.
    ///
    /// # Errors
    /// Not UTF-8, not well-formed, unknown root element, or a missing or unreadable required element.
    pub fn read(bytes: &[u8]) -> Result<InvoiceHeader, Error> {
        let mut visitor = HeaderVisitor { reader: None, root_seen: false };
        walk(text_of(bytes)?, &mut visitor)?;
        match visitor.reader {
            Some(Reader::Fa(draft)) => draft.finish(),
            Some(Reader::Ubl(draft)) => draft.finish(),
            None => Err(Error::UnexpectedRoot { expected: "an invoice that KSeF accepts" }),
        }
    }

    /// The form.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The type as the metadata of KSeF names it (`Vat`, `KorZal`, `VatRr`, ...).
    pub fn metadata_type(&self) -> InvoiceType {
        match self.invoice_type.as_str() {
            "VAT" => InvoiceType::Vat,
            "KOR" => InvoiceType::Kor,
            "ZAL" => InvoiceType::Zal,
            "ROZ" => InvoiceType::Roz,
            "UPR" => InvoiceType::Upr,
            "KOR_ZAL" => InvoiceType::KorZal,
            "KOR_ROZ" => InvoiceType::KorRoz,
            "VAT_PEF" => InvoiceType::VatPef,
            "VAT_PEF_SP" => InvoiceType::VatPefSp,
            "KOR_PEF" => InvoiceType::KorPef,
            "VAT_RR" => InvoiceType::VatRr,
            "KOR_VAT_RR" => InvoiceType::KorVatRr,
            other => InvoiceType::Unknown(other.to_owned()),
        }
    }

    /// Every party: seller, buyer, third parties, authorised party.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        [&self.seller, &self.buyer].into_iter().chain(&self.third_parties).chain(&self.authorized)
    }

    /// The NIPs of all parties, in document order, with repetitions.
    pub fn nips(&self) -> impl Iterator<Item = &Nip> {
        self.parties().filter_map(|party| party.identifier.nip())
    }
}

impl fmt::Debug for InvoiceHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvoiceHeader")
            .field("form", &self.form)
            .field("invoice_type", &self.invoice_type)
            .field("has_attachment", &self.has_attachment)
            .finish_non_exhaustive()
    }
}

enum Reader {
    Fa(fa::FaDraft),
    Ubl(ubl::UblDraft),
}

struct HeaderVisitor {
    reader: Option<Reader>,
    root_seen: bool,
}

impl Visitor for HeaderVisitor {
    fn label<'a>(&mut self, namespace: &str, local: &'a str) -> &'a str {
        if !self.root_seen {
            self.root_seen = true;
            self.reader = Form::from_root(namespace, local).map(|form| match form {
                Form::Pef3 | Form::PefKor3 => Reader::Ubl(ubl::UblDraft::new(form)),
                _ => Reader::Fa(fa::FaDraft::new(form)),
            });
        }
        let known = match &self.reader {
            Some(Reader::Fa(draft)) => namespace == draft.form.namespace(),
            Some(Reader::Ubl(draft)) => draft.knows(namespace),
            None => false,
        };
        if known { local } else { "" }
    }

    fn start(&mut self, path: &[&str], attributes: &[Attribute<'_>]) {
        match &mut self.reader {
            Some(Reader::Fa(draft)) => draft.start(path),
            Some(Reader::Ubl(draft)) => draft.start(path, attributes),
            None => {}
        }
    }

    fn end(&mut self, path: &[&str], text: &str) {
        match &mut self.reader {
            Some(Reader::Fa(draft)) => draft.end(path, text),
            Some(Reader::Ubl(draft)) => draft.end(path, text),
            None => {}
        }
    }
}

/// White space as `xsd:token` has it.
pub(crate) fn collapse(text: &str) -> String {
    let mut words = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty());
    let mut out = String::with_capacity(text.len());
    out.extend(words.next());
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out
}

fn required(value: Option<String>, element: &'static str) -> Result<String, Error> {
    value.filter(|text| !text.is_empty()).ok_or(Error::Missing { element })
}

fn date(value: Option<String>, element: &'static str) -> Result<Date, Error> {
    let text = required(value, element)?;
    let invalid = Error::Invalid { element, reason: "is not a date" };
    // A schema date may carry a time zone, which does not change the day on the invoice.
    let Some((day, zone)) = text.split_at_checked(10) else { return Err(invalid) };
    let plain = zone.is_empty() || zone == "Z" || (zone.len() == 6 && zone.starts_with(['+', '-']));
    day.parse().ok().filter(|_| plain).ok_or(invalid)
}

fn amount(text: &str, element: &'static str) -> Result<Decimal, Error> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    Decimal::from_str_exact(text).map_err(|_| Error::Invalid { element, reason: "is not an amount" })
}

fn add(sum: &mut Decimal, value: Decimal, element: &'static str) -> Result<(), Error> {
    *sum = sum.checked_add(value).ok_or(Error::Invalid { element, reason: "is too large" })?;
    Ok(())
}

#[cfg(test)]
mod tests;
