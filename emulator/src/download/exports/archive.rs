//! Writes the archive of a package: ZIP or TarGz, in memory.

use std::{
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::{Compression, write::GzEncoder};
use jiff::{Timestamp, tz::TimeZone};
use ksef_model::CompressionType;
use zip::{
    CompressionMethod, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

/// Bytes in memory whose number can be seen while a compressor owns them.
#[derive(Debug)]
struct Sink {
    bytes: Cursor<Vec<u8>>,
    length: Arc<AtomicU64>,
}

impl Write for Sink {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let written = self.bytes.write(part)?;
        self.length.store(self.bytes.get_ref().len() as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Sink {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

enum Writer {
    Zip(Box<ZipWriter<Sink>>),
    StreamedZip(Box<ZipWriter<StreamWriter<Sink>>>),
    TarGz(Box<tar::Builder<GzEncoder<Sink>>>),
}

/// An archive that grows.
pub(super) struct Archive {
    writer: Writer,
    length: Arc<AtomicU64>,
    modified: Timestamp,
}

impl Archive {
    /// An empty archive whose entries were all modified at `modified`. A streamed ZIP has the sizes of its entries
    /// after their data.
    pub(super) fn new(compression: &CompressionType, streamed_zip: bool, modified: Timestamp) -> Self {
        let length = Arc::<AtomicU64>::default();
        let sink = Sink { bytes: Cursor::default(), length: Arc::clone(&length) };
        let writer = match compression {
            CompressionType::TarGz => {
                Writer::TarGz(Box::new(tar::Builder::new(GzEncoder::new(sink, Compression::default()))))
            }
            _ if streamed_zip => Writer::StreamedZip(Box::new(ZipWriter::new_stream(sink))),
            _ => Writer::Zip(Box::new(ZipWriter::new(sink))),
        };
        Self { writer, length, modified }
    }

    /// Adds an entry of `size` bytes. The name is written as it is.
    pub(super) fn add(&mut self, name: &str, mut content: impl Read, size: u64) -> io::Result<()> {
        let options = zip_options(self.modified);
        match &mut self.writer {
            Writer::Zip(zip) => {
                zip.start_file(name, options)?;
                io::copy(&mut content, zip)?;
            }
            Writer::StreamedZip(zip) => {
                zip.start_file(name, options)?;
                io::copy(&mut content, zip)?;
            }
            Writer::TarGz(tar) => {
                // The extended headers of POSIX.1-2001, which the archives of .NET have by themselves: readers must cope.
                let seconds = self.modified.as_second().to_string();
                tar.append_pax_extensions([("mtime", seconds.as_bytes())])?;
                let mut header = tar::Header::new_ustar();
                let place = &mut header.as_old_mut().name;
                let name = name.as_bytes();
                let length = name.len().min(place.len());
                place[..length].copy_from_slice(&name[..length]);
                header.set_size(size);
                header.set_mode(0o644);
                header.set_mtime(self.modified.as_second().try_into().unwrap_or_default());
                header.set_cksum();
                tar.append(&header, content)?;
            }
        }
        Ok(())
    }

    /// Compressed bytes so far.
    pub(super) fn length(&self) -> u64 {
        self.length.load(Ordering::Relaxed)
    }

    /// The bytes of the finished archive.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        let sink = match self.writer {
            Writer::Zip(zip) => zip.finish()?,
            Writer::StreamedZip(zip) => zip.finish()?.into_inner(),
            Writer::TarGz(tar) => tar.into_inner()?.finish()?,
        };
        Ok(sink.bytes.into_inner())
    }
}

fn zip_options(modified: Timestamp) -> SimpleFileOptions {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let utc = modified.to_zoned(TimeZone::UTC);
    let field = |value: i8| u8::try_from(value).unwrap_or_default();
    let time = zip::DateTime::from_date_and_time(
        u16::try_from(utc.year()).unwrap_or(1980),
        field(utc.month()),
        field(utc.day()),
        field(utc.hour()),
        field(utc.minute()),
        field(utc.second()),
    );
    match time {
        Ok(time) => options.last_modified_time(time),
        Err(_) => options,
    }
}
