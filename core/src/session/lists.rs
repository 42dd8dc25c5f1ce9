//! Lists of a session, all pages of them (PROTOCOL §8.1).

use ksef_model::{ReferenceNumber, SessionInvoiceStatusResponse};

use crate::Client;
use crate::error::Result;

/// The largest page (PROTOCOL §1.6): pages of these lists are rationed.
const PAGE: i32 = 1000;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    All,
    Failed,
}

/// Reads pages until `take` says that it has seen enough, or the list ends.
pub(super) async fn read(
    client: &Client,
    session: &ReferenceNumber,
    list: List,
    mut take: impl FnMut(Vec<SessionInvoiceStatusResponse>) -> bool,
) -> Result<()> {
    let sessions = client.sessions();
    let mut next: Option<String> = None;
    loop {
        let page = match list {
            List::All => sessions.list_invoices(session, Some(PAGE), next.as_deref()).await?,
            List::Failed => sessions.list_failed_invoices(session, Some(PAGE), next.as_deref()).await?,
        };
        if take(page.invoices) {
            return Ok(());
        }
        match page.continuation_token.filter(|token| !token.is_empty()) {
            Some(token) if next.as_ref() != Some(&token) => next = Some(token),
            _ => return Ok(()),
        }
    }
}

pub(super) async fn all(
    client: &Client,
    session: &ReferenceNumber,
    list: List,
) -> Result<Vec<SessionInvoiceStatusResponse>> {
    let mut all = Vec::new();
    read(client, session, list, |page| {
        all.extend(page);
        false
    })
    .await?;
    Ok(all)
}
