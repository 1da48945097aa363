//! One JSON object a line.

use serde::Serialize;
use std::io::{self, Write};

/// Writes whatever serialises, a line each.
#[derive(Debug)]
pub struct JsonLinesWriter<W> {
    out: W,
    lines: u64,
}

impl<W: Write> JsonLinesWriter<W> {
    /// Writes to `out`, which should be buffered.
    pub const fn new(out: W) -> Self {
        Self { out, lines: 0 }
    }

    /// Writes one line.
    pub fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line).map_err(io::Error::from)?;
        self.lines += 1;
        self.out.write_all(b"\n")
    }

    /// How many lines were written.
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// Flushes, and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
