//! The package of one batch: what was declared, what was uploaded, what came of it.

use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom, Write},
};

use jiff::{SignedDuration, Timestamp};
use ksef_crypto::{Sha256, Sha256Stream};
use tempfile::SpooledTempFile;

use super::process::Outcome;

/// Time that each declared part adds to the window of all uploads (PROTOCOL §7.3).
const WINDOW_PER_PART: SignedDuration = SignedDuration::from_mins(20);

/// Bytes of a part that stay in memory; what is larger lies in a file that the operating system removes with the
/// process, so that the emulator's memory does not grow with packages.
const IN_MEMORY: usize = 1 << 20;

/// How the invoices are packed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Compression {
    /// ZIP.
    #[default]
    Zip,
    /// TAR in GZIP.
    TarGz,
}

/// What the client declared when it opened the batch.
#[derive(Debug, Clone)]
pub(crate) struct DeclaredPackage {
    /// Size of the archive before encryption, in bytes.
    pub(crate) size: u64,
    /// Hash of the archive before encryption.
    pub(crate) hash: Sha256,
    /// Its format.
    pub(crate) compression: Compression,
    /// The encrypted parts by ordinal number, from 1.
    pub(crate) parts: Vec<DeclaredPart>,
    /// Offline mode, declared for all invoices.
    pub(crate) offline: bool,
}

/// One encrypted part as declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeclaredPart {
    /// Size in bytes.
    pub(crate) size: u64,
    /// Hash.
    pub(crate) hash: Sha256,
}

impl DeclaredPackage {
    /// How long after the opening parts may be uploaded.
    pub(crate) fn window(&self) -> SignedDuration {
        let parts = i32::try_from(self.parts.len()).unwrap_or(i32::MAX);
        WINDOW_PER_PART.checked_mul(parts).unwrap_or(SignedDuration::MAX)
    }
}

/// A part as it is being uploaded, and as it was.
pub(crate) struct PartContent {
    spool: SpooledTempFile,
    size: u64,
    hash: Sha256Stream,
}

impl Default for PartContent {
    fn default() -> Self {
        Self { spool: SpooledTempFile::new(IN_MEMORY), size: 0, hash: Sha256Stream::new() }
    }
}

impl PartContent {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.spool.write_all(bytes)?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Number of bytes so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The bytes are complete.
    pub(crate) fn finish(self) -> StoredPart {
        StoredPart { spool: self.spool, size: self.size, hash: self.hash.finish() }
    }
}

/// An uploaded part.
pub(crate) struct StoredPart {
    spool: SpooledTempFile,
    size: u64,
    /// Hash of what was uploaded.
    pub(super) hash: Sha256,
}

impl StoredPart {
    /// All bytes.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub(super) fn read(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.size).unwrap_or_default());
        self.spool.seek(SeekFrom::Start(0))?;
        self.spool.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl fmt::Debug for StoredPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredPart({} bytes)", self.size)
    }
}

/// Why a batch cannot be closed, apart from its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Incomplete {
    /// Parts with these ordinal numbers are missing (21205).
    Missing(Vec<usize>),
    /// Parts with these ordinal numbers have another size than declared (21157).
    Sizes(Vec<usize>),
}

/// The package of one batch.
#[derive(Debug)]
pub(crate) struct Package {
    /// What was declared.
    pub(crate) declared: DeclaredPackage,
    /// Until when parts may be uploaded.
    pub(crate) window_end: Timestamp,
    /// What came of it and when, until the session takes it over.
    pub(crate) outcome: Option<(Timestamp, Outcome)>,
    stored: Vec<Option<StoredPart>>,
}

impl Package {
    /// A package without parts, of a batch opened at `now`.
    pub(crate) fn new(declared: DeclaredPackage, now: Timestamp) -> Self {
        Self {
            window_end: now.saturating_add(declared.window()).unwrap_or(Timestamp::MAX),
            stored: declared.parts.iter().map(|_| None).collect(),
            outcome: None,
            declared,
        }
    }

    /// Whether a part with this ordinal number was declared.
    pub(crate) fn has_part(&self, ordinal: usize) -> bool {
        (1..=self.declared.parts.len()).contains(&ordinal)
    }

    /// Keeps a part in place of an earlier one; `false` when no such part was declared.
    pub(crate) fn store(&mut self, ordinal: usize, part: StoredPart) -> bool {
        let place = ordinal.checked_sub(1).and_then(|index| self.stored.get_mut(index));
        place.map(|place| *place = Some(part)).is_some()
    }

    /// Whether all parts are there and as long as declared.
    ///
    /// # Errors
    /// What is missing, or else what has another size.
    pub(crate) fn check(&self) -> Result<(), Incomplete> {
        let named = |wrong: &dyn Fn(&DeclaredPart, Option<&StoredPart>) -> bool| -> Vec<usize> {
            let pairs = self.declared.parts.iter().zip(&self.stored).enumerate();
            pairs
                .filter(|(_, (declared, stored))| wrong(declared, stored.as_ref()))
                .map(|(index, _)| index + 1)
                .collect()
        };
        let missing = named(&|_, stored| stored.is_none());
        if !missing.is_empty() {
            return Err(Incomplete::Missing(missing));
        }
        let sizes = named(&|declared, stored| stored.is_some_and(|stored| stored.size != declared.size));
        if sizes.is_empty() { Ok(()) } else { Err(Incomplete::Sizes(sizes)) }
    }

    /// Gives the parts away, by ordinal number.
    pub(crate) fn take_parts(&mut self) -> Vec<StoredPart> {
        self.stored.iter_mut().filter_map(Option::take).collect()
    }

    /// Forgets the parts: nothing will be done with them.
    pub(crate) fn discard(&mut self) {
        self.stored.iter_mut().for_each(|part| *part = None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(bytes: &[u8]) -> StoredPart {
        let mut part = PartContent::default();
        part.write(bytes).unwrap();
        part.finish()
    }

    fn package(sizes: &[u64]) -> Package {
        let part = |size: &u64| DeclaredPart { size: *size, hash: Sha256::of(b"") };
        let declared = DeclaredPackage {
            size: 1,
            hash: Sha256::of(b""),
            compression: Compression::Zip,
            parts: sizes.iter().map(part).collect(),
            offline: false,
        };
        Package::new(declared, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn each_part_adds_twenty_minutes() {
        assert_eq!(package(&[1]).window_end.as_second(), 20 * 60);
        assert_eq!(package(&[1; 50]).window_end.as_second(), 50 * 20 * 60);
    }

    #[test]
    fn names_missing_parts_before_wrong_sizes() {
        let mut package = package(&[3, 3, 3]);
        assert!(package.store(2, stored(b"too long")));
        assert_eq!(package.check(), Err(Incomplete::Missing(vec![1, 3])));
        assert!(package.store(1, stored(b"abc")) && package.store(3, stored(b"")));
        assert_eq!(package.check(), Err(Incomplete::Sizes(vec![2, 3])));
        assert!(package.store(2, stored(b"abc")) && package.store(3, stored(b"abc")));
        assert_eq!(package.check(), Ok(()));
        assert!(!package.store(0, stored(b"")) && !package.store(4, stored(b"")));
        assert_eq!(package.take_parts().len(), 3);
    }

    #[test]
    fn a_large_part_goes_to_disk_and_comes_back() {
        let mut part = PartContent::default();
        let chunk = vec![9; 700_000];
        part.write(&chunk).unwrap();
        assert!(!part.spool.is_rolled());
        part.write(&chunk).unwrap();
        assert!(part.spool.is_rolled());
        let bytes = [chunk.clone(), chunk].concat();
        let part = part.finish();
        assert_eq!((part.size, part.hash), (1_400_000, Sha256::of(&bytes)));
        assert_eq!(part.read().unwrap(), bytes);
    }
}
