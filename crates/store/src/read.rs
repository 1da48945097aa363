//! What is read: pages of recorded events.

use crate::stream::StreamId;
use throughline_core::event::{Body, Position, RecordedEvent};
use throughline_core::time::Micros;

/// An event with the stream that holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// The stream.
    pub stream: StreamId,
    /// The event in its place.
    pub recorded: RecordedEvent<Body>,
}

/// One page of the log. Empty means that there was nothing more when it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The events, in the order of the call that read them.
    pub events: Vec<StoredEvent>,
}

impl Page {
    /// The position to go on after; `None` for an empty page.
    pub fn last_position(&self) -> Option<Position> {
        self.events.last().map(|e| e.recorded.position)
    }
}

/// How far a reader of the log has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last position that was dealt with.
    pub position: Position,
}

/// A stream and the time at which somebody should look at it again; `None` takes it off the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The stream.
    pub stream: StreamId,
    /// When.
    pub at: Option<Micros>,
}
