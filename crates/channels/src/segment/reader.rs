//! Reads calls, line by line.

use super::call::Call;
use super::events::Maker;
use super::fault::at_line;
use crate::identifier::Hasher;
use crate::item::LogItem;
use crate::line_notes::{Layout, LineNotes};
use crate::lines::{Line, Lines};
use crate::naming::Source;
use crate::native::DEFAULT_MAX_LINE_BYTES;
use crate::reject::{ReadCounts, Reject, RejectReason};
use crate::rejecting::Rejecting;
use crate::rejects_file::RejectsFile;
use std::collections::VecDeque;
use std::fmt;
use std::io::BufRead;
use throughline_core::name::Name;

/// Reads a log of calls from any stream of bytes. A broken line comes out as a [`Reject`] and the next one is
/// read; only when [`Reject::ends_log`] is nothing more to come. A call may be several events, or none.
pub struct SegmentReader<R> {
    lines: Lines<R>,
    maker: Maker,
    rejecting: Rejecting,
    ready: VecDeque<LogItem>,
    /// What became of each line, for whoever asks.
    pub(crate) notes: LineNotes,
}

const LAYOUT: Layout = Layout {
    asked: &["type", "messageId", "userId", "anonymousId", "timestamp"],
    opened: &["properties", "traits", "context"],
};

impl<R: BufRead> SegmentReader<R> {
    /// Reads from `input` what the system `source` says.
    pub fn new(input: R, source: Name) -> Self {
        Self {
            lines: Lines::new(input, DEFAULT_MAX_LINE_BYTES),
            maker: Maker { source: Source::new(source), identifiers: None },
            rejecting: Rejecting::default(),
            ready: VecDeque::new(),
            notes: LineNotes::new(LAYOUT),
        }
    }

    /// Keeps identifiers of users as hashes. Without a key they are not kept; what cannot be normalised is not either.
    #[must_use]
    pub fn with_identifiers(mut self, hasher: impl Into<Hasher>) -> Self {
        self.maker.identifiers = Some(hasher.into());
        self
    }

    /// Rejects lines with more bytes than this instead of
    /// [`DEFAULT_MAX_LINE_BYTES`](crate::native::DEFAULT_MAX_LINE_BYTES).
    #[must_use]
    pub fn with_max_line_bytes(mut self, max_bytes: usize) -> Self {
        self.lines = self.lines.with_max_bytes(max_bytes);
        self
    }

    /// Writes every rejected line, as it stood, to a file.
    #[must_use]
    pub fn with_rejects_file(self, file: RejectsFile) -> Self {
        Self { rejecting: self.rejecting.into_file(file), ..self }
    }

    /// What was read, ignored and rejected so far. A call that gives no event counts as ignored.
    pub const fn counts(&self) -> &ReadCounts {
        &self.rejecting.counts
    }
}

impl<R: BufRead> Iterator for SegmentReader<R> {
    type Item = Result<LogItem, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                self.rejecting.counts.events += 1;
                return Some(Ok(item));
            }
            if self.rejecting.has_ended() {
                return None;
            }
            let (reject, raw): (Reject, &[u8]) = match self.lines.next_line() {
                Ok(None) => return self.rejecting.finish(self.lines.number()).map(Err),
                Err(error) => {
                    return Some(Err(self.rejecting.end_of_input(self.lines.number(), &error)));
                }
                Ok(Some((number, Line::TooLong))) => {
                    let expected = "a shorter line, or a higher limit";
                    (Reject::new(number, RejectReason::LineTooLong, expected), &[])
                }
                Ok(Some((_, Line::Bytes(line)))) if line.trim_ascii().is_empty() => {
                    self.rejecting.counts.blank += 1;
                    continue;
                }
                Ok(Some((number, Line::Bytes(line)))) => match parse(&self.maker, number, line) {
                    Ok(items) => {
                        self.notes
                            .read(number, line, &items, |field, inner| self.maker.uses(field, inner, &items));
                        self.rejecting.counts.ignored += u64::from(items.is_empty());
                        self.ready.extend(items);
                        continue;
                    }
                    Err(reject) => (*reject, line),
                },
            };
            let reject = self.rejecting.reject(reject.place.line, reject, raw);
            self.notes.rejected(reject.place.line, raw, &reject);
            return Some(Err(reject));
        }
    }
}

fn parse(maker: &Maker, number: u64, line: &[u8]) -> Result<Vec<LogItem>, Box<Reject>> {
    let at = |reason, column: usize, expected: &'static str| {
        let mut reject = Reject::new(number, reason, expected);
        reject.place.column = Some(u32::try_from(column).unwrap_or(u32::MAX));
        Box::new(reject)
    };
    let text = std::str::from_utf8(line)
        .map_err(|error| at(RejectReason::NotUtf8, error.valid_up_to() + 1, "UTF-8"))?;
    // Asked first, because a derived `Deserialize` also takes an array for a struct.
    let start = text.trim_ascii_start();
    if !start.starts_with('{') {
        let column = text.len() - start.len() + 1;
        return Err(at(RejectReason::NotAnObject, column, "one call, an object, on each line"));
    }
    let call: Call<'_> = serde_json::from_str(text).map_err(|error| {
        let column = error.column();
        if error.is_data() {
            at(RejectReason::DuplicateAttribute, column, "every attribute once")
        } else {
            at(RejectReason::NotJson, column, "one whole JSON object on each line")
        }
    })?;
    maker.events(&call).map_err(|fault| Box::new(at_line(number, fault)))
}

impl<R> fmt::Debug for SegmentReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentReader").field("counts", &self.rejecting.counts).finish_non_exhaustive()
    }
}
