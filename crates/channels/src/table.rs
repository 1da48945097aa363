//! Reads tables, delimited or of fixed width, line by line, and makes events of their rows by a mapping.

use crate::delimited::{Header, MAX_ROW_LINES, Numbers, Splitter, TableRow, Taken, numbered};
use crate::fixed::Cutter;
use crate::item::LogItem;
use crate::lines::{Line, Lines};
pub use crate::make::Share;
use crate::make::{Maker, Note};
use crate::mapping::{Encoding, MappedFormat, Mapping};
use crate::reject::{ReadCounts, Reject, RejectReason};
use crate::rejects_file::RejectsFile;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io::BufRead;
use std::sync::Arc;

/// Said of rows whose last columns are not there.
const SHORT_ROW: &str = "a row has fewer columns than the header; the last ones count as missing";

/// Reads a table by a mapping.
pub struct TableReader<R> {
    source: Source<R>,
    rows: Rows,
    maker: Maker,
    ended: bool,
    /// What ended the log before its end. It is said last: behind what was still waiting for it.
    cut: Option<Reject>,
}

/// Where lines come from.
struct Source<R> {
    lines: Lines<R>,
    /// Lines behind one whose quote was never closed: they are looked at again.
    again: VecDeque<(u64, Vec<u8>)>,
    /// Lines that ended with a lone CR, which the others do not count.
    more_lines: u64,
    max_bytes: usize,
}

/// What is known of rows.
struct Rows {
    cutting: Cutting,
    encoding: Encoding,
    trim: bool,
    fill_short: bool,
    header: Header,
    numbers: Numbers,
    /// Lines that are left out at the beginning.
    skip: u32,
    spans: Vec<(u32, u32)>,
}

#[derive(Debug)]
enum Cutting {
    Delimited { splitter: Box<Splitter>, header: HeaderState },
    Fixed(Cutter),
}

/// What the next row of a delimited table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeaderState {
    /// The header.
    Expected,
    /// The first row of a table without one, which says how many columns there are.
    Counted,
    Known,
}

impl<R: BufRead> TableReader<R> {
    /// Reads from `input`, rows of at most so many bytes.
    pub fn new(input: R, mapping: Arc<Mapping>, max_row_bytes: usize) -> Self {
        let file = mapping.file();
        let cutting = match mapping.format() {
            MappedFormat::Fixed => Cutting::Fixed(Cutter::new(file)),
            MappedFormat::Delimited | MappedFormat::Xes => Cutting::Delimited {
                splitter: Box::new(Splitter::new(file)),
                header: if file.header { HeaderState::Expected } else { HeaderState::Counted },
            },
        };
        let place = |column: usize| file.spans.iter().position(|(c, _)| c.0 == column).unwrap_or(usize::MAX);
        let numbers = match cutting {
            Cutting::Fixed(_) => (0..mapping.columns().len()).map(place).collect(),
            Cutting::Delimited { .. } => Numbers::new(),
        };
        let rows = Rows {
            cutting,
            encoding: file.encoding,
            trim: file.trim,
            fill_short: file.fill_short_rows,
            header: Header {
                names: file.spans.iter().map(|(c, _)| mapping.columns()[c.0].name.clone()).collect(),
            },
            numbers,
            skip: file.skip_lines,
            spans: Vec::new(),
        };
        let source = Source {
            lines: Lines::new(input, max_row_bytes),
            again: VecDeque::new(),
            more_lines: 0,
            max_bytes: max_row_bytes,
        };
        Self { source, rows, maker: Maker::new(mapping), ended: false, cut: None }
    }

    /// Keeps rejected rows there, as they stood.
    #[must_use]
    pub fn with_rejects_file(self, rejects: RejectsFile) -> Self {
        Self { maker: self.maker.with_rejects_file(rejects), ..self }
    }

    /// Reads only the rows of a share of the contacts. A mapping whose rows answer others cannot be shared: every
    /// share of it but the first is empty, and the first is all.
    #[must_use]
    pub fn with_share(self, share: Share) -> Self {
        if self.maker.mapping().can_be_shared() {
            return Self { maker: self.maker.with_share(share), ..self };
        }
        Self { ended: self.ended || share.index > 0, ..self }
    }

    /// Notes of each row what became of it and why.
    pub(crate) fn with_notes(self) -> Self {
        Self { maker: self.maker.with_notes(), ..self }
    }

    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        self.maker.take_notes()
    }

    /// The columns that there are.
    pub(crate) fn columns_seen(&self) -> Vec<String> {
        self.rows.header.names.clone()
    }

    /// Which of the columns that there are the mapping uses.
    pub(crate) fn columns_used(&self) -> &[usize] {
        &self.rows.numbers
    }

    /// What was read, ignored and rejected so far.
    pub const fn counts(&self) -> &ReadCounts {
        self.maker.counts()
    }

    /// Reads up to the first row, so that a mapping for another file is known at once. Says what is wrong then.
    pub(crate) fn read_header(&mut self, mapping: &Mapping) -> Result<(), Reject> {
        while self.rows.is_before_header() && !self.ended {
            self.step(mapping)?;
        }
        Ok(())
    }

    fn step(&mut self, mapping: &Mapping) -> Result<(), Reject> {
        let (line, piece) = match self.source.again.pop_front() {
            Some((line, piece)) => (line, Ok(Cow::Owned(piece))),
            None => match self.source.lines.next_line() {
                Ok(None) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(Some((line, Line::Bytes(piece)))) => {
                    (line + self.source.more_lines, Ok(Cow::Borrowed(piece)))
                }
                Ok(Some((line, Line::TooLong))) => (line + self.source.more_lines, Err(())),
                Err(error) => {
                    self.ended = true;
                    // The first line counts where none was begun.
                    self.cut = Some(Reject::of_io(self.source.lines.number().max(1), &error));
                    return Ok(());
                }
            },
        };
        let Ok(piece) = piece else {
            let expected = format!("a row of at most {} bytes, or a higher limit", self.source.max_bytes);
            self.maker.reject_line(Reject::new(line, RejectReason::LineTooLong, expected), None);
            return Ok(());
        };
        if self.rows.skip > 0 {
            self.rows.skip -= 1;
            return Ok(());
        }
        let mut line = line;
        let mut start = 0;
        loop {
            let row = &piece[start..];
            match self.rows.take(row, line, mapping, &mut self.maker)? {
                Taken::Open => break,
                Taken::Nothing => {
                    if row.is_empty() && start == 0 {
                        self.maker.blank();
                    }
                    return Ok(());
                }
                // Behind a lone CR there is another row.
                Taken::Row(used) if start + used < piece.len() => {
                    start += used;
                    line += 1;
                    self.source.more_lines += 1;
                }
                Taken::Row(_) => return Ok(()),
            }
        }
        let opened = piece[start..].to_vec();
        self.open(line, opened, mapping)
    }

    /// A row whose quote is closed on a later line.
    fn open(&mut self, line: u64, opened: Vec<u8>, mapping: &Mapping) -> Result<(), Reject> {
        let quote = mapping.file().quote.unwrap_or(b'"');
        let mut ends = vec![opened.len()];
        let mut piece = opened;
        while ends.len() < MAX_ROW_LINES && piece.len() < self.source.max_bytes {
            let next: Cow<'_, [u8]> = match self.source.again.pop_front() {
                Some((_, next)) => Cow::Owned(next),
                None => match self.source.lines.next_line() {
                    Ok(Some((_, Line::Bytes(next)))) => Cow::Borrowed(next),
                    // What is wrong shows again where it is read as a line of its own.
                    Ok(Some((_, Line::TooLong)) | None) | Err(_) => break,
                },
            };
            piece.push(b'\n');
            piece.extend_from_slice(&next);
            ends.push(piece.len());
            if memchr::memchr(quote, &next).is_none() {
                continue;
            }
            if let Taken::Row(used) = self.rows.take(&piece, line, mapping, &mut self.maker)? {
                if used < piece.len() {
                    let rest = piece.split_off(used);
                    self.source.again.push_front((line + ends.len() as u64 - 1, rest));
                }
                return Ok(());
            }
        }
        let expected = format!(
            "a quote that is closed in the row, within {MAX_ROW_LINES} lines; `quote = \"\"` under `[file]` if quotes mean nothing"
        );
        self.maker.reject_line(Reject::new(line, RejectReason::OpenQuote, expected), Some(&piece[..ends[0]]));
        for (number, pair) in ends.windows(2).enumerate().rev() {
            let again = piece[pair[0] + 1..pair[1]].to_vec();
            self.source.again.push_front((line + 1 + number as u64, again));
        }
        Ok(())
    }
}

impl Rows {
    const fn is_before_header(&self) -> bool {
        !matches!(self.cutting, Cutting::Fixed(_) | Cutting::Delimited { header: HeaderState::Known, .. })
    }

    fn take(
        &mut self,
        piece: &[u8],
        line: u64,
        mapping: &Mapping,
        maker: &mut Maker,
    ) -> Result<Taken, Reject> {
        let decoded;
        let text = match self.encoding {
            Encoding::Latin1 if !piece.is_ascii() => {
                decoded = piece.iter().map(|byte| char::from(*byte)).collect::<String>();
                decoded.as_bytes()
            }
            _ => piece,
        };
        let taken = match &mut self.cutting {
            Cutting::Delimited { splitter, header } => {
                let taken = splitter.take(text, &mut self.spans);
                let Taken::Row(used) = taken else { return Ok(taken) };
                let text = std::str::from_utf8(splitter.text(text)).ok();
                if *header != HeaderState::Known {
                    let is_header = *header == HeaderState::Expected;
                    *header = HeaderState::Known;
                    self.header = read_header(text, piece, line, &self.spans, is_header)?;
                    let found = self
                        .header
                        .find(mapping)
                        .map_err(|fault| Reject::new(line, RejectReason::BadHeader, fault).about("header"));
                    self.numbers = found?;
                    if is_header {
                        return Ok(taken);
                    }
                }
                match (text, columns_fault(&self.spans, self.header.names.len(), self.fill_short, line)) {
                    (None, _) => maker.reject_line(not_utf8(line), Some(piece)),
                    (Some(_), Some(fault)) => maker.reject_line(fault, Some(piece)),
                    (Some(text), None) => {
                        let raw = &piece[..used.min(piece.len())];
                        let (spans, numbers) = (&self.spans, &self.numbers);
                        let row = TableRow { text, spans, numbers, line, raw, trim: self.trim };
                        if maker.owns(mapping, &row) {
                            if spans.len() < self.header.names.len() {
                                maker.warn(SHORT_ROW);
                            }
                            maker.row(mapping, &row);
                        }
                    }
                }
                taken
            }
            Cutting::Fixed(cutter) => {
                let Ok(text) = std::str::from_utf8(text) else {
                    maker.reject_line(not_utf8(line), Some(piece));
                    return Ok(Taken::Row(piece.len()));
                };
                if !cutter.cut(text, &mut self.spans) {
                    return Ok(Taken::Nothing);
                }
                let (spans, numbers) = (&self.spans, &self.numbers);
                let row = TableRow { text, spans, numbers, line, raw: piece, trim: self.trim };
                if maker.owns(mapping, &row) {
                    maker.row(mapping, &row);
                }
                Taken::Row(piece.len())
            }
        };
        Ok(taken)
    }
}

/// Whether a row has other columns than the header. What is behind the last one may be empty.
fn columns_fault(spans: &[(u32, u32)], wanted: usize, fill_short: bool, line: u64) -> Option<Reject> {
    let count = spans.len();
    let more_is_empty = || spans[wanted..].iter().all(|(start, end)| start == end);
    if count == wanted || (count < wanted && fill_short) || (count > wanted && more_is_empty()) {
        return None;
    }
    let mut expected = format!("{wanted} columns, as the header has");
    if count < wanted {
        expected.push_str("; `short-rows = \"fill\"` under `[file]` takes the last ones as missing");
    }
    let mut fault = Reject::new(line, RejectReason::ColumnCount, expected);
    fault.found = Some(count.to_string().into());
    Some(fault)
}

fn read_header(
    text: Option<&str>,
    piece: &[u8],
    line: u64,
    spans: &[(u32, u32)],
    is_header: bool,
) -> Result<Header, Reject> {
    let Some(text) = text else {
        let wide = piece.starts_with(b"\xff\xfe") || piece.starts_with(b"\xfe\xff");
        let expected = if wide {
            "text in UTF-8; this is UTF-16, save it as UTF-8"
        } else {
            "text in UTF-8; `encoding = \"latin-1\"` under `[file]` if it is that"
        };
        return Err(Reject::new(line, RejectReason::BadHeader, expected));
    };
    if !is_header {
        return Ok(numbered(spans.len()));
    }
    let name = |(start, end): &(u32, u32)| text.get(*start as usize..*end as usize).unwrap_or_default();
    Ok(Header { names: spans.iter().map(|span| name(span).trim().to_owned()).collect() })
}

fn not_utf8(line: u64) -> Reject {
    let expected = "text in UTF-8; `encoding = \"latin-1\"` under `[file]` if it is that";
    Reject::new(line, RejectReason::NotUtf8, expected)
}

impl<R: BufRead> Iterator for TableReader<R> {
    type Item = Result<LogItem, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.maker.next_ready() {
                return Some(item);
            }
            if self.maker.has_ended() {
                return None;
            }
            if self.ended {
                if self.maker.finish() {
                    continue;
                }
                match self.cut.take() {
                    Some(reject) => self.maker.end(reject),
                    None => self.maker.close(self.source.lines.number() + self.source.more_lines),
                }
                return self.maker.next_ready();
            }
            let mapping = self.maker.mapping().clone();
            if let Err(reject) = self.step(&mapping) {
                self.cut = Some(reject);
                self.ended = true;
            }
        }
    }
}

impl<R> fmt::Debug for TableReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableReader").field("counts", self.maker.counts()).finish_non_exhaustive()
    }
}
