//! Decides which appends of a group are made, and gives their events a place. Writes nothing.
//!
//! Everything is checked before the first event of an append is accepted, so an append that fails leaves no
//! trace, and the next one in the group is judged as if it had never been there.

use super::failure::Failure;
use super::fingerprint;
use super::frame::Accepted;
use super::lookup::Lookup;
use crate::append::{Append, Appended, Place, StreamAppend};
use crate::error::AppendError;
use crate::stream::StreamId;
use rustc_hash::{FxHashMap, FxHashSet};
use throughline_core::event::{Body, NewEvent, Position, Version};
use throughline_core::ids::EventId;

/// The most bytes that both sections of one event may have together.
const MOST_BODY_BYTES: usize = 16 << 20;
/// The most streams whose last version is remembered.
const MOST_HEADS: usize = 1 << 20;

/// The last versions of streams, as this process wrote or read them. By fingerprint; the stream says whose.
#[derive(Debug, Default)]
pub(super) struct Heads(FxHashMap<u64, (StreamId, u64)>);

/// A group of appends that become one commit.
#[derive(Debug)]
pub(super) struct Group<'a> {
    lookup: Lookup<'a>,
    heads: &'a mut Heads,
    accepted: Vec<Accepted>,
    fresh: FxHashMap<EventId, usize>,
}

/// Where an event was already.
type Known = Option<Place>;

impl<'a> Group<'a> {
    pub(super) fn new(lookup: Lookup<'a>, heads: &'a mut Heads) -> Self {
        heads.bound();
        Self { lookup, heads, accepted: Vec::new(), fresh: FxHashMap::default() }
    }

    /// How many events were accepted.
    pub(super) fn len(&self) -> usize {
        self.accepted.len()
    }

    /// The events that were accepted, in order of position.
    pub(super) fn into_accepted(self) -> Vec<Accepted> {
        self.accepted
    }

    /// Judges one append, and accepts its events or none of them. \[A1-A8\]
    pub(super) fn admit(&mut self, append: Append) -> Result<Appended, AppendError> {
        well_formed(&append)?;
        let mut known: Vec<Known> = Vec::with_capacity(append.len());
        for part in &append.streams {
            for event in &part.events {
                known.push(self.place_of(&part.stream, event)?);
            }
        }
        let is_retry = !known.is_empty() && known.iter().all(Option::is_some);
        let mut versions = Vec::with_capacity(append.streams.len());
        for part in &append.streams {
            if is_retry {
                versions.push(0);
                continue;
            }
            let actual = self.version(&part.stream)?;
            if !part.expected.is_met_by(Version(actual)) {
                return Err(AppendError::Conflict {
                    stream: part.stream.clone(),
                    expected: part.expected,
                    actual: Version(actual),
                });
            }
            versions.push(actual);
        }
        let mut known = known.into_iter();
        let places = append
            .streams
            .into_iter()
            .zip(versions)
            .map(|(part, version)| self.accept(part, version, append.recorded_at, &mut known))
            .collect();
        Ok(Appended { places })
    }

    fn accept(
        &mut self,
        part: StreamAppend,
        mut version: u64,
        recorded_at: throughline_core::time::Micros,
        known: &mut impl Iterator<Item = Known>,
    ) -> Vec<Place> {
        let stream_key = fingerprint::of_stream(&part.stream);
        let before = version;
        let mut places = Vec::with_capacity(part.events.len());
        for (event, known) in part.events.into_iter().zip(known) {
            if let Some(place) = known {
                places.push(place);
                continue;
            }
            version += 1;
            let position = self.lookup.head + self.accepted.len() as u64 + 1;
            places.push(Place { position: Position(position), version: Version(version), was_there: false });
            self.fresh.insert(event.id, self.accepted.len());
            self.accepted.push(Accepted {
                stream: part.stream.clone(),
                stream_key,
                position,
                version,
                recorded_at,
                event,
            });
        }
        if version > before {
            self.heads.0.insert(stream_key, (part.stream, version));
        }
        places
    }

    /// Where an event is already, if it is the same fact in the same stream. \[A6, A7\]
    fn place_of(&self, stream: &StreamId, event: &NewEvent<Body>) -> Result<Known, AppendError> {
        let found = if let Some(&at) = self.fresh.get(&event.id) {
            let there = &self.accepted[at];
            let is_same = there.stream == *stream && there.event == *event;
            Some((is_same, Position(there.position), Version(there.version)))
        } else {
            let compare = |there: super::frame::EventRef<'_>| {
                let is_same = there.is_in(stream) && there.says_the_same_as(event);
                (is_same, there.position, there.version)
            };
            self.lookup.event(event.id, compare).map_err(|e| failed(&e))?
        };
        match found {
            None => Ok(None),
            Some((true, position, version)) => Ok(Some(Place { position, version, was_there: true })),
            Some((false, position, _)) => Err(AppendError::IdReused { id: event.id, position }),
        }
    }

    fn version(&mut self, stream: &StreamId) -> Result<u64, AppendError> {
        let key = fingerprint::of_stream(stream);
        match self.heads.0.get(&key) {
            Some((known, version)) if known == stream => Ok(*version),
            // Another stream has the same fingerprint. It may have events in this very group, of which the
            // indexes know nothing yet; so both may, and the group's own events are asked first.
            Some(_) => self.version_beside_twin(stream),
            None => {
                let version = self.lookup.version(stream).map_err(|e| failed(&e))?;
                self.heads.0.insert(key, (stream.clone(), version));
                Ok(version)
            }
        }
    }

    fn version_beside_twin(&self, stream: &StreamId) -> Result<u64, AppendError> {
        match self.accepted.iter().rev().find(|a| a.stream == *stream) {
            Some(last) => Ok(last.version),
            None => self.lookup.version(stream).map_err(|e| failed(&e)),
        }
    }
}

impl Heads {
    /// Forgets everything: another process wrote, or a commit failed.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Forgets everything when it has become too much. Called between groups, never inside one.
    fn bound(&mut self) {
        if self.0.len() > MOST_HEADS {
            self.0.clear();
        }
    }
}

fn failed(failure: &Failure) -> AppendError {
    AppendError::Store(failure.during("looking up ids and versions before an append"))
}

fn well_formed(append: &Append) -> Result<(), AppendError> {
    let mut streams = FxHashSet::default();
    let mut ids = FxHashSet::default();
    // Most appends have one stream and one event: that is nothing to compare.
    let (several_streams, several_events) = (append.streams.len() > 1, append.len() > 1);
    for part in &append.streams {
        if several_streams && !streams.insert(&part.stream) {
            return Err(AppendError::Malformed("a stream is named twice"));
        }
        for event in &part.events {
            if several_events && !ids.insert(event.id) {
                return Err(AppendError::Malformed("an event id is given twice"));
            }
            if event.data.plain.len() + event.data.personal.len() > MOST_BODY_BYTES {
                return Err(AppendError::Malformed(
                    "an event's data has more than 16 MiB; keep large things elsewhere and refer to them",
                ));
            }
        }
    }
    Ok(())
}
