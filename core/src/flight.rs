//! One piece of work for many callers who want its result at the same time.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::error::{Error, Result, texts};
use crate::runtime;

type Landing<T> = watch::Sender<Option<Result<T>>>;

/// Whoever comes while the work is in progress waits for the same result. The work stops when nobody waits.
pub(crate) struct SingleFlight<T> {
    current: Arc<Mutex<Option<Arc<Landing<T>>>>>,
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self { current: Arc::default() }
    }
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    pub(crate) async fn run<F>(&self, work: impl FnOnce() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let mut landing = self.join(work)?;
        let landed = landing.wait_for(Option::is_some).await;
        match landed.as_deref() {
            Ok(Some(result)) => result.clone(),
            _ => Err(Error::new(texts::PANIC).sent(true)),
        }
    }

    fn join<F>(&self, work: impl FnOnce() -> F) -> Result<watch::Receiver<Option<Result<T>>>>
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(landing) = current.as_ref().filter(|landing| landing.borrow().is_none()) {
            return Ok(landing.subscribe());
        }
        let (landing, receiver) = watch::channel(None);
        let landing = Arc::new(landing);
        *current = Some(Arc::clone(&landing));
        let slot = Arc::clone(&self.current);
        let work = work();
        runtime::handle()?.spawn(async move {
            let work = tokio::spawn(work);
            let abort = work.abort_handle();
            tokio::pin!(work);
            loop {
                tokio::select! {
                    done = &mut work => {
                        let result = done.unwrap_or_else(|error| Err(runtime::panicked(error)));
                        *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
                        landing.send_replace(Some(result));
                        return;
                    }
                    () = landing.closed() => {
                        let mut current = slot.lock().unwrap_or_else(PoisonError::into_inner);
                        // Under the lock nobody can join, so that nobody loses the flight they joined.
                        if landing.receiver_count() == 0 {
                            abort.abort();
                            *current = None;
                            return;
                        }
                    }
                }
            }
        });
        Ok(receiver)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_hundred_callers_share_one_flight() {
        let flight = Arc::new(SingleFlight::<usize>::default());
        let runs = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let started = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> = (0..100)
            .map(|_| {
                let (flight, runs, gate) = (Arc::clone(&flight), Arc::clone(&runs), Arc::clone(&gate));
                let started = Arc::clone(&started);
                tokio::spawn(async move {
                    started.fetch_add(1, Ordering::SeqCst);
                    flight
                        .run(|| async move {
                            let _permit = gate.acquire().await;
                            Ok(runs.fetch_add(1, Ordering::SeqCst) + 1)
                        })
                        .await
                })
            })
            .collect();
        while started.load(Ordering::SeqCst) < 100 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(100);
        for caller in callers {
            assert_eq!(caller.await.expect("no panic").expect("no error"), 1);
        }
        let again = flight.run(|| async move { Ok(runs.fetch_add(1, Ordering::SeqCst) + 1) }).await;
        assert_eq!(again.expect("no error"), 2, "a finished flight is not reused");
    }

    #[tokio::test]
    async fn an_error_reaches_everybody_and_an_abandoned_flight_stops() {
        let flight = SingleFlight::<()>::default();
        let failed = flight.run(|| async { Err(Error::new(texts::LOGIN_FAILED)) }).await;
        assert_eq!(failed.expect_err("failed").number(), 3001);

        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let abandoned = flight.run(|| async move {
            let _held = sender;
            std::future::pending().await
        });
        tokio::select! {
            _ = abandoned => unreachable!("it never ends"),
            () = tokio::task::yield_now() => (),
        }
        assert!(receiver.await.is_err(), "the work was aborted");
        assert!(flight.run(|| async { Ok(()) }).await.is_ok());
    }
}
