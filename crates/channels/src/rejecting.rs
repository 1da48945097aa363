//! What a reader of lines counts and keeps of what it cannot read, and whether it has come to its end.

use crate::reject::{ReadCounts, Reject, RejectReason};
use crate::rejects_file::RejectsFile;
use std::io;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Rejecting {
    /// What was read and rejected so far.
    pub(crate) counts: ReadCounts,
    file: Option<RejectsFile>,
    ended: bool,
}

impl Rejecting {
    /// Writes every rejected line, as it stood, to a file.
    pub(crate) fn into_file(self, file: RejectsFile) -> Self {
        Self { file: Some(file), ..self }
    }

    /// Whether rejected lines are kept.
    pub(crate) const fn keeps_lines(&self) -> bool {
        self.file.is_some()
    }

    /// Whether nothing more is to come.
    pub(crate) const fn has_ended(&self) -> bool {
        self.ended
    }

    /// The log is over, at this line. A reject if what was kept did not get into its file.
    pub(crate) fn finish(&mut self, line: u64) -> Option<Reject> {
        self.ended = true;
        let error = self.file.as_mut().and_then(|file| file.flush().err())?;
        Some(self.end(unwritten(line, &error)))
    }

    /// Nothing behind this can be read.
    pub(crate) fn end(&mut self, reject: Reject) -> Reject {
        self.ended = true;
        self.counts.reject(reject.reason);
        reject
    }

    /// Nothing behind this line can be read, since reading failed. The first line counts where none was begun.
    pub(crate) fn end_of_input(&mut self, line: u64, error: &io::Error) -> Reject {
        self.end(Reject::of_io(line.max(1), error))
    }

    /// Counts a rejected line, which is the reader's `line`-th, and keeps it as it stood.
    pub(crate) fn reject(&mut self, line: u64, reject: Reject, raw: &[u8]) -> Reject {
        if let Some(file) = &mut self.file
            && let Err(error) = file.write(&reject, raw)
        {
            return self.end(unwritten(line, &error));
        }
        self.counts.reject(reject.reason);
        reject
    }
}

fn unwritten(line: u64, error: &io::Error) -> Reject {
    Reject::new(line, RejectReason::RejectsFile, format!("a file with room to write ({})", error.kind()))
}
