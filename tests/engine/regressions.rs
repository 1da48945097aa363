//! Bugs that the simulation found, or a reader of the code, each with its story.

use crate::scene::{ann, answer, at, bob, contact, engine, hours, kinds, mail, scene, write_raw};
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::Position;
use throughline::core::ids::{LinkId, ProfileId};
use throughline::engine::Incoming;
use throughline::rules::decision::DecisionKind::{CaseAnswered, CaseOpened, TargetMissed};
use throughline::store::contract::EventStore;
use throughline::store::read::{Checkpoint, Due};
use throughline::store::stream::{StreamId, TenantId};
use throughline_testkit::clock::ManualClock;

/// A customer was due, her stream could not be read at that moment, and the engine shut down in peace. It had
/// taken her off the due index before it judged her, and saved that: after the next start nothing was due any
/// more, and the target that she had missed was never announced.
#[tokio::test]
async fn a_shutdown_after_a_failed_judgement_leaves_what_is_due() {
    let (store, clock, first) = scene().await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    first.advance().await.unwrap();
    first.shutdown().await.unwrap();
    let second = engine(&store, &clock).await;
    clock.advance(hours(2));
    store.fail_reads(1);
    second.advance().await.unwrap_err();
    second.shutdown().await.unwrap();
    let third = engine(&store, &clock).await;
    assert_eq!(kinds(&third, ann()).await, [CaseOpened, TargetMissed]);
}

/// Derived data was dropped while an engine ran. It went on with the watermark that it knew, saved it again, and
/// the due times that had been dropped below it were in no index ever after.
#[tokio::test]
async fn derived_data_that_is_dropped_under_a_running_engine_is_made_again() {
    let (store, clock, first) = scene().await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    first.advance().await.unwrap();
    store.drop_derived().await.unwrap();
    first.record(bob(), mail(0, 2)).await.unwrap();
    first.advance().await.unwrap();
    first.advance().await.unwrap();
    first.shutdown().await.unwrap();
    clock.advance(hours(2));
    let second = engine(&store, &clock).await;
    assert_eq!(kinds(&second, ann()).await, [CaseOpened, TargetMissed]);
}

/// Two engines, one with a clock that is a minute ahead, came to the same judgement of the same version at once.
/// The id of the record follows from what it says and where, but its time was another, so the second was refused
/// with `IdReused`: it gave up for good, and told its caller to give an event of the engine's own a new id.
#[tokio::test]
async fn the_same_judgement_by_another_clock_is_a_lost_race_and_no_error() {
    let (store, clock, first) = scene().await;
    let ahead = ManualClock::at(at(1));
    let second = engine(&store, &ahead).await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    second.advance().await.unwrap();
    first.advance().await.unwrap();
    clock.set(at(70));
    ahead.set(at(71));
    // Both hold her journey at the same version, and both find that a target was missed.
    first.advance().await.unwrap();
    second.advance().await.unwrap();
    assert_eq!(kinds(&second, ann()).await, [CaseOpened, TargetMissed]);
}

/// A late answer was recorded, and the stream could not be read just then. The journey stayed at hand with the
/// version that counts the answer and without the answer in it: the next fact was stepped on it, and a missed
/// target was announced although everything that disproves it had been acknowledged long ago.
#[tokio::test]
async fn nothing_is_announced_from_a_journey_that_lacks_a_late_fact() {
    let (store, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    engine.record(ann(), mail(30, 2)).await.unwrap();
    clock.set(at(30));
    engine.advance().await.unwrap();
    clock.set(at(45));
    store.fail_reads(1);
    engine.record(ann(), answer(20, 1)).await.unwrap();
    clock.set(at(70));
    engine.record(ann(), answer(65, 2)).await.unwrap();
    let mut announcements = engine.subscribe("test").await.unwrap();
    while let Some(notice) = announcements.try_next().await.unwrap() {
        assert_ne!(notice.entry.slot().kind, TargetMissed, "both were answered within the hour");
    }
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseOpened, CaseAnswered, CaseAnswered]);
}

/// Another tenant had as many customers due as fit one page of the index, and no engine of its own running. The
/// engine looked at that page again and again and never came to its own customers, nor back at all.
#[tokio::test]
async fn the_due_customers_of_another_tenant_are_passed_by() {
    let (store, clock, first) = scene().await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    first.advance().await.unwrap();
    first.shutdown().await.unwrap();
    let other = TenantId::new("other").unwrap();
    let due = (0..5_000_u32).map(|n| {
        let profile = ProfileId::from_bytes([&[9; 12][..], &n.to_be_bytes()].concat().try_into().unwrap());
        Due { stream: StreamId::profile(other.clone(), profile), at: Some(at(-10)) }
    });
    let new = Checkpoint { position: Position(1) };
    assert!(store.save_checkpoint("judged/other", Checkpoint::default(), new, due.collect()).await.unwrap());
    clock.advance(hours(2));
    let second = engine(&store, &clock).await;
    assert_eq!(kinds(&second, ann()).await, [CaseOpened, TargetMissed]);
}

/// A reader of the code saw that a customer who is read while one of her profiles is out for a judgement of the
/// same batch would share a place at hand with that one, and the due time of one of them would be forgotten. It
/// takes an evicted customer and another writer's link at the same moment; here is what must come of a link that
/// turns up in a batch in any case.
#[tokio::test]
async fn a_customer_who_is_out_is_not_joined_before_being_back() {
    let (store, clock, engine) = scene().await;
    engine.record(bob(), mail(0, 2)).await.unwrap();
    engine.record(ann(), mail(0, 1)).await.unwrap();
    let link = LinkId::from_bytes([7; 16]);
    let linked = |of: ProfileId, other| {
        let data = throughline::core::event::vocabulary::ProfileLinked { link, other };
        let mut event = crate::scene::event(0, data);
        event.id = throughline::core::ids::EventId::derived("linked", &format!("{link}/{of}"));
        event
    };
    clock.set(at(61));
    // Both are due and both get facts, and while they are taken out the link turns out to be there.
    write_raw(&store, ann(), &linked(ann(), bob()), at(0)).await;
    write_raw(&store, bob(), &linked(bob(), ann()), at(0)).await;
    let batch = vec![
        Incoming { profile: bob(), event: answer(50, 2) },
        Incoming { profile: ann(), event: answer(50, 1) },
        Incoming { profile: ProfileId::from_bytes([3; 16]), event: mail(60, 3) },
    ];
    engine.record_all(batch).await.unwrap();
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, kinds(&engine, bob()).await);
    assert_eq!(engine.memory().await.unwrap().customers, 2);
}

/// A contact named a case, the case was retired, and the contact began again and joined another case. What had
/// been said of its own case seemed to be about the other one: each look withdrew it and said it again.
#[tokio::test]
async fn a_contact_that_named_a_case_names_it_for_ever() {
    let clock = ManualClock::at(at(0));
    let store = crate::scene::Store::default();
    let rules = throughline::rules::rulebook::DEFAULT
        .replace("retire_after = \"90d\"", "retire_after = \"30d\"")
        .replace("[channels.phone]", "[channels.post]\nopens = \"at-once\"\n\n[channels.phone]");
    let start = || {
        let (shown, store) = (clock.clone(), Arc::new(store.clone()));
        Engine::builder(store).rulebook(rules.clone()).clock(move || shown.now()).start()
    };
    let engine = start().await.unwrap();
    let day = 24 * 60;
    let about = |minutes, number| {
        let mut mail = mail(minutes, number);
        if let throughline::core::event::EventData::ContactStarted(started) = &mut mail.data {
            started.topic = (minutes > 0).then(|| throughline::core::name::Name::new("billing").unwrap());
        }
        mail
    };
    engine.record(ann(), about(0, 1)).await.unwrap();
    let accepted = throughline::core::event::vocabulary::AnswerAccepted { contact: contact(1) };
    clock.set(at(1));
    engine.record(ann(), crate::scene::event(1, accepted)).await.unwrap();
    for (minutes, number) in [(40 * day, 2), (41 * day, 1)] {
        clock.set(at(minutes));
        engine.record(ann(), about(minutes, number)).await.unwrap();
    }
    let journey = engine.journey(ann(), at(41 * day)).await.unwrap();
    let [case] = &journey.cases[..] else { panic!("the first is settled and gone: {journey}") };
    assert_eq!(case.contacts, [contact(2), contact(1)]);
    engine.shutdown().await.unwrap();
    let settled = store.head().await.unwrap();
    for _ in 0..2 {
        store.drop_derived().await.unwrap();
        start().await.unwrap().shutdown().await.unwrap();
    }
    assert_eq!(store.head().await.unwrap(), settled, "looking again changes nothing");
}
