//! Reads frames without copying: tables once a frame, records one after the other.

use super::{
    EventRef, FORMAT, FrameError, HAS_CAUSATION, HAS_CORRELATION, HAS_KEY, HAS_TAG, KNOWN_FLAGS, PREFIX,
};
use throughline_core::event::{Position, Version};
use throughline_core::ids::EventId;
use throughline_core::time::Micros;
use throughline_core::wire::{DecodeError, Reader};
use uuid::Uuid;

/// A frame's tables, and its records still in bytes.
#[derive(Debug)]
pub(in crate::sqlite) struct Frame<'a> {
    pub(in crate::sqlite) first: u64,
    pub(in crate::sqlite) count: u64,
    base_occurred: i64,
    base_recorded: i64,
    sources: Vec<&'a str>,
    streams: Vec<StreamRow<'a>>,
    records: Reader<'a>,
}

#[derive(Clone, Copy, Debug)]
struct StreamRow<'a> {
    tenant: &'a str,
    kind: u8,
    id: Uuid,
}

impl<'a> Frame<'a> {
    /// Checks the checksum and reads the tables.
    pub(in crate::sqlite) fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let (Some(prefix), Some(content)) = (bytes.get(..PREFIX), bytes.get(PREFIX..)) else {
            return Err(FrameError::Checksum);
        };
        if prefix[0] != FORMAT {
            return Err(FrameError::Layout(prefix[0]));
        }
        if prefix[1] != 0 || prefix[2..] != crc32fast::hash(content).to_le_bytes() {
            return Err(FrameError::Checksum);
        }
        let mut from = Reader::new(content);
        let (first, count) = (from.varint()?, from.varint()?);
        let (base_occurred, base_recorded) = (from.zigzag()?, from.zigzag()?);
        let tenants = texts(&mut from)?;
        let sources = texts(&mut from)?;
        let mut streams = Vec::with_capacity(table_len(&mut from, 18)?);
        for _ in 0..streams.capacity() {
            let tenant = *get(&tenants, from.varint()?, "a tenant")?;
            let kind = from.byte()?;
            streams.push(StreamRow { tenant, kind, id: uuid(&mut from)? });
        }
        Ok(Self { first, count, base_occurred, base_recorded, sources, streams, records: from })
    }

    /// The events from a position on, in order.
    pub(in crate::sqlite) fn events_from(&self, position: u64) -> Result<Events<'_, 'a>, FrameError> {
        let mut events = Events { frame: self, next: self.first, records: self.records.clone() };
        while events.next < position.min(self.first + self.count) {
            let len = length(&mut events.records)?;
            events.records.take(len)?;
            events.next += 1;
        }
        Ok(events)
    }

    /// The event at a position, if this frame holds it.
    pub(in crate::sqlite) fn event_at(&self, position: u64) -> Result<Option<EventRef<'a>>, FrameError> {
        if position < self.first {
            return Ok(None);
        }
        self.events_from(position)?.next().transpose()
    }

    fn event(&self, position: u64, record: &'a [u8]) -> Result<EventRef<'a>, FrameError> {
        let mut from = Reader::new(record);
        let stream_index = from.varint()?;
        let stream = get(&self.streams, stream_index, "a stream")?;
        let version = from.varint()?;
        let source_index = from.varint()?;
        let source = get(&self.sources, source_index, "a source")?;
        let id = uuid(&mut from)?;
        let occurred_at = self.base_occurred.wrapping_add(from.zigzag()?);
        let recorded_at = self.base_recorded.wrapping_add(from.zigzag()?);
        let sequence = from.varint()?;
        let kind = narrow(from.varint()?, &from)?;
        let (schema, flags) = (from.byte()?, from.byte()?);
        if flags & !KNOWN_FLAGS != 0 {
            return Err(FrameError::Flags(flags));
        }
        let mut optional = |flag| (flags & flag != 0).then(|| uuid(&mut from)).transpose();
        let (tag, correlation_id, causation_id) =
            (optional(HAS_TAG)?, optional(HAS_CORRELATION)?, optional(HAS_CAUSATION)?);
        let key_id = if flags & HAS_KEY == 0 { 0 } else { narrow(from.varint()?, &from)? };
        let len = length(&mut from)?;
        let plain = from.take(len)?;
        let personal = from.take(from.remaining())?;
        Ok(EventRef {
            frame: self.first,
            position: Position(position),
            version: Version(version),
            tenant: stream.tenant,
            stream_kind: stream.kind,
            stream_id: stream.id,
            stream_index: stream_index as u32,
            id: EventId(id),
            occurred_at: Micros(occurred_at),
            recorded_at: Micros(recorded_at),
            source,
            source_index: source_index as u32,
            sequence,
            correlation_id,
            causation_id,
            kind,
            schema,
            tag,
            key_id,
            plain,
            personal,
        })
    }
}

/// Walks a frame's records.
#[derive(Clone, Debug)]
pub(in crate::sqlite) struct Events<'f, 'a> {
    frame: &'f Frame<'a>,
    next: u64,
    records: Reader<'a>,
}

impl<'a> Iterator for Events<'_, 'a> {
    type Item = Result<EventRef<'a>, FrameError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.frame.first + self.frame.count {
            return None;
        }
        let position = self.next;
        self.next += 1;
        let event = length(&mut self.records)
            .and_then(|len| self.records.take(len).map_err(FrameError::from))
            .and_then(|record| self.frame.event(position, record));
        if event.is_err() {
            // What follows a damaged record cannot be found.
            self.next = u64::MAX;
        }
        Some(event)
    }
}

fn length(from: &mut Reader<'_>) -> Result<usize, FrameError> {
    let at = from.offset();
    usize::try_from(from.varint()?).map_err(|_| DecodeError::NumberTooLarge { at }.into())
}

/// A table's length, refused when the bytes that are left cannot hold so many rows.
fn table_len(from: &mut Reader<'_>, row_bytes: usize) -> Result<usize, FrameError> {
    let len = length(from)?;
    if len > from.remaining() / row_bytes {
        return Err(FrameError::Table("more rows"));
    }
    Ok(len)
}

fn texts<'a>(from: &mut Reader<'a>) -> Result<Vec<&'a str>, FrameError> {
    let len = table_len(from, 1)?;
    (0..len).map(|_| from.text().map_err(FrameError::from)).collect()
}

fn get<'t, T>(table: &'t [T], at: u64, what: &'static str) -> Result<&'t T, FrameError> {
    usize::try_from(at).ok().and_then(|at| table.get(at)).ok_or(FrameError::Table(what))
}

fn uuid(from: &mut Reader<'_>) -> Result<Uuid, FrameError> {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(from.take(16)?);
    Ok(Uuid::from_bytes(bytes))
}

fn narrow<T: TryFrom<u64>>(number: u64, from: &Reader<'_>) -> Result<T, FrameError> {
    T::try_from(number).map_err(|_| DecodeError::NumberTooLarge { at: from.offset() }.into())
}
