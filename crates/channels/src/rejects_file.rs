//! A file for what was rejected, so that it can be mended and read again.

use crate::reject::Reject;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Takes rejected lines as they stood. Unlike a [`Reject`] they hold the data, so only the file's owner may
/// read it (on systems that know owners).
#[derive(Debug)]
pub struct RejectsFile {
    out: BufWriter<File>,
}

impl RejectsFile {
    /// Creates the file, or empties it if it is there.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        // The mode above is only for a new file; one that was there may be open to others.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(Self { out: BufWriter::new(file) })
    }

    /// Writes one record: line number, reason and the raw line, with tabs between them. A line that was too long
    /// was never held and stays empty, and so does what is no line, such as an event of XES.
    pub fn write(&mut self, reject: &Reject, raw: &[u8]) -> io::Result<()> {
        write!(self.out, "{}\t{}\t", reject.place.line, reject.reason)?;
        self.out.write_all(raw)?;
        self.out.write_all(b"\n")
    }

    /// Sees to it that everything is in the file.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
