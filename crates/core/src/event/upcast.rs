//! Reads what older versions wrote: for each kind that changed, the fields it had then and what they are now.
//!
//! An upcaster states what the old form left unsaid, and says it in the way that gives old events the meaning they
//! had. How to add the next one: `docs/FORMAT.md`.

use super::vocabulary::{ContactStarted, FormProgressed, Rated};
use super::{Channel, Direction, EventData, EventKind, FormProgress, Instrument, Text};
use crate::ids::{ContactId, IssueRef};
use crate::name::Name;
use crate::wire::{Decode, DecodeError, Encode, Reader, Reading, Writer};
use serde::Deserialize;

/// `contact.started` of schema 1: nobody said what a contact is for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactStartedV1<N> {
    contact: ContactId,
    channel: Channel,
    direction: Direction,
    topic: Option<N>,
    issue: Option<IssueRef>,
}

impl<N, T> From<ContactStartedV1<N>> for EventData<N, T> {
    fn from(old: ContactStartedV1<N>) -> Self {
        let ContactStartedV1 { contact, channel, direction, topic, issue } = old;
        ContactStarted { contact, channel, direction, topic, issue, purpose: None }.into()
    }
}

/// Encodes data in an older schema that says all of it, and says which. Only where a fact is so common that services
/// have it in flight while they are upgraded: recorded again it must be the same bytes, or it is refused as another fact
/// under a taken id.
pub(super) fn encode_older(data: &EventData, out: &mut Writer) -> Option<u8> {
    match data {
        EventData::ContactStarted(ContactStarted {
            contact,
            channel,
            direction,
            topic,
            issue,
            purpose: None,
        }) => {
            contact.encode(out);
            channel.encode(out);
            direction.encode(out);
            topic.encode(out);
            issue.encode(out);
            Some(1)
        }
        _ => None,
    }
}

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

/// `form.progressed` of schema 1: nobody said where a form was filled in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormProgressedV1<N> {
    form: N,
    contact: Option<ContactId>,
    progress: FormProgress,
    step: Option<u16>,
}

impl<N, T> From<FormProgressedV1<N>> for EventData<N, T> {
    fn from(old: FormProgressedV1<N>) -> Self {
        let FormProgressedV1 { form, contact, progress, step } = old;
        FormProgressed { form, contact, progress, step, channel: None }.into()
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
    C::Name: Decode<C>,
    C::Text: Decode<C>,
{
    match (kind, schema) {
        (EventKind::ContactStarted, 1) => Some(contact_started_v1(from, context).map(EventData::from)),
        (EventKind::Rated, 1) => Some(rated_v1(from, context).map(EventData::from)),
        (EventKind::FormProgressed, 1) => Some(form_progressed_v1(from, context).map(EventData::from)),
        _ => None,
    }
}

fn contact_started_v1<C: Reading>(
    from: &mut Reader<'_>,
    context: &mut C,
) -> Result<ContactStartedV1<C::Name>, DecodeError>
where
    C::Name: Decode<C>,
{
    Ok(ContactStartedV1 {
        contact: Decode::decode(from, context)?,
        channel: Decode::decode(from, context)?,
        direction: Decode::decode(from, context)?,
        topic: Decode::decode(from, context)?,
        issue: Decode::decode(from, context)?,
    })
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

fn form_progressed_v1<C: Reading>(
    from: &mut Reader<'_>,
    context: &mut C,
) -> Result<FormProgressedV1<C::Name>, DecodeError>
where
    C::Name: Decode<C>,
{
    Ok(FormProgressedV1 {
        form: Decode::decode(from, context)?,
        contact: Decode::decode(from, context)?,
        progress: Decode::decode(from, context)?,
        step: Decode::decode(from, context)?,
    })
}

/// Reads an older schema of a kind from any serde format; none if there never was this one.
pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
    kind: EventKind,
    schema: u8,
    from: D,
) -> Old<Name, Text, D::Error> {
    match (kind, schema) {
        (EventKind::ContactStarted, 1) => Some(ContactStartedV1::deserialize(from).map(EventData::from)),
        (EventKind::Rated, 1) => Some(RatedV1::deserialize(from).map(EventData::from)),
        (EventKind::FormProgressed, 1) => Some(FormProgressedV1::deserialize(from).map(EventData::from)),
        _ => None,
    }
}
