//! Packages of exports, made for real: archive, parts, encryption, hashes (PROTOCOL §9.3).

use std::{io, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use ksef_crypto::{Sha256, SymmetricKey};
use ksef_model::ReferenceNumber;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use super::{
    super::{
        metadata::{self, Digits},
        repository::Entry,
        settings::Settings,
    },
    archive::Archive,
    order::Order,
};
use crate::error::ApiError;

/// An entry that does not belong into a package, for tests of those who unpack.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExtraEntry {
    /// Its name, such as `../evil.xml`.
    name: String,
    /// Its content.
    #[serde(default)]
    content: String,
    /// How many zero bytes follow the content.
    #[serde(default)]
    zeros: u32,
}

impl ExtraEntry {
    /// Whether both kinds of archive can hold an entry of this name.
    pub(super) fn is_possible(&self) -> bool {
        (1..=100).contains(&self.name.len())
    }
}

/// What a finished export found, and the package, which is made when somebody asks for it.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) reference: ReferenceNumber,
    pub(super) order: Arc<Order>,
    pub(super) key: SymmetricKey,
    /// The invoices, the oldest first.
    pub(super) invoices: Vec<Arc<Entry>>,
    /// Whether there were more.
    pub(super) more: bool,
    /// The high-water mark that the package tells, when storage dates were asked for.
    pub(super) mark: Option<Timestamp>,
    pub(super) completed_at: Timestamp,
    pub(super) settings: Settings,
    pub(super) extra: Vec<ExtraEntry>,
    pub(super) package: OnceCell<Package>,
}

/// The encrypted package.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) parts: Vec<Part>,
    pub(super) invoice_count: usize,
    /// Bytes before encryption.
    pub(super) size: u64,
    pub(super) is_truncated: bool,
    /// The last invoice in it.
    pub(super) last: Option<Arc<Entry>>,
}

/// One part of a package.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) size: usize,
    pub(super) hash: Sha256,
    /// The encrypted bytes.
    pub(super) content: Bytes,
    pub(super) encrypted_hash: Sha256,
}

impl Parcel {
    /// The package. Making it is work for another thread, and only the first time.
    pub(super) async fn package(self: &Arc<Self>) -> Result<&Package, ApiError> {
        let make = || async {
            let worker = Arc::clone(self);
            match tokio::task::spawn_blocking(move || worker.pack()).await {
                Ok(Ok(package)) => Ok(package),
                Ok(Err(error)) => {
                    tracing::error!(%error, "a package could not be made");
                    Err(ApiError::internal())
                }
                Err(_) => Err(ApiError::internal()),
            }
        };
        self.package.get_or_try_init(make).await
    }

    fn pack(&self) -> io::Result<Package> {
        let mut archive =
            Archive::new(&self.order.compression, self.settings.streamed_zip, self.completed_at);
        let mut taken = self.invoices.len();
        if !self.order.only_metadata {
            for (index, entry) in self.invoices.iter().enumerate() {
                // A package is full when it has reached its size; an invoice is never cut.
                if archive.length() >= self.settings.max_package_bytes {
                    taken = index;
                    break;
                }
                let name = format!("{}.xml", entry.ksef_number.as_str());
                let content = entry.content.read()?;
                archive.add(&name, &*content, content.len() as u64)?;
            }
        }
        let invoices = &self.invoices[..taken];
        let metadata = self.metadata(invoices)?;
        archive.add("_metadata.json", &*metadata, metadata.len() as u64)?;
        for extra in &self.extra {
            use io::Read;
            let zeros = u64::from(extra.zeros);
            let content = extra.content.as_bytes().chain(io::repeat(0).take(zeros));
            archive.add(&extra.name, content, extra.content.len() as u64 + zeros)?;
        }
        let bytes = archive.finish()?;
        let parts = bytes.chunks(self.settings.part_bytes).enumerate();
        Ok(Package {
            parts: parts.map(|(index, plain)| self.part(index + 1, plain)).collect(),
            invoice_count: taken,
            size: bytes.len() as u64,
            is_truncated: self.more || taken < self.invoices.len(),
            last: invoices.last().cloned(),
        })
    }

    fn metadata(&self, invoices: &[Arc<Entry>]) -> io::Result<Vec<u8>> {
        let list: Vec<_> = invoices.iter().map(|entry| metadata::of(entry, Digits::Six)).collect();
        let written = match self.settings.bare_metadata {
            true => serde_json::to_vec(&list),
            false => serde_json::to_vec(&json!({ "invoices": list })),
        };
        written.map_err(io::Error::from)
    }

    fn part(&self, ordinal: usize, plain: &[u8]) -> Part {
        let content = self.key.encrypt(plain);
        Part {
            name: format!("{}-{ordinal:03}.{}", self.reference.as_str(), self.order.extension()),
            size: plain.len(),
            hash: Sha256::of(plain),
            encrypted_hash: Sha256::of(&content),
            content: content.into(),
        }
    }
}
