//! What is appended, and where it went.

use crate::stream::StreamId;
use throughline_core::event::{Body, NewEvent, Position, Version};
use throughline_core::time::Micros;

/// What the writer believes about a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Nothing.
    Any,
    /// The stream has no event.
    NoStream,
    /// The stream has at least one event.
    Exists,
    /// The stream's last event has this version; 0 is the same as [`ExpectedVersion::NoStream`].
    Exact(Version),
}

/// One stream's part of an append.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamAppend {
    /// The stream.
    pub stream: StreamId,
    /// What it must be like.
    pub expected: ExpectedVersion,
    /// What is added, in order. May be empty: then only the expectation is checked.
    pub events: Vec<NewEvent<Body>>,
}

/// One atomic append, over any number of streams. A stream may be named once.
#[derive(Clone, Debug, PartialEq)]
pub struct Append {
    /// The streams and their events.
    pub streams: Vec<StreamAppend>,
    /// When the writer learnt of them. The store keeps it and does not judge it.
    pub recorded_at: Micros,
}

/// Where one event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// In the log.
    pub position: Position,
    /// In its stream.
    pub version: Version,
    /// Whether it had been there before this append: the same id with the same content in the same stream.
    pub was_there: bool,
}

/// The outcome of an append: for each stream, in the order asked, where each of its events is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Appended {
    /// One entry for each [`StreamAppend`], one place for each of its events.
    pub places: Vec<Vec<Place>>,
}

impl ExpectedVersion {
    /// Whether a stream whose last version is `actual` is as expected.
    pub const fn is_met_by(self, actual: Version) -> bool {
        match self {
            Self::Any => true,
            Self::NoStream => actual.0 == 0,
            Self::Exists => actual.0 > 0,
            Self::Exact(version) => actual.0 == version.0,
        }
    }
}

impl Append {
    /// An append to one stream.
    pub fn to(
        stream: StreamId,
        expected: ExpectedVersion,
        events: Vec<NewEvent<Body>>,
        recorded_at: Micros,
    ) -> Self {
        Self { streams: vec![StreamAppend { stream, expected, events }], recorded_at }
    }

    /// How many events it holds.
    pub fn len(&self) -> usize {
        self.streams.iter().map(|s| s.events.len()).sum()
    }

    /// Whether it holds no event.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
