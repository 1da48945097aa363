//! Cuts lines into columns.

use crate::mapping::{Delimiter, FileShape};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// The most lines that one row may have.
pub(crate) const MAX_ROW_LINES: usize = 1_000;

/// Cuts rows into columns.
#[derive(Debug)]
pub(crate) struct Splitter {
    delimiter: Delimiter,
    quote: Option<u8>,
    comment: Option<u8>,
    csv: Reader,
    /// The columns' texts, where they are not those of the line itself, and their ends.
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// What a piece of the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// A row; it takes so many bytes of the piece.
    Row(usize),
    /// Nothing, or a remark.
    Nothing,
    /// The beginning of a row whose quote is closed on a later line.
    Open,
}

impl Splitter {
    pub(crate) fn new(file: &FileShape) -> Self {
        let (Delimiter::Byte(delimiter), quote) = (file.delimiter, file.quote) else {
            return Self::of(file, ReaderBuilder::new().build());
        };
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter).quote(quote.unwrap_or(b'"')).quoting(quote.is_some());
        Self::of(file, builder.build())
    }

    fn of(file: &FileShape, csv: Reader) -> Self {
        Self {
            delimiter: file.delimiter,
            quote: file.quote,
            comment: file.comment,
            csv,
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Takes the row that begins here. `piece` is one line, or several of which a quote may hold line ends; its own
    /// line end is cut off. The columns are put into `spans`, as places in what [`Self::text`] gives.
    pub(crate) fn take(&mut self, piece: &[u8], spans: &mut Vec<(u32, u32)>) -> Taken {
        spans.clear();
        if piece.is_empty() || (self.comment.is_some() && piece.first() == self.comment.as_ref()) {
            return Taken::Nothing;
        }
        let Delimiter::Byte(delimiter) = self.delimiter else {
            blanks(piece, spans);
            return if spans.is_empty() { Taken::Nothing } else { Taken::Row(piece.len()) };
        };
        let odd = match self.quote {
            Some(quote) => memchr::memchr2(quote, b'\r', piece),
            None => memchr::memchr(b'\r', piece),
        };
        if odd.is_some() {
            return self.take_quoted(piece, spans);
        }
        self.text.clear();
        let mut start = 0;
        for end in memchr::memchr_iter(delimiter, piece) {
            spans.push((start as u32, end as u32));
            start = end + 1;
        }
        spans.push((start as u32, piece.len() as u32));
        Taken::Row(piece.len())
    }

    fn take_quoted(&mut self, piece: &[u8], spans: &mut Vec<(u32, u32)>) -> Taken {
        self.csv.reset();
        self.text.resize(piece.len() + 1, 0);
        // One more than there can be.
        self.ends.resize(piece.len() + 2, 0);
        let (mut used, mut written, mut count) = (0, 0, 0);
        loop {
            // Behind the piece comes a line end, so that a quote that is still open shows.
            let input: &[u8] = if used < piece.len() { &piece[used..] } else { b"\n" };
            let (result, read, wrote, ends) =
                self.csv.read_record(input, &mut self.text[written..], &mut self.ends[count..]);
            let behind = used >= piece.len();
            (used, written, count) = (used + read, written + wrote, count + ends);
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::InputEmpty if behind => return Taken::Open,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull | ReadRecordResult::End => {
                    return Taken::Nothing;
                }
            }
        }
        self.text.truncate(written);
        let mut start = 0;
        for &end in &self.ends[..count] {
            spans.push((start as u32, end as u32));
            start = end;
        }
        Taken::Row(used.min(piece.len()))
    }

    /// What the spans are places in: the columns without their quotes, or the piece itself.
    pub(crate) fn text<'a>(&'a self, piece: &'a [u8]) -> &'a [u8] {
        if self.text.is_empty() { piece } else { &self.text }
    }
}

fn blanks(piece: &[u8], spans: &mut Vec<(u32, u32)>) {
    let mut start = None;
    for (at, byte) in piece.iter().enumerate() {
        match (byte.is_ascii_whitespace(), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                spans.push((from as u32, at as u32));
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        spans.push((from as u32, piece.len() as u32));
    }
}
