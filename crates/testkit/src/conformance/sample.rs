//! Streams and events to test with. A store does not know what an event means, so bodies are any bytes.

use throughline_core::event::{Body, NewEvent};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_store::append::{Append, ExpectedVersion, StreamAppend};
use throughline_store::stream::{StreamId, TenantId};
use uuid::Uuid;

/// The time at which everything in the suite is recorded.
pub(crate) const RECORDED: Micros = Micros(1_700_000_000_000_000);

/// The `n`-th profile's stream of the only tenant.
pub(crate) fn stream(n: u128) -> StreamId {
    StreamId::profile(TenantId::default(), ProfileId(Uuid::from_u128(n)))
}

/// A tenant by name.
pub(crate) fn tenant(name: &str) -> TenantId {
    TenantId::new(name).unwrap_or_else(|error| panic!("a tenant of the suite: {error}"))
}

/// A source by name.
pub(crate) fn source(name: &str) -> Name {
    Name::new(name).unwrap_or_else(|error| panic!("a source of the suite: {error}"))
}

/// The `n`-th event: it happened `n` seconds after the epoch, and nothing else is special about it.
pub(crate) fn event(n: u64) -> NewEvent<Body> {
    let body = Body { kind: 24, schema: 1, plain: n.to_le_bytes().to_vec().into(), ..Body::default() };
    let id = EventId(Uuid::from_u128(0x7e57_0000 + u128::from(n)));
    NewEvent::new(id, Micros(n as i64 * 1_000_000), source("desk"), body)
}

/// The `n`-th event with a tag.
pub(crate) fn tagged(n: u64, tag: Uuid) -> NewEvent<Body> {
    let mut event = event(n);
    event.data.tag = Some(tag);
    event
}

/// One stream's part of an append, of the events of these numbers.
pub(crate) fn part(stream: StreamId, expected: ExpectedVersion, events: &[u64]) -> StreamAppend {
    StreamAppend { stream, expected, events: events.iter().copied().map(event).collect() }
}

/// An append to several streams.
pub(crate) fn together(streams: Vec<StreamAppend>) -> Append {
    Append { streams, recorded_at: RECORDED }
}

/// An append to one stream, of the events of these numbers.
pub(crate) fn append(stream: StreamId, expected: ExpectedVersion, events: &[u64]) -> Append {
    together(vec![part(stream, expected, events)])
}

/// An append of events to one stream, whatever it is like.
pub(crate) fn append_events(stream: StreamId, events: Vec<NewEvent<Body>>) -> Append {
    Append::to(stream, ExpectedVersion::Any, events, RECORDED)
}
