//! What can go wrong with the engine, and whether trying again can help.

use crate::activated::NotInForce;
use thiserror::Error;
use throughline_channels::identifier::NotNormal;
use throughline_core::event::Position;
use throughline_core::ids::EventId;
use throughline_core::name::Name;
use throughline_core::wire::DecodeError;
use throughline_rules::disruption::DisruptionError;
use throughline_rules::evaluate::EvaluatorVersion;
use throughline_rules::feasibility::CapabilityError;
use throughline_rules::rulebook::RulebookError;
use throughline_rules::texts::AnnotatorFailed;
use throughline_store::error::{AppendError, StoreError};

/// Why the engine could not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The queue is full: more comes in than the store takes. Wait a little and try again.
    #[error("the engine is busy: {waiting} requests wait already; try again in a moment")]
    Busy {
        /// How many requests the queue holds.
        waiting: usize,
    },
    /// The engine was shut down.
    #[error("the engine was shut down")]
    Closed,
    /// The event's id is in the log with other content. It is not recorded; give it a new id.
    #[error(
        "event id {id} is already used at position {position} for other content; give the event a new id"
    )]
    IdReused {
        /// The id.
        id: EventId,
        /// Where it was used.
        position: Position,
    },
    /// The event is larger than an event may be.
    #[error(
        "the event has {bytes} bytes, more than the {limit} that an event may have; store large content elsewhere and record a reference"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A link of a profile to itself.
    #[error("a profile cannot be linked to itself")]
    SelfLink,
    /// A link of profiles that are two people by a kind of identifier of which a person has one.
    #[error(
        "the two have different values of `{kind}`, of which a person has one; they are two people, or `{kind}` is not `unique` in truth: change the rulebook then"
    )]
    Contradiction {
        /// The kind.
        kind: Name,
    },
    /// An identifier was given, and the engine has no key to hash it under.
    #[error("the engine has no key for identifiers; give it one with `EngineBuilder::identifier_key`")]
    NoIdentifierKey,
    /// A value that is no identifier of its kind.
    #[error(transparent)]
    NotNormal(#[from] NotNormal),
    /// Others wrote to the same customers so often that this engine gave up for now. Nothing was recorded.
    #[error("other writers were always first; nothing was recorded, try again in a moment")]
    Raced,
    /// Others wrote to the same customers so often that this engine gave up for now. Facts are recorded; the
    /// judgement is made by the next `advance`.
    #[error(
        "other writers were always first; the facts are recorded and will be judged by the next `advance`"
    )]
    Contended,
    /// Stored bytes could not be read.
    #[error("a stored event cannot be read: {0}")]
    Unreadable(#[from] DecodeError),
    /// Another rulebook was in force under the same id and version.
    #[error("another document was in force as rulebook `{label}`; give this one another version")]
    LabelTaken {
        /// The id and version.
        label: String,
    },
    /// A version of the evaluator that this build does not have is not put in force by it.
    #[error(
        "this build has versions of the evaluator up to {newest} and not {version}; put it in force with a build that has it",
        newest = EvaluatorVersion::NEWEST.0
    )]
    UnknownEvaluator {
        /// The version.
        version: u16,
    },
    /// So many customers are parked that the reader itself must be broken.
    #[error(
        "{limit} customers are parked already, so the reader may be what is broken; mend it, then retry or skip those that `parked` lists, or raise the limit with `Announcements::park_at_most`"
    )]
    TooManyParked {
        /// The limit.
        limit: usize,
    },
    /// Another reader of the same subscription parked or released somebody meanwhile.
    #[error(
        "another reader of this subscription parked or released customers meanwhile; stop this one, or subscribe again"
    )]
    AnotherReader,
    /// What is in force cannot be read by this build, so nothing is judged.
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
    /// An annotator could not read a text now.
    #[error(transparent)]
    Annotator(#[from] AnnotatorFailed),
    /// Nothing says when a reply is boilerplate.
    #[error("the rulebook in force has no [texts.boilerplate]; add it, or take the one that ships")]
    NoBoilerplateRules,
    /// The rulebook cannot be used.
    #[error(transparent)]
    Rulebook(#[from] RulebookError),
    /// The disruption cannot be declared.
    #[error(transparent)]
    Disruption(#[from] DisruptionError),
    /// The capability cannot be declared.
    #[error(transparent)]
    Capability(#[from] CapabilityError),
    /// Lead times cannot be worked out from such a sample.
    #[error(
        "a sample of lead times needs a quantile from 0.5 to 0.999, and `at_least` from 1 to `last`; the default is 0.9, 20 and 200"
    )]
    NoSample,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The kinds of engine error, by what the caller can do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineErrorKind {
    /// Try again later.
    Busy,
    /// The request itself must change.
    Invalid,
    /// The engine or its store must be looked at.
    Broken,
    /// The engine was shut down.
    Closed,
}

impl EngineError {
    /// The kind of error.
    pub const fn kind(&self) -> EngineErrorKind {
        match self {
            Self::Busy { .. } | Self::Contended | Self::Raced | Self::Annotator(_) => EngineErrorKind::Busy,
            Self::Closed => EngineErrorKind::Closed,
            Self::IdReused { .. }
            | Self::TooLarge { .. }
            | Self::SelfLink
            | Self::Contradiction { .. }
            | Self::NoIdentifierKey
            | Self::NotNormal(_)
            | Self::LabelTaken { .. }
            | Self::UnknownEvaluator { .. }
            | Self::AnotherReader
            | Self::NoBoilerplateRules
            | Self::Rulebook(_)
            | Self::Disruption(_)
            | Self::Capability(_)
            | Self::NoSample => EngineErrorKind::Invalid,
            Self::Store(error) if error.is_retryable() => EngineErrorKind::Busy,
            Self::Store(_) | Self::Unreadable(_) | Self::NotInForce(_) | Self::TooManyParked { .. } => {
                EngineErrorKind::Broken
            }
        }
    }

    /// Whether the same request can succeed later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self.kind(), EngineErrorKind::Busy)
    }
}

impl From<AppendError> for EngineError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::IdReused { id, position } => Self::IdReused { id, position },
            AppendError::Store(error) => Self::Store(error),
            AppendError::Conflict { .. } => Self::Contended,
            AppendError::Malformed(what) => {
                Self::Store(StoreError::new(throughline_store::error::StoreErrorKind::Other, what))
            }
        }
    }
}
