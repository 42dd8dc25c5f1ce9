//! Plain reads of services beside the API.

use std::time::Duration;

use bytes::Bytes;
use url::Url;

use super::failure;
use crate::Client;
use crate::error::{Error, Result, texts};
use crate::http::body::{Sniffed, sniff};

/// Far more than the status service says.
const LARGEST: usize = 1024 * 1024;

impl Client {
    /// Reads JSON from an address without any login, once, within a limit of real time.
    pub(crate) async fn read_plain_json(&self, url: Url, limit: Duration) -> Result<Bytes> {
        let request = self.shared().transport.pool()?.get(url).timeout(limit);
        let work = async {
            let mut response = request.send().await.map_err(failure::of_request)?;
            let status = response.status();
            if !status.is_success() {
                return Err(Error::new(texts::UNEXPECTED_STATUS).with_status(status.as_u16()).sent(true));
            }
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(failure::of_body)? {
                body.extend_from_slice(&chunk);
                if body.len() > LARGEST {
                    return Err(Error::new(texts::ANSWER_TOO_LARGE).sent(true));
                }
            }
            match sniff(None, &body) {
                Sniffed::Json => Ok(body.into()),
                _ => Err(Error::new(texts::UNEXPECTED_CONTENT).sent(true)),
            }
        };
        self.scope().bound(work).await?
    }
}
