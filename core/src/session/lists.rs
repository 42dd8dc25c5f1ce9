//! Lists of a session, all pages of them (PROTOCOL §8.1).

use ksef_model::{ReferenceNumber, SessionInvoiceStatusResponse};

use crate::Client;
use crate::error::Result;
use crate::paging::Pages;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    All,
    Failed,
}

fn pages(client: &Client, session: &ReferenceNumber, list: List) -> Pages<SessionInvoiceStatusResponse> {
    match list {
        List::All => client.sessions().all_invoices(session),
        List::Failed => client.sessions().all_failed_invoices(session),
    }
}

/// Reads pages until `take` says that it has seen enough, or the list ends.
pub(super) async fn read(
    client: &Client,
    session: &ReferenceNumber,
    list: List,
    mut take: impl FnMut(Vec<SessionInvoiceStatusResponse>) -> bool,
) -> Result<()> {
    let mut pages = pages(client, session, list);
    while let Some(page) = pages.next().await? {
        if take(page) {
            break;
        }
    }
    Ok(())
}

pub(super) async fn all(
    client: &Client,
    session: &ReferenceNumber,
    list: List,
) -> Result<Vec<SessionInvoiceStatusResponse>> {
    pages(client, session, list).collect_all().await
}
