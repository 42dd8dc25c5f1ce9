//! From uploaded parts to invoices: verification, decryption, joining, unpacking (PROTOCOL §7.5). This is long work,
//! done outside the lock of the store; one part at a time is in memory.

use std::io::{self, BufReader, Seek, SeekFrom, Write};

use ksef_crypto::{Sha256Stream, SymmetricKey};
use tempfile::SpooledTempFile;

use super::{
    package::{Compression, DeclaredPackage, StoredPart},
    unpack::{self, UnpackedInvoice, Unpacker},
};
use crate::sessions::SessionState;

/// Bytes of an archive that stay in memory.
const IN_MEMORY: usize = 4 << 20;

/// What comes of a package: its invoices in their order, or why there are none.
pub(crate) type Outcome = Result<Vec<UnpackedInvoice>, PackageFailure>;

/// Why a package as a whole fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PackageFailure {
    /// 405: a part, the archive or an entry is not what was declared or is not allowed.
    Elements(Vec<String>),
    /// 415: the symmetric key could not be unwrapped.
    Key,
    /// 420: more invoices than the context may send.
    TooMany {
        /// How many it may send.
        limit: u32,
        /// How many there are.
        count: u32,
    },
    /// 430: the archive cannot be read.
    Archive(String),
    /// 435: the part with this ordinal number cannot be decrypted.
    Decryption(usize),
    /// 500: the emulator could not work.
    Internal,
}

impl PackageFailure {
    /// The state of the session.
    pub(crate) fn state(&self) -> SessionState {
        match self {
            Self::Elements(_) => SessionState::PackageRefused,
            Self::Key => SessionState::KeyRefused,
            Self::TooMany { .. } => SessionState::TooManyInvoices,
            Self::Archive(_) => SessionState::ArchiveRefused,
            Self::Decryption(_) => SessionState::PartsRefused,
            Self::Internal => SessionState::Unknown,
        }
    }

    /// The details of its status.
    pub(crate) fn details(&self) -> Vec<String> {
        match self {
            Self::Elements(details) => details.clone(),
            Self::TooMany { limit, count } => vec![format!(
                "Przekroczono dopuszczalną liczbę faktur w paczce: '{limit}'. Liczba faktur w paczce: '{count}'."
            )],
            Self::Archive(detail) => vec![detail.clone()],
            Self::Decryption(ordinal) => {
                vec![format!("Nie można odszyfrować części '{ordinal}' pliku.")]
            }
            Self::Key | Self::Internal => Vec::new(),
        }
    }
}

impl From<io::Error> for PackageFailure {
    /// A temporary file could not be written or read.
    fn from(error: io::Error) -> Self {
        tracing::error!(%error, "a package could not be processed");
        Self::Internal
    }
}

/// Everything that the processing of a closed package needs.
#[derive(Debug)]
pub(crate) struct Work {
    /// Reference number of the session.
    pub(crate) session: String,
    /// The key, when it could be unwrapped.
    pub(crate) key: Option<SymmetricKey>,
    /// What was declared.
    pub(crate) declared: DeclaredPackage,
    /// All parts by ordinal number.
    pub(crate) parts: Vec<StoredPart>,
    /// Invoices that the package may hold.
    pub(crate) max_invoices: u32,
    /// Bytes of the largest invoice that the context may send.
    pub(crate) max_invoice_size: u64,
}

impl Work {
    /// Does it.
    pub(crate) fn run(self) -> Outcome {
        let key = self.key.ok_or(PackageFailure::Key)?;
        let unpacker = Unpacker::new(self.max_invoices, self.max_invoice_size);
        let archive = join(&self.declared, self.parts, &key)?;
        match self.declared.compression {
            Compression::Zip => unpack::zip(archive, unpacker),
            Compression::TarGz => unpack::tar_gz(archive, unpacker),
        }
    }
}

/// The archive, when it is what was declared.
fn join(
    declared: &DeclaredPackage,
    parts: Vec<StoredPart>,
    key: &SymmetricKey,
) -> Result<BufReader<SpooledTempFile>, PackageFailure> {
    let wrong: Vec<String> = declared
        .parts
        .iter()
        .zip(&parts)
        .enumerate()
        .filter(|(_, (declared, part))| declared.hash != part.hash)
        .map(|(index, _)| format!("Skrót części '{}' nie zgadza się z zadeklarowanym.", index + 1))
        .collect();
    if !wrong.is_empty() {
        return Err(PackageFailure::Elements(wrong));
    }
    let mut archive = SpooledTempFile::new(IN_MEMORY);
    let (mut size, mut hash) = (0, Sha256Stream::new());
    for (index, part) in parts.into_iter().enumerate() {
        let plain = key.decrypt_vec(part.read()?).map_err(|_| PackageFailure::Decryption(index + 1))?;
        size += plain.len() as u64;
        hash.update(&plain);
        archive.write_all(&plain)?;
    }
    if size != declared.size {
        let detail = format!("Rozmiar paczki '{size}' nie zgadza się z zadeklarowanym: '{}'.", declared.size);
        return Err(PackageFailure::Elements(vec![detail]));
    }
    if hash.finish() != declared.hash {
        let detail = "Skrót paczki nie zgadza się z zadeklarowanym.".to_owned();
        return Err(PackageFailure::Elements(vec![detail]));
    }
    archive.seek(SeekFrom::Start(0))?;
    Ok(BufReader::new(archive))
}
