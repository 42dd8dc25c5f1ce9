//! Closing as a state machine: an answer 5xx or a lost one says nothing, and a new session may not be known yet
//! (PROTOCOL §6.4, FIELD-NOTES P12).

use std::time::Duration;

use ksef_model::SessionStatusResponse;

use super::online::OnlineSession;
use super::options::WaitPolicy;
use crate::Client;
use crate::error::{Result, texts};
use crate::http::retry::jitter;
use crate::poll::until_settled;
use crate::runtime;

/// Waits between attempts to close.
const WAITS: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// From this status on a session takes no more invoices.
const CLOSED: i32 = 150;

impl OnlineSession {
    /// Closes the session, which starts the making of its UPO. Closing a closed session does nothing.
    ///
    /// # Errors
    /// 2xxx when it could not be learned whether the session is closed: try again, it does no harm. 3xxx, 4xxx.
    pub async fn close(&self) -> Result<()> {
        let session = self.begin();
        runtime::run(async move { session.close_until_closed().await }).await
    }

    async fn close_until_closed(&self) -> Result<()> {
        if self.is_closed() {
            return Ok(());
        }
        let reference = self.reference_number();
        let sessions = self.client.sessions();
        let mut waits = WAITS.into_iter();
        loop {
            let error = match sessions.close_online(&reference).await {
                Ok(()) => break,
                Err(error) => error,
            };
            if error.outcome_is_unknown() || error.is(texts::SESSION_STATUS) {
                if sessions.status(&reference).await.is_ok_and(|answer| answer.status.code >= CLOSED) {
                    break;
                }
            } else if !error.is(texts::SESSION_NOT_FOUND) || !self.is_new() {
                return Err(error);
            }
            let Some(wait) = waits.next() else { return Err(error) };
            self.client.scope().pause(jitter(wait)).await.map_err(|_| error)?;
        }
        self.mark_closed();
        tracing::debug!(session = reference.as_str(), "session closed");
        Ok(())
    }

    /// Waits until KSeF has processed a closed session and returns its final status. When the wait ends earlier, the
    /// status is not final (its code is below 200).
    ///
    /// # Errors
    /// 2xxx, 3xxx, 4xxx.
    pub async fn wait_until_processed(&self, wait: WaitPolicy) -> Result<SessionStatusResponse> {
        let session = self.begin();
        runtime::run(async move { session.processed(wait).await }).await
    }

    pub(super) async fn processed(&self, wait: WaitPolicy) -> Result<SessionStatusResponse> {
        let reference = self.reference_number();
        let look = |client: Client| {
            let reference = reference.clone();
            async move { client.sessions().status(&reference).await }
        };
        until_settled(&self.client, wait, look, |answer| answer.status.code >= 200).await
    }
}
