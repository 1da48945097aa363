//! What was activated in a tenant's context: rulebooks, each with when it takes effect.

use crate::core::event::{Body, Position, RecordedEvent};
use crate::core::name::{Interner, Name};
use crate::core::time::Micros;
use crate::core::wire::DecodeError;
use crate::rules::activation::{Activation, effective_at};
use crate::rules::disruption::{Disruption, DisruptionError};
use crate::rules::evaluate::EvaluatorVersion;
use crate::rules::feasibility::{CapabilityError, Declaration};
use crate::rules::rulebook::{RulebookError, Rulebooks};
use std::fmt;
use thiserror::Error;

/// Something that was put in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activated {
    /// What it is.
    pub what: Activation,
    /// Who put it in force.
    pub by: Name,
    /// From when they wanted it.
    pub asked_from: Micros,
    /// From when it is in force: not before it was recorded, and after everything that had been recorded before it.
    pub effective_at: Micros,
    /// When it was recorded.
    pub recorded_at: Micros,
    /// Where it is in the log.
    pub position: Position,
}

/// Why what a log says is in force cannot be put in force here.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotInForce {
    /// The log was written by a newer build, which knows another kind of activation.
    #[error(
        "the activation at position {position} cannot be read: {source}; read the log with a newer build"
    )]
    Unreadable {
        /// Where it is.
        position: Position,
        /// What is wrong.
        source: DecodeError,
    },
    /// A rulebook that this build does not accept.
    #[error("the rulebook activated at position {position} is not accepted by this build: {source}")]
    Rulebook {
        /// Where it is.
        position: Position,
        /// Its mistakes.
        source: RulebookError,
    },
    /// A disruption that this build does not accept.
    #[error("the disruption declared at position {position} is not accepted by this build: {source}")]
    Disruption {
        /// Where it is.
        position: Position,
        /// Its mistakes.
        source: DisruptionError,
    },
    /// A capability that this build does not accept.
    #[error("the capability declared at position {position} is not accepted by this build: {source}")]
    Capability {
        /// Where it is.
        position: Position,
        /// Its mistakes.
        source: CapabilityError,
    },
    /// A version of the evaluator that this build does not have.
    #[error(
        "version {} of the evaluator was activated at position {position}, and this build has those up to {}; use a newer build",
        version.0, EvaluatorVersion::NEWEST.0
    )]
    Evaluator {
        /// Where it is.
        position: Position,
        /// The version.
        version: EvaluatorVersion,
    },
}

impl Activated {
    /// Reads a stored activation. `latest_before` is the latest time at which anything before it was recorded.
    ///
    /// One that this build cannot put in force is an error: judging by other rules than those in force would be wrong
    /// without anybody noticing.
    pub(crate) fn open(recorded: &RecordedEvent<Body>, latest_before: Micros) -> Result<Self, NotInForce> {
        let RecordedEvent { position, recorded_at, event, .. } = recorded;
        let (position, recorded_at) = (*position, *recorded_at);
        let (asked_from, by) = (event.occurred_at, event.source.clone());
        let what =
            Activation::open(&event.data).map_err(|source| NotInForce::Unreadable { position, source })?;
        match &what {
            Activation::Rulebook(document) => Rulebooks::parse(document, &mut Interner::new())
                .map(drop)
                .map_err(|source| NotInForce::Rulebook { position, source })?,
            Activation::Disruption(document) => Disruption::begins(document)
                .map(drop)
                .map_err(|source| NotInForce::Disruption { position, source })?,
            Activation::Capability(document) => Declaration::parse(document, &mut Interner::new())
                .map(drop)
                .map_err(|source| NotInForce::Capability { position, source })?,
            Activation::Evaluator(version) if version.is_known() => {}
            Activation::Evaluator(version) => {
                return Err(NotInForce::Evaluator { position, version: *version });
            }
        }
        let effective_at = effective_at(asked_from, recorded_at, latest_before);
        Ok(Self { what, by, asked_from, effective_at, recorded_at, position })
    }

    /// The same where more was recorded before it than was known.
    pub(crate) fn after(self, latest_before: Micros) -> Self {
        let effective_at = effective_at(self.effective_at, self.recorded_at, latest_before);
        Self { effective_at, ..self }
    }

    /// The document, if it is a rulebook.
    pub fn rulebook(&self) -> Option<&str> {
        match &self.what {
            Activation::Rulebook(document) => Some(document),
            Activation::Evaluator(_) | Activation::Disruption(_) | Activation::Capability(_) => None,
        }
    }

    /// The document, if it is one: of a rulebook, a disruption or a capability.
    pub fn document(&self) -> Option<&str> {
        match &self.what {
            Activation::Rulebook(document)
            | Activation::Disruption(document)
            | Activation::Capability(document) => Some(document),
            Activation::Evaluator(_) => None,
        }
    }
}

impl fmt::Display for Activated {
    /// For whoever asks what is in force.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Activation::Rulebook(document) => match label(document) {
                Some(label) => write!(f, "rulebook {label}")?,
                None => f.write_str("a rulebook")?,
            },
            Activation::Evaluator(version) => write!(f, "evaluator {}", version.0)?,
            Activation::Disruption(document) => {
                let mut names = Interner::new();
                match Disruption::parse(document, self.effective_at, &mut names) {
                    Ok(found) => {
                        write!(f, "disruption {} until {}", names.resolve(found.id), found.until)?;
                    }
                    Err(_) => f.write_str("a disruption")?,
                }
            }
            Activation::Capability(document) => match promised(document) {
                Some(what) => write!(f, "what can be kept of {what}")?,
                None => f.write_str("what can be kept")?,
            },
        }
        write!(f, " from {}, by {}", self.effective_at, self.by)
    }
}

/// A rulebook's `id@version`; none if the document has mistakes.
pub(crate) fn label(document: &str) -> Option<String> {
    let mut names = Interner::new();
    let rules = Rulebooks::parse(document, &mut names).ok()?;
    Some(names.resolve(rules.first().label).to_owned())
}

/// A disruption's name; none if its document has mistakes.
pub(crate) fn disruption(document: &str) -> Option<Name> {
    let mut names = Interner::new();
    let declared = Disruption::parse(document, Micros::MIN, &mut names).ok()?;
    names.name(declared.id)
}

/// What a capability is of; none if its document has mistakes.
pub(crate) fn promised(document: &str) -> Option<Name> {
    let mut names = Interner::new();
    let declared = Declaration::parse(document, &mut names).ok()?;
    names.name(declared.what)
}
