//! One append to many streams, each with the version that a decision rests on.

use std::collections::BTreeMap;
use throughline_core::event::{Body, NewEvent, Version};
use throughline_core::time::Micros;
use throughline_store::append::{Append, ExpectedVersion, StreamAppend};
use throughline_store::error::AppendError;
use throughline_store::stream::StreamId;

/// How often a claim or a link is tried again when other writers were first.
pub(in crate::engine) const ROUNDS: usize = 16;

/// The streams of one append, each with the version that the decision rests on.
#[derive(Default)]
pub(in crate::engine) struct Parts(BTreeMap<StreamId, StreamAppend>);

impl Parts {
    /// Names a stream, which must end at this version.
    pub(in crate::engine) fn expect(&mut self, stream: StreamId, version: Version) {
        let expected = ExpectedVersion::Exact(version);
        self.0.entry(stream.clone()).or_insert(StreamAppend { stream, expected, events: Vec::new() });
    }

    /// Adds an event to a stream; to one that nothing was expected of, whatever it holds.
    pub(in crate::engine) fn add(&mut self, stream: StreamId, event: NewEvent<Body>) {
        let any = StreamAppend { stream: stream.clone(), expected: ExpectedVersion::Any, events: Vec::new() };
        self.0.entry(stream).or_insert(any).events.push(event);
    }

    /// The append.
    pub(in crate::engine) fn append(self, recorded_at: Micros) -> Append {
        Append { streams: self.0.into_values().collect(), recorded_at }
    }
}

/// Whether another writer was first. The ids of what an engine writes follow from what it says and where: if one is
/// taken, another engine, whose clock shows another time, said just that first.
pub(in crate::engine) const fn is_lost_race(error: &AppendError) -> bool {
    matches!(error, AppendError::Conflict { .. } | AppendError::IdReused { .. })
}
