//! PEF(3) and PEF_KOR(3): UBL 2.1 `Invoice` and `CreditNote`.

use rust_decimal::Decimal;

use super::party::recognise;
use super::{InvoiceHeader, Party, PartyIdentifier, amount, collapse, date, required};
use crate::error::Error;
use crate::form::Form;
use crate::xml::Attribute;

const AGGREGATES: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
const BASICS: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

/// Code of a self-billed invoice in UNCL 1001.
const SELF_BILLED: &str = "389";

#[derive(Default)]
struct PartyNumbers {
    /// `PartyTaxScheme/CompanyID`, until its scheme is known.
    pending: Option<String>,
    vat: Option<String>,
    legal: Option<String>,
    name: Option<String>,
    legal_name: Option<String>,
}

impl PartyNumbers {
    fn finish(self) -> Party {
        let number = self.vat.or(self.legal);
        Party {
            identifier: number.map_or(PartyIdentifier::None, |number| recognise(&number)),
            name: self.legal_name.or(self.name),
            role: None,
        }
    }
}

pub(super) struct UblDraft {
    form: Form,
    party: PartyNumbers,
    seller: Option<Party>,
    buyer: Option<Party>,
    third_parties: Vec<Party>,
    number: Option<String>,
    issued: Option<String>,
    currency: Option<String>,
    type_code: Option<String>,
    customization: Option<String>,
    net: Option<Decimal>,
    vat: Option<Decimal>,
    /// Whether the `TaxAmount` being read is in PLN.
    zlotys: bool,
    gross: Option<Decimal>,
    error: Option<Error>,
}

impl UblDraft {
    pub(super) fn new(form: Form) -> Self {
        UblDraft {
            form,
            party: PartyNumbers::default(),
            seller: None,
            buyer: None,
            third_parties: Vec::new(),
            number: None,
            issued: None,
            currency: None,
            type_code: None,
            customization: None,
            net: None,
            vat: None,
            zlotys: false,
            gross: None,
            error: None,
        }
    }

    pub(super) fn knows(&self, namespace: &str) -> bool {
        namespace == AGGREGATES || namespace == BASICS || namespace == self.form.namespace()
    }

    pub(super) fn start(&mut self, path: &[&str], attributes: &[Attribute<'_>]) {
        match path {
            [
                _,
                "AccountingSupplierParty"
                | "AccountingCustomerParty"
                | "TaxRepresentativeParty"
                | "PayeeParty",
            ] => {
                self.party = PartyNumbers::default();
            }
            [_, "TaxTotal", "TaxAmount"] => {
                let mut currencies = attributes.iter().filter(|attribute| attribute.local == "currencyID");
                self.zlotys = currencies.any(|attribute| attribute.value == "PLN");
            }
            _ => {}
        }
    }

    pub(super) fn end(&mut self, path: &[&str], text: &str) {
        if let Err(error) = self.element(path, text) {
            self.error.get_or_insert(error);
        }
    }

    fn element(&mut self, path: &[&str], text: &str) -> Result<(), Error> {
        match path {
            [_, "ID"] => self.number = Some(collapse(text)),
            [_, "IssueDate"] => self.issued = Some(collapse(text)),
            [_, "DocumentCurrencyCode"] => self.currency = Some(collapse(text)),
            [_, "InvoiceTypeCode" | "CreditNoteTypeCode"] => self.type_code = Some(collapse(text)),
            [_, "CustomizationID"] => self.customization = Some(collapse(text)),
            [_, "LegalMonetaryTotal", "TaxExclusiveAmount"] => {
                self.net = Some(amount(text, "TaxExclusiveAmount")?);
            }
            [_, "LegalMonetaryTotal", "TaxInclusiveAmount"] => {
                self.gross = Some(amount(text, "TaxInclusiveAmount")?);
            }
            // Two totals are possible, in the currency of the invoice and in that of accounting.
            [_, "TaxTotal", "TaxAmount"] if self.vat.is_none() || self.zlotys => {
                self.vat = Some(amount(text, "TaxAmount")?);
            }
            [_, "AccountingSupplierParty" | "AccountingCustomerParty", "Party", rest @ ..]
            | [_, "TaxRepresentativeParty" | "PayeeParty", rest @ ..]
                if !rest.is_empty() =>
            {
                self.party_element(rest, text);
            }
            [_, "AccountingSupplierParty"] => self.seller = Some(std::mem::take(&mut self.party).finish()),
            [_, "AccountingCustomerParty"] => self.buyer = Some(std::mem::take(&mut self.party).finish()),
            [_, "TaxRepresentativeParty" | "PayeeParty"] => {
                self.third_parties.push(std::mem::take(&mut self.party).finish());
            }
            _ => {}
        }
        Ok(())
    }

    fn party_element(&mut self, path: &[&str], text: &str) {
        match path {
            ["PartyTaxScheme", "CompanyID"] => self.party.pending = Some(collapse(text)),
            ["PartyTaxScheme", "TaxScheme", "ID"] if !collapse(text).eq_ignore_ascii_case("VAT") => {
                self.party.pending = None;
            }
            ["PartyTaxScheme"] => {
                let pending = self.party.pending.take();
                self.party.vat = self.party.vat.take().or(pending);
            }
            ["PartyLegalEntity", "CompanyID"] => self.party.legal = Some(collapse(text)),
            ["PartyLegalEntity", "RegistrationName"] => self.party.legal_name = Some(collapse(text)),
            ["PartyName", "Name"] => self.party.name = Some(collapse(text)),
            _ => {}
        }
    }

    /// `VAT_PEF_SP` is inferred: "specialised" invoices use the extended customization of the Polish profile.
    fn invoice_type(&self) -> &'static str {
        let extended = self.customization.as_ref().is_some_and(|text| text.contains("#extended#"));
        match self.form {
            Form::PefKor3 => "KOR_PEF",
            _ if extended => "VAT_PEF_SP",
            _ => "VAT_PEF",
        }
    }

    pub(super) fn finish(self) -> Result<InvoiceHeader, Error> {
        let invoice_type = self.invoice_type().to_owned();
        if let Some(error) = self.error {
            return Err(error);
        }
        let seller = self.seller.ok_or(Error::Missing { element: "AccountingSupplierParty" })?;
        let nip = seller.identifier.nip().filter(|nip| !nip.as_str().is_empty()).cloned();
        let gross = self.gross.ok_or(Error::Missing { element: "TaxInclusiveAmount" })?;
        Ok(InvoiceHeader {
            form: self.form,
            seller_nip: nip.ok_or(Error::Missing {
                element: "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID",
            })?,
            seller,
            buyer: self.buyer.ok_or(Error::Missing { element: "AccountingCustomerParty" })?,
            third_parties: self.third_parties,
            authorized: None,
            invoice_number: required(self.number, "ID")?,
            invoice_type,
            issue_date: date(self.issued, "IssueDate")?,
            currency: required(self.currency, "DocumentCurrencyCode")?,
            net_amount: self.net.unwrap_or_default(),
            vat_amount: self.vat.unwrap_or_default(),
            gross_amount: gross,
            is_self_invoicing: self.type_code.as_deref() == Some(SELF_BILLED),
            has_attachment: false,
        })
    }
}
