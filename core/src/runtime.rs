//! The library's own runtime. Work is spawned on it, so that a foreign event loop that polls our futures is never
//! held up, and is aborted when the caller drops the future.

use std::future::Future;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

use crate::error::{Error, Result, texts};

static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();

/// The runtime, started at first use; it lives as long as the process.
pub(crate) fn handle() -> Result<&'static Handle> {
    let runtime = RUNTIME.get_or_init(|| {
        let workers = std::thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 4));
        Builder::new_multi_thread()
            .worker_threads(workers)
            .thread_name("libksef")
            .enable_all()
            .build()
            .inspect_err(|error| tracing::error!(%error, "the runtime could not be started"))
            .ok()
    });
    runtime.as_ref().map(Runtime::handle).ok_or_else(|| Error::new(texts::RUNTIME_UNAVAILABLE))
}

/// Runs work on our runtime, whatever runtime (or none) polls the returned future.
pub(crate) async fn run<T>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T>
where
    T: Send + 'static,
{
    let handle = handle()?;
    if Handle::try_current().is_ok_and(|current| current.id() == handle.id()) {
        return work.await;
    }
    match AbortOnDropHandle::new(handle.spawn(work)).await {
        Ok(result) => result,
        Err(error) => Err(panicked(error)),
    }
}

/// Runs work to its end on the calling thread.
///
/// # Errors
/// 1019 inside an asynchronous runtime, where waiting would block others or deadlock.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>> + Send) -> Result<T> {
    if Handle::try_current().is_ok() {
        return Err(Error::new(texts::BLOCKING_IN_ASYNC));
    }
    handle()?.block_on(work)
}

/// A task that failed to end in the normal way. Its request may have been sent.
pub(crate) fn panicked(error: tokio::task::JoinError) -> Error {
    let text = error.try_into_panic().ok().and_then(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
    });
    let note: String = text.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    Error::new(texts::PANIC).note(note).sent(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_runs_elsewhere_and_a_panic_is_an_error() {
        let thread = run(async { Ok(std::thread::current().name().map(str::to_owned)) }).await;
        assert_eq!(thread.expect("no error").as_deref(), Some("libksef"));
        let error = run::<()>(async { panic!("a bug") }).await.expect_err("a panic");
        assert_eq!(error.number(), 9001);
        assert!(error.to_string().contains("a bug") && error.was_sent());
    }

    #[tokio::test]
    async fn dropping_the_future_aborts_the_work() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let work = run::<()>(async move {
            let _held = sender;
            std::future::pending().await
        });
        tokio::select! {
            _ = work => unreachable!("it never ends"),
            () = tokio::task::yield_now() => (),
        }
        assert!(receiver.await.is_err(), "the sender was dropped with the task");
    }

    #[test]
    fn blocking_works_outside_and_is_refused_inside() {
        assert_eq!(block_on(async { Ok(7) }).expect("outside"), 7);
        let inside =
            tokio::runtime::Runtime::new().expect("a runtime").block_on(async { block_on(async { Ok(7) }) });
        assert_eq!(inside.expect_err("inside").number(), 1019);
    }
}
