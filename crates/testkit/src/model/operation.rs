//! Operations on a store, drawn from an alphabet so small that they get into each other's way all the time.

use crate::conformance::sample::{self, source, tenant};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use throughline_core::event::{Body, NewEvent, Version};
use throughline_core::time::Micros;
use throughline_store::append::{Append, ExpectedVersion, StreamAppend};
use throughline_store::read::Due;
use throughline_store::stream::StreamId;
use uuid::Uuid;

/// One call on a store. Reads are made at each place that they can be made from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// An append.
    Append(Append),
    /// Several appends at once.
    AppendMany(Vec<Append>),
    /// Reads the log from a place on, in pages of at most this size.
    ReadAll {
        /// After which event of the log, as a count.
        after: usize,
        /// The size of a page.
        limit: usize,
    },
    /// Reads one stream in both of its orders, in pages of at most this size.
    ReadStream {
        /// The stream.
        stream: StreamId,
        /// From which version, or after which event in canonical order, on.
        from: usize,
        /// The size of a page.
        limit: usize,
    },
    /// Asks for the versions of streams.
    Versions(Vec<StreamId>),
    /// Asks for the streams with a tag.
    Tagged {
        /// Whose streams: those of the tenant of this one.
        stream: StreamId,
        /// The tag.
        tag: Uuid,
    },
    /// Saves a checkpoint with due entries.
    SaveCheckpoint {
        /// Its name.
        name: &'static str,
        /// Whether the saver knows the checkpoint that is there.
        is_fresh: bool,
        /// The new position.
        position: u64,
        /// What is due.
        due: Vec<Due>,
    },
    /// Asks what is due.
    DueBy(Micros),
    /// Saves or drops a snapshot.
    SaveSnapshot {
        /// Whose.
        stream: StreamId,
        /// What.
        bytes: Option<Vec<u8>>,
    },
    /// Asks for a snapshot.
    Snapshot(StreamId),
    /// Forgets what can be made again.
    DropDerived,
}

/// Sequences of operations.
pub fn operations() -> impl Strategy<Value = Vec<Operation>> {
    vec(operation(), 1..40)
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        8 => append().prop_map(Operation::Append),
        3 => vec(append(), 0..4).prop_map(Operation::AppendMany),
        2 => (0..30_usize, 1..6_usize).prop_map(|(after, limit)| Operation::ReadAll { after, limit }),
        4 => (stream(), 0..10_usize, 1..6_usize)
            .prop_map(|(stream, from, limit)| Operation::ReadStream { stream, from, limit }),
        2 => vec(stream(), 0..5).prop_map(Operation::Versions),
        2 => (stream(), 0..3_u128)
            .prop_map(|(stream, tag)| Operation::Tagged { stream, tag: Uuid::from_u128(tag) }),
        3 => (prop_oneof![Just("a"), Just("b")], any::<bool>(), 0..9_u64, vec(due(), 0..3)).prop_map(
            |(name, is_fresh, position, due)| Operation::SaveCheckpoint { name, is_fresh, position, due }
        ),
        2 => (0..6_i64).prop_map(|at| Operation::DueBy(Micros(at))),
        2 => (stream(), proptest::option::of(vec(any::<u8>(), 0..4)))
            .prop_map(|(stream, bytes)| Operation::SaveSnapshot { stream, bytes }),
        2 => stream().prop_map(Operation::Snapshot),
        1 => Just(Operation::DropDerived),
    ]
}

const STREAMS: u64 = 4;

/// Two streams of each of two tenants; those of the same number have the same key.
fn numbered(n: u64) -> StreamId {
    let tenant = tenant(if n < 2 { "north" } else { "south" });
    StreamId { tenant, ..sample::stream(u128::from(n % 2)) }
}

fn stream() -> impl Strategy<Value = StreamId> {
    (0..STREAMS).prop_map(numbered)
}

fn due() -> impl Strategy<Value = Due> {
    (stream(), proptest::option::of(0..6_i64)).prop_map(|(stream, at)| Due { stream, at: at.map(Micros) })
}

fn append() -> impl Strategy<Value = Append> {
    (vec(part(), 1..4), 0..9_i64).prop_map(|(streams, at)| Append { streams, recorded_at: Micros(at) })
}

fn part() -> impl Strategy<Value = StreamAppend> {
    let expected = prop_oneof![
        6 => Just(ExpectedVersion::Any),
        1 => Just(ExpectedVersion::NoStream),
        1 => Just(ExpectedVersion::Exists),
        3 => (0..6_u64).prop_map(|version| ExpectedVersion::Exact(Version(version))),
    ];
    let oddness =
        prop_oneof![20 => Just(Oddness::None), 1 => Just(Oddness::Elsewhere), 1 => Just(Oddness::Changed)];
    (0..STREAMS, expected, vec((0..12_u64, oddness), 0..4)).prop_map(|(n, expected, events)| StreamAppend {
        stream: numbered(n),
        expected,
        events: events.into_iter().map(|(k, oddness)| event(n, k, oddness)).collect(),
    })
}

/// What is wrong with an event, if anything is. As a rule an id comes with the same content in the same stream.
#[derive(Clone, Copy, Debug)]
enum Oddness {
    None,
    Elsewhere,
    Changed,
}

/// The `k`-th event of the `n`-th stream. Its time, source and number make ties at each part of the canonical key.
fn event(n: u64, k: u64, oddness: Oddness) -> NewEvent<Body> {
    let home = if matches!(oddness, Oddness::Elsewhere) { (n + 1) % STREAMS } else { n };
    let mut event = sample::event(home * 100 + (k * 7) % 12);
    event.occurred_at = Micros(i64::from(k % 4 == 1) - i64::from(k.is_multiple_of(5)));
    event.source = source(if k.is_multiple_of(3) { "desk" } else { "Desk" });
    event.sequence = k % 2;
    event.data.tag = k.is_multiple_of(2).then(|| Uuid::from_u128(u128::from(k % 3)));
    event.data.personal = vec![1; (k % 3) as usize].into();
    if matches!(oddness, Oddness::Changed) {
        event.data.plain = [&*event.data.plain, &[1]].concat().into();
    }
    event
}
