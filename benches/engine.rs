//! The live engine: a fact at a time, late facts, backfills, and durable ingest with announcements.
//!
//! `cargo bench --bench engine`; with `EVENTS=10000000` the durable ingest is measured behind that many events.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use throughline::Engine;
use throughline::core::event::vocabulary::{ContactStarted, Message, PageViewed};
use throughline::core::event::{Author, Channel, Direction, EventData, NewEvent};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::engine::{EngineBuilder, Incoming};
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::sqlite::SqliteStore;
use throughline_testkit::town::{Arrival, Town};
use tokio::runtime::{Builder, Runtime};

/// An engine whose clock is set to the arrival of what it is given.
struct Bench {
    runtime: Runtime,
    engine: Engine,
    now: Arc<AtomicI64>,
}

impl Bench {
    fn on(store: Arc<dyn EventStore>) -> Self {
        Self::with(store, |builder| builder)
    }

    fn with(store: Arc<dyn EventStore>, set_up: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        let now = Arc::new(AtomicI64::new(0));
        let clock = now.clone();
        let builder = Engine::builder(store).clock(move || Micros(clock.load(Ordering::Relaxed)));
        let engine = runtime.block_on(async { set_up(builder).start().await.unwrap() });
        Self { runtime, engine, now }
    }

    fn one_by_one(&self, arrivals: Vec<Arrival>) {
        self.runtime.block_on(async {
            for arrival in arrivals {
                self.now.store(arrival.arrives_at.0, Ordering::Relaxed);
                drop(self.engine.record(arrival.profile, arrival.event).await);
            }
        });
    }

    fn in_batches(&self, arrivals: Vec<Arrival>, size: usize) {
        let mut arrivals = arrivals.into_iter().peekable();
        self.runtime.block_on(async {
            while arrivals.peek().is_some() {
                let mut batch = Vec::with_capacity(size);
                for arrival in arrivals.by_ref().take(size) {
                    self.now.store(arrival.arrives_at.0, Ordering::Relaxed);
                    batch.push(Incoming { profile: arrival.profile, event: arrival.event });
                }
                self.engine.record_all(batch).await.unwrap();
            }
        });
    }
}

fn town(customers: u32, events: u64) -> Vec<Arrival> {
    let town = Town::new(2).with_customers(customers).with_events(events);
    town.arrivals().take(usize::try_from(events).unwrap()).collect()
}

/// `count` events of one customer, a minute apart.
fn one_customer(who: &str, count: i64, from: i64) -> Vec<Incoming> {
    let (profile, contact) = (ProfileId::derived("bench", who), ContactId::derived(who, "mail"));
    let name = |text| Name::new(text).unwrap();
    let event = |n: i64| {
        let data: EventData = match n % 4 {
            0 => ContactStarted {
                contact: if n == 0 { contact } else { ContactId::derived(who, &n.to_string()) },
                channel: Channel::Mail,
                direction: Direction::Inbound,
                topic: Some(name("billing")),
                issue: None,
                purpose: None,
            }
            .into(),
            1 => PageViewed { page: name("home") }.into(),
            2 => Message { contact, author: Author::Customer, agent: None, verdict: None, text: None }.into(),
            _ => {
                Message { contact, author: Author::Human, agent: Some(name("bo")), verdict: None, text: None }
                    .into()
            }
        };
        let id = EventId::derived(who, &(from + n).to_string());
        Incoming { profile, event: NewEvent::new(id, Micros(from + n * 60_000_000), name("desk"), data) }
    };
    (0..count).map(event).collect()
}

fn live(c: &mut Criterion) {
    let arrivals = town(20_000, 500_000);
    let mut group = c.benchmark_group("engine");
    group.sample_size(10).throughput(Throughput::Elements(arrivals.len() as u64));
    group.bench_function("a fact at a time, memory store", |b| {
        b.iter_batched(
            || (Bench::on(Arc::new(MemoryStore::new())), arrivals.clone()),
            |(bench, arrivals)| {
                bench.one_by_one(arrivals);
                bench
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("batches of 256, memory store", |b| {
        b.iter_batched(
            || (Bench::on(Arc::new(MemoryStore::new())), arrivals.clone()),
            |(bench, arrivals)| {
                bench.in_batches(arrivals, 256);
                bench
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
    let bench = Bench::on(Arc::new(MemoryStore::new()));
    bench.in_batches(arrivals, 8_192);
    let memory = bench.runtime.block_on(bench.engine.memory()).unwrap();
    println!(
        "a customer at hand takes {} bytes ({} customers)",
        memory.bytes / memory.customers,
        memory.customers
    );
    println!(
        "a dormant one takes {} bytes ({} customers)",
        memory.dormant_bytes / memory.dormant,
        memory.dormant
    );
}

/// Customers of the town with some 200 events each, over a year: their lives are calmer than the storm of [`late`].
fn late_in_town(c: &mut Criterion) {
    let arrivals = town(2_000, 400_000);
    let mut lives: BTreeMap<ProfileId, (u32, Micros)> = BTreeMap::new();
    for arrival in &arrivals {
        let at = arrival.event.occurred_at;
        let life = lives.entry(arrival.profile).or_insert((0, at));
        *life = (life.0 + 1, life.1.max(at));
    }
    let lives: Vec<_> = lives.into_iter().filter(|(_, (events, _))| (150..250).contains(events)).collect();
    println!("{} of 2000 customers of the town have 150 to 250 events", lives.len());
    let bench = Bench::on(Arc::new(MemoryStore::new()));
    bench.in_batches(arrivals, 8_192);
    let mut group = c.benchmark_group("engine");
    let mut n = 0;
    group.sample_size(10).warm_up_time(std::time::Duration::from_millis(100));
    group.measurement_time(std::time::Duration::from_millis(500));
    group.bench_function("a late fact, customer of the town with 200 events", |b| {
        b.iter_batched(
            || {
                n += 1;
                let (profile, (_, last)) = lives[n % lives.len()];
                // As the town's own late facts: some hours to some days.
                let at = last + Span::from_hours(-2 - (n as i64 * 7) % 142);
                let id = EventId::derived("late in town", &n.to_string());
                let page = PageViewed { page: Name::new("home").unwrap() }.into();
                (profile, NewEvent::new(id, at, Name::new("web").unwrap(), page))
            },
            |(profile, event)| bench.runtime.block_on(bench.engine.record(profile, event)).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn late(c: &mut Criterion) {
    const CUSTOMERS: i64 = 2_000;
    let name = |customer: i64| format!("customer {}", customer % CUSTOMERS);
    let imported = Bench::on(Arc::new(MemoryStore::new()));
    imported.now.store(1_000_000_000_000, Ordering::Relaxed);
    for customer in 0..CUSTOMERS {
        let facts = one_customer(&name(customer), 200, 1_000_000_000);
        imported.runtime.block_on(imported.engine.record_all(facts)).unwrap();
    }
    let bench = Bench::on(Arc::new(MemoryStore::new()));
    // As life goes: the facts of all customers as they happen, some minutes at a time.
    let facts = (0..CUSTOMERS).flat_map(|customer| one_customer(&name(customer), 200, 1_000_000_000));
    let mut facts: Vec<Incoming> = facts.collect();
    facts.sort_by_key(|incoming| incoming.event.occurred_at);
    for some in facts.chunks(4_096) {
        let now = some[some.len() - 1].event.occurred_at;
        bench.now.store(now.0, Ordering::Relaxed);
        bench.runtime.block_on(bench.engine.record_all(some.to_vec())).unwrap();
    }
    let mut group = c.benchmark_group("engine");
    let mut n = 0_i64;
    // Each round takes the next customer, so that none gets many more events than its 200.
    group.sample_size(10).warm_up_time(std::time::Duration::from_millis(100));
    group.measurement_time(std::time::Duration::from_millis(500));
    // One fact a minute, so minutes are facts.
    let mut late = |customers: i64, by: i64| {
        n += 1;
        let at = Micros(1_000_000_000 + (199 - n % by) * 60_000_000 + 1);
        let page = PageViewed { page: Name::new("home").unwrap() }.into();
        let id = EventId::derived("late", &n.to_string());
        let profile = ProfileId::derived("bench", &name(n % customers));
        (profile, NewEvent::new(id, at, Name::new("web").unwrap(), page))
    };
    let record = |(profile, event)| bench.runtime.block_on(bench.engine.record(profile, event)).unwrap();
    let import =
        |(profile, event)| imported.runtime.block_on(imported.engine.record(profile, event)).unwrap();
    group.bench_function("a late fact, customer with 200 events, among the last 20", |b| {
        b.iter_batched(|| late(CUSTOMERS, 20), record, BatchSize::SmallInput);
    });
    group.bench_function("a late fact, customer with 200 events, anywhere", |b| {
        b.iter_batched(|| late(CUSTOMERS, 200), record, BatchSize::SmallInput);
    });
    // All her facts came at once, so that there is no snapshot of her.
    group.bench_function("a late fact, customer with 200 events, imported", |b| {
        b.iter_batched(|| late(CUSTOMERS, 200), import, BatchSize::SmallInput);
    });
    // So few that each had one lately, and that what belongs to them is in the processor's cache.
    group.bench_function("a late fact soon after another", |b| {
        b.iter_batched(|| late(200, 200), record, BatchSize::SmallInput);
    });
    group.bench_function("10,000 backfilled facts of one customer", |b| {
        b.iter_batched(
            || {
                let bench = Bench::on(Arc::new(MemoryStore::new()));
                bench.now.store(10_000_000_000_000, Ordering::Relaxed);
                bench
                    .runtime
                    .block_on(bench.engine.record_all(one_customer("ann", 4, 2_000_000_000_000)))
                    .unwrap();
                (bench, one_customer("ann", 10_000, 1_000_000_000))
            },
            |(bench, facts)| {
                drop(bench.runtime.block_on(bench.engine.record_all(facts)).unwrap());
                bench
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn durable(c: &mut Criterion) {
    let behind: u64 = std::env::var("EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let measured = 100_000;
    let customers = u32::try_from((behind + 20 * measured) / 25).unwrap();
    let town = Town::new(3).with_customers(customers).with_events(behind + 20 * measured);
    let mut arrivals = town.arrivals();
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("ingest.sqlite")).unwrap();
    let bench = Bench::on(Arc::new(store));
    let mut left = behind;
    while left > 0 {
        let some: Vec<Arrival> =
            arrivals.by_ref().take(100_000.min(usize::try_from(left).unwrap())).collect();
        left -= some.len() as u64;
        bench.in_batches(some, 8_192);
    }
    let mut group = c.benchmark_group("engine");
    group.sample_size(10).throughput(Throughput::Elements(measured));
    // One round a sample: every round must get facts that were not recorded yet.
    group.sampling_mode(SamplingMode::Flat).warm_up_time(std::time::Duration::from_millis(1));
    group.measurement_time(std::time::Duration::from_millis(10));
    group.bench_function("durable ingest with announcements, SQLite", |b| {
        b.iter_batched(
            || {
                let some: Vec<Arrival> = arrivals.by_ref().take(usize::try_from(measured).unwrap()).collect();
                assert!(!some.is_empty(), "the town is over");
                some
            },
            |arrivals| bench.in_batches(arrivals, 8_192),
            BatchSize::PerIteration,
        );
    });
    group.finish();
    bench.runtime.block_on(bench.engine.shutdown()).unwrap();
}

/// A customer of 100,000 facts who is not at hand: the first fact after a restart, from a file.
fn not_at_hand(c: &mut Criterion) {
    const FACTS: i64 = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.sqlite");
    let open = || Arc::new(SqliteStore::open(&path).unwrap());
    let after = 1_000_000_000 + FACTS * 60_000_000;
    let bench = Bench::on(open());
    for some in one_customer("long", FACTS, 1_000_000_000).chunks(8_192) {
        bench.now.store(some[some.len() - 1].event.occurred_at.0, Ordering::Relaxed);
        bench.runtime.block_on(bench.engine.record_all(some.to_vec())).unwrap();
    }
    bench.runtime.block_on(bench.engine.shutdown()).unwrap();
    drop(bench);
    let mut group = c.benchmark_group("engine");
    let mut n = 0_i64;
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group
        .warm_up_time(std::time::Duration::from_millis(1))
        .measurement_time(std::time::Duration::from_secs(1));
    for (words, every) in [("from its stored snapshot", 256), ("from its first fact", 0)] {
        group.bench_function(format!("a fact, customer with 100,000 not at hand, {words}"), |b| {
            b.iter_batched(
                || {
                    n += 1;
                    let bench = Bench::with(open(), |builder| builder.stored_snapshot_every(every));
                    bench.now.store(after + n * 60_000_000, Ordering::Relaxed);
                    let page = PageViewed { page: Name::new("home").unwrap() }.into();
                    let id = EventId::derived("not at hand", &n.to_string());
                    let at = Micros(after + n * 60_000_000);
                    (bench, NewEvent::new(id, at, Name::new("web").unwrap(), page))
                },
                |(bench, event)| {
                    let profile = ProfileId::derived("bench", "long");
                    bench.runtime.block_on(bench.engine.record(profile, event)).unwrap();
                    bench
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, live, late, late_in_town, not_at_hand, durable);
criterion_main!(benches);
