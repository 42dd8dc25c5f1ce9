//! What a handler may know and do about the connection that its request came over.

use std::{net::IpAddr, sync::Arc};

use tokio::sync::Notify;

/// The address of the caller, put into the extensions of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// A way to end the connection under the feet of the caller.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hangup(Arc<Notify>);

impl Hangup {
    /// Drops the connection. The future never ends: the task that polls it is dropped with the connection.
    pub(crate) async fn now(&self) -> std::convert::Infallible {
        self.0.notify_one();
        std::future::pending().await
    }

    /// Ends when somebody wants the connection dropped.
    pub(crate) async fn wanted(&self) {
        self.0.notified().await;
    }
}
