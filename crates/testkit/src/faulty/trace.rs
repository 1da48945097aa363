//! What was called, what was injected, what was answered.

use super::Fault;
use crate::outcome::Outcome;
use core::fmt;
use throughline_store::error::StoreErrorKind;

/// A method of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is named for the method")]
pub enum Call {
    Append,
    AppendMany,
    ReadStream,
    ReadAll,
    ReadCanonical,
    Versions,
    StreamsTagged,
    Head,
    Checkpoint,
    SaveCheckpoint,
    DueBy,
    SaveSnapshot,
    Snapshot,
    DropDerived,
}

/// What a call was answered, as far as two runs have to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// To an append.
    Append(Outcome),
    /// To many appends.
    AppendMany(Vec<Outcome>),
    /// So many events, streams, versions or entries were read.
    Read(usize),
    /// It was done; or, for what may be refused, it was not.
    Done(bool),
    /// It failed.
    Failed(StoreErrorKind),
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 0, in the order in which calls came.
    pub number: usize,
    /// What was called.
    pub call: Call,
    /// What was injected.
    pub fault: Option<Fault>,
    /// What was answered; nothing yet while it is under way, or ever if the caller did not wait.
    pub answer: Option<Answer>,
}

/// How often each fault was injected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Injected {
    /// Calls answered `Busy`.
    pub busy: u64,
    /// Calls not made and answered `Unknown`.
    pub lost_requests: u64,
    /// Calls made and answered `Unknown`.
    pub lost_answers: u64,
    /// Calls for which others had turns first.
    pub slow: u64,
    /// Crashes, also those that the test asked for.
    pub crashes: u64,
}

impl Call {
    /// Whether it changes the store.
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::Append | Self::AppendMany | Self::SaveCheckpoint | Self::SaveSnapshot | Self::DropDerived
        )
    }
}

impl Injected {
    /// Counts a fault; a crash is counted when it happens.
    pub(super) const fn count(&mut self, fault: Fault) {
        match fault {
            Fault::Busy => self.busy += 1,
            Fault::LostRequest => self.lost_requests += 1,
            Fault::LostAnswer => self.lost_answers += 1,
            Fault::Slow { .. } => self.slow += 1,
            Fault::CrashBefore | Fault::CrashAfter { .. } => {}
        }
    }
}

impl fmt::Display for Step {
    /// One line of a trace, as `12 Append LostAnswer -> Failed(Unknown)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.number, self.call)?;
        if let Some(fault) = self.fault {
            write!(f, " {fault:?}")?;
        }
        match &self.answer {
            Some(answer) => write!(f, " -> {answer:?}"),
            None => f.write_str(" -> nothing"),
        }
    }
}
