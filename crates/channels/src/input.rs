//! Files as streams of bytes, compressed or not, that tell how far they have been read.

use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Large enough that few lines cross its end and that a read is worth its system call.
pub(crate) const BUFFER_BYTES: usize = 256 * 1024;

/// How far a file has been read, in bytes of the file as it lies on disk. Cheap to clone; any thread may look.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    total: u64,
}

impl Progress {
    /// The bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The bytes that the file had when it was opened.
    pub const fn total_bytes(&self) -> u64 {
        self.total
    }
}

/// A file that says how much of it was read.
#[derive(Debug)]
pub(crate) struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Counted {
    /// Counts what is read of `file` into `progress`, together with whatever else is counted there.
    pub(crate) fn new(file: File, progress: Progress) -> Self {
        Self { file, read: progress.read }
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// An opened file.
#[derive(Debug)]
pub struct Input(Kind);

#[derive(Debug)]
enum Kind {
    Plain(BufReader<Counted>),
    Gzip(Box<BufReader<MultiGzDecoder<Counted>>>),
}

/// How a file's bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// As gzip, of one member or of several in a row.
    Gzip,
}

impl Input {
    /// Reads a file from where it stands.
    pub fn new(file: File, packing: Packing) -> io::Result<(Self, Progress)> {
        let progress = Progress { read: Arc::default(), total: file.metadata()?.len() };
        let counted = Counted { file, read: progress.read.clone() };
        let kind = match packing {
            Packing::Plain => Kind::Plain(BufReader::with_capacity(BUFFER_BYTES, counted)),
            Packing::Gzip => {
                let unpacked = MultiGzDecoder::new(counted);
                Kind::Gzip(Box::new(BufReader::with_capacity(BUFFER_BYTES, unpacked)))
            }
        };
        Ok((Self(kind), progress))
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Kind::Plain(input) => input.read(buffer),
            Kind::Gzip(input) => input.read(buffer),
        }
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.0 {
            Kind::Plain(input) => input.fill_buf(),
            Kind::Gzip(input) => input.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match &mut self.0 {
            Kind::Plain(input) => input.consume(amount),
            Kind::Gzip(input) => input.consume(amount),
        }
    }
}
