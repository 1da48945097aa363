//! One history, from wherever it comes, by however many threads: the same report, down to the digest.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use throughline::channels::native::NativeWriter;
use throughline::channels::open::OpenOptions;
use throughline::core::ids::ProfileId;
use throughline::core::time::{Micros, Span};
use throughline::engine::Incoming;
use throughline::replay::{Gathering, ReadReport, ReplayReport};
use throughline::store::append::{Append, ExpectedVersion};
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::stream::{StreamId, TenantId};
use throughline::{Engine, History, Replay};
use throughline_testkit::clock::ManualClock;
use throughline_testkit::town::{Arrival, Town};

fn town() -> Vec<Arrival> {
    Town::new(8).with_customers(800).with_events(20_000).arrivals().collect()
}

fn in_memory(arrivals: &[Arrival]) -> History {
    let mut gathering = Gathering::new();
    for arrival in arrivals {
        gathering.push(arrival.profile, &arrival.event);
    }
    gathering.finish()
}

/// The report without what was read: a store has dropped duplicates before.
fn found(history: &History, as_of: Option<Micros>) -> ReplayReport {
    let replay = as_of.map_or_else(Replay::new, |at| Replay::new().as_of(at));
    ReplayReport { read: ReadReport::default(), ..replay.run(history).unwrap() }
}

fn from_file(path: &Path) -> History {
    History::from_log(path, OpenOptions::default(), None, &|reject| panic!("{reject}")).unwrap()
}

async fn record(store: &dyn EventStore, arrivals: &[Arrival]) {
    let appends = arrivals.iter().map(|a| {
        let stream = StreamId::profile(TenantId::default(), a.profile);
        Append::to(stream, ExpectedVersion::Any, vec![a.event.seal()], a.arrives_at)
    });
    // Reused ids are refused and duplicates answered with their place: both are part of a town.
    store.append_many(appends.collect()).await;
}

#[test]
fn threads_do_not_matter() {
    let history = in_memory(&town());
    let by = |threads| Replay::new().threads(NonZeroUsize::new(threads).unwrap()).run(&history).unwrap();
    let one = by(1);
    assert!(one.read.duplicates > 0 && one.read.reused_ids > 0 && one.read.links > 0, "{:?}", one.read);
    for threads in [2, 3, 8] {
        assert_eq!(by(threads), one);
    }
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    // Without the ids that are used again for other content: of those the first to arrive counts.
    let mut arrivals = town();
    let mut first = std::collections::BTreeMap::new();
    arrivals.retain(|a| {
        *first.entry(a.event.id).or_insert_with(|| (a.profile, a.event.clone()))
            == (a.profile, a.event.clone())
    });
    let forwards = found(&in_memory(&arrivals), None);
    arrivals.reverse();
    assert_eq!(found(&in_memory(&arrivals), None), forwards);
}

#[test]
fn a_log_plain_or_packed_gives_what_its_events_give() {
    let arrivals = town();
    let expected = Replay::new().run(&in_memory(&arrivals)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("town.ndjson");
    let mut writer = NativeWriter::new(Vec::new());
    for a in &arrivals {
        writer.write(a.profile, &a.event, Some(a.arrives_at)).unwrap();
    }
    let bytes = writer.finish().unwrap();
    std::fs::write(&plain, &bytes).unwrap();
    assert_eq!(Replay::new().run(&from_file(&plain)).unwrap(), expected);
    let packed = folder.path().join("town.ndjson.gz");
    let mut gzip =
        flate2::write::GzEncoder::new(std::fs::File::create(&packed).unwrap(), flate2::Compression::fast());
    gzip.write_all(&bytes).unwrap();
    gzip.finish().unwrap();
    assert_eq!(Replay::new().run(&from_file(&packed)).unwrap(), expected);
}

#[tokio::test]
async fn stores_give_what_their_events_give() {
    let arrivals = town();
    let expected = found(&in_memory(&arrivals), None);
    let memory = MemoryStore::new();
    record(&memory, &arrivals).await;
    let tenant = TenantId::default();
    assert_eq!(found(&History::from_store(&memory, &tenant, None).await.unwrap(), None), expected);
    let folder = tempfile::tempdir().unwrap();
    let sqlite = throughline::store::sqlite::SqliteStore::open(folder.path().join("town.sqlite")).unwrap();
    record(&sqlite, &arrivals).await;
    assert_eq!(found(&History::from_store(&sqlite, &tenant, None).await.unwrap(), None), expected);
    assert_eq!(found(&History::from_sqlite(&sqlite, &tenant, None).unwrap(), None), expected);
}

/// Fact by fact as they came, late, twice and before their time, with time passing and customers who turn out to be one: what
/// the engine has said in the end, and where it says that everybody stands, is what a replay of its store concludes.
#[tokio::test]
async fn a_live_engine_has_said_in_the_end_what_a_replay_of_its_store_concludes() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite =
        Arc::new(throughline::store::sqlite::SqliteStore::open(folder.path().join("town.sqlite")).unwrap());
    let clock = ManualClock::at(Micros(0));
    let engine = Engine::builder(sqlite.clone())
        .clock({
            let clock = clock.clone();
            move || clock.now()
        })
        .start()
        .await
        .unwrap();
    let arrivals: Vec<Arrival> = Town::new(8).with_customers(200).with_events(5_000).arrivals().collect();
    let end = arrivals.iter().map(|a| a.arrives_at).max().unwrap() + Span::from_days(90);
    for some in arrivals.chunk_by(|a, b| b.arrives_at.since(a.arrives_at) < Span::from_hours(1)) {
        clock.set(some[some.len() - 1].arrives_at);
        let batch = some.iter().map(|a| Incoming { profile: a.profile, event: a.event.clone() });
        drop(engine.record_all(batch.collect()).await.unwrap());
    }
    clock.set(end);
    engine.advance().await.unwrap();
    let history = History::from_sqlite(&sqlite, &TenantId::default(), None).unwrap();
    let report = found(&history, Some(end));
    assert!(history.read().links > 0 && report.parked == 0);
    let (mut said, mut cases) = (BTreeMap::new(), BTreeMap::new());
    for (customer, facts) in history.by_customer() {
        let profile = ProfileId(customer.0);
        let journey = engine.journey(profile, end).await.unwrap();
        assert_eq!((journey.customer, journey.facts), (customer, facts.len() as u64));
        for case in &journey.cases {
            *cases.entry(case.state.to_owned()).or_insert(0) += 1;
        }
        // Of old ones that are settled a stub is left.
        *cases.entry("closed".to_owned()).or_insert(0) += u64::from(journey.retired_cases);
        for announcement in engine.announced(profile).await.unwrap() {
            *said.entry(announcement.decision.content.kind().as_str().to_owned()).or_insert(0) += 1;
        }
    }
    assert_eq!((said, cases), (report.decisions, report.cases));
    engine.shutdown().await.unwrap();
}

#[test]
fn what_is_dated_later_is_left_for_later() {
    let history = in_memory(&town());
    let last = history.last_occurred_at().unwrap();
    let half = Micros(last.0 - 180 * 86_400_000_000);
    let (then, now) = (found(&history, Some(half)), found(&history, Some(last)));
    assert_eq!(then.facts + then.parked, now.facts);
    assert!(then.parked > 0 && now.parked == 0 && then.digest != now.digest);
}
