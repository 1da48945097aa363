//! What can be made again from the log: checkpoints, due entries, snapshots.

use super::log::Hashed;
use crate::read::{Checkpoint, Due};
use crate::stream::StreamId;
use std::collections::BTreeSet;
use throughline_core::time::Micros;

/// Everything that [`EventStore::drop_derived`](crate::contract::EventStore::drop_derived) forgets.
#[derive(Debug, Default)]
pub(super) struct Derived {
    checkpoints: Hashed<String, Checkpoint>,
    /// When each stream is due, and the same by time.
    due_at: Hashed<StreamId, Micros>,
    due: BTreeSet<(Micros, StreamId)>,
    snapshots: Hashed<StreamId, Vec<u8>>,
}

impl Derived {
    pub(super) fn checkpoint(&self, name: &str) -> Checkpoint {
        self.checkpoints.get(name).copied().unwrap_or_default()
    }

    pub(super) fn save_checkpoint(
        &mut self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> bool {
        if self.checkpoint(name) != expected {
            return false;
        }
        match self.checkpoints.get_mut(name) {
            Some(saved) => *saved = new,
            None => drop(self.checkpoints.insert(name.to_owned(), new)),
        }
        for Due { stream, at } in due {
            self.replace_due(stream, at);
        }
        true
    }

    fn replace_due(&mut self, stream: StreamId, at: Option<Micros>) {
        let earlier = match at {
            Some(at) => self.due_at.insert(stream.clone(), at),
            None => self.due_at.remove(&stream),
        };
        if earlier == at {
            return;
        }
        // One pair serves for both: the set is keyed by time first, so only the time has to change.
        let mut pair = (Micros::MIN, stream);
        if let Some(earlier) = earlier {
            pair.0 = earlier;
            self.due.remove(&pair);
        }
        if let Some(at) = at {
            pair.0 = at;
            self.due.insert(pair);
        }
    }

    pub(super) fn due_by(&self, now: Micros, limit: usize) -> Vec<Due> {
        let due = self.due.iter().take_while(|(at, _)| *at <= now).take(limit);
        due.map(|(at, stream)| Due { stream: stream.clone(), at: Some(*at) }).collect()
    }

    pub(super) fn save_snapshot(&mut self, stream: &StreamId, bytes: Option<Vec<u8>>) {
        match bytes {
            Some(bytes) => drop(self.snapshots.insert(stream.clone(), bytes)),
            None => drop(self.snapshots.remove(stream)),
        }
    }

    pub(super) fn snapshot(&self, stream: &StreamId) -> Option<Vec<u8>> {
        self.snapshots.get(stream).cloned()
    }
}
