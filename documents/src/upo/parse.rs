//! The reader of every version.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use ksef_model::{ContextIdentifier, InternalId, KsefNumber, Nip, NipVatUe, PeppolId, ReferenceNumber};

use super::{Authentication, Page, Receiver, SendingMode, Upo, UpoDocument};
use crate::error::{Error, text_of};
use crate::header::collapse;
use crate::xml::{Visitor, walk};

const FAMILY: &str = "http://upo.schematy.mf.gov.pl/KSeF/";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

pub(super) fn parse(bytes: &[u8]) -> Result<Upo, Error> {
    let mut draft = Draft::default();
    walk(text_of(bytes)?, &mut draft)?;
    draft.finish()
}

#[derive(Default)]
struct Draft {
    namespace: Option<String>,
    root_seen: bool,
    receiver: Option<String>,
    session: Option<ReferenceNumber>,
    context: Option<ContextIdentifier>,
    authentication: Option<Authentication>,
    page: Option<PageDraft>,
    structure: Option<String>,
    form_code: Option<String>,
    document: DocumentDraft,
    documents: Vec<UpoDocument>,
    signed: bool,
    error: Option<Error>,
}

#[derive(Default)]
struct PageDraft {
    number: Option<u32>,
    count: Option<u32>,
    first: Option<u32>,
    last: Option<u32>,
    total: Option<u32>,
}

#[derive(Default)]
struct DocumentDraft {
    seller_nip: Option<Nip>,
    ksef_number: Option<KsefNumber>,
    invoice_number: Option<String>,
    issue_date: Option<Date>,
    sent_at: Option<Timestamp>,
    numbered_at: Option<Timestamp>,
    hash: Option<String>,
    mode: Option<SendingMode>,
}

impl Visitor for Draft {
    fn label<'a>(&mut self, namespace: &str, local: &'a str) -> &'a str {
        if !self.root_seen {
            self.root_seen = true;
            if namespace.starts_with(FAMILY) && local == "Potwierdzenie" {
                self.namespace = Some(namespace.to_owned());
            }
        }
        match &self.namespace {
            Some(own) if own == namespace => local,
            Some(_) if namespace == SIGNATURE && local == "Signature" => "ds:Signature",
            _ => "",
        }
    }

    fn end(&mut self, path: &[&str], text: &str) {
        if self.namespace.is_none() {
            return;
        }
        if let Err(error) = self.element(path, text) {
            self.error.get_or_insert(error);
        }
    }
}

impl Draft {
    fn element(&mut self, path: &[&str], text: &str) -> Result<(), Error> {
        match path {
            [_, "NazwaPodmiotuPrzyjmujacego"] => self.receiver = Some(collapse(text)),
            [_, "NumerReferencyjnySesji"] => self.session = Some(ReferenceNumber::unchecked(collapse(text))),
            [_, "Uwierzytelnienie", "IdKontekstu", kind] => self.read_context(kind, text),
            [_, "Uwierzytelnienie", "NumerReferencyjnyTokenaKSeF"] => {
                self.authentication = Some(Authentication::Token(ReferenceNumber::unchecked(collapse(text))));
            }
            [_, "Uwierzytelnienie", "SkrotDokumentuUwierzytelniajacego"] => {
                self.authentication = Some(Authentication::Document(collapse(text)));
            }
            [_, "OpisPotwierdzenia", element] => {
                self.page.get_or_insert_default().read(element, text)?;
            }
            [_, "NazwaStrukturyLogicznej"] => self.structure = Some(collapse(text)),
            [_, "KodFormularza"] => self.form_code = Some(collapse(text)),
            [_, "Dokument", element] => self.document.read(element, text)?,
            [_, "Dokument"] => {
                let document = std::mem::take(&mut self.document).finish()?;
                self.documents.push(document);
            }
            [_, "ds:Signature"] => self.signed = true,
            _ => {}
        }
        Ok(())
    }

    fn read_context(&mut self, element: &str, text: &str) {
        let value = collapse(text);
        self.context = Some(match element {
            "Nip" => ContextIdentifier::Nip(Nip::unchecked(value)),
            "IdWewnetrzny" => ContextIdentifier::InternalId(InternalId::unchecked(value)),
            "IdZlozonyVatUE" => ContextIdentifier::NipVatUe(NipVatUe::unchecked(value)),
            "IdDostawcyUslugPeppol" => ContextIdentifier::PeppolId(PeppolId::unchecked(value)),
            _ => return,
        });
    }

    fn finish(self) -> Result<Upo, Error> {
        if self.namespace.is_none() {
            return Err(Error::UnexpectedRoot { expected: "a UPO" });
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.documents.is_empty() {
            return Err(Error::Missing { element: "Dokument" });
        }
        let receiver = self.receiver.ok_or(Error::Missing { element: "NazwaPodmiotuPrzyjmujacego" })?;
        Ok(Upo {
            receiver: Receiver::from_name(&receiver),
            session_reference: self.session.ok_or(Error::Missing { element: "NumerReferencyjnySesji" })?,
            context: self.context.ok_or(Error::Missing { element: "IdKontekstu" })?,
            authentication: self.authentication.ok_or(Error::Missing { element: "Uwierzytelnienie" })?,
            page: self.page.map(PageDraft::finish).transpose()?,
            structure_name: self.structure.ok_or(Error::Missing { element: "NazwaStrukturyLogicznej" })?,
            form_code: self.form_code.ok_or(Error::Missing { element: "KodFormularza" })?,
            documents: self.documents,
            signed: self.signed,
        })
    }
}

impl PageDraft {
    fn read(&mut self, element: &str, text: &str) -> Result<(), Error> {
        let field = match element {
            "Strona" => &mut self.number,
            "LiczbaStron" => &mut self.count,
            "ZakresDokumentowOd" => &mut self.first,
            "ZakresDokumentowDo" => &mut self.last,
            "CalkowitaLiczbaDokumentow" => &mut self.total,
            _ => return Ok(()),
        };
        *field = Some(value(text, "OpisPotwierdzenia")?);
        Ok(())
    }

    fn finish(self) -> Result<Page, Error> {
        let need = |field: Option<u32>| field.ok_or(Error::Missing { element: "OpisPotwierdzenia" });
        Ok(Page {
            number: need(self.number)?,
            count: need(self.count)?,
            first_document: need(self.first)?,
            last_document: need(self.last)?,
            total_documents: need(self.total)?,
        })
    }
}

impl DocumentDraft {
    fn read(&mut self, element: &str, text: &str) -> Result<(), Error> {
        match element {
            "NipSprzedawcy" => self.seller_nip = Some(Nip::unchecked(collapse(text))),
            "NumerKSeFDokumentu" => self.ksef_number = Some(KsefNumber::unchecked(collapse(text))),
            "NumerFaktury" => self.invoice_number = Some(collapse(text)),
            "DataWystawieniaFaktury" => self.issue_date = Some(value(text, "DataWystawieniaFaktury")?),
            "DataPrzeslaniaDokumentu" => self.sent_at = Some(instant(text, "DataPrzeslaniaDokumentu")?),
            "DataNadaniaNumeruKSeF" => self.numbered_at = Some(instant(text, "DataNadaniaNumeruKSeF")?),
            "SkrotDokumentu" => self.hash = Some(collapse(text)),
            "TrybWysylki" => {
                self.mode = Some(match collapse(text).as_str() {
                    "Online" => SendingMode::Online,
                    "Offline" => SendingMode::Offline,
                    _ => return Err(Error::Invalid { element: "TrybWysylki", reason: "is not known" }),
                });
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<UpoDocument, Error> {
        Ok(UpoDocument {
            seller_nip: self.seller_nip.ok_or(Error::Missing { element: "NipSprzedawcy" })?,
            ksef_number: self.ksef_number.ok_or(Error::Missing { element: "NumerKSeFDokumentu" })?,
            invoice_number: self.invoice_number.ok_or(Error::Missing { element: "NumerFaktury" })?,
            issue_date: self.issue_date.ok_or(Error::Missing { element: "DataWystawieniaFaktury" })?,
            sent_at: self.sent_at.ok_or(Error::Missing { element: "DataPrzeslaniaDokumentu" })?,
            numbered_at: self.numbered_at.ok_or(Error::Missing { element: "DataNadaniaNumeruKSeF" })?,
            invoice_hash: self.hash.ok_or(Error::Missing { element: "SkrotDokumentu" })?,
            mode: self.mode,
        })
    }
}

fn value<T: FromStr>(text: &str, element: &'static str) -> Result<T, Error> {
    collapse(text).parse().map_err(|_| Error::Invalid { element, reason: "has a wrong shape" })
}

/// An instant; without an offset it is taken as Polish time, which every known UPO uses.
fn instant(text: &str, element: &'static str) -> Result<Timestamp, Error> {
    let text = collapse(text);
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    let invalid = Error::Invalid { element, reason: "is not a date and time" };
    let zone: Option<TimeZone> = jiff::tz::db().get("Europe/Warsaw").ok();
    let local: Option<DateTime> = text.parse().ok();
    let (Some(zone), Some(local)) = (zone, local) else { return Err(invalid) };
    local.to_zoned(zone).map(|zoned| zoned.timestamp()).map_err(|_| invalid)
}
