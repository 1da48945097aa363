//! What every event has, whatever it says.

use super::{Body, EventData, EventKind};
use crate::ids::EventId;
use crate::name::Name;
use crate::time::Micros;
use core::fmt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The place of an event in the whole log, from 1. Commit-ordered: a reader that saw `n` has seen all below.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// The place of an event in its stream, from 1. A stream with no event is at version 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An event that is not in a log yet.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent<D = EventData> {
    /// Names the event for ever. A source that has no ids derives one from its own key, see [`EventId::derived`].
    pub id: EventId,
    /// When it happened.
    pub occurred_at: Micros,
    /// The system that says so.
    pub source: Name,
    /// Orders events of one source that happened at the same instant, for instance a line or message number.
    pub sequence: u64,
    /// The business thread that it belongs to, if the source knows one.
    pub correlation_id: Option<Uuid>,
    /// The event or announcement that caused it, if there is one.
    pub causation_id: Option<Uuid>,
    /// What happened.
    pub data: D,
}

/// An event in a log.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent<D = EventData> {
    /// Where it is in the log.
    pub position: Position,
    /// Where it is in its stream.
    pub version: Version,
    /// When we learnt it.
    pub recorded_at: Micros,
    /// The event itself.
    pub event: NewEvent<D>,
}

impl<D> NewEvent<D> {
    /// An event with no sequence number and no relations.
    pub fn new(id: EventId, occurred_at: impl Into<Micros>, source: Name, data: D) -> Self {
        let occurred_at = occurred_at.into();
        Self { id, occurred_at, source, sequence: 0, correlation_id: None, causation_id: None, data }
    }

    /// The same event with its number within the source.
    #[must_use]
    pub fn with_sequence(self, sequence: u64) -> Self {
        Self { sequence, ..self }
    }

    /// The same event with what caused it.
    #[must_use]
    pub fn caused_by(self, cause: Uuid) -> Self {
        Self { causation_id: Some(cause), ..self }
    }

    /// The same header around other data.
    pub fn with_data<E>(&self, data: E) -> NewEvent<E> {
        NewEvent {
            id: self.id,
            occurred_at: self.occurred_at,
            source: self.source.clone(),
            sequence: self.sequence,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            data,
        }
    }
}

impl NewEvent {
    /// What kind of event this is.
    pub fn kind(&self) -> EventKind {
        self.data.kind()
    }

    /// The event with its data in stored form.
    pub fn seal(&self) -> NewEvent<Body> {
        let mut body = Body::of(&self.data);
        // A case that a charge opens is named by the charge.
        if matches!(self.data, EventData::Charged(_)) {
            body.tag = Some(self.id.0);
        }
        self.with_data(body)
    }
}
