//! The stored form of an event's data: a kind, a schema version, and two sections of bytes.

use super::{EventData, EventKind, NewEvent, RecordedEvent, Section, upcast, vocabulary};
use crate::ids::ContactId;
use crate::wire::{DecodeError, Owned, Reader, Writer};
use uuid::Uuid;

/// Sealed data: what a store keeps without knowing what it means.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Body {
    /// The kind's number. Below 1,000: events of this crate. From 1,000: records of the crates above it.
    pub kind: u16,
    /// The version of the kind's layout.
    pub schema: u8,
    /// A second key by which the store can find the event's stream: for a contact's first event, the contact; for a
    /// charge, which may open a case by itself, its own id.
    pub tag: Option<Uuid>,
    /// The key that the personal section is encrypted under; 0 = none. Reserved for erasure by key.
    pub key_id: u32,
    /// Fields that say nothing about who the customer is.
    pub plain: Section,
    /// Fields that may.
    pub personal: Section,
}

impl Body {
    /// Seals an event's data.
    pub fn of(data: &EventData) -> Self {
        let mut out = Writer::with_room();
        let kind = data.kind();
        let schema = upcast::encode_older(data, &mut out).unwrap_or_else(|| {
            data.encode(&mut out);
            kind.schema()
        });
        let tag = data.tag().map(|ContactId(contact)| contact);
        Self {
            kind: kind as u16,
            schema,
            tag,
            key_id: 0,
            plain: out.plain.into(),
            personal: out.personal.into(),
        }
    }

    /// Opens the data again.
    pub fn open(&self) -> Result<EventData, DecodeError> {
        decode(self.kind, self.schema, &self.plain, &self.personal, &mut Owned)
    }

    /// A reader of the record of a crate above, whose kind and only schema these are.
    pub fn record(&self, kind: u16, schema: u8) -> Result<Reader<'_>, DecodeError> {
        match self {
            found if found.kind != kind => Err(DecodeError::UnknownKind { kind: found.kind }),
            found if found.schema != schema => Err(DecodeError::UnknownSchema { kind, schema: found.schema }),
            found => Ok(Reader::new(&found.plain)),
        }
    }

    /// Whether this is an event of the vocabulary, and so a fact, rather than a record that another crate keeps
    /// in the same log.
    pub const fn is_fact(&self) -> bool {
        self.kind < EventKind::FIRST_FOREIGN
    }
}

impl RecordedEvent<Body> {
    /// The event with its data opened.
    pub fn open(&self) -> Result<RecordedEvent, DecodeError> {
        let event: NewEvent = self.event.with_data(self.event.data.open()?);
        Ok(RecordedEvent {
            position: self.position,
            version: self.version,
            recorded_at: self.recorded_at,
            event,
        })
    }
}

/// Decodes an event's data for a reader of any kind, through the upcaster of its schema version if it is old.
pub fn decode<C>(
    kind: u16,
    schema: u8,
    plain: &[u8],
    personal: &[u8],
    context: &mut C,
) -> Result<EventData<C::Name, C::Text>, DecodeError>
where
    C: crate::wire::Reading,
    C::Name: crate::wire::Decode<C>,
    C::Text: crate::wire::Decode<C>,
{
    let known = EventKind::from_number(kind).ok_or(DecodeError::UnknownKind { kind })?;
    let mut reader = Reader::with_personal(plain, personal);
    let data = if schema == known.schema() {
        vocabulary::decode_kind(known, &mut reader, context)?
    } else {
        let old = upcast::decode(known, schema, &mut reader, context);
        old.ok_or(DecodeError::UnknownSchema { kind, schema })??
    };
    reader.finish()?;
    Ok(data)
}
