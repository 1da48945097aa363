//! Tables as CSV (RFC 4180): a header, CRLF, and quotes where they are needed.

use std::io::{self, Write};

/// Writes a table row by row.
#[derive(Debug)]
pub struct TableWriter<W> {
    out: W,
    columns: usize,
    csv: csv_core::Writer,
    buffer: Vec<u8>,
    rows: u64,
}

impl<W: Write> TableWriter<W> {
    /// Begins a table with these columns on `out`, which should be buffered.
    pub fn new(out: W, columns: &[&str]) -> io::Result<Self> {
        let csv = csv_core::WriterBuilder::new().terminator(csv_core::Terminator::CRLF).build();
        let mut table = Self { out, columns: columns.len(), csv, buffer: vec![0; 512], rows: 0 };
        table.line(columns)?;
        Ok(table)
    }

    /// Writes a row. An empty text is an empty field.
    ///
    /// # Errors
    ///
    /// When the output takes no more, and when there are not as many fields as columns; then nothing was written.
    pub fn row(&mut self, fields: &[impl AsRef<str>]) -> io::Result<()> {
        if fields.len() != self.columns {
            let (given, columns) = (fields.len(), self.columns);
            let what = format!("the row has {given} fields and the table {columns} columns");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        self.rows += 1;
        self.line(fields)
    }

    /// How many rows were written, the header not counted.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Flushes, and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn line(&mut self, fields: &[impl AsRef<str>]) -> io::Result<()> {
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                self.emit(csv_core::Writer::delimiter)?;
            }
            let mut rest = field.as_ref().as_bytes();
            while !rest.is_empty() {
                let (result, read, written) = self.csv.field(rest, &mut self.buffer);
                self.out.write_all(&self.buffer[..written])?;
                rest = &rest[read..];
                if result == csv_core::WriteResult::InputEmpty {
                    break;
                }
            }
        }
        self.emit(csv_core::Writer::terminator)
    }

    /// Lets the state machine write until it has nothing left.
    fn emit(
        &mut self,
        step: impl Fn(&mut csv_core::Writer, &mut [u8]) -> (csv_core::WriteResult, usize),
    ) -> io::Result<()> {
        loop {
            let (result, written) = step(&mut self.csv, &mut self.buffer);
            self.out.write_all(&self.buffer[..written])?;
            if result == csv_core::WriteResult::InputEmpty {
                return Ok(());
            }
        }
    }
}
