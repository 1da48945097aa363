//! Builds frames, event by event, until one is large enough.

use super::{Accepted, FORMAT, HAS_CAUSATION, HAS_CORRELATION, HAS_KEY, HAS_TAG, PREFIX};
use crate::stream::{StreamId, TenantId};
use rustc_hash::FxHashMap;
use throughline_core::name::Name;
use throughline_core::wire::Writer;

/// Bytes before the tables, at most.
const MOST_PREAMBLE: usize = 50;
/// A row of the table of streams, unless a frame has more than 128 tenants.
const STREAM_ROW: usize = 18;
/// What an event takes beside its body: a new stream's row, ids, times and numbers, of a usual length.
const MOST_HEADER: usize = 120;

/// One frame while it is written.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct FrameWriter {
    first: u64,
    count: u64,
    base_occurred: i64,
    base_recorded: i64,
    tenants: Vec<TenantId>,
    sources: Vec<Name>,
    streams: Vec<(StreamId, usize)>,
    stream_slots: FxHashMap<u64, usize>,
    records: Writer,
    record: Writer,
}

impl FrameWriter {
    /// Adds the next event. Its position follows the one before.
    pub(in crate::sqlite) fn push(&mut self, accepted: &Accepted) {
        let event = &accepted.event;
        if self.count == 0 {
            self.first = accepted.position;
            self.base_occurred = event.occurred_at.0;
            self.base_recorded = accepted.recorded_at.0;
        }
        debug_assert_eq!(accepted.position, self.first + self.count);
        let stream = self.stream_slot(accepted);
        let source = slot(&mut self.sources, &event.source);
        let out = &mut self.record;
        out.plain.clear();
        out.varint(stream as u64);
        out.varint(accepted.version);
        out.varint(source as u64);
        out.bytes(event.id.as_bytes());
        // Wrapping, because the two ends of time are legal and their distance does not fit.
        out.zigzag(event.occurred_at.0.wrapping_sub(self.base_occurred));
        out.zigzag(accepted.recorded_at.0.wrapping_sub(self.base_recorded));
        out.varint(event.sequence);
        let body = &event.data;
        out.varint(u64::from(body.kind));
        let mut flags = 0;
        for (is_there, flag) in [
            (body.tag.is_some(), HAS_TAG),
            (event.correlation_id.is_some(), HAS_CORRELATION),
            (event.causation_id.is_some(), HAS_CAUSATION),
            (body.key_id != 0, HAS_KEY),
        ] {
            flags |= if is_there { flag } else { 0 };
        }
        out.bytes(&[body.schema, flags]);
        for id in [body.tag, event.correlation_id, event.causation_id].iter().flatten() {
            out.bytes(id.as_bytes());
        }
        if body.key_id != 0 {
            out.varint(u64::from(body.key_id));
        }
        out.varint(body.plain.len() as u64);
        out.bytes(&body.plain);
        out.bytes(&body.personal);
        self.records.varint(self.record.plain.len() as u64);
        self.records.bytes(&self.record.plain);
        self.count += 1;
    }

    /// Whether there is nothing in it.
    pub(in crate::sqlite) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the frame with this event still has at most `frame_bytes`. Estimated from above, by some tens of
    /// bytes. A frame without events takes any.
    pub(in crate::sqlite) fn has_room_for(&self, accepted: &Accepted, frame_bytes: usize) -> bool {
        let body = &accepted.event.data;
        let event = MOST_HEADER + body.plain.len() + body.personal.len();
        self.is_empty() || self.len() + event <= frame_bytes
    }

    fn len(&self) -> usize {
        let tenants: usize = self.tenants.iter().map(|t| 2 + t.as_str().len()).sum();
        let sources: usize = self.sources.iter().map(|s| 2 + s.as_str().len()).sum();
        MOST_PREAMBLE + tenants + sources + STREAM_ROW * self.streams.len() + self.records.plain.len()
    }

    /// The frame's first position, the number of its events, and its bytes. The writer is empty afterwards.
    pub(in crate::sqlite) fn finish(&mut self) -> (u64, u64, Vec<u8>) {
        let mut out = Writer::new();
        out.plain.reserve(self.len());
        out.bytes(&[FORMAT, 0, 0, 0, 0, 0]);
        out.varint(self.first);
        out.varint(self.count);
        out.zigzag(self.base_occurred);
        out.zigzag(self.base_recorded);
        out.varint(self.tenants.len() as u64);
        for tenant in &self.tenants {
            out.text(tenant.as_str());
        }
        out.varint(self.sources.len() as u64);
        for source in &self.sources {
            out.text(source.as_str());
        }
        out.varint(self.streams.len() as u64);
        for (stream, tenant) in &self.streams {
            let (kind, id) = stream.key_bytes();
            out.varint(*tenant as u64);
            out.bytes(&[kind]);
            out.bytes(id.as_bytes());
        }
        out.bytes(&self.records.plain);
        let mut bytes = out.plain;
        let checksum = crc32fast::hash(&bytes[PREFIX..]);
        bytes[2..PREFIX].copy_from_slice(&checksum.to_le_bytes());
        let made = (self.first, self.count, bytes);
        self.count = 0;
        self.tenants.clear();
        self.sources.clear();
        self.streams.clear();
        self.stream_slots.clear();
        self.records.plain.clear();
        made
    }

    fn stream_slot(&mut self, accepted: &Accepted) -> usize {
        if let Some(&at) = self.stream_slots.get(&accepted.stream_key)
            && self.streams[at].0 == accepted.stream
        {
            return at;
        }
        let tenant = slot(&mut self.tenants, &accepted.stream.tenant);
        self.streams.push((accepted.stream.clone(), tenant));
        let at = self.streams.len() - 1;
        // Of two streams with one fingerprint the later keeps the slot; the other is merely named twice.
        self.stream_slots.insert(accepted.stream_key, at);
        at
    }
}

/// The place of a name in a table, a new one if it is new. A frame has few tenants and few sources.
fn slot<T: PartialEq + Clone>(table: &mut Vec<T>, name: &T) -> usize {
    table.iter().position(|n| n == name).unwrap_or_else(|| {
        table.push(name.clone());
        table.len() - 1
    })
}
