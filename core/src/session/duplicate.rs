//! Status 440: is the original the very same document, or another one with the same number? (PROTOCOL §6.8)

use std::time::Duration;

use ksef_crypto::Sha256;
use ksef_model::{KsefNumber, ReferenceNumber, SessionInvoiceStatusResponse};

use super::lists::{self, List};
use super::outcome::{Conflict, OriginalInvoice, RejectedInvoice, SendOutcome};
use super::resume::ResumeToken;
use super::settle;
use crate::Client;
use crate::error::{Error, Result, texts};

/// Waits for an original that was accepted a moment ago and cannot be downloaded yet (21165).
const DOWNLOADS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];

/// Compares the original with what was sent.
pub(super) async fn settle(
    client: &Client,
    token: &ResumeToken,
    status: SessionInvoiceStatusResponse,
) -> SendOutcome {
    let original = original(&status);
    let Some(number) = original.ksef_number.clone() else {
        return rejected(token, status, original, Conflict::OriginalUnreadable);
    };
    let found = compare(client, &number, original.session_reference.as_ref()).await;
    match found {
        Ok(Original { hash, entry }) if hash == token.invoice_hash() => {
            // The entry in the original's session tells more than the one of the duplicate.
            let mut accepted = settle::accepted(token, number, entry.map_or(status, |entry| *entry), true);
            if let Some(session) = original.session_reference {
                accepted.session_reference = session;
            }
            SendOutcome::Accepted(accepted)
        }
        Ok(_) => rejected(token, status, original, Conflict::DifferentContent),
        Err(error) => {
            tracing::debug!(number = error.number(), "the original of a duplicate cannot be read");
            rejected(token, status, original, Conflict::OriginalUnreadable)
        }
    }
}

fn rejected(
    token: &ResumeToken,
    status: SessionInvoiceStatusResponse,
    original: OriginalInvoice,
    conflict: Conflict,
) -> SendOutcome {
    SendOutcome::Rejected(RejectedInvoice {
        original: Some(original),
        conflict: Some(conflict),
        ..settle::rejected(token, status)
    })
}

struct Original {
    hash: Sha256,
    entry: Option<Box<SessionInvoiceStatusResponse>>,
}

/// The hash of the original: from its session's list, which needs no permission to read invoices, or else from the
/// document itself.
async fn compare(
    client: &Client,
    number: &KsefNumber,
    session: Option<&ReferenceNumber>,
) -> Result<Original> {
    if let Some(session) = session
        && let Ok(Some(entry)) = entry(client, session, number).await
        && let Some(hash) = entry.invoice_hash.as_deref().and_then(|hash| Sha256::from_base64(hash).ok())
    {
        return Ok(Original { hash, entry: Some(Box::new(entry)) });
    }
    let mut last = Error::new(texts::INVOICE_NOT_YET_AVAILABLE);
    for pause in DOWNLOADS {
        client.scope().pause(pause).await?;
        match client.invoices().by_ksef_number(number).await {
            Ok(document) => return Ok(Original { hash: Sha256::of(&document.bytes), entry: None }),
            Err(error) if error.is(texts::INVOICE_NOT_YET_AVAILABLE) => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

async fn entry(
    client: &Client,
    session: &ReferenceNumber,
    number: &KsefNumber,
) -> Result<Option<SessionInvoiceStatusResponse>> {
    let mut found = None;
    lists::read(client, session, List::All, |page| {
        found = page.into_iter().find(|invoice| invoice.ksef_number.as_ref() == Some(number));
        found.is_some()
    })
    .await?;
    Ok(found)
}

/// What the status says about the original: in its extensions, or else within its text.
fn original(status: &SessionInvoiceStatusResponse) -> OriginalInvoice {
    let extension = |name: &str| status.status.extensions.as_ref()?.get(name)?.as_deref();
    let details = status.status.details.as_deref().unwrap_or_default();
    let words = || {
        let words = details
            .iter()
            .flat_map(|detail| detail.split(|c: char| c.is_whitespace() || ",;:()\"'".contains(c)));
        words.map(|word| word.trim_end_matches('.'))
    };
    let number = extension("originalKsefNumber").and_then(|text| text.parse().ok());
    let session = extension("originalSessionReferenceNumber").and_then(|text| text.parse().ok());
    OriginalInvoice {
        ksef_number: number.or_else(|| words().find_map(|word| word.parse().ok())),
        session_reference: session.or_else(|| words().find_map(session_reference)),
    }
}

fn session_reference(word: &str) -> Option<ReferenceNumber> {
    let reference: ReferenceNumber = word.parse().ok()?;
    matches!(reference.kind(), Some("SO" | "SB")).then_some(reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(details: &str, extensions: &str) -> SessionInvoiceStatusResponse {
        let json = format!(
            r#"{{"ordinalNumber":2,"referenceNumber":"20250626-EE-2F20AD2000-242386DF86-52",
            "invoicingDate":"2025-07-11T12:23:56.0154302+00:00",
            "status":{{"code":440,"description":"Duplikat faktury","details":[{details:?}],"extensions":{extensions}}}}}"#
        );
        serde_json::from_str(&json).expect("a status")
    }

    #[test]
    fn the_original_is_read_from_extensions_or_text() {
        let expected = OriginalInvoice {
            ksef_number: "5265877635-20250626-010080DD2B5E-26".parse().ok(),
            session_reference: "20250626-SO-2F14610000-242991F8C9-B4".parse().ok(),
        };
        let text = "Duplikat faktury. Faktura o numerze KSeF: 5265877635-20250626-010080DD2B5E-26 została już \
                    prawidłowo przesłana do systemu w sesji: 20250626-SO-2F14610000-242991F8C9-B4";
        assert_eq!(original(&status(text, "null")), expected);
        assert_eq!(original(&status(&format!("{text}."), "{\"originalKsefNumber\":null}")), expected);
        let extensions = r#"{"originalSessionReferenceNumber":"20250626-SO-2F14610000-242991F8C9-B4",
            "originalKsefNumber":"5265877635-20250626-010080DD2B5E-26"}"#;
        assert_eq!(original(&status("bez numerów", extensions)), expected);
        let nothing = OriginalInvoice { ksef_number: None, session_reference: None };
        assert_eq!(original(&status("bez numerów", "null")), nothing);
    }
}
