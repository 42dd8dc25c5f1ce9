//! Keeps one login per client: fresh before it ends, renewed once for all callers, replaced when it is revoked.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use ksef_model::ReferenceNumber;

use super::login;
use super::token::{BearerToken, Lease};
use crate::Client;
use crate::error::{Error, Result, texts};
use crate::flight::SingleFlight;

/// A login with its tokens.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) reference: ReferenceNumber,
    pub(super) access: Lease,
    pub(super) refresh: Lease,
    pub(super) skew: i64,
}

/// The login of a client.
#[derive(Default)]
pub(crate) struct Keeper {
    session: Mutex<Option<Session>>,
    flight: SingleFlight<BearerToken>,
}

impl Keeper {
    fn session(&self) -> MutexGuard<'_, Option<Session>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self, now: Timestamp) -> Option<BearerToken> {
        let session = self.session();
        session
            .as_ref()
            .filter(|session| session.access.is_fresh(now))
            .map(|session| session.access.token.clone())
    }

    /// Notes that KSeF did not accept an access token, so that the next caller gets another one.
    pub(crate) fn reject(&self, token: &BearerToken) {
        if let Some(session) = self.session().as_mut().filter(|session| session.access.token == *token) {
            session.access.end();
        }
    }

    pub(crate) fn reference(&self) -> Option<ReferenceNumber> {
        self.session().as_ref().map(|session| session.reference.clone())
    }

    pub(crate) fn forget(&self) {
        *self.session() = None;
    }

    /// A token that can still end the login: the refresh token works even when the access token does not.
    pub(crate) fn token_to_end(&self, now: Timestamp) -> Option<BearerToken> {
        let session = self.session();
        let session = session.as_ref()?;
        let lease = [&session.refresh, &session.access].into_iter().find(|lease| lease.is_valid(now))?;
        Some(lease.token.clone())
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keeper(logged in: {})", self.session().is_some())
    }
}

impl Client {
    /// An access token for now, from memory, by refreshing or by logging in. However many callers ask at once, KSeF
    /// is asked once. Boxed, because logging in makes calls itself.
    pub(crate) fn access_token(&self) -> Pin<Box<dyn Future<Output = Result<BearerToken>> + Send + '_>> {
        Box::pin(async move {
            if let Some(token) = self.shared().keeper.fresh(self.shared().clock.now()) {
                return Ok(token);
            }
            // The work belongs to all who wait for it: it has its own time limit and nobody's cancel token.
            let worker = self.unbound(self.shared().timeouts.login);
            let renewal = self.shared().keeper.flight.run(|| async move { renew(&worker).await });
            self.scope().bound(renewal).await.map_err(|over| over.in_operation("auth.status"))?
        })
    }
}

async fn renew(client: &Client) -> Result<BearerToken> {
    let shared = client.shared();
    let keeper = &shared.keeper;
    // Somebody may have finished between the caller's look and this flight.
    if let Some(token) = keeper.fresh(shared.clock.now()) {
        return Ok(token);
    }
    let session = keeper.session().clone();
    if let Some(session) = session.filter(|session| session.refresh.is_valid(shared.clock.now())) {
        match client.auth().refresh_token(session.refresh.token.clone()).await {
            Ok(answer) => {
                let access = Lease::new(&answer.access_token, shared.clock.now(), session.skew);
                let token = access.token.clone();
                *keeper.session() = Some(Session { access, ..session });
                return Ok(token);
            }
            Err(error) if means_log_in_again(&error) => {
                tracing::debug!(number = error.number(), "the refresh token was refused, logging in again");
                keeper.forget();
            }
            // The access token is renewed ahead of its end: until then it still serves.
            Err(error) if session.access.is_valid(shared.clock.now()) && error.is_retryable() => {
                tracing::debug!(
                    number = error.number(),
                    "refreshing failed, the access token is still valid"
                );
                return Ok(session.access.token);
            }
            Err(error) => return Err(error),
        }
    }
    let session = login::log_in(client).await?;
    let token = session.access.token.clone();
    *keeper.session() = Some(session);
    Ok(token)
}

/// A revoked or unknown login answers 400 with 21301 or 21304, not 401 (PROTOCOL §3.9).
fn means_log_in_again(error: &Error) -> bool {
    [texts::LOGIN_TOKENS_REFUSED, texts::UNAUTHORIZED, texts::LOGIN_REVOKED]
        .into_iter()
        .any(|entry| error.is(entry))
}
