//! Appending: first everything is checked, then everything is written, so there is nothing to roll back.

use super::log::{Log, Slot};
use crate::append::{Append, Appended, Place, StreamAppend};
use crate::error::{AppendError, StoreError, StoreErrorKind};
use std::collections::HashSet;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use throughline_core::time::Micros;

impl Log {
    pub(super) fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        well_formed(&append)?;
        let new = self.new_events(&append)?;
        // A retry whose answer was lost finds the stream beyond what it expected: by its own events.
        let is_retry = new == 0 && !append.is_empty();
        if !is_retry {
            self.expectations(&append)?;
        }
        if Slot::at(self.events.len() + new).is_none() {
            return Err(StoreError::new(StoreErrorKind::Full, "appending to the store in memory").into());
        }
        let recorded_at = append.recorded_at;
        let streams = append.streams.into_iter();
        let places = streams.map(|part| self.write_part(part, recorded_at)).collect();
        Ok(Appended { places })
    }

    /// How many events are not in the log yet; refuses an id that stands for something else there.
    fn new_events(&self, append: &Append) -> Result<usize, AppendError> {
        let mut new = 0;
        for part in &append.streams {
            for event in &part.events {
                let Some(&slot) = self.by_id.get(&event.id) else {
                    new += 1;
                    continue;
                };
                let held = self.events.get(slot);
                if held.recorded.event != *event || self.stream_at(held.stream).name != part.stream {
                    let (id, position) = (event.id, slot.position());
                    return Err(AppendError::IdReused { id, position });
                }
            }
        }
        Ok(new)
    }

    fn expectations(&self, append: &Append) -> Result<(), AppendError> {
        for part in &append.streams {
            let actual = self.version(&part.stream);
            if !part.expected.is_met_by(actual) {
                return Err(AppendError::Conflict {
                    stream: part.stream.clone(),
                    expected: part.expected,
                    actual,
                });
            }
        }
        Ok(())
    }

    fn write_part(&mut self, part: StreamAppend, recorded_at: Micros) -> Vec<Place> {
        if part.events.is_empty() {
            // A stream that was only expected to be somehow does not come to exist by that.
            return Vec::new();
        }
        let stream = self.intern(part.stream);
        let mut places = Vec::with_capacity(part.events.len());
        for event in part.events {
            let next = Slot::at(self.events.len()).unwrap_or_else(|| unreachable!("counted before writing"));
            let place = match self.by_id.entry(event.id) {
                Entry::Occupied(held) => {
                    let recorded = &self.events.get(*held.get()).recorded;
                    Place { position: recorded.position, version: recorded.version, was_there: true }
                }
                Entry::Vacant(free) => {
                    free.insert(next);
                    Place {
                        position: next.position(),
                        version: self.write(stream, next, recorded_at, event),
                        was_there: false,
                    }
                }
            };
            places.push(place);
        }
        places
    }
}

fn well_formed(append: &Append) -> Result<(), AppendError> {
    if has_repeats(append.streams.len(), || append.streams.iter().map(|part| &part.stream)) {
        return Err(AppendError::Malformed("a stream is named twice; put its events together"));
    }
    let events = || append.streams.iter().flat_map(|part| &part.events);
    if has_repeats(append.len(), || events().map(|event| event.id)) {
        return Err(AppendError::Malformed("an event id is given twice; give each event its own"));
    }
    Ok(())
}

/// Whether an item comes twice. Appends are short as a rule, and then comparing pairs beats hashing.
fn has_repeats<T: Eq + Hash, I: Iterator<Item = T>>(len: usize, items: impl Fn() -> I) -> bool {
    if len <= 8 {
        items().enumerate().any(|(n, item)| items().take(n).any(|earlier| earlier == item))
    } else {
        let mut seen = HashSet::with_capacity_and_hasher(len, rustc_hash::FxBuildHasher);
        items().any(|item| !seen.insert(item))
    }
}
