//! The HTTP pipeline: the only place that knows the HTTP client.

pub(crate) mod body;
pub(crate) mod call;
mod failure;
mod pipeline;
mod plain;
mod raw;
pub(crate) mod retry;
pub(crate) mod tls;
pub(crate) mod transport;
pub(crate) mod warning;

use bytes::Bytes;
use ksef_crypto::Sha256;
pub(crate) use reqwest::header::HeaderValue;

#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
mod tests;

/// A downloaded document.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Download {
    /// The bytes exactly as received.
    pub bytes: Bytes,
    /// The hash that KSeF declared for them, already found equal; `None` when KSeF declared none.
    pub hash: Option<Sha256>,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Download({} bytes, hash {})",
            self.bytes.len(),
            if self.hash.is_some() { "equal" } else { "absent" }
        )
    }
}
