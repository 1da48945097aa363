//! Late facts of customers with a long history: what is read for them, and what comes of it.

use crate::scene::{Store, ann, answer, at, event, kinds, mail, scene};
use throughline::Engine;
use throughline::core::event::vocabulary::PageViewed;
use throughline::core::event::{NewEvent, Version};
use throughline::core::name::Name;
use throughline::rules::decision::DecisionKind::{CaseAnswered, CaseOpened, TargetMissed};
use throughline_testkit::clock::ManualClock;

/// A page that the customer looks at, a second before a minute is over.
fn page(minutes: i64) -> NewEvent {
    let mut page = event(minutes, PageViewed { page: Name::new("start").unwrap() });
    page.occurred_at = at(minutes + 1) + throughline::core::time::Span::from_secs(-1);
    page
}

/// The customer writes, and then looks at a page a minute.
async fn browse(engine: &Engine, clock: &ManualClock, minutes: std::ops::Range<i64>) {
    for minute in minutes {
        clock.set(at(minute + 1));
        engine.record(ann(), page(minute)).await.unwrap();
    }
}

async fn a_long_history() -> (Store, ManualClock, Engine) {
    let (store, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    browse(&engine, &clock, 0..100).await;
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, TargetMissed]);
    (store, clock, engine)
}

#[tokio::test]
async fn a_late_fact_costs_what_happened_since_and_not_the_whole_history() {
    let (store, _, engine) = a_long_history().await;
    engine.record(ann(), event(90, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
    let Version(from) = store.read_from();
    assert!(from > 60, "read from event {from} of some 103 on");
    // It takes snapshots of what is to come, as before.
    assert!(engine.memory().await.unwrap().snapshots > 0);
}

#[tokio::test]
async fn a_late_fact_before_every_snapshot_is_still_taken_in() {
    let (store, clock, engine) = a_long_history().await;
    // The answer came in time, and so the target was not missed.
    engine.record(ann(), answer(20, 1)).await.unwrap();
    assert_eq!(store.read_from(), Version(1));
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
    browse(&engine, &clock, 100..140).await;
    engine.record(ann(), event(139, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
    assert!(store.read_from() > Version(100));
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
}

#[tokio::test]
async fn what_another_writes_is_not_missed_by_starting_from_a_snapshot() {
    let (store, clock, engine) = a_long_history().await;
    // Another program writes an answer that belongs before the snapshots, and only then a late fact comes.
    crate::scene::write_raw(&store, ann(), &answer(20, 1), at(101)).await;
    clock.set(at(102));
    engine.record(ann(), event(90, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
}

#[tokio::test]
async fn the_memory_of_snapshots_is_bounded_for_all_customers_together() {
    let (store, clock) = (Store::default(), ManualClock::at(at(0)));
    let shown = clock.clone();
    let builder = Engine::builder(std::sync::Arc::new(store.clone())).snapshots(2).snapshot_every(10);
    let engine = builder.clock(move || shown.now()).start().await.unwrap();
    engine.record(ann(), mail(0, 1)).await.unwrap();
    browse(&engine, &clock, 0..25).await;
    let two = engine.memory().await.unwrap().snapshots;
    for customer in 10..20 {
        let customer = throughline::core::ids::ProfileId::from_bytes([customer; 16]);
        for minute in 25..60 {
            let mut page = page(minute);
            page.id = throughline::core::ids::EventId::derived("page", &format!("{customer} {minute}"));
            clock.set(at(minute + 1).max(clock.now()));
            engine.record(customer, page).await.unwrap();
        }
    }
    assert!(engine.memory().await.unwrap().snapshots <= two, "two of customers who only looked at pages");
    // Hers are gone, and a late fact is taken in all the same.
    engine.record(ann(), event(24, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
    assert_eq!(store.read_from(), Version(1));
}
