//! Reads what older versions wrote: for each kind that changed, the fields it had then and what they are now.
//!
//! An upcaster states what the old form left unsaid, and says it in the way that gives old events the meaning they
//! had. How to add the next one: `docs/FORMAT.md`.

use super::vocabulary::Rated;
use super::{EventData, EventKind, Instrument, Text};
use crate::ids::ContactId;
use crate::name::Name;
use crate::wire::{Decode, DecodeError, Reader, Reading};
use serde::Deserialize;

/// `rated` of schema 1: every scale ran upwards, and nobody said where it began.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RatedV1<T> {
    contact: Option<ContactId>,
    instrument: Instrument,
    score: u8,
    best: u8,
    comment: Option<T>,
}

impl<N, T> From<RatedV1<T>> for EventData<N, T> {
    fn from(old: RatedV1<T>) -> Self {
        let RatedV1 { contact, instrument, score, best, comment } = old;
        Rated { contact, instrument, score, best, worst: None, comment }.into()
    }
}

/// What reading data gives: there is no such schema, or the data, or what is wrong with it.
type Old<N, T, E> = Option<Result<EventData<N, T>, E>>;

/// Decodes an older schema of a kind; none if there never was this one.
pub(super) fn decode<C: Reading>(
    kind: EventKind,
    schema: u8,
    from: &mut Reader<'_>,
    context: &mut C,
) -> Old<C::Name, C::Text, DecodeError>
where
    C::Text: Decode<C>,
{
    match (kind, schema) {
        (EventKind::Rated, 1) => Some(rated_v1(from, context).map(EventData::from)),
        _ => None,
    }
}

fn rated_v1<C: Reading>(from: &mut Reader<'_>, context: &mut C) -> Result<RatedV1<C::Text>, DecodeError>
where
    C::Text: Decode<C>,
{
    Ok(RatedV1 {
        contact: Decode::decode(from, context)?,
        instrument: Decode::decode(from, context)?,
        score: Decode::decode(from, context)?,
        best: Decode::decode(from, context)?,
        comment: Decode::decode(from, context)?,
    })
}

/// Reads an older schema of a kind from any serde format; none if there never was this one.
pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
    kind: EventKind,
    schema: u8,
    from: D,
) -> Old<Name, Text, D::Error> {
    match (kind, schema) {
        (EventKind::Rated, 1) => Some(RatedV1::deserialize(from).map(EventData::from)),
        _ => None,
    }
}
