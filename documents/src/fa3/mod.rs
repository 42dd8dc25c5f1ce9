//! A small builder of FA(3) invoices: enough for a domestic or foreign sale with several rates, not for every field
//! of the schema. What it builds is valid against the schema, with the limits named at each setter.

mod rate;
mod totals;
mod write;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use ksef_model::Nip;
use rust_decimal::Decimal;

pub use rate::VatRate;

use crate::error::Error;

/// At most this many lines.
pub const MAX_LINES: usize = 10_000;

/// An address in the two lines of the schema.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Two-letter country code from the ministry's list; only its shape is checked.
    pub country: String,
    /// First line, 1-512 characters.
    pub line1: String,
    /// Second line, 1-512 characters.
    pub line2: Option<String>,
}

impl Address {
    /// An address in Poland.
    pub fn polish(line1: impl Into<String>, line2: impl Into<String>) -> Self {
        Address { country: "PL".to_owned(), line1: line1.into(), line2: Some(line2.into()) }
    }
}

/// The seller.
#[derive(Clone, PartialEq, Eq)]
pub struct Seller {
    /// Tax number.
    pub nip: Nip,
    /// Name, 1-512 characters.
    pub name: String,
    /// Address.
    pub address: Address,
}

/// How the buyer is identified.
#[derive(Clone, PartialEq, Eq)]
pub enum BuyerIdentifier {
    /// Polish tax number.
    Nip(Nip),
    /// VAT-UE number: country prefix and 1-12 digits, capital letters, `+` or `*`.
    VatUe {
        /// Country prefix of the Union, `EL` for Greece.
        country: String,
        /// The number without the prefix.
        number: String,
    },
    /// Another tax number, 1-50 characters.
    Other {
        /// Two-letter country code.
        country: Option<String>,
        /// The number.
        number: String,
    },
    /// No identifier: a consumer.
    None,
}

/// The buyer.
#[derive(Clone, PartialEq, Eq)]
pub struct Buyer {
    /// Identifier.
    pub identifier: BuyerIdentifier,
    /// Name, 1-512 characters.
    pub name: Option<String>,
    /// Address.
    pub address: Option<Address>,
}

impl Buyer {
    /// A buyer with a Polish tax number.
    pub fn with_nip(nip: Nip, name: impl Into<String>) -> Self {
        Buyer { identifier: BuyerIdentifier::Nip(nip), name: Some(name.into()), address: None }
    }

    /// A consumer without a tax number.
    pub fn consumer(name: impl Into<String>) -> Self {
        Buyer { identifier: BuyerIdentifier::None, name: Some(name.into()), address: None }
    }
}

/// A line of the invoice.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Name of the goods or service, 1-512 characters.
    pub name: String,
    /// Quantity, up to six decimal places.
    pub quantity: Decimal,
    /// Unit of measure, 1-256 characters.
    pub unit: String,
    /// Net price of one unit, up to eight decimal places.
    pub unit_net_price: Decimal,
    /// Tax rate.
    pub rate: VatRate,
}

impl Line {
    /// A line.
    pub fn new(
        name: impl Into<String>,
        quantity: Decimal,
        unit: impl Into<String>,
        unit_net_price: Decimal,
        rate: VatRate,
    ) -> Self {
        Line { name: name.into(), quantity, unit: unit.into(), unit_net_price, rate }
    }
}

/// Which law an exemption rests on; the text names the provision, 1-256 characters.
#[derive(Clone, PartialEq, Eq)]
pub enum ExemptionBasis {
    /// A provision of the act or of a regulation under it (`P_19A`).
    Act(String),
    /// A provision of the directive 2006/112/EC (`P_19B`).
    Directive(String),
    /// Another basis (`P_19C`).
    Other(String),
}

/// Where tax is rounded. Amounts are rounded to hundredths, halves away from zero; the net value of a line always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaxRounding {
    /// Once per rate: the tax of the sum of net values.
    #[default]
    PerSummary,
    /// On every line; the rounded taxes are added up.
    PerLine,
}

/// Builds an invoice of the type VAT. Setters are plain; [`InvoiceBuilder::build`] checks everything.
#[derive(Clone)]
pub struct InvoiceBuilder {
    seller: Seller,
    buyer: Buyer,
    number: String,
    issue_date: Date,
    created_at: Option<Timestamp>,
    system_info: Option<String>,
    currency: String,
    exchange_rate: Option<Decimal>,
    place: Option<String>,
    sale_date: Option<Date>,
    exemption: Option<ExemptionBasis>,
    cash_accounting: bool,
    self_invoicing: bool,
    split_payment: bool,
    rounding: TaxRounding,
    lines: Vec<Line>,
}

impl InvoiceBuilder {
    /// An invoice in PLN. The number (`P_2`) has 1-256 characters; the date of issue (`P_1`) is from 2006-01-01 to
    /// 2050-01-01.
    pub fn new(seller: Seller, buyer: Buyer, number: impl Into<String>, issue_date: Date) -> Self {
        InvoiceBuilder {
            seller,
            buyer,
            number: number.into(),
            issue_date,
            created_at: None,
            system_info: None,
            currency: "PLN".to_owned(),
            exchange_rate: None,
            place: None,
            sale_date: None,
            exemption: None,
            cash_accounting: false,
            self_invoicing: false,
            split_payment: false,
            rounding: TaxRounding::default(),
            lines: Vec::new(),
        }
    }

    /// Adds a line.
    #[must_use]
    pub fn line(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }

    /// Adds lines.
    #[must_use]
    pub fn lines(mut self, lines: impl IntoIterator<Item = Line>) -> Self {
        self.lines.extend(lines);
        self
    }

    /// When the document was made (`DataWytworzeniaFa`), from 2025-09-01; written in whole seconds. Without it, midnight
    /// (UTC) of the date of issue, so that equal input gives equal bytes.
    #[must_use]
    pub fn created_at(mut self, instant: Timestamp) -> Self {
        self.created_at = Some(instant);
        self
    }

    /// The name of the issuing system (`SystemInfo`), 1-256 characters.
    #[must_use]
    pub fn system_info(mut self, text: impl Into<String>) -> Self {
        self.system_info = Some(text.into());
        self
    }

    /// Another currency: three capital letters from the ministry's list, of which only the shape is checked. The
    /// rate in PLN, up to six decimal places, is needed when there is tax: `P_14_*W` states it in PLN.
    #[must_use]
    pub fn currency(mut self, code: impl Into<String>, exchange_rate: Option<Decimal>) -> Self {
        self.currency = code.into();
        self.exchange_rate = exchange_rate;
        self
    }

    /// Place of issue (`P_1M`), 1-256 characters.
    #[must_use]
    pub fn place(mut self, text: impl Into<String>) -> Self {
        self.place = Some(text.into());
        self
    }

    /// Date of the supply (`P_6`), when it is not the date of issue.
    #[must_use]
    pub fn sale_date(mut self, date: Date) -> Self {
        self.sale_date = Some(date);
        self
    }

    /// The basis of the exemption, required exactly when a line is exempt.
    #[must_use]
    pub fn exemption(mut self, basis: ExemptionBasis) -> Self {
        self.exemption = Some(basis);
        self
    }

    /// Cash accounting (`P_16`).
    #[must_use]
    pub fn cash_accounting(mut self, yes: bool) -> Self {
        self.cash_accounting = yes;
        self
    }

    /// Issued by the buyer on the seller's behalf (`P_17`).
    #[must_use]
    pub fn self_invoicing(mut self, yes: bool) -> Self {
        self.self_invoicing = yes;
        self
    }

    /// Split payment is mandatory (`P_18A`).
    #[must_use]
    pub fn split_payment(mut self, yes: bool) -> Self {
        self.split_payment = yes;
        self
    }

    /// Where tax is rounded.
    #[must_use]
    pub fn tax_rounding(mut self, rounding: TaxRounding) -> Self {
        self.rounding = rounding;
        self
    }

    /// The invoice: UTF-8 without a byte order mark, not indented. White space inside texts is collapsed, as the
    /// schema would.
    ///
    /// # Errors
    /// A value outside the limits of the schema, characters that KSeF refuses, no lines or more than [`MAX_LINES`],
    /// an exempt line without a basis, or tax in another currency without an exchange rate.
    pub fn build(&self) -> Result<Vec<u8>, Error> {
        write::write(self)
    }
}

/// Invoices are confidential: nothing of them is shown.
macro_rules! opaque_debug {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

opaque_debug!(Address, Seller, BuyerIdentifier, Buyer, Line, ExemptionBasis, InvoiceBuilder);

#[cfg(test)]
mod tests;
