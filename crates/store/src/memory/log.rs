//! The log itself: events in order of position, and the three ways to find one again.

use crate::stream::StreamId;
use rustc_hash::FxBuildHasher;
use std::collections::HashMap;
use throughline_core::event::{Body, NewEvent, Position, RecordedEvent, Version};
use throughline_core::ids::EventId;
use throughline_core::name::Name;
use throughline_core::time::Micros;
use uuid::Uuid;

pub(super) type Hashed<K, V> = HashMap<K, V, FxBuildHasher>;

/// Everything that an append changes.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) events: Events,
    pub(super) streams: Vec<Stream>,
    pub(super) by_name: Hashed<StreamId, StreamIx>,
    pub(super) by_id: Hashed<EventId, Slot>,
    /// The streams that hold an event with the tag, of all tenants, each once.
    pub(super) by_tag: Hashed<Uuid, Vec<StreamIx>>,
}

/// Which stream: an index into [`Log::streams`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StreamIx(u32);

/// Which event: its position less one. Half the size of a position, because each event is named three times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(u32);

/// One event with its stream as a number, so that a million events do not carry a million names.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) stream: StreamIx,
    pub(super) recorded: RecordedEvent<Body>,
}

/// One stream's events.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) name: StreamId,
    /// In order of version.
    pub(super) slots: Vec<Slot>,
    /// In canonical order; `None` as long as that is the order of version, which is the rule.
    canonical: Option<Vec<Slot>>,
    /// The latest time at which something happened. What is later than it needs no look at other events.
    latest: Micros,
}

/// The events in segments. One growing vector would copy the whole log, gigabytes of it, inside one append.
#[derive(Debug, Default)]
pub(super) struct Events {
    segments: Vec<Vec<Entry>>,
    len: usize,
}

const SEGMENT: usize = 4096;

impl Slot {
    /// The slot at a place in the log; `None` beyond what can be counted.
    pub(super) fn at(index: usize) -> Option<Self> {
        u32::try_from(index).ok().map(Self)
    }

    pub(super) const fn position(self) -> Position {
        Position(self.0 as u64 + 1)
    }
}

impl Events {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, Slot(index): Slot) -> &Entry {
        let index = index as usize;
        &self.segments[index / SEGMENT][index % SEGMENT]
    }

    pub(super) fn push(&mut self, entry: Entry) {
        if self.len.is_multiple_of(SEGMENT) {
            // The first segment grows as it is needed: most stores of a test hold a handful of events.
            let capacity = if self.len == 0 { 0 } else { SEGMENT };
            self.segments.push(Vec::with_capacity(capacity));
        }
        if let Some(last) = self.segments.last_mut() {
            last.push(entry);
            self.len += 1;
        }
    }
}

/// An event's canonical key by reference, to compare without cloning a name.
pub(super) fn key(event: &NewEvent<Body>) -> (Micros, &Name, u64, EventId) {
    (event.occurred_at, &event.source, event.sequence, event.id)
}

impl Stream {
    pub(super) fn version(&self) -> Version {
        Version(self.slots.len() as u64)
    }

    pub(super) fn canonical(&self) -> &[Slot] {
        self.canonical.as_deref().unwrap_or(&self.slots)
    }

    /// Takes in the event at `slot`, which is in `events` already.
    fn push(&mut self, slot: Slot, events: &Events) {
        let at = self.canonical_index(slot, events);
        if at < self.slots.len() && self.canonical.is_none() {
            self.canonical = Some(self.slots.clone());
        }
        if let Some(order) = &mut self.canonical {
            order.insert(at, slot);
        }
        self.slots.push(slot);
    }

    /// Where a new event belongs in canonical order.
    fn canonical_index(&mut self, slot: Slot, events: &Events) -> usize {
        let event = &events.get(slot).recorded.event;
        if self.slots.is_empty() || event.occurred_at > self.latest {
            self.latest = event.occurred_at;
            return self.slots.len();
        }
        let order = self.canonical();
        order.partition_point(|&other| key(&events.get(other).recorded.event) < key(event))
    }
}

impl Log {
    pub(super) fn head(&self) -> Position {
        Position(self.events.len() as u64)
    }

    pub(super) fn stream(&self, name: &StreamId) -> Option<&Stream> {
        self.by_name.get(name).map(|&ix| self.stream_at(ix))
    }

    pub(super) fn stream_at(&self, StreamIx(index): StreamIx) -> &Stream {
        &self.streams[index as usize]
    }

    pub(super) fn version(&self, name: &StreamId) -> Version {
        self.stream(name).map_or(Version(0), Stream::version)
    }

    /// The stream of this name, a new one if there is none.
    pub(super) fn intern(&mut self, name: StreamId) -> StreamIx {
        let next = StreamIx(self.streams.len() as u32);
        *self.by_name.entry(name).or_insert_with_key(|name| {
            self.streams.push(Stream {
                name: name.clone(),
                slots: Vec::new(),
                canonical: None,
                latest: Micros::MIN,
            });
            next
        })
    }

    /// Writes one event whose id is new at the end of its stream and of the log.
    pub(super) fn write(
        &mut self,
        stream: StreamIx,
        slot: Slot,
        recorded_at: Micros,
        event: NewEvent<Body>,
    ) -> Version {
        let held = &mut self.streams[stream.0 as usize];
        let version = Version(held.version().0 + 1);
        if let Some(tag) = event.data.tag {
            let tagged = self.by_tag.entry(tag).or_default();
            if !tagged.contains(&stream) {
                tagged.push(stream);
            }
        }
        let recorded = RecordedEvent { position: slot.position(), version, recorded_at, event };
        self.events.push(Entry { stream, recorded });
        held.push(slot, &self.events);
        version
    }
}
