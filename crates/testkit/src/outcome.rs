//! The outcome of an append in a form that can be compared, printed and kept.

use throughline_core::event::{Position, Version};
use throughline_core::ids::EventId;
use throughline_store::append::{Appended, ExpectedVersion};
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::stream::StreamId;

/// What an append came to.
pub type Outcome = Result<Appended, Refusal>;

/// An [`AppendError`] without the backend's own words, which no two backends share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// See [`AppendError::Conflict`].
    Conflict {
        /// The stream.
        stream: StreamId,
        /// What was expected.
        expected: ExpectedVersion,
        /// What it is at.
        actual: Version,
    },
    /// See [`AppendError::IdReused`].
    IdReused {
        /// The id.
        id: EventId,
        /// Where it was used.
        position: Position,
    },
    /// See [`AppendError::Malformed`].
    Malformed,
    /// See [`AppendError::Store`].
    Store(StoreErrorKind),
}

impl From<&AppendError> for Refusal {
    fn from(error: &AppendError) -> Self {
        match error {
            AppendError::Conflict { stream, expected, actual } => {
                Self::Conflict { stream: stream.clone(), expected: *expected, actual: *actual }
            }
            AppendError::IdReused { id, position } => Self::IdReused { id: *id, position: *position },
            AppendError::Malformed(_) => Self::Malformed,
            AppendError::Store(error) => Self::Store(error.kind),
        }
    }
}

/// The outcome of an append, to compare.
pub fn outcome(result: Result<Appended, AppendError>) -> Outcome {
    result.map_err(|error| Refusal::from(&error))
}
