//! Who is who: what a claim costs behind few identifiers and behind many, and what a merge does.
//!
//! `cargo bench --bench identity`; with `IDENTIFIERS=10000000` everything is measured behind that many identifiers, of
//! three tenths as many profiles, and how the cost grew on the way is printed.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use throughline::Engine;
use throughline::core::event::NewEvent;
use throughline::core::event::vocabulary::PageViewed;
use throughline::core::identifier::{Identifier, IdentifierKey};
use throughline::core::ids::{EventId, LinkId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::Micros;
use throughline::engine::{Claim, Claimed, Incoming};
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::sqlite::SqliteStore;
use tokio::runtime::{Builder, Runtime};

/// How many claims are made with one call.
const BATCH: usize = 4_096;

const START: i64 = 1_767_258_000_000_000;

fn at(n: u64) -> Micros {
    Micros(START + n as i64)
}

fn source() -> Name {
    Name::new("bench").unwrap()
}

fn profile(n: u64) -> ProfileId {
    ProfileId::derived("bench", &n.to_string())
}

/// What a profile claims: a cookie and a device of its own, an address that every tenth shares with the one before it, and
/// a phone if it is one of three.
fn claims_of(n: u64) -> Vec<Claim> {
    let address = if n % 10 == 9 { n - 1 } else { n };
    let mut claims = vec![("cookie", format!("c{n}")), ("device", format!("d{n}"))];
    claims.push(("email", format!("a{address}@example.org")));
    if n.is_multiple_of(3) {
        claims.push(("phone", format!("+49 30 {:09}", 100_000_000 + n)));
    }
    let claim = |(index, (kind, value)): (usize, (&str, String))| Claim {
        profile: profile(n),
        identifier: Identifier::new(kind, &value).unwrap(),
        at: at(n * 10 + index as u64),
        source: source(),
    };
    claims.into_iter().enumerate().map(claim).collect()
}

async fn engine_on(store: Arc<dyn EventStore>) -> Engine {
    let builder = Engine::builder(store).clock(|| at(1_000_000_000_000));
    builder.identifier_key(IdentifierKey::new([7; 16])).start().await.unwrap()
}

/// The bytes of a database with what belongs to it.
fn bytes_of(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

/// The most memory that this process ever had, where the system says so.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".into(), |value| value.trim().into())
}

/// Claims that many identifiers, and says what it cost on the way.
fn fill(runtime: &Runtime, engine: &Engine, identifiers: u64, folder: &Path) -> u64 {
    let profiles = identifiers * 3 / 10;
    let (mut next, mut made, mut joined) = (0, 0_u64, 0_u64);
    println!(
        "{:>12} {:>10} {:>10} {:>12} {:>10} {:>14}",
        "identifiers", "profiles", "joined", "us a claim", "MB", "most memory"
    );
    for tenth in 1..=10 {
        let (begin, before) = (Instant::now(), made);
        while next < profiles * tenth / 10 {
            let mut batch = Vec::with_capacity(BATCH);
            while batch.len() + 4 <= BATCH && next < profiles * tenth / 10 {
                batch.extend(claims_of(next));
                next += 1;
            }
            made += batch.len() as u64;
            let identified = runtime.block_on(engine.identify_all(batch)).unwrap();
            let is_join = |one: &Result<_, _>| {
                let one: &throughline::engine::Identified =
                    one.as_ref().unwrap_or_else(|e: &throughline::engine::EngineError| panic!("{e}"));
                matches!(one.claimed, Claimed::Joined { .. })
            };
            joined += identified.iter().filter(|one| is_join(one)).count() as u64;
        }
        let each = begin.elapsed().as_secs_f64() * 1e6 / (made - before) as f64;
        let mega = bytes_of(folder) / 1_000_000;
        println!("{made:>12} {next:>10} {joined:>10} {each:>12.1} {mega:>10} {:>14}", peak_memory());
    }
    profiles
}

fn claims(c: &mut Criterion) {
    let identifiers: u64 = std::env::var("IDENTIFIERS").map_or(100_000, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let store: Arc<dyn EventStore> = Arc::new(SqliteStore::open(folder.path().join("log.db")).unwrap());
    let engine = runtime.block_on(engine_on(store));
    let profiles = fill(&runtime, &engine, identifiers, folder.path());
    let mut group = c.benchmark_group(format!("identity behind {identifiers}"));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let mut next = profiles;
    let mut some = |count: u64| -> Vec<Claim> {
        let claims = (next..next + count).flat_map(claims_of).collect();
        next += count;
        claims
    };
    let batch = some(300);
    group.throughput(Throughput::Elements(batch.len() as u64));
    group.bench_function("new identifiers of new profiles, a thousand at once", |b| {
        b.iter_batched(
            || some(300),
            |claims| runtime.block_on(engine.identify_all(claims)).unwrap(),
            BatchSize::PerIteration,
        );
    });
    // Spread over all there are, so that nearly none is at hand.
    let (mut who, mut round) = (0, 0);
    group.bench_function("known identifiers of profiles all over, a thousand at once", |b| {
        b.iter_batched(
            || {
                round += 1;
                let known = (0..300).flat_map(|_| {
                    who = (who + 7_919) % profiles;
                    claims_of(who)
                });
                known
                    .map(|claim| Claim {
                        at: at(claim.at.0 as u64 - START as u64 + 50_000_000_000 + round),
                        ..claim
                    })
                    .collect::<Vec<_>>()
            },
            |claims| runtime.block_on(engine.identify_all(claims)).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// A visitor with five facts is linked to a customer with many, who is at hand: the cost is that of the visitor.
fn merges(c: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = c.benchmark_group("a visitor of five facts joins a customer");
    for facts in [100_u64, 1_000, 10_000] {
        let engine = runtime.block_on(engine_on(Arc::new(MemoryStore::new())));
        let page = |profile: ProfileId, minute: u64| {
            let id = EventId::derived("bench", &format!("{profile}/{minute}"));
            let data = PageViewed { page: Name::new("start").unwrap() };
            Incoming { profile, event: NewEvent::new(id, at(minute * 60_000_000), source(), data.into()) }
        };
        let mut number = 0;
        group.throughput(Throughput::Elements(1));
        group.bench_function(format!("of {facts}"), |b| {
            b.iter_batched(
                || {
                    number += 1;
                    let (customer, visitor) = (profile(2 * number), profile(2 * number + 1));
                    runtime.block_on(async {
                        for chunk in (0..facts).collect::<Vec<_>>().chunks(16) {
                            let some = chunk.iter().map(|minute| page(customer, *minute)).collect();
                            engine.record_all(some).await.unwrap();
                        }
                        let some = (facts - 5..facts).map(|minute| page(visitor, minute)).collect();
                        engine.record_all(some).await.unwrap();
                    });
                    (LinkId(uuid::Uuid::from_u128(u128::from(number))), customer, visitor)
                },
                |(link, a, b)| runtime.block_on(engine.link(link, a, b)).unwrap(),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = claims, merges
}
criterion_main!(benches);
