//! The model: one list of events and three small maps, looked through from the beginning each time.

use crate::outcome::{Outcome, Refusal};
use std::collections::BTreeMap;
use throughline_core::event::{Body, NewEvent, Position, RecordedEvent, Version};
use throughline_core::time::Micros;
use throughline_store::append::{Append, Appended, Place};
use throughline_store::read::{Checkpoint, Due, StoredEvent};
use throughline_store::stream::StreamId;

/// What a store should hold and answer. Positions have no gaps here, which the contract does not ask for.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The log.
    pub log: Vec<StoredEvent>,
    /// Checkpoints by name.
    pub checkpoints: BTreeMap<String, Checkpoint>,
    /// When streams are due.
    pub due: BTreeMap<StreamId, Micros>,
    /// Snapshots of streams.
    pub snapshots: BTreeMap<StreamId, Vec<u8>>,
}

impl Model {
    /// Appends, or refuses to.
    pub fn append(&mut self, append: &Append) -> Outcome {
        let events: Vec<(&StreamId, &NewEvent<Body>)> =
            append.streams.iter().flat_map(|part| part.events.iter().map(|e| (&part.stream, e))).collect();
        let twice = |n: usize| events[..n].iter().any(|(_, event)| event.id == events[n].1.id);
        let named = |n: usize| append.streams[..n].iter().any(|part| part.stream == append.streams[n].stream);
        if (0..events.len()).any(twice) || (0..append.streams.len()).any(named) {
            return Err(Refusal::Malformed);
        }
        for (stream, event) in &events {
            let held = self.log.iter().find(|held| held.recorded.event.id == event.id);
            if let Some(held) = held
                && (held.recorded.event != **event || held.stream != **stream)
            {
                return Err(Refusal::IdReused { id: event.id, position: held.recorded.position });
            }
        }
        let is_there =
            |event: &NewEvent<Body>| self.log.iter().any(|held| held.recorded.event.id == event.id);
        let is_retry = !events.is_empty() && events.iter().all(|(_, event)| is_there(event));
        for part in &append.streams {
            let actual = self.version(&part.stream);
            if !is_retry && !part.expected.is_met_by(actual) {
                let (stream, expected) = (part.stream.clone(), part.expected);
                return Err(Refusal::Conflict { stream, expected, actual });
            }
        }
        let places = append.streams.iter().map(|part| {
            part.events.iter().map(|event| self.place(&part.stream, event, append.recorded_at)).collect()
        });
        Ok(Appended { places: places.collect() })
    }

    /// Where the event is, after it was written if it is new.
    fn place(&mut self, stream: &StreamId, event: &NewEvent<Body>, recorded_at: Micros) -> Place {
        if let Some(held) = self.log.iter().find(|held| held.recorded.event.id == event.id) {
            let RecordedEvent { position, version, .. } = held.recorded;
            return Place { position, version, was_there: true };
        }
        let position = Position(self.log.len() as u64 + 1);
        let version = Version(self.version(stream).0 + 1);
        let recorded = RecordedEvent { position, version, recorded_at, event: event.clone() };
        self.log.push(StoredEvent { stream: stream.clone(), recorded });
        Place { position, version, was_there: false }
    }

    /// The last version of a stream.
    pub fn version(&self, stream: &StreamId) -> Version {
        Version(self.stream(stream).len() as u64)
    }

    /// The events of a stream.
    pub fn stream(&self, stream: &StreamId) -> Vec<StoredEvent> {
        self.log.iter().filter(|held| held.stream == *stream).cloned().collect()
    }

    /// The events of a stream in canonical order.
    pub fn canonical(&self, stream: &StreamId) -> Vec<StoredEvent> {
        let mut events = self.stream(stream);
        events.sort_by_key(|held| held.recorded.event.canonical_key());
        events
    }

    /// Saves a checkpoint with due entries, if the checkpoint is the one expected.
    pub fn save_checkpoint(
        &mut self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: &[Due],
    ) -> bool {
        let saved = self.checkpoints.get(name).copied().unwrap_or_default();
        if saved != expected {
            return false;
        }
        self.checkpoints.insert(name.to_owned(), new);
        for entry in due {
            match entry.at {
                Some(at) => self.due.insert(entry.stream.clone(), at),
                None => self.due.remove(&entry.stream),
            };
        }
        true
    }

    /// Forgets what can be made again.
    pub fn drop_derived(&mut self) {
        self.checkpoints.clear();
        self.due.clear();
        self.snapshots.clear();
    }
}
