use std::sync::Arc;
use std::time::Duration;

use libksef::CallOptions;

/// A token that ends calls early. Any number of calls and threads may share it.
#[derive(Debug, uniffi::Object)]
pub struct CancelToken(libksef::CancelToken);

#[uniffi::export]
impl CancelToken {
    /// Makes a token that is not cancelled.
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(libksef::CancelToken::new()))
    }

    /// Ends every call that carries the token, now and later. An invoice that was under way then has an unknown outcome
    /// with a resume token.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the token was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// How long a call may take, and who may end it.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct CallLimits {
    /// Milliseconds for the whole call, retries and waits included; none for no limit.
    #[uniffi(default = None)]
    pub timeout_ms: Option<u64>,
    /// The token that ends the call.
    #[uniffi(default = None)]
    pub cancel: Option<Arc<CancelToken>>,
}

impl From<CallLimits> for CallOptions {
    fn from(limits: CallLimits) -> Self {
        Self {
            deadline: limits.timeout_ms.map(Duration::from_millis),
            cancel: limits.cancel.map(|token| token.0.clone()),
        }
    }
}
