//! What can go wrong with a store, and whether trying again can help.

use crate::append::ExpectedVersion;
use crate::stream::StreamId;
use thiserror::Error;
use throughline_core::event::{Position, Version};
use throughline_core::ids::EventId;

/// Why an append was not made. Nothing of it is in the log, except with [`StoreErrorKind::Unknown`].
#[derive(Debug, Error)]
pub enum AppendError {
    /// Another writer was first. Read the stream again and decide again.
    #[error(
        "{stream} is at version {actual}, not as expected ({expected:?}); read it again and decide again"
    )]
    Conflict {
        /// The first stream, in the order of the append, that was not as expected.
        stream: StreamId,
        /// What was expected.
        expected: ExpectedVersion,
        /// What it is at.
        actual: Version,
    },
    /// An id that is in the log stands for other content now. Ids are for ever: give the new event a new id.
    #[error(
        "event id {id} is already used at position {position} for other content; give the new event a new id"
    )]
    IdReused {
        /// The id.
        id: EventId,
        /// Where it was used.
        position: Position,
    },
    /// The append itself makes no sense: a stream or an event id named twice, or a limit exceeded.
    #[error("the append is not well formed: {0}")]
    Malformed(&'static str),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A failure of the store itself.
#[derive(Debug, Error)]
#[error("{what}: {kind}")]
pub struct StoreError {
    /// What kind of failure it is.
    pub kind: StoreErrorKind,
    /// What was being done.
    pub what: &'static str,
    /// What the backend said.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of failure, by what the caller can do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Another process holds the store for the moment.
    #[error("the store is busy; try again")]
    Busy,
    /// The answer was lost: the append may or may not be in the log. Trying again is safe.
    #[error("the outcome is unknown; try again with the same event ids")]
    Unknown,
    /// There is no space left.
    #[error("there is no space left on the device; free some and try again")]
    Full,
    /// The file or folder may not be written.
    #[error("the store may only be read; check the permissions of the file and its folder")]
    ReadOnly,
    /// There is no store where one was expected, or it may not be opened.
    #[error("the store cannot be opened; check the path")]
    CannotOpen,
    /// The file is a store of a newer version.
    #[error(
        "the store was written by a newer version (format {found}, this version reads up to {known}); upgrade"
    )]
    NewerFormat {
        /// The format found.
        found: u32,
        /// The newest format that this version reads.
        known: u32,
    },
    /// The file is no store, or its bytes are damaged.
    #[error("the store is damaged or is no store; restore it from a backup")]
    Corrupt,
    /// The store was shut down.
    #[error("the store was closed")]
    Closed,
    /// Anything else.
    #[error("the store failed")]
    Other,
}

impl StoreErrorKind {
    /// Whether the same call can succeed later.
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Busy | Self::Unknown | Self::Full)
    }
}

impl StoreError {
    /// A failure with no deeper cause.
    pub const fn new(kind: StoreErrorKind, what: &'static str) -> Self {
        Self { kind, what, source: None }
    }

    /// A failure with what the backend said.
    pub fn because(
        kind: StoreErrorKind,
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { kind, what, source: Some(source.into()) }
    }

    /// Whether the same call can succeed later.
    pub const fn is_retryable(&self) -> bool {
        self.kind.is_retryable()
    }
}

impl AppendError {
    /// Whether the same append can succeed later, as it is.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Store(error) => error.is_retryable(),
            Self::Conflict { .. } | Self::IdReused { .. } | Self::Malformed(_) => false,
        }
    }
}
