//! The bytes of an invoice, in memory or in the file of its package.

use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom, Write},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use tempfile::SpooledTempFile;

/// Bytes of a spool that stay in memory; what is larger lies in a file that the operating system removes with the
/// process.
const IN_MEMORY: usize = 4 << 20;

/// The bytes of one invoice. Cheap to copy.
#[derive(Clone)]
pub(crate) enum Content {
    /// Sent alone.
    Memory(Bytes),
    /// Sent in a package: a stretch of the file that the invoices of the package share.
    Spooled {
        /// The file.
        spool: Arc<Mutex<SpooledTempFile>>,
        /// First byte.
        start: u64,
        /// Number of bytes.
        length: usize,
    },
}

impl Content {
    /// Number of bytes.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Spooled { length, .. } => *length as u64,
        }
    }

    /// The bytes.
    ///
    /// # Errors
    /// The file of the package cannot be read.
    pub(crate) fn read(&self) -> io::Result<Bytes> {
        match self {
            Self::Memory(bytes) => Ok(bytes.clone()),
            Self::Spooled { spool, start, length } => {
                let mut bytes = vec![0; *length];
                let mut spool = spool.lock().unwrap_or_else(PoisonError::into_inner);
                spool.seek(SeekFrom::Start(*start))?;
                spool.read_exact(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Memory(bytes.into())
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.len())
    }
}

/// Where the invoices of one package are kept.
pub(crate) struct ContentSpool {
    spool: Arc<Mutex<SpooledTempFile>>,
    end: u64,
}

impl Default for ContentSpool {
    fn default() -> Self {
        Self { spool: Arc::new(Mutex::new(SpooledTempFile::new(IN_MEMORY))), end: 0 }
    }
}

impl ContentSpool {
    /// Keeps the bytes of one more invoice.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn keep(&mut self, bytes: &[u8]) -> io::Result<Content> {
        let start = self.end;
        let mut spool = self.spool.lock().unwrap_or_else(PoisonError::into_inner);
        spool.seek(SeekFrom::Start(start))?;
        spool.write_all(bytes)?;
        self.end += bytes.len() as u64;
        Ok(Content::Spooled { spool: Arc::clone(&self.spool), start, length: bytes.len() })
    }
}

impl fmt::Debug for ContentSpool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentSpool({} bytes)", self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invoices_of_a_package_come_back_from_memory_and_from_disk() {
        let mut spool = ContentSpool::default();
        let large = vec![7; IN_MEMORY];
        let kept: Vec<Content> =
            [b"first".as_slice(), &large, b"third"].iter().map(|bytes| spool.keep(bytes).unwrap()).collect();
        assert!(spool.spool.lock().unwrap().is_rolled());
        assert_eq!(kept[2].read().unwrap().as_ref(), b"third");
        assert_eq!(kept[0].read().unwrap().as_ref(), b"first");
        assert_eq!(kept[1].read().unwrap().as_ref(), large);
        assert_eq!(format!("{:?}", kept[0]), "Content(5 bytes)");
        assert_eq!(Content::from(b"alone".to_vec()).read().unwrap().as_ref(), b"alone");
    }
}
