//! Sessions and invoices as KSeF prints them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    at_present,
    machine::SessionMachine,
    records::{Invoice, Progress, Session},
    store::SessionStore,
};
use crate::{state::AppState, upo, wire};

/// What a view needs besides the records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Viewer<'a> {
    /// The records.
    pub(super) store: &'a SessionStore,
    /// Where links point.
    pub(super) public_url: &'a str,
    /// The present.
    pub(super) now: Timestamp,
}

impl Viewer<'_> {
    /// `SessionStatusResponse`. Counters that are zero are left out, as KSeF leaves them out.
    pub(super) fn session(self, session: &Session) -> Value {
        let machine = &session.machine;
        let tally = machine.tally();
        let mut body = Map::new();
        body.insert("status".into(), session_status(machine));
        body.insert("dateCreated".into(), wire::timestamp(machine.opened_at()).into());
        body.insert("dateUpdated".into(), wire::timestamp(machine.updated_at()).into());
        body.insert("validUntil".into(), wire::timestamp(machine.valid_until()).into());
        if !session.pages.is_empty() {
            let pages: Vec<Value> = session
                .pages
                .iter()
                .map(|page| {
                    let path = upo::page_path(session.reference.as_str(), page.reference.as_str());
                    let (url, expires) = self.store.links().link(self.public_url, &path, self.now);
                    json!({
                        "referenceNumber": page.reference.as_str(),
                        "downloadUrl": url,
                        "downloadUrlExpirationDate": wire::timestamp(expires),
                    })
                })
                .collect();
            body.insert("upo".into(), json!({ "pages": pages }));
        }
        for (name, count) in [
            ("invoiceCount", tally.total),
            ("successfulInvoiceCount", tally.accepted),
            ("failedInvoiceCount", tally.rejected),
        ] {
            if count > 0 {
                body.insert(name.into(), count.into());
            }
        }
        Value::Object(body)
    }

    /// `SessionInvoiceStatusResponse`.
    pub(super) fn invoice(self, session: &Session, invoice: &Invoice) -> Value {
        let mut body = Map::new();
        body.insert("ordinalNumber".into(), invoice.ordinal.into());
        body.insert("referenceNumber".into(), invoice.reference.as_str().into());
        body.insert("invoiceHash".into(), invoice.declared.hash.to_base64().into());
        body.insert("invoicingDate".into(), wire::timestamp(invoice.received_at).into());
        if let Some(name) = &invoice.file_name {
            body.insert("invoiceFileName".into(), name.as_str().into());
        }
        match &invoice.progress {
            Progress::Pending(_) => {}
            Progress::Rejected { invoice_number, .. } => {
                if let Some(number) = invoice_number {
                    body.insert("invoiceNumber".into(), number.as_str().into());
                }
            }
            Progress::Accepted(accepted) => {
                let path = upo::invoice_path(session.reference.as_str(), accepted.ksef_number.as_str());
                let (url, expires) = self.store.links().link(self.public_url, &path, self.now);
                body.insert("invoiceNumber".into(), accepted.header.invoice_number.as_str().into());
                body.insert("ksefNumber".into(), accepted.ksef_number.as_str().into());
                body.insert("acquisitionDate".into(), wire::timestamp(accepted.acquired_at).into());
                if let Some(stored) = accepted.stored_at {
                    body.insert("permanentStorageDate".into(), wire::timestamp(stored).into());
                }
                body.insert("invoicingMode".into(), accepted.mode.as_str().into());
                body.insert("upoDownloadUrl".into(), url.into());
                body.insert("upoDownloadUrlExpirationDate".into(), wire::timestamp(expires).into());
            }
        }
        body.insert("status".into(), self.invoice_status(invoice));
        Value::Object(body)
    }

    fn invoice_status(self, invoice: &Invoice) -> Value {
        match &invoice.progress {
            Progress::Pending(_) if self.now < invoice.started_at => {
                json!({"code": 100, "description": "Faktura przyjęta do dalszego przetwarzania"})
            }
            Progress::Pending(_) => json!({"code": 150, "description": "Trwa przetwarzanie"}),
            Progress::Accepted(_) => json!({"code": 200, "description": "Sukces"}),
            Progress::Rejected { rejection, .. } => {
                let mut status = json!({
                    "code": rejection.code.code(),
                    "description": rejection.code.description(),
                });
                if !rejection.details.is_empty() {
                    status["details"] = json!(rejection.details);
                }
                if let Some(original) = &rejection.original {
                    status["extensions"] = json!({
                        "originalSessionReferenceNumber": original.session,
                        "originalKsefNumber": original.ksef_number,
                    });
                }
                status
            }
        }
    }
}

/// `SessionsQueryResponseItem`, where counters are always there.
pub(super) fn session_item(session: &Session) -> Value {
    let machine = &session.machine;
    let tally = machine.tally();
    json!({
        "referenceNumber": session.reference.as_str(),
        "status": session_status(machine),
        "dateCreated": wire::timestamp(machine.opened_at()),
        "dateUpdated": wire::timestamp(machine.updated_at()),
        "validUntil": wire::timestamp(machine.valid_until()),
        "totalInvoiceCount": tally.total,
        "successfulInvoiceCount": tally.accepted,
        "failedInvoiceCount": tally.rejected,
    })
}

fn session_status(machine: &SessionMachine) -> Value {
    let state = machine.state();
    let mut status = json!({"code": state.code(), "description": state.description(machine.kind())});
    let details = machine.details();
    if !details.is_empty() {
        status["details"] = json!(details);
    }
    status
}

/// Every accepted invoice that the emulator holds, in the order of sending, for the management API.
pub(crate) fn held_invoices(state: &AppState) -> Vec<Value> {
    at_present(state, |store, _| {
        let held = store.invoices().iter().filter_map(|invoice| match &invoice.progress {
            Progress::Accepted(accepted) => Some((invoice, accepted)),
            _ => None,
        });
        held.map(|(invoice, accepted)| {
            json!({
                "ksefNumber": accepted.ksef_number.as_str(),
                "invoiceHash": invoice.declared.hash.to_base64(),
                "invoiceNumber": accepted.header.invoice_number,
                "sellerNip": accepted.header.seller_nip.as_str(),
                "sessionReferenceNumber": store.session(invoice.session).reference.as_str(),
                "referenceNumber": invoice.reference.as_str(),
                "acquisitionDate": wire::timestamp(accepted.acquired_at),
                "invoicingMode": accepted.mode.as_str(),
            })
        })
        .collect()
    })
}
