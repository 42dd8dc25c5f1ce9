//! The writer of version 4-3.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ksef_model::ContextIdentifier;

use super::{Authentication, MAX_DOCUMENTS, NAMESPACE, Upo, UpoDocument};
use crate::error::Error;
use crate::xml::Writer;

pub(super) fn write(upo: &Upo) -> Result<Vec<u8>, Error> {
    if upo.documents.is_empty() {
        return Err(Error::Missing { element: "Dokument" });
    }
    if upo.documents.len() > MAX_DOCUMENTS {
        return Err(Error::Invalid { element: "Dokument", reason: "appears more than 10000 times" });
    }
    let zone = jiff::tz::db().get("Europe/Warsaw").map_err(|_| Error::Invalid {
        element: "DataPrzeslaniaDokumentu",
        reason: "has no time zone data",
    })?;
    let mut writer = Writer::document();
    writer.open("Potwierdzenie", &[("xmlns", NAMESPACE)]);
    writer.leaf("NazwaPodmiotuPrzyjmujacego", upo.receiver.name());
    writer.leaf("NumerReferencyjnySesji", upo.session_reference.as_str());
    writer.open("Uwierzytelnienie", &[]).open("IdKontekstu", &[]);
    writer.leaf(context_element(&upo.context), upo.context.value()).close();
    match &upo.authentication {
        Authentication::Token(reference) => writer.leaf("NumerReferencyjnyTokenaKSeF", reference.as_str()),
        Authentication::Document(hash) => writer.leaf("SkrotDokumentuUwierzytelniajacego", hash),
    };
    writer.close();
    if let Some(page) = upo.page {
        writer.open("OpisPotwierdzenia", &[]);
        writer.leaf("Strona", &page.number.to_string());
        writer.leaf("LiczbaStron", &page.count.to_string());
        writer.leaf("ZakresDokumentowOd", &page.first_document.to_string());
        writer.leaf("ZakresDokumentowDo", &page.last_document.to_string());
        writer.leaf("CalkowitaLiczbaDokumentow", &page.total_documents.to_string()).close();
    }
    writer.leaf("NazwaStrukturyLogicznej", &upo.structure_name);
    writer.leaf("KodFormularza", &upo.form_code);
    let mut numbers = HashSet::with_capacity(upo.documents.len());
    for document in &upo.documents {
        if !numbers.insert(&document.ksef_number) {
            return Err(Error::Invalid { element: "NumerKSeFDokumentu", reason: "is repeated" });
        }
        write_document(&mut writer, document, &zone)?;
    }
    Ok(writer.finish())
}

fn write_document(writer: &mut Writer, document: &UpoDocument, zone: &TimeZone) -> Result<(), Error> {
    let mode = document.mode.ok_or(Error::Missing { element: "TrybWysylki" })?;
    writer.open("Dokument", &[]);
    writer.leaf("NipSprzedawcy", document.seller_nip.as_str());
    writer.leaf("NumerKSeFDokumentu", document.ksef_number.as_str());
    writer.leaf("NumerFaktury", &document.invoice_number);
    writer.leaf("DataWystawieniaFaktury", &document.issue_date.to_string());
    writer.leaf("DataPrzeslaniaDokumentu", &polish_time(document.sent_at, zone));
    writer.leaf("DataNadaniaNumeruKSeF", &polish_time(document.numbered_at, zone));
    writer.leaf("SkrotDokumentu", &document.invoice_hash);
    writer.leaf("TrybWysylki", mode.as_str()).close();
    Ok(())
}

fn polish_time(instant: Timestamp, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

fn context_element(context: &ContextIdentifier) -> &'static str {
    match context {
        ContextIdentifier::Nip(_) => "Nip",
        ContextIdentifier::InternalId(_) => "IdWewnetrzny",
        ContextIdentifier::NipVatUe(_) => "IdZlozonyVatUE",
        ContextIdentifier::PeppolId(_) => "IdDostawcyUslugPeppol",
    }
}
