//! Finding out what became of an invoice: in the session's list by its hash, then by its status.

use std::time::Duration;

use ksef_crypto::Sha256;
use ksef_model::{ReferenceNumber, SessionInvoiceStatusResponse};

use super::duplicate;
use super::lists::{self, List};
use super::options::WaitPolicy;
use super::outcome::{AcceptedInvoice, RejectedInvoice, SendOutcome};
use super::resume::ResumeToken;
use super::upo;
use crate::Client;
use crate::error::{Error, ErrorKind, Result, texts};
use crate::http::retry::jitter;

/// Waits between looks into the list of a session, which may show an invoice a moment late.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(3)];
/// Waits between looks at a status: short at first, since most invoices take seconds; then within the limit of
/// 120 looks in a minute for all invoices of a context (PROTOCOL §16.2).
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Every so many looks at an invoice that does not move, the session is looked at: it may have failed.
const LOOKS_PER_SESSION_LOOK: u32 = 6;
/// After so many failed looks in a row, each already repeated by the pipeline, the caller is told.
const MOST_FAILURES: u32 = 5;

/// What a look into a session found.
pub(super) enum Look {
    Found(Box<SessionInvoiceStatusResponse>),
    /// Not there; `open`: the session still takes invoices, so that a request on its way may yet arrive.
    Absent {
        open: bool,
    },
}

/// Looks for an invoice by its hash. Of several the best is taken: accepted, then in process, then refused. Invoices
/// for which `taken` holds belong to other sendings.
pub(super) async fn look(
    client: &Client,
    session: &ReferenceNumber,
    hash: Sha256,
    taken: impl Fn(&ReferenceNumber) -> bool,
) -> Result<Look> {
    let hash = hash.to_base64();
    for pause in LOOKS {
        client.scope().pause(pause).await?;
        let mut best: Option<SessionInvoiceStatusResponse> = None;
        lists::read(client, session, List::All, |page| {
            for invoice in page {
                let ours = invoice.invoice_hash.as_deref() == Some(hash.as_str())
                    && !taken(&invoice.reference_number);
                if ours && best.as_ref().is_none_or(|best| rank(&invoice) < rank(best)) {
                    best = Some(invoice);
                }
            }
            best.as_ref().is_some_and(|best| rank(best) == 0)
        })
        .await?;
        if let Some(found) = best {
            return Ok(Look::Found(Box::new(found)));
        }
    }
    let status = client.sessions().status(session).await?;
    Ok(Look::Absent { open: status.status.code < 150 })
}

fn rank(invoice: &SessionInvoiceStatusResponse) -> u8 {
    match invoice.status.code {
        200 => 0,
        ..200 => 1,
        _ => 2,
    }
}

/// Whether an error while settling leaves the fate of the invoice open instead of being the caller's concern.
pub(super) fn leaves_unknown(error: &Error) -> bool {
    error.kind() == ErrorKind::Transport || error.is_retryable()
}

/// Whether looking again can help.
fn passes(error: &Error) -> bool {
    leaves_unknown(error) && !error.is_cancelled() && !error.is_timeout()
}

/// Waits for the result of an invoice that KSeF has.
pub(super) async fn wait(client: &Client, token: ResumeToken, wait: WaitPolicy) -> Result<SendOutcome> {
    let bounded = match wait {
        WaitPolicy::DoNotWait => return Ok(SendOutcome::Pending(token)),
        WaitPolicy::AtMost(limit) => client.within(limit),
        WaitPolicy::UntilSettled => client.clone(),
    };
    let Some(reference) = token.invoice_reference().cloned() else { return Ok(SendOutcome::Unknown(token)) };
    let mut pause = FIRST_WAIT;
    let (mut looks, mut failures) = (0, 0);
    loop {
        looks += 1;
        match bounded.sessions().invoice_status(token.session_reference(), &reference).await {
            Ok(status) => {
                failures = 0;
                if let Some(outcome) = outcome(&bounded, &token, status).await {
                    return Ok(outcome);
                }
                if looks % LOOKS_PER_SESSION_LOOK == 0 && session_failed(&bounded, &token).await {
                    // One more look: the invoice may have been settled together with the session.
                    let last = bounded.sessions().invoice_status(token.session_reference(), &reference).await;
                    if let Ok(status) = last {
                        return Ok(match outcome(&bounded, &token, status.clone()).await {
                            Some(outcome) => outcome,
                            None => failed_with_session(&token, status),
                        });
                    }
                }
            }
            Err(error) if failures < MOST_FAILURES && passes(&error) => {
                failures += 1;
                tracing::debug!(number = error.number(), "the status of an invoice cannot be read yet");
            }
            // The invoice is at KSeF: whatever keeps us from reading its status, the token must not get lost.
            Err(error) => return Ok(SendOutcome::Pending(token.because(error))),
        }
        // When less time is left than the pause, one last look at the end.
        let pause_now = match bounded.scope().remaining() {
            Some(left) if left.is_zero() => Duration::ZERO,
            Some(left) if left < pause => {
                left.saturating_sub(Duration::from_millis(50)).max(Duration::from_millis(1))
            }
            _ => jitter(pause),
        };
        if let Err(over) = bounded.scope().pause(pause_now).await {
            let ours = client.scope().check().is_err();
            return Ok(SendOutcome::Pending(if ours { token.because(over) } else { token }));
        }
        pause = pause.mul_f64(1.6).min(LONGEST_WAIT);
    }
}

/// The final outcome that a status means; `None` while it is not final.
async fn outcome(
    client: &Client,
    token: &ResumeToken,
    status: SessionInvoiceStatusResponse,
) -> Option<SendOutcome> {
    match (status.status.code, &status.ksef_number) {
        (..200, _) | (200, None) => None,
        (200, Some(number)) => {
            let number = number.clone();
            Some(SendOutcome::Accepted(accepted(token, number, status, false)))
        }
        (440, _) => Some(duplicate::settle(client, token, status).await),
        _ => Some(SendOutcome::Rejected(rejected(token, status))),
    }
}

pub(super) fn accepted(
    token: &ResumeToken,
    ksef_number: ksef_model::KsefNumber,
    status: SessionInvoiceStatusResponse,
    already_sent: bool,
) -> AcceptedInvoice {
    AcceptedInvoice {
        ksef_number,
        invoice_reference: status.reference_number,
        session_reference: token.session_reference().clone(),
        invoice_hash: token.invoice_hash(),
        invoice_number: status.invoice_number,
        acquisition_date: status.acquisition_date,
        permanent_storage_date: status.permanent_storage_date,
        invoicing_mode: status.invoicing_mode,
        already_sent,
        upo: None,
        upo_error: None,
    }
}

pub(super) fn rejected(token: &ResumeToken, status: SessionInvoiceStatusResponse) -> RejectedInvoice {
    RejectedInvoice {
        code: status.status.code,
        description: status.status.description,
        details: status.status.details.unwrap_or_default(),
        invoice_reference: status.reference_number,
        session_reference: token.session_reference().clone(),
        invoice_hash: token.invoice_hash(),
        invoice_number: status.invoice_number,
        original: None,
        conflict: None,
    }
}

/// Whether the session ended in a way that leaves its invoices unprocessed (PROTOCOL §2.8).
async fn session_failed(client: &Client, token: &ResumeToken) -> bool {
    let status = client.sessions().status(token.session_reference()).await;
    status.is_ok_and(|status| status.status.code >= 400)
}

/// An invoice left in process by a session that failed counts as refused for that reason (PROTOCOL §2.9, code 405).
fn failed_with_session(token: &ResumeToken, mut status: SessionInvoiceStatusResponse) -> SendOutcome {
    status.status.code = 405;
    status.status.description = "Przetwarzanie anulowane z powodu błędu sesji".to_owned();
    SendOutcome::Rejected(rejected(token, status))
}

/// Adds the UPO to an accepted invoice. Failing to get it never changes the outcome.
pub(super) async fn with_upo(client: &Client, outcome: SendOutcome, wanted: bool) -> SendOutcome {
    match outcome {
        SendOutcome::Accepted(mut accepted) if wanted => {
            match upo::of_accepted(client, &accepted).await {
                Ok(upo) => accepted.upo = Some(upo),
                Err(error) => accepted.upo_error = Some(error),
            }
            SendOutcome::Accepted(accepted)
        }
        other => other,
    }
}

/// The error for a session that does not take invoices any more: KSeF's refusal, and the status that explains it.
pub(super) fn session_error(error: Error, code: i32, description: &str, details: &[String]) -> Error {
    let entry = if code == 415 { texts::SESSION_KEY_REFUSED } else { texts::SESSION_STATUS };
    error.explained_as(entry).note(format!("session status {code}")).and_ksef(code, description, details)
}
