//! Customers with a long history who are not at hand: what is read for them, and what comes of it.

use crate::scene::{Store, ann, answer, at, bob, contact, event, kinds, mail, write_raw};
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::vocabulary::{PageViewed, TextJudged};
use throughline::core::event::{NewEvent, TextVerdict};
use throughline::core::ids::{EventId, LinkId};
use throughline::core::name::Name;
use throughline::core::time::Span;
use throughline::engine::{EngineBuilder, Incoming};
use throughline::rules::decision::DecisionKind::{CaseAnswered, CaseOpened, TargetMissed};
use throughline::rules::rulebook::DEFAULT;
use throughline::store::contract::EventStore;
use throughline::store::sqlite::SqliteStore;
use throughline::store::stream::{StreamId, TenantId};
use throughline_testkit::clock::ManualClock;

/// How long a history is that is told here, in facts of a minute each.
const LONG: i64 = 600;

fn page(minutes: i64) -> NewEvent {
    event(minutes, PageViewed { page: Name::new("start").unwrap() })
}

fn builder(store: Arc<dyn EventStore>, clock: &ManualClock) -> EngineBuilder {
    let clock = clock.clone();
    Engine::builder(store).clock(move || clock.now()).stored_snapshot_every(64)
}

/// The customer writes and then looks at a page a minute; the engine is shut down.
async fn tell(store: Arc<dyn EventStore>, clock: &ManualClock, facts: i64) {
    let engine = builder(store, clock).start().await.unwrap();
    let event = |n: i64| if n == 0 { mail(0, 1) } else { page(n) };
    let facts: Vec<Incoming> = (0..facts).map(|n| Incoming { profile: ann(), event: event(n) }).collect();
    for some in facts.chunks(4_096) {
        clock.set(some[some.len() - 1].event.occurred_at);
        for recorded in engine.record_all(some.to_vec()).await.unwrap() {
            recorded.unwrap();
        }
    }
    engine.shutdown().await.unwrap();
}

async fn a_long_history() -> (Store, ManualClock) {
    let (store, clock) = (Store::default(), ManualClock::at(at(0)));
    tell(Arc::new(store.clone()), &clock, LONG).await;
    (store, clock)
}

/// An engine that was started again and took in a fact, and how many events it read for that.
async fn restarted(store: &Store, engine: EngineBuilder, fact: NewEvent) -> (Engine, u64) {
    let before = store.events_read();
    let engine = engine.start().await.unwrap();
    engine.record(ann(), fact).await.unwrap();
    (engine, store.events_read() - before)
}

fn ours(store: &Store, clock: &ManualClock) -> EngineBuilder {
    builder(Arc::new(store.clone()), clock)
}

fn stream() -> StreamId {
    StreamId::profile(TenantId::default(), ann())
}

#[tokio::test]
async fn after_a_restart_only_what_came_since_is_read() {
    let (store, clock) = a_long_history().await;
    clock.set(at(LONG));
    let (engine, read) = restarted(&store, ours(&store, &clock), answer(LONG, 1)).await;
    assert!(read <= 2, "{read} events of some {LONG} were read");
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered, TargetMissed]);
}

#[tokio::test]
async fn a_customer_of_a_hundred_thousand_facts_is_read_from_her_snapshot_on() {
    let (store, clock) = (Store::default(), ManualClock::at(at(0)));
    tell(Arc::new(store.clone()), &clock, 100_000).await;
    clock.set(at(100_000));
    let (_, read) = restarted(&store, ours(&store, &clock), page(100_000)).await;
    assert!(read <= 2, "{read} events of some 100,000 were read");
    // Without it everything is.
    store.inner.drop_derived().await.unwrap();
    let (_, read) = restarted(&store, ours(&store, &clock), page(100_001)).await;
    assert!(read > 100_000, "only {read} events were read");
}

#[tokio::test]
async fn a_snapshot_that_is_lost_cut_or_changed_is_none() {
    let (store, clock) = a_long_history().await;
    let bytes = store.inner.snapshot(&stream()).await.unwrap().expect("a snapshot was saved");
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    let others = [None, Some(Vec::new()), Some(bytes[..bytes.len() - 1].to_vec()), Some(changed)];
    for (n, other) in others.into_iter().enumerate() {
        store.inner.save_snapshot(&stream(), other).await.unwrap();
        clock.set(at(LONG + n as i64));
        let (engine, read) = restarted(&store, ours(&store, &clock), page(LONG + n as i64)).await;
        assert!(read > LONG as u64, "{read} events were read");
        assert_eq!(kinds(&engine, ann()).await, [CaseOpened, TargetMissed]);
    }
}

/// Another program, whose clock is ahead, wrote before the snapshot, so a target was rightly said to be missed. Who starts
/// from that snapshot with a clock that is behind does not take it back.
#[tokio::test]
async fn what_was_said_by_a_clock_ahead_stands_for_one_behind_that_starts_from_a_snapshot() {
    let (store, clock) = (Store::default(), ManualClock::at(at(1)));
    for minute in -100..=0 {
        write_raw(&store, ann(), &page(minute), at(300)).await;
    }
    let first = ours(&store, &clock).stored_snapshot_every(1).start().await.unwrap();
    first.record(ann(), page(1)).await.unwrap();
    first.advance().await.unwrap();
    let snapshot = store.inner.snapshot(&stream()).await.unwrap();
    assert!(snapshot.is_some(), "a snapshot was saved");
    clock.set(at(2));
    first.record(ann(), mail(2, 1)).await.unwrap();
    // A late one, so that all is folded, up to the latest time at which anything was recorded.
    let mut late = page(1);
    (late.id, late.occurred_at) = (EventId::derived("test", "late"), at(1) + Span::from_secs(30));
    first.record(ann(), late).await.unwrap();
    assert_eq!(kinds(&first, ann()).await, [CaseOpened, TargetMissed]);
    // It saved no other one before it died.
    store.inner.save_snapshot(&stream(), snapshot).await.unwrap();
    clock.set(at(3));
    let before = store.events_read();
    let second = ours(&store, &clock).stored_snapshot_every(1).start().await.unwrap();
    let read = store.events_read() - before;
    assert!(read < 50, "{read} events were read, not from the snapshot");
    assert_eq!(kinds(&second, ann()).await, [CaseOpened, TargetMissed]);
}

#[tokio::test]
async fn a_snapshot_by_other_rules_is_none() {
    let (store, clock) = a_long_history().await;
    let others = ours(&store, &clock).rulebook(format!("{DEFAULT}\n# Another one.\n"));
    clock.set(at(LONG));
    let (_, read) = restarted(&store, others, page(LONG)).await;
    assert!(read > LONG as u64, "{read} events were read");
}

#[tokio::test]
async fn a_fact_from_before_a_stored_snapshot_is_not_missed() {
    let (store, clock) = a_long_history().await;
    let engine = ours(&store, &clock).start().await.unwrap();
    // The answer came in time, and so the target was not missed.
    engine.record(ann(), answer(20, 1)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
}

#[tokio::test]
async fn what_another_wrote_since_a_stored_snapshot_is_not_missed() {
    let (store, clock) = a_long_history().await;
    write_raw(&store, ann(), &answer(20, 1), at(LONG)).await;
    let engine = ours(&store, &clock).start().await.unwrap();
    engine.record(ann(), page(LONG)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
}

/// One of two profiles is read from what was stored before they were linked.
#[tokio::test]
async fn a_link_since_a_stored_snapshot_makes_another_customer() {
    let (store, clock) = a_long_history().await;
    let before = store.inner.snapshot(&stream()).await.unwrap();
    let engine = ours(&store, &clock).start().await.unwrap();
    engine.record(bob(), answer(20, 1)).await.unwrap();
    engine.link(LinkId(uuid::Uuid::from_u128(1)), ann(), bob()).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
    engine.shutdown().await.unwrap();
    store.inner.save_snapshot(&stream(), before).await.unwrap();
    let engine = ours(&store, &clock).start().await.unwrap();
    clock.set(at(LONG + 60 * 48));
    engine.record(ann(), page(LONG + 60 * 48)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
}

/// Nothing was taken back because of the link, so that it alone says that the snapshot is of another customer.
#[tokio::test]
async fn a_link_without_consequences_makes_a_stored_snapshot_none() {
    let (store, clock) = a_long_history().await;
    let before = store.inner.snapshot(&stream()).await.unwrap();
    let engine = ours(&store, &clock).start().await.unwrap();
    engine.record(bob(), event(30, PageViewed { page: Name::new("his").unwrap() })).await.unwrap();
    engine.link(LinkId(uuid::Uuid::from_u128(1)), ann(), bob()).await.unwrap();
    engine.shutdown().await.unwrap();
    store.inner.save_snapshot(&stream(), before).await.unwrap();
    clock.set(at(LONG));
    let (_, read) = restarted(&store, ours(&store, &clock), page(LONG)).await;
    assert!(read > LONG as u64, "{read} events were read");
}

#[tokio::test]
async fn nobody_with_a_short_history_has_a_snapshot_in_the_store() {
    let (store, clock) = (Store::default(), ManualClock::at(at(0)));
    tell(Arc::new(store.clone()), &clock, 63).await;
    assert_eq!(store.inner.snapshot(&stream()).await.unwrap(), None);
    let engine = ours(&store, &clock).stored_snapshot_every(0).start().await.unwrap();
    for minute in 63..300 {
        clock.set(at(minute));
        engine.record(ann(), page(minute)).await.unwrap();
    }
    engine.shutdown().await.unwrap();
    assert_eq!(store.inner.snapshot(&stream()).await.unwrap(), None, "an engine that should save none did");
}

/// A target is missed; a late answer takes that back, which the snapshot that is saved then must know; and it is missed
/// after all, since the answer is judged to have been boilerplate.
#[tokio::test]
async fn what_is_said_again_after_a_stored_snapshot_is_another_announcement() {
    let day = 24 * 60;
    let (store, clock) = (Store::default(), ManualClock::at(at(0)));
    let every_fact = || ours(&store, &clock).stored_snapshot_every(1).snapshots(0);
    let engine = every_fact().start().await.unwrap();
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.set(at(day));
    engine.advance().await.unwrap();
    assert!(kinds(&engine, ann()).await.contains(&TargetMissed));
    // The clock of who answered was slow: in truth it was in time.
    let reply = answer(30, 1);
    engine.record(ann(), reply.clone()).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
    engine.shutdown().await.unwrap();
    let judged = TextJudged {
        message: reply.id,
        verdict: TextVerdict::Boilerplate,
        annotator: Name::new("a model").unwrap(),
        annotator_version: 1,
    };
    clock.set(at(day + 1));
    let (engine, read) = restarted(&store, every_fact(), event(day + 1, judged)).await;
    assert!(read <= 2, "{read} events were read: the snapshot was not used");
    let mut announcements = engine.subscribe("test").await.unwrap();
    let mut said = Vec::new();
    while let Some(notice) = announcements.try_next().await.unwrap() {
        said.push((notice.entry.slot().clone(), notice.entry.announcement_id()));
    }
    let (slot, again) = said.iter().rfind(|(slot, _)| slot.kind == TargetMissed).unwrap();
    let before: Vec<_> = said.iter().filter(|(of, id)| of == slot && id != again).collect();
    assert_eq!(before.len(), 2, "said, withdrawn, and said again under another id: {said:?}");
}

#[tokio::test]
async fn a_file_is_read_from_the_snapshot_on_after_the_process_was_killed() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), ManualClock::at(at(0)));
    let path = folder.path().join("log.sqlite");
    tell(Arc::new(SqliteStore::open(&path).unwrap()), &clock, LONG).await;
    let store = SqliteStore::open(&path).unwrap();
    assert!(store.snapshot(&stream()).await.unwrap().is_some());
    let engine = builder(Arc::new(store), &clock).start().await.unwrap();
    clock.set(at(LONG));
    engine.record(ann(), answer(LONG, 1)).await.unwrap();
    let journey = engine.journey(ann(), at(LONG) + Span::from_secs(1)).await.unwrap();
    assert!(journey.case_of(contact(1)).is_some());
    assert_eq!(kinds(&engine, ann()).await.len(), 3);
}
