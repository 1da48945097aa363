//! Bulk replay: from memory in customer order, cold from a SQLite file, beside a loop written by hand.
//!
//! `cargo bench --bench replay` uses a town of a million events; `EVENTS=10000000 cargo bench --bench replay` is
//! what `docs/PERFORMANCE.md` quotes.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::num::NonZeroUsize;
use throughline::core::event::{Author, EventData};
use throughline::core::fact::Fact;
use throughline::replay::Gathering;
use throughline::store::append::{Append, ExpectedVersion};
use throughline::store::contract::EventStore;
use throughline::store::sqlite::SqliteStore;
use throughline::store::stream::{StreamId, TenantId};
use throughline::{History, Replay};
use throughline_testkit::town::{Arrival, Town};

fn events() -> u64 {
    std::env::var("EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000)
}

fn town(events: u64) -> impl Iterator<Item = Arrival> {
    let customers = u32::try_from(events / 25).unwrap();
    Town::new(1)
        .with_customers(customers)
        .with_events(events)
        .arrivals()
        .take(usize::try_from(events).unwrap())
}

fn in_memory(events: u64) -> History {
    let mut gathering = Gathering::new();
    for arrival in town(events) {
        gathering.push(arrival.profile, &arrival.event);
    }
    gathering.finish()
}

/// What somebody would write by hand for one question: which contacts has nobody answered, and how long did the
/// others wait? No cases, no deadlines, no reopening, no ledger.
fn by_hand(history: &History) -> (u64, i64) {
    let (mut unanswered, mut waited) = (0, 0);
    let mut open: Vec<(throughline::core::ids::ContactId, i64)> = Vec::new();
    for (_, facts) in history.by_customer() {
        open.clear();
        for Fact { at, data, .. } in facts {
            match data {
                EventData::ContactStarted(e) => open.push((e.contact, at.0)),
                EventData::Message(e) if e.author == Author::Human => {
                    if let Some(place) = open.iter().position(|(contact, _)| *contact == e.contact) {
                        waited += at.0 - open.swap_remove(place).1;
                    }
                }
                _ => {}
            }
        }
        unanswered += open.len() as u64;
    }
    (unanswered, waited)
}

fn from_memory(c: &mut Criterion) {
    let history = in_memory(events());
    let one = Replay::new().threads(NonZeroUsize::MIN);
    assert_eq!(one.run(&history).unwrap(), Replay::new().run(&history).unwrap(), "threads must not matter");
    let mut group = c.benchmark_group("replay");
    group.sample_size(10).throughput(Throughput::Elements(history.facts() as u64));
    group.bench_function("from memory, all cores", |b| b.iter(|| Replay::new().run(&history).unwrap()));
    group.bench_function("from memory, one thread", |b| b.iter(|| one.run(&history).unwrap()));
    group.bench_function("with a report, one thread", |b| b.iter(|| one.report(&history).unwrap()));
    group.bench_function("by hand, one question, one thread", |b| b.iter(|| black_box(by_hand(&history))));
    group.finish();
}

fn cold(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("town.sqlite");
    fill(&path, events());
    let mut group = c.benchmark_group("replay");
    group.sample_size(10).throughput(Throughput::Elements(events()));
    group.bench_function("cold from SQLite, all cores", |b| {
        b.iter(|| {
            let store = SqliteStore::open(&path).unwrap();
            let history = History::from_sqlite(&store, &TenantId::default(), None).unwrap();
            Replay::new().run(&history).unwrap()
        });
    });
    group.bench_function("reading alone from SQLite, all cores", |b| {
        b.iter(|| {
            let store = SqliteStore::open(&path).unwrap();
            black_box(History::from_sqlite(&store, &TenantId::default(), None).unwrap())
        });
    });
    group.finish();
}

fn fill(path: &std::path::Path, events: u64) {
    let store = SqliteStore::open(path).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut arrivals = town(events).peekable();
    while arrivals.peek().is_some() {
        let batch = arrivals.by_ref().take(16_384).map(|a| {
            let stream = StreamId::profile(TenantId::default(), a.profile);
            Append::to(stream, ExpectedVersion::Any, vec![a.event.seal()], a.arrives_at)
        });
        drop(runtime.block_on(store.append_many(batch.collect())));
    }
}

criterion_group!(benches, from_memory, cold);
criterion_main!(benches);
