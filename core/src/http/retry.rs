//! Which failed requests are repeated, and when.

use std::time::Duration;

use ksef_model::operations::{Method, Operation};

use crate::config::RetryOptions;
use crate::error::{Error, texts};

/// Whether an operation may be repeated after a first request may have been carried out.
///
/// Besides reads these are: queries by POST; the challenge and the refresh, which replace nothing (PROTOCOL §3.2,
/// §3.7); and opening a session, because an unused session is cancelled by KSeF and holds no invoices (PROTOCOL §6.5).
pub(super) fn is_safe(operation: &Operation) -> bool {
    operation.method == Method::Get
        || operation.path.split('/').any(|segment| segment == "query")
        || matches!(
            operation.id,
            "auth.challenge" | "auth.refresh_token" | "certificates.retrieve" | "sessions.open_online"
        )
}

/// The course of the attempts of one call.
#[derive(Debug)]
pub(super) struct Attempts {
    options: RetryOptions,
    made: u32,
    waited_for_limits: Duration,
}

impl Attempts {
    pub(super) fn new(options: RetryOptions) -> Self {
        Self { options, made: 0, waited_for_limits: Duration::ZERO }
    }

    /// The wait before the next attempt after `error`; `None` when there is none.
    pub(super) fn next(&mut self, operation: &Operation, error: &Error) -> Option<Duration> {
        if error.is(texts::RATE_LIMITED) {
            // The request was not carried out (PROTOCOL §16.3), so that any method may be repeated.
            let wait = error.retry_after().unwrap_or_else(|| self.backoff(self.made));
            self.waited_for_limits += wait;
            self.made += u32::from(error.retry_after().is_none_or(|asked| asked.is_zero()));
            let allowed = self.waited_for_limits <= self.options.longest_rate_limit_wait;
            return (allowed && self.made < self.options.attempts).then_some(wait);
        }
        self.made += 1;
        if self.made >= self.options.attempts {
            return None;
        }
        let repeat = if error.was_sent() {
            is_safe(operation)
                && [
                    texts::ANSWER_TIMEOUT,
                    texts::CONNECTION_LOST,
                    texts::ANSWER_TRUNCATED,
                    texts::GATEWAY_ERROR,
                    texts::HASH_MISMATCH,
                    texts::SERVER_FAILURE,
                ]
                .into_iter()
                .any(|entry| error.is(entry))
        } else {
            error.is(texts::CONNECT_FAILED) || error.is(texts::CONNECT_TIMEOUT)
        };
        let backoff = self.backoff(self.made - 1);
        repeat.then(|| {
            error.retry_after().map_or(backoff, |asked| asked.clamp(backoff, self.options.longest_wait))
        })
    }

    fn backoff(&self, failures: u32) -> Duration {
        let doubled = self.options.first_wait.saturating_mul(1 << failures.min(16));
        jitter(doubled.min(self.options.longest_wait))
    }
}

/// Between half of the duration and the whole, so that many clients do not come back together.
pub(crate) fn jitter(duration: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    duration.mul_f64(0.5 + f64::from(random) / f64::from(u32::MAX) / 2.0)
}

#[cfg(test)]
mod tests {
    use ksef_model::operations;

    use super::*;

    fn attempts() -> Attempts {
        Attempts::new(RetryOptions::default())
    }

    #[test]
    fn only_harmless_operations_are_safe() {
        let unsafe_ones = [
            &operations::SESSIONS_SEND_INVOICE,
            &operations::SESSIONS_CLOSE_ONLINE,
            &operations::SESSIONS_OPEN_BATCH,
            &operations::AUTH_REDEEM_TOKENS,
            &operations::AUTH_START_WITH_TOKEN,
            &operations::TOKENS_GENERATE,
            &operations::TOKENS_REVOKE,
            &operations::INVOICES_START_EXPORT,
            &operations::PERMISSIONS_REVOKE,
        ];
        for operation in unsafe_ones {
            assert!(!is_safe(operation), "{}", operation.id);
        }
        let safe_ones = [
            &operations::SESSIONS_STATUS,
            &operations::INVOICES_QUERY_METADATA,
            &operations::PERMISSIONS_QUERY_PERSONAL,
            &operations::AUTH_CHALLENGE,
        ];
        for operation in safe_ones {
            assert!(is_safe(operation), "{}", operation.id);
        }
    }

    #[test]
    fn a_sent_change_is_never_repeated() {
        for entry in
            [texts::CONNECTION_LOST, texts::SERVER_FAILURE, texts::ANSWER_TIMEOUT, texts::GATEWAY_ERROR]
        {
            let error = Error::new(entry).sent(true);
            assert_eq!(attempts().next(&operations::SESSIONS_SEND_INVOICE, &error), None);
            assert!(attempts().next(&operations::SESSIONS_STATUS, &error).is_some());
        }
        let refused = Error::new(texts::CONNECT_FAILED);
        assert!(attempts().next(&operations::SESSIONS_SEND_INVOICE, &refused).is_some(), "it never left");
    }

    #[test]
    fn waits_grow_and_end() {
        let mut attempts = attempts();
        let error = Error::new(texts::CONNECTION_LOST).sent(true);
        let mut next = || attempts.next(&operations::SESSIONS_STATUS, &error);
        let waits: Vec<Duration> = std::iter::from_fn(&mut next).collect();
        assert_eq!(waits.len(), 3);
        for (wait, whole) in waits.iter().zip([500, 1000, 2000]) {
            assert!((whole / 2..=whole).contains(&wait.as_millis()), "{wait:?}");
        }
    }

    #[test]
    fn rate_limits_are_waited_for_exactly_and_within_the_bound() {
        let limited = |seconds| {
            Error::new(texts::RATE_LIMITED).sent(true).with_retry_after(Some(Duration::from_secs(seconds)))
        };
        let mut attempts = attempts();
        for _ in 0..5 {
            assert_eq!(
                attempts.next(&operations::SESSIONS_SEND_INVOICE, &limited(60)),
                Some(Duration::from_secs(60))
            );
        }
        assert_eq!(
            attempts.next(&operations::SESSIONS_SEND_INVOICE, &limited(60)),
            None,
            "five minutes are used up"
        );
        assert_eq!(self::attempts().next(&operations::SESSIONS_SEND_INVOICE, &limited(2680)), None);
    }
}
