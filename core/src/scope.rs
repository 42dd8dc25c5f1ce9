//! Deadlines and cancellation of calls.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::error::{Error, Result, texts};

/// Ends calls from outside. Clones share one state; cancelling is final.
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    inner: CancellationToken,
}

impl CancelToken {
    /// A token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends all calls that carry this token. Never blocks; safe to call from any thread, any number of times.
    pub fn cancel(&self) {
        self.inner.cancel();
    }

    /// Whether [`CancelToken::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.inner.is_cancelled()
    }
}

/// What applies to every call made through one clone of a client or session.
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    /// The longest time for one call, all attempts and waits included. `None`: no limit besides the timeouts.
    pub deadline: Option<Duration>,
    /// Ends the call when cancelled.
    pub cancel: Option<CancelToken>,
}

/// The bounds of one call in progress.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    clock: Arc<dyn Clock>,
    options: CallOptions,
    until: Option<Duration>,
}

impl Scope {
    pub(crate) fn new(clock: Arc<dyn Clock>, options: CallOptions) -> Self {
        Self { clock, options, until: None }
    }

    /// Starts the deadline of a call; a call within a call keeps the deadline of the outer one.
    pub(crate) fn begin(&self) -> Self {
        let until = self.until.or_else(|| Some(self.clock.elapsed() + self.options.deadline?));
        Self { until, ..self.clone() }
    }

    /// The same bounds, ending no later than `limit` from now.
    pub(crate) fn within(&self, limit: Duration) -> Self {
        let limit = self.clock.elapsed() + limit;
        Self { until: Some(self.until.map_or(limit, |until| until.min(limit))), ..self.clone() }
    }

    pub(crate) fn remaining(&self) -> Option<Duration> {
        Some(self.until?.saturating_sub(self.clock.elapsed()))
    }

    /// Fails when the call is over. The error says that nothing was sent; the caller knows better.
    pub(crate) fn check(&self) -> Result<()> {
        if self.options.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(Error::new(texts::CANCELLED));
        }
        match self.remaining() {
            Some(Duration::ZERO) => Err(Error::new(texts::DEADLINE_PASSED)),
            _ => Ok(()),
        }
    }

    /// Runs network work until it ends, the deadline passes or the token is cancelled.
    pub(crate) async fn bound<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.check()?;
        let deadline = async {
            match self.remaining() {
                Some(remaining) => tokio::time::sleep(remaining).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancelled() => Err(Error::new(texts::CANCELLED)),
            done = work => Ok(done),
            () = deadline => Err(Error::new(texts::DEADLINE_PASSED)),
        }
    }

    /// Sleeps on the clock. Fails at once, without sleeping, when the deadline would pass meanwhile.
    pub(crate) async fn pause(&self, duration: Duration) -> Result<()> {
        self.check()?;
        if self.remaining().is_some_and(|remaining| remaining < duration) {
            return Err(Error::new(texts::DEADLINE_PASSED));
        }
        tokio::select! {
            biased;
            () = self.cancelled() => Err(Error::new(texts::CANCELLED)),
            () = self.clock.sleep(duration) => Ok(()),
        }
    }

    async fn cancelled(&self) {
        match &self.options.cancel {
            Some(token) => token.inner.cancelled().await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::testing::StepClock;

    fn scope(options: CallOptions) -> (Arc<StepClock>, Scope) {
        let clock = Arc::new(StepClock::default());
        (clock.clone(), Scope::new(clock, options))
    }

    #[tokio::test]
    async fn a_pause_beyond_the_deadline_fails_at_once() {
        let (clock, scope) = scope(CallOptions { deadline: Some(Duration::from_secs(5)), cancel: None });
        let scope = scope.begin();
        scope.pause(Duration::from_secs(3)).await.expect("within the deadline");
        let error = scope.pause(Duration::from_secs(3)).await.expect_err("beyond the deadline");
        assert_eq!(error.number(), 2009);
        assert!(!error.was_sent());
        assert_eq!(clock.sleeps(), [Duration::from_secs(3)]);
        assert_eq!(scope.begin().remaining(), Some(Duration::from_secs(2)), "the outer deadline is kept");
    }

    #[tokio::test]
    async fn cancelling_ends_work_in_progress() {
        let cancel = CancelToken::new();
        let (_, scope) = scope(CallOptions { deadline: None, cancel: Some(cancel.clone()) });
        let work = scope.bound(async {
            cancel.cancel();
            std::future::pending::<()>().await;
        });
        assert!(work.await.expect_err("cancelled").is_cancelled());
        assert!(scope.check().is_err());
    }
}
