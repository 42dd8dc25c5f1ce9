//! Time comes in as a value, so that tests and simulations decide it.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// The future of a sleep.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// The source of time for lifetimes, waits between attempts and deadlines.
///
/// Timeouts of network operations use real time whatever the clock says.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The current instant.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary start; never goes back, even when the wall clock is set.
    fn elapsed(&self) -> Duration;

    /// A future that ends when `duration` has passed on this clock.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// The clock of the computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::Mutex;

    use super::*;

    /// A clock that stands still until somebody sleeps: a sleep ends at once and moves it.
    #[derive(Debug)]
    pub(crate) struct StepClock {
        start: Timestamp,
        passed: Mutex<Duration>,
        sleeps: Mutex<Vec<Duration>>,
    }

    impl StepClock {
        pub(crate) fn at(start: Timestamp) -> Self {
            Self { start, passed: Mutex::default(), sleeps: Mutex::default() }
        }

        pub(crate) fn advance(&self, duration: Duration) {
            *self.passed.lock().expect("not poisoned") += duration;
        }

        pub(crate) fn sleeps(&self) -> Vec<Duration> {
            self.sleeps.lock().expect("not poisoned").clone()
        }
    }

    impl Default for StepClock {
        fn default() -> Self {
            Self::at("2026-11-22T12:00:00Z".parse().expect("a timestamp"))
        }
    }

    impl Clock for StepClock {
        fn now(&self) -> Timestamp {
            self.start + self.elapsed()
        }

        fn elapsed(&self) -> Duration {
            *self.passed.lock().expect("not poisoned")
        }

        fn sleep(&self, duration: Duration) -> Sleep {
            self.sleeps.lock().expect("not poisoned").push(duration);
            self.advance(duration);
            Box::pin(tokio::task::yield_now())
        }
    }
}
