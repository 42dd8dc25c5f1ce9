//! FA(2), FA(3) and FA_RR(1).

use rust_decimal::Decimal;

use super::party::PartyDraft;
use super::{InvoiceHeader, Party, add, amount, collapse, date, required};
use crate::error::Error;
use crate::form::Form;

pub(super) struct FaDraft {
    pub(super) form: Form,
    party: PartyDraft,
    seller: Option<Party>,
    buyer: Option<Party>,
    third_parties: Vec<Party>,
    authorized: Option<Party>,
    number: Option<String>,
    kind: Option<String>,
    issued: Option<String>,
    currency: Option<String>,
    net: Decimal,
    vat: Decimal,
    /// The tax amount last read, which the same amount in PLN replaces.
    last_vat: Decimal,
    gross: Option<Decimal>,
    self_invoicing: bool,
    attachment: bool,
    error: Option<Error>,
}

impl FaDraft {
    pub(super) fn new(form: Form) -> Self {
        FaDraft {
            form,
            party: PartyDraft::default(),
            seller: None,
            buyer: None,
            third_parties: Vec::new(),
            authorized: None,
            number: None,
            kind: None,
            issued: None,
            currency: None,
            net: Decimal::ZERO,
            vat: Decimal::ZERO,
            last_vat: Decimal::ZERO,
            gross: None,
            self_invoicing: false,
            attachment: false,
            error: None,
        }
    }

    pub(super) fn start(&mut self, path: &[&str]) {
        match path {
            [_, "Podmiot1" | "Podmiot2" | "Podmiot3" | "PodmiotUpowazniony"] => {
                self.party = PartyDraft::default();
            }
            [_, "Zalacznik"] => self.attachment = self.form == Form::Fa3,
            _ => {}
        }
    }

    pub(super) fn end(&mut self, path: &[&str], text: &str) {
        match path {
            [_, party, rest @ ..] if party.starts_with("Podmiot") => self.party_element(party, rest, text),
            [_, "Fa" | "FakturaRR", element] => {
                if let Err(error) = self.body_element(element, text) {
                    self.error.get_or_insert(error);
                }
            }
            [_, "Fa", "Adnotacje", "P_17"] => self.self_invoicing = collapse(text) == "1",
            _ => {}
        }
    }

    fn party_element(&mut self, party: &str, rest: &[&str], text: &str) {
        match rest {
            ["DaneIdentyfikacyjne", element] => self.party.identify(element, collapse(text)),
            ["Rola" | "RolaPU"] => self.party.role = collapse(text).parse().ok(),
            ["RolaInna"] => self.party.role = Some(0),
            [] => {
                let done = std::mem::take(&mut self.party).finish();
                match party {
                    "Podmiot1" => drop(self.seller.get_or_insert(done)),
                    "Podmiot2" => drop(self.buyer.get_or_insert(done)),
                    "Podmiot3" => self.third_parties.push(done),
                    "PodmiotUpowazniony" => drop(self.authorized.get_or_insert(done)),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn body_element(&mut self, element: &str, text: &str) -> Result<(), Error> {
        let farmer = self.form == Form::FaRr1;
        match element {
            "KodWaluty" => self.currency = Some(collapse(text)),
            "RodzajFaktury" => self.kind = Some(collapse(text)),
            "P_1" if !farmer => self.issued = Some(collapse(text)),
            "P_2" if !farmer => self.number = Some(collapse(text)),
            "P_15" if !farmer => self.gross = Some(amount(text, "P_15")?),
            "P_4B" if farmer => self.issued = Some(collapse(text)),
            "P_4C" if farmer => self.number = Some(collapse(text)),
            "P_12_1" if farmer => self.gross = Some(amount(text, "P_12_1")?),
            "P_11_1" if farmer => add(&mut self.net, amount(text, "P_11_1")?, "P_11_1")?,
            "P_11_2" if farmer => self.tax(amount(text, "P_11_2")?)?,
            "P_11_2W" if farmer => self.tax_in_zlotys(amount(text, "P_11_2W")?)?,
            _ if farmer => {}
            _ if element.starts_with("P_13_") => add(&mut self.net, amount(text, "P_13")?, "P_13")?,
            _ if element.starts_with("P_14_") && element.ends_with('W') => {
                self.tax_in_zlotys(amount(text, "P_14W")?)?;
            }
            _ if element.starts_with("P_14_") => self.tax(amount(text, "P_14")?)?,
            _ => {}
        }
        Ok(())
    }

    fn tax(&mut self, value: Decimal) -> Result<(), Error> {
        self.last_vat = value;
        add(&mut self.vat, value, "P_14")
    }

    /// The schema puts the amount in PLN directly after the amount that it restates.
    fn tax_in_zlotys(&mut self, value: Decimal) -> Result<(), Error> {
        let replaced = std::mem::take(&mut self.last_vat);
        add(&mut self.vat, -replaced, "P_14W")?;
        add(&mut self.vat, value, "P_14W")
    }

    pub(super) fn finish(self) -> Result<InvoiceHeader, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let farmer = self.form == Form::FaRr1;
        let seller = self.seller.ok_or(Error::Missing { element: "Podmiot1" })?;
        let nip = seller.identifier.nip().filter(|nip| !nip.as_str().is_empty()).cloned();
        Ok(InvoiceHeader {
            form: self.form,
            seller_nip: nip.ok_or(Error::Missing { element: "Podmiot1/DaneIdentyfikacyjne/NIP" })?,
            seller,
            buyer: self.buyer.ok_or(Error::Missing { element: "Podmiot2" })?,
            third_parties: self.third_parties,
            authorized: self.authorized,
            invoice_number: required(self.number, if farmer { "P_4C" } else { "P_2" })?,
            invoice_type: required(self.kind, "RodzajFaktury")?,
            issue_date: date(self.issued, if farmer { "P_4B" } else { "P_1" })?,
            currency: required(self.currency, "KodWaluty")?,
            net_amount: self.net,
            vat_amount: self.vat,
            gross_amount: self
                .gross
                .ok_or(Error::Missing { element: if farmer { "P_12_1" } else { "P_15" } })?,
            is_self_invoicing: self.self_invoicing,
            has_attachment: self.attachment,
        })
    }
}
