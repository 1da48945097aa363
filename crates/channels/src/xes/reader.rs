//! Makes events of traces.

use super::trace::TraceEvent;
use super::traces::Traces;
use crate::item::LogItem;
use crate::make::{Maker, Note};
use crate::mapping::{ColumnIx, Mapping, Row};
use crate::reject::{Place, ReadCounts, Reject};
use crate::rejects_file::RejectsFile;
use std::fmt;
use std::io::BufRead;
use std::sync::Arc;

/// Reads an XES log by a mapping.
pub struct XesReader<R> {
    traces: Traces<R>,
    maker: Maker,
}

impl<R: BufRead> XesReader<R> {
    /// Reads from `input`.
    pub fn new(input: R, mapping: Arc<Mapping>) -> Self {
        let traces = Traces::new(input, mapping.columns().to_vec());
        Self { traces, maker: Maker::new(mapping) }
    }

    /// Rejects traces that take more memory than this instead of
    /// [`DEFAULT_MAX_TRACE_BYTES`](super::DEFAULT_MAX_TRACE_BYTES).
    #[must_use]
    pub fn with_max_trace_bytes(self, max_trace_bytes: usize) -> Self {
        Self { traces: self.traces.with_max_trace_bytes(max_trace_bytes), ..self }
    }

    /// Notes in a file what was rejected: line and reason. An event means nothing without its trace, so what stood
    /// there is not kept.
    #[must_use]
    pub fn with_rejects_file(self, rejects: RejectsFile) -> Self {
        Self { maker: self.maker.with_rejects_file(rejects), ..self }
    }

    /// Notes of each event what became of it and why.
    pub(crate) fn with_notes(self) -> Self {
        Self { maker: self.maker.with_notes(), traces: self.traces.noting_keys() }
    }

    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        self.maker.take_notes()
    }

    /// The attributes of events that were seen so far, if notes are taken.
    pub(crate) fn columns_seen(&self) -> Vec<String> {
        self.traces.keys_seen()
    }

    /// What was read, ignored and rejected so far, a trace at a time.
    pub const fn counts(&self) -> &ReadCounts {
        self.maker.counts()
    }
}

impl<R: BufRead> Iterator for XesReader<R> {
    type Item = Result<LogItem, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.maker.next_ready() {
                return Some(item);
            }
            if self.maker.has_ended() {
                return None;
            }
            match self.traces.next_trace() {
                None => self.maker.close(self.traces.line()),
                Some(Ok(trace)) => self.maker.group(trace.events()),
                Some(Err(reject)) if reject.ends_log() => self.maker.end(reject),
                Some(Err(reject)) => self.maker.reject(reject, None),
            }
        }
    }
}

impl Row for TraceEvent<'_> {
    fn value(&self, column: ColumnIx) -> Option<&str> {
        TraceEvent::value(self, column.0).or_else(|| self.trace().value(column.0))
    }

    fn place(&self) -> Place {
        Place {
            line: self.line(),
            column: None,
            trace: Some(self.trace().number()),
            event: u32::try_from(self.index() + 1).ok(),
        }
    }
}

impl<R> fmt::Debug for XesReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XesReader").field("counts", self.maker.counts()).finish_non_exhaustive()
    }
}
