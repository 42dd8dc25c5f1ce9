//! Looking at something that KSeF works on, until it is done.

use std::future::Future;
use std::time::Duration;

use crate::Client;
use crate::error::{Error, Result, texts};
use crate::http::retry::jitter;
use crate::session::WaitPolicy;

/// Waits between looks: short at first, since most work takes seconds.
const FIRST_WAIT: Duration = Duration::from_millis(300);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Looks until `settled` holds and returns the last answer; one that is not settled when the wait ends before.
pub(crate) async fn until_settled<T, F>(
    client: &Client,
    wait: WaitPolicy,
    look: impl Fn(Client) -> F,
    settled: impl Fn(&T) -> bool,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let client = match wait {
        WaitPolicy::AtMost(limit) => client.within(limit),
        _ => client.clone(),
    };
    let mut pause = FIRST_WAIT;
    loop {
        let answer = look(client.clone()).await?;
        if settled(&answer) || wait == WaitPolicy::DoNotWait {
            return Ok(answer);
        }
        match client.scope().pause(jitter(pause)).await {
            Ok(()) => pause = pause.mul_f64(1.6).min(LONGEST_WAIT),
            Err(over) if over.is_cancelled() => return Err(Error::new(texts::CANCELLED).sent(true)),
            Err(_) => return Ok(answer),
        }
    }
}
