//! Reads archives with bounds: of entries, of bytes of an entry, of bytes of all entries; no entry leaves the folder.

use std::{
    collections::HashSet,
    io::{self, BufRead, Read, Seek},
};

use flate2::bufread::MultiGzDecoder;
use ksef_crypto::Sha256Stream;

use super::process::{Outcome, PackageFailure};
use crate::{
    invoice::{ContentSpool, Declared, Rejection, oversized},
    sessions::{Document, read_document},
};

/// Bytes after which an entry counts as a bomb; no invoice comes near.
const MAX_ENTRY: u64 = 20_000_000;
/// Bytes of TAR headers and padding that an entry may add.
const TAR_OVERHEAD: u64 = 4096;
/// Characters of `invoiceFileName`.
const MAX_FILE_NAME: usize = 128;

/// A file of a package.
#[derive(Debug)]
pub(crate) struct UnpackedInvoice {
    /// Its name in the archive, cut to what a status holds.
    pub(crate) file_name: String,
    /// Hash and size.
    pub(crate) declared: Declared,
    /// The document that could be read, or the reason why not.
    pub(crate) document: Result<Box<Document>, Rejection>,
}

/// Takes entries in, one after the other.
#[derive(Debug)]
pub(super) struct Unpacker {
    max_invoices: u32,
    max_size: u64,
    left: u64,
    count: u32,
    names: HashSet<String>,
    contents: ContentSpool,
    invoices: Vec<UnpackedInvoice>,
}

impl Unpacker {
    /// For a package of so many invoices, the largest of which has so many bytes.
    pub(super) fn new(max_invoices: u32, max_size: u64) -> Self {
        Self {
            max_invoices,
            max_size,
            left: u64::from(max_invoices).saturating_mul(max_size),
            count: 0,
            names: HashSet::new(),
            contents: ContentSpool::default(),
            invoices: Vec::new(),
        }
    }

    /// Notes the name of a file and whether the file is one too many.
    fn announce(&mut self, name: &str) -> Result<bool, PackageFailure> {
        if !is_safe(name) {
            return Err(element(name, "Niedozwolona nazwa pliku w paczce"));
        }
        if !name.to_ascii_lowercase().ends_with(".xml") {
            return Err(element(name, "Niedozwolony rodzaj pliku w paczce"));
        }
        self.count += 1;
        let fits = self.count <= self.max_invoices;
        if fits && !self.names.insert(name.to_owned()) {
            return Err(element(name, "Powtórzona nazwa pliku w paczce"));
        }
        Ok(fits)
    }

    /// Fails when more files were announced than a package may hold.
    fn check_count(&self) -> Result<(), PackageFailure> {
        if self.count <= self.max_invoices {
            return Ok(());
        }
        Err(PackageFailure::TooMany { limit: self.max_invoices, count: self.count })
    }

    /// Reads one file. Of one that is larger than any invoice only the hash is kept.
    fn take(&mut self, name: &str, file: &mut dyn Read) -> Result<(), PackageFailure> {
        let mut file = file.take(MAX_ENTRY.min(self.left).saturating_add(1));
        let mut bytes = Vec::new();
        file.by_ref().take(self.max_size).read_to_end(&mut bytes).map_err(broken)?;
        let mut hash = Sha256Stream::new();
        hash.update(&bytes);
        let mut size = bytes.len() as u64;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut buffer).map_err(broken)?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            size += read as u64;
        }
        if size > MAX_ENTRY || size > self.left {
            return Err(PackageFailure::Archive("Rozmiar rozpakowanej paczki jest zbyt duży.".to_owned()));
        }
        self.left -= size;
        let document = if size > self.max_size {
            Err(oversized(size, self.max_size))
        } else {
            match read_document(&bytes) {
                Ok(header) => Ok(Box::new(Document { header, content: self.contents.keep(&bytes)? })),
                Err(rejection) => Err(rejection),
            }
        };
        self.invoices.push(UnpackedInvoice {
            file_name: name.chars().take(MAX_FILE_NAME).collect(),
            declared: Declared { hash: hash.finish(), size },
            document,
        });
        Ok(())
    }
}

/// Unpacks a ZIP. Its directory says how many files there are before the first is read.
pub(super) fn zip(archive: impl Read + Seek, mut unpacker: Unpacker) -> Outcome {
    let mut archive = zip::ZipArchive::new(archive).map_err(broken)?;
    if archive.has_overlapping_entries().map_err(broken)? {
        return Err(PackageFailure::Archive("Pliki w archiwum nakładają się na siebie.".to_owned()));
    }
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if entry.is_dir() {
            continue;
        }
        if entry.is_symlink() {
            return Err(element(&name, "Niedozwolony rodzaj pliku w paczce"));
        }
        if unpacker.announce(&name)? {
            files.push((index, name));
        }
    }
    unpacker.check_count()?;
    if archive.has_duplicate_names() {
        let detail = "Powtórzona nazwa pliku w paczce.".to_owned();
        return Err(PackageFailure::Elements(vec![detail]));
    }
    for (index, name) in files {
        let mut file = archive.by_index(index).map_err(broken)?;
        unpacker.take(&name, &mut file)?;
    }
    Ok(unpacker.invoices)
}

/// Unpacks a TAR in GZIP to its last byte, which verifies the checksum.
pub(super) fn tar_gz(archive: impl BufRead, mut unpacker: Unpacker) -> Outcome {
    let bound = unpacker.left.saturating_add(u64::from(unpacker.max_invoices).saturating_mul(TAR_OVERHEAD));
    let stream = Bounded { inner: MultiGzDecoder::new(archive), left: bound.saturating_add(1 << 20) };
    let mut archive = tar::Archive::new(stream);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !kind.is_file() {
            return Err(element(&name, "Niedozwolony rodzaj pliku w paczce"));
        }
        let name = name.strip_prefix("./").unwrap_or(&name);
        if unpacker.announce(name)? {
            unpacker.take(name, &mut entry)?;
        }
    }
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(broken)?;
    unpacker.check_count()?;
    Ok(unpacker.invoices)
}

/// A reader that fails when it has given more than its bound.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left =
            self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other("the archive is a bomb"))?;
        Ok(read)
    }
}

fn broken(error: impl std::error::Error) -> PackageFailure {
    tracing::debug!(%error, "an archive cannot be read");
    PackageFailure::Archive("Nie można odczytać archiwum.".to_owned())
}

fn element(name: &str, problem: &str) -> PackageFailure {
    let name: String = name.chars().filter(|character| !character.is_control()).take(MAX_FILE_NAME).collect();
    PackageFailure::Elements(vec![format!("{problem}: '{name}'.")])
}

/// Whether a name stays in the folder into which an archive is unpacked, on every system. Folders are allowed.
fn is_safe(name: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    name.split('/').all(plain) && !name.contains(['\\', ':']) && !name.chars().any(char::is_control)
}
