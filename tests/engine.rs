//! The live engine by example: what it answers, what it announces, and what it takes back.
#![allow(clippy::unwrap_used)]

#[path = "engine/claims.rs"]
mod claims;
#[path = "engine/contact.rs"]
mod contact_guard;
#[path = "engine/disruptions.rs"]
mod disruptions;
#[path = "engine/explain.rs"]
mod explain;
#[path = "engine/fingerprints.rs"]
mod fingerprints;
#[path = "engine/joining.rs"]
mod joining;
#[path = "engine/promises.rs"]
mod promises;
#[path = "engine/regressions.rs"]
mod regressions;
#[path = "engine/rulebooks.rs"]
mod rulebooks;
#[path = "engine/scene.rs"]
mod scene;
#[path = "engine/snapshots.rs"]
mod snapshots;
#[path = "engine/stored.rs"]
mod stored;
#[path = "engine/texts.rs"]
mod texts;
#[path = "engine/travel.rs"]
mod travel;

use scene::{ann, answer, at, bob, contact, engine, event, hours, kinds, mail, scene, write_raw};
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::vocabulary::PageViewed;
use throughline::core::ids::LinkId;
use throughline::core::name::Name;
use throughline::core::time::Span;
use throughline::engine::{EngineError, EngineErrorKind, Incoming, Outcome};
use throughline::rules::decision::DecisionKind::{CaseAnswered, CaseOpened, TargetMissed};
use throughline::rules::ledger::{Entry, Reason};
use throughline::store::contract::EventStore;

#[tokio::test]
async fn a_full_queue_answers_busy_and_records_nothing() {
    let (store, clock) = (scene::Store::default(), throughline_testkit::clock::ManualClock::at(at(0)));
    let builder = Engine::builder(Arc::new(store.clone())).queue(1).clock(move || clock.now());
    let engine = builder.start().await.unwrap();
    // The engine's task gets no turn before the first request waits, and one is all that may.
    let (first, second) = tokio::join!(engine.record(ann(), mail(0, 1)), engine.record(ann(), mail(0, 2)));
    first.unwrap();
    let error = second.unwrap_err();
    assert!(matches!(error, EngineError::Busy { waiting: 1 }) && error.is_retryable(), "{error}");
    assert!(engine.resolve(contact(2)).await.unwrap().is_none());
    engine.record(ann(), mail(0, 2)).await.unwrap();
}

#[tokio::test]
async fn shutdown_finishes_what_was_accepted_and_takes_nothing_new() {
    let (_, _, engine) = scene().await;
    let waiting = engine.clone();
    let recorded = tokio::spawn(async move { waiting.record(ann(), mail(0, 1)).await });
    tokio::task::yield_now().await;
    engine.shutdown().await.unwrap();
    recorded.await.unwrap().unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
    assert_eq!(engine.record(ann(), mail(0, 2)).await.unwrap_err().kind(), EngineErrorKind::Closed);
}

#[tokio::test]
async fn a_fact_that_comes_again_is_answered_with_its_place() {
    let (_, _, engine) = scene().await;
    let first = engine.record(ann(), mail(0, 1)).await.unwrap();
    let again = engine.record(ann(), mail(0, 1)).await.unwrap();
    assert_eq!((first.outcome, again.outcome), (Outcome::Recorded, Outcome::Duplicate));
    assert_eq!((first.position, first.version), (again.position, again.version));
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
}

#[tokio::test]
async fn an_id_that_is_taken_is_refused_and_costs_the_others_nothing() {
    let (_, _, engine) = scene().await;
    engine.record(ann(), mail(-1, 1)).await.unwrap();
    let mut forged = mail(-1, 1);
    forged.occurred_at = at(-5);
    let incoming = |event| Incoming { profile: ann(), event };
    let batch = vec![incoming(mail(0, 2)), incoming(forged), incoming(answer(0, 1))];
    let results = engine.record_all(batch).await.unwrap();
    assert!(results[0].is_ok() && results[2].is_ok());
    assert!(matches!(results[1], Err(EngineError::IdReused { .. })), "{:?}", results[1]);
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseOpened, CaseAnswered]);
}

#[tokio::test]
async fn a_late_mail_withdraws_the_missed_target_and_is_the_reason() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.advance(hours(30));
    engine.advance().await.unwrap();
    assert!(kinds(&engine, ann()).await.contains(&TargetMissed));
    let late = answer(30, 1);
    engine.record(ann(), late.clone()).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
    let mut announcements = engine.subscribe("test").await.unwrap();
    let mut withdrawn = 0;
    while let Some(notice) = announcements.try_next().await.unwrap() {
        if let Entry::Withdrawn { reason, .. } = notice.entry {
            assert_eq!(reason, Reason::LateFact(late.id));
            withdrawn += 1;
        }
    }
    assert!(withdrawn >= 2, "two targets were missed, and {withdrawn} announcements were withdrawn");
}

#[tokio::test]
async fn a_link_joins_two_journeys_and_an_unlink_parts_them_as_if_never_joined() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.advance(hours(2));
    engine.advance().await.unwrap();
    let missed = kinds(&engine, ann()).await;
    assert_eq!(missed, [CaseOpened, TargetMissed]);
    // Somebody answered after half an hour, in a system that knows the customer as Bob.
    engine.record(bob(), answer(30, 1)).await.unwrap();
    let link = LinkId::from_bytes([7; 16]);
    engine.link(link, ann(), bob()).await.unwrap();
    engine.link(link, ann(), bob()).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
    assert_eq!(kinds(&engine, bob()).await, [CaseOpened, CaseAnswered]);
    engine.unlink(link, bob(), ann()).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, missed);
    assert_eq!(kinds(&engine, bob()).await, []);
}

#[tokio::test]
async fn an_unlink_is_judged_on_both_sides_also_by_an_engine_that_has_neither_at_hand() {
    let (store, clock, first) = scene().await;
    let link = LinkId::from_bytes([7; 16]);
    first.link(link, ann(), bob()).await.unwrap();
    first.record(ann(), mail(0, 1)).await.unwrap();
    clock.advance(hours(1));
    first.record(bob(), answer(30, 1)).await.unwrap();
    assert_eq!(kinds(&first, bob()).await, [CaseOpened, CaseAnswered]);
    first.shutdown().await.unwrap();
    let second = engine(&store, &clock).await;
    assert_eq!(second.memory().await.unwrap().customers, 0);
    second.unlink(link, ann(), bob()).await.unwrap();
    // What was said because of Bob's answer stands in Bob's stream, and nothing of it follows any more.
    assert_eq!(kinds(&second, bob()).await, []);
}

#[tokio::test]
async fn a_fact_of_the_future_waits_for_its_time() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(90, 1)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, []);
    assert_eq!(engine.advance().await.unwrap(), Some(at(90)));
    clock.set(at(89));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, []);
    clock.set(at(90));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
    // The same for a customer who is at hand, whose journey would only have to be stepped.
    engine.record(ann(), mail(100, 2)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
    clock.set(at(100));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseOpened]);
}

#[tokio::test]
async fn of_two_engines_that_see_half_of_a_customer_each_one_decides() {
    let (store, clock, first) = scene().await;
    first.link(LinkId::from_bytes([7; 16]), ann(), bob()).await.unwrap();
    let second = engine(&store, &clock).await;
    clock.set(at(5));
    second.record(bob(), mail(0, 2)).await.unwrap();
    first.advance().await.unwrap();
    first.record(ann(), mail(1, 1)).await.unwrap();
    // The second one holds the customer without the first mail, to which this is the answer: for all that it
    // knows, nothing follows. Only the check of the other profile's version tells it that it knows too little.
    second.record(bob(), answer(2, 1)).await.unwrap();
    assert_eq!(kinds(&first, ann()).await, [CaseOpened, CaseOpened, CaseAnswered]);
}

#[tokio::test]
async fn a_start_finds_what_was_recorded_and_not_judged() {
    let (store, clock, first) = scene().await;
    first.shutdown().await.unwrap();
    write_raw(&store, ann(), &mail(0, 1), at(0)).await;
    let second = engine(&store, &clock).await;
    assert_eq!(kinds(&second, ann()).await, [CaseOpened]);
}

#[tokio::test]
async fn two_engines_on_one_store_announce_once() {
    let (store, clock, first) = scene().await;
    let second = engine(&store, &clock).await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    second.advance().await.unwrap();
    clock.advance(hours(30));
    first.advance().await.unwrap();
    second.advance().await.unwrap();
    second.record(ann(), answer(1_799, 1)).await.unwrap();
    first.advance().await.unwrap();
    let mut announcements = first.subscribe("test").await.unwrap();
    let mut ids = Vec::new();
    while let Some(notice) = announcements.try_next().await.unwrap() {
        ids.push(notice.id);
    }
    let said = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), said), (5, 5), "opened, two missed, one prescription, answered");
}

#[tokio::test]
async fn any_contact_of_a_case_names_it() {
    let (_, _, engine) = scene().await;
    let topic = Some(Name::new("billing").unwrap());
    let about_billing = |minutes, number| {
        let mut mail = mail(minutes, number);
        if let throughline::core::event::EventData::ContactStarted(started) = &mut mail.data {
            started.topic = topic.clone();
        }
        mail
    };
    engine.record(ann(), about_billing(-5, 2)).await.unwrap();
    engine.record(ann(), about_billing(-3, 3)).await.unwrap();
    // It was first, and arrives last: inside it names the case now, outside the handle stays.
    engine.record(ann(), about_billing(-9, 1)).await.unwrap();
    let named = |number| {
        let engine = &engine;
        async move { engine.resolve(contact(number)).await.unwrap().unwrap() }
    };
    assert_eq!(named(1).await, named(2).await);
    assert_eq!(named(2).await, named(3).await);
    assert_eq!(named(3).await.handle, contact(2));
    assert!(engine.resolve(contact(9)).await.unwrap().is_none());
}

#[tokio::test]
async fn what_was_long_past_when_it_was_said_is_left_out_of_a_subscription() {
    let (_, _, engine) = scene().await;
    engine.record(ann(), mail(-60 * 24 * 40, 1)).await.unwrap();
    engine.record(bob(), mail(0, 2)).await.unwrap();
    let mut announcements = engine.subscribe("test").await.unwrap();
    assert_eq!(announcements.try_next().await.unwrap().unwrap().profile, bob());
    let mut with_all = engine.subscribe("all").await.unwrap().with_historical();
    assert_eq!(with_all.try_next().await.unwrap().unwrap().profile, ann());
}

#[tokio::test]
async fn ten_thousand_facts_that_come_late_are_read_again_once() {
    let (store, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.advance(hours(30));
    engine.advance().await.unwrap();
    let before = store.reads();
    let page = |minute: i64| {
        let page = Name::new("start").unwrap();
        Incoming { profile: ann(), event: event(-minute, PageViewed { page }) }
    };
    let results = engine.record_all((1..=10_000).map(page).collect()).await.unwrap();
    assert!(results.iter().all(Result::is_ok));
    let pages = store.reads() - before;
    assert!(pages <= 11, "the stream has ten pages of 1,024 events, and {pages} were read");
}

#[tokio::test]
async fn what_is_committed_does_not_come_again() {
    let (_, _, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    let mut first = engine.subscribe("test").await.unwrap();
    first.try_next().await.unwrap().unwrap();
    let mut uncommitted = engine.subscribe("test").await.unwrap();
    assert!(uncommitted.try_next().await.unwrap().is_some());
    assert!(first.commit().await.unwrap());
    let mut second = engine.subscribe("test").await.unwrap();
    assert!(second.try_next().await.unwrap().is_none());
    assert!(!uncommitted.commit().await.unwrap() || uncommitted.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_decision_settles_before_it_is_said() {
    let clock = throughline_testkit::clock::ManualClock::at(at(0));
    let settling = throughline::rules::rulebook::DEFAULT.replace(
        "channels = [\"mail\", \"form\", \"chat\", \"app\", \"social\", \"sms\", \"messenger\"]\nwithin = \"1h\"",
        "within = \"1h\"\nsettle = \"10m\"",
    );
    assert_ne!(settling, throughline::rules::rulebook::DEFAULT);
    let store: Arc<dyn EventStore> = Arc::new(scene::Store::default());
    let shown = clock.clone();
    let builder = Engine::builder(store).rulebook(settling).clock(move || shown.now());
    let engine = builder.start().await.unwrap();
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.advance(Span::from_secs(65 * 60));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
    clock.advance(Span::from_secs(5 * 60));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, TargetMissed]);
}
