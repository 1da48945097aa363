//! Reads the native log, line by line.

use super::envelope::Envelope;
use super::parse::{Fault, parse};
use crate::fields::fields_read;
use crate::item::LogItem;
use crate::line_notes::{Layout, LineNotes};
use crate::lines::{Line, Lines};
use crate::naming::Source;
use crate::reject::{ReadCounts, Reject, RejectReason};
use crate::rejecting::Rejecting;
use crate::rejects_file::RejectsFile;
use std::fmt;
use std::io::{self, BufRead};

/// The longest line that is read unless another limit is set: 1 MiB.
pub const DEFAULT_MAX_LINE_BYTES: usize = 1 << 20;

/// Finds out how many lines stand before the first one of a reader that began in the middle of a file.
type LinesBefore = Box<dyn Fn() -> io::Result<u64> + Send>;

/// Reads a native log from any stream of bytes. A broken line comes out as a [`Reject`] and the next one is
/// read; only when [`Reject::ends_log`] is nothing more to come.
pub struct NativeReader<R> {
    lines: Lines<R>,
    lines_before: Option<LinesBefore>,
    rejecting: Rejecting,
    /// The source of the last event. Most logs have one, and what is known of it costs nothing.
    source: Option<Source>,
    /// What became of each line, for whoever asks.
    pub(crate) notes: LineNotes,
}

const LAYOUT: Layout = Layout { asked: &["type", "id", "source", "subject", "time"], opened: &["data"] };

impl<R: BufRead> NativeReader<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self {
            lines: Lines::new(input, DEFAULT_MAX_LINE_BYTES),
            lines_before: None,
            rejecting: Rejecting::default(),
            source: None,
            notes: LineNotes::new(LAYOUT),
        }
    }

    /// Rejects lines with more bytes than this instead of [`DEFAULT_MAX_LINE_BYTES`].
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

    pub(super) fn in_the_middle(self, lines_before: impl Fn() -> io::Result<u64> + Send + 'static) -> Self {
        let lines = self.lines.without_mark();
        Self { lines, lines_before: Some(Box::new(lines_before)), ..self }
    }

    /// What was read and rejected so far.
    pub const fn counts(&self) -> &ReadCounts {
        &self.rejecting.counts
    }
}

impl<R: BufRead> Iterator for NativeReader<R> {
    type Item = Result<LogItem, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rejecting.has_ended() {
            return None;
        }
        loop {
            let (number, line) = match self.lines.next_line() {
                Ok(Some(numbered)) => numbered,
                Ok(None) => return self.rejecting.finish(self.lines.number()).map(Err),
                Err(error) => {
                    return Some(Err(self.rejecting.end_of_input(self.lines.number(), &error)));
                }
            };
            let (fault, raw): (Fault, &[u8]) = match line {
                Line::TooLong => {
                    (Fault::new(RejectReason::LineTooLong, "a shorter line, or a higher limit"), &[])
                }
                Line::Bytes(line) if line.trim_ascii().is_empty() => {
                    self.rejecting.counts.blank += 1;
                    continue;
                }
                Line::Bytes(line) => match parse(line, &mut self.source) {
                    Ok(item) => {
                        self.rejecting.counts.events += 1;
                        self.notes.read(number, line, std::slice::from_ref(&item), |field, _| uses(field));
                        return Some(Ok(item));
                    }
                    Err(fault) => (fault, line),
                },
            };
            // Far from the fast way, so finding out where a range begins is no loss here.
            let before = self.lines_before.as_ref().map_or(Ok(0), |count| count());
            let reject = match before {
                Ok(before) => self.rejecting.reject(number, fault.at_line(before + number), raw),
                Err(error) => self.rejecting.end_of_input(number, &error),
            };
            self.notes.rejected(number, raw, &reject);
            return Some(Err(reject));
        }
    }
}

/// Whether an attribute is looked at. In the data there is nothing else: it would have been rejected.
fn uses(attribute: &str) -> bool {
    fields_read::<Envelope<'_>>().contains(&attribute)
}

impl<R> fmt::Debug for NativeReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeReader").field("counts", &self.rejecting.counts).finish_non_exhaustive()
    }
}
