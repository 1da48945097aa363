//! What can be kept: worked out from the log, declared, asked before a promise, and held against whoever promises more.

use crate::scene::{ann, at, bob, engine, event, kinds, nothing_is_left_to_say, scene};
use throughline::Engine;
use throughline::core::event::NewEvent;
use throughline::core::event::vocabulary::{PromiseKept, PromiseMade, PromiseRenegotiated};
use throughline::core::ids::{ProfileId, PromiseId};
use throughline::core::name::Name;
use throughline::core::time::Span;
use throughline::engine::{EngineErrorKind, Incoming, LeadTimeSample};
use throughline::rules::decision::Content;
use throughline::rules::decision::DecisionKind::{
    ApologyOwed, PrescriptionIssued, PromiseBroken, PromiseTooFar,
};
use throughline::rules::feasibility::{Answer, Obstacle};
use throughline::store::contract::EventStore;
use throughline_testkit::clock::ManualClock;

const DAY: i64 = 24 * 60;

/// No slot until the eighth at nine, and one on that day: `at(7 * DAY)` to `at(7 * DAY + 480)`.
const SLOTS: &str = r#"
capability = "delivery"

[[slots]]
from = "2026-01-01T09:00:00Z"
until = "2026-01-08T09:00:00Z"
left = 0

[[slots]]
from = "2026-01-08T09:00:00Z"
until = "2026-01-08T17:00:00Z"
left = 1
"#;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn promise(number: u32) -> PromiseId {
    PromiseId::derived("test", &number.to_string())
}

fn customer(number: u32) -> ProfileId {
    ProfileId::derived("test", &number.to_string())
}

fn promised(minutes: i64, number: u32, due: i64) -> NewEvent {
    let (promise, what) = (promise(number), name("delivery"));
    event(minutes, PromiseMade { promise, contact: None, what, due: at(due) })
}

fn kept(minutes: i64, number: u32) -> NewEvent {
    event(minutes, PromiseKept { promise: promise(number) })
}

/// The month before: 200 customers were promised a delivery within ten days. That of customer n took n mod 20 times five
/// hours and half an hour, so that 180 of them took up to 85 hours and 30 minutes, and 20 took longer.
async fn two_hundred_deliveries(engine: &Engine) {
    let mut facts = Vec::new();
    for number in 0..200 {
        let made = -30 * DAY + i64::from(number);
        let took = i64::from(number % 20) * 300 + 30;
        let profile = customer(number);
        facts.push(Incoming { profile, event: promised(made, number, made + 10 * DAY) });
        facts.push(Incoming { profile, event: kept(made + took, number) });
    }
    // What became known in which order does not matter.
    facts.reverse();
    for receipt in engine.record_all(facts).await.unwrap() {
        receipt.unwrap();
    }
}

#[tokio::test]
async fn what_can_be_kept_comes_out_of_the_log_and_a_promise_too_far_is_refused_and_announced() {
    let (store, clock, engine) = scene().await;
    two_hundred_deliveries(&engine).await;
    let (now, tomorrow) = (at(0), at(DAY));
    let asked = engine.may_promise(&name("delivery"), tomorrow, now).await.unwrap();
    assert_eq!(asked.answer, Answer::NothingKnown);

    let found = engine.publish_lead_times(name("operations"), LeadTimeSample::default(), None).await.unwrap();
    let [deliveries] = &found[..] else { panic!("{found:?}") };
    let lead_time = Span::from_secs(85 * 3_600 + 1_800);
    let told = (deliveries.what.as_str(), deliveries.matured, deliveries.open, deliveries.lead_time);
    assert_eq!(told, ("delivery", 200, 0, Some(lead_time)));
    let declared = deliveries.declared.as_ref().unwrap();
    assert!(
        declared.to_string().starts_with("what can be kept of delivery from 2026-01-01T09:00:00"),
        "{declared}"
    );
    assert!(declared.document().unwrap().contains("within = \"3d 13h 30m\"\nmatured = 200"), "{declared:?}");

    engine.declare_capability(SLOTS, name("dispatch")).await.unwrap();
    clock.set(at(10));
    let asked = engine.may_promise(&name("delivery"), tomorrow, at(10)).await.unwrap();
    assert!(
        matches!(
            asked.reasons[..],
            [Obstacle::LeadTime { quantile: 0.9, within, matured: 200, .. }, Obstacle::Slots { .. }] if within == lead_time
        ),
        "{asked}"
    );
    assert_eq!(asked.earliest, Some(at(7 * DAY)));

    // Promised all the same: said at once, once, and taken back by nothing that comes later.
    engine.record(ann(), promised(10, 1_000, DAY)).await.unwrap();
    engine.record(bob(), promised(10, 1_001, 7 * DAY)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [PromiseTooFar]);
    assert_eq!(kinds(&engine, bob()).await, []);
    let announced = engine.announced(ann()).await.unwrap();
    let (due, earliest) = (tomorrow, Some(at(7 * DAY)));
    let content = Content::PromiseTooFar { promise: promise(1_000), what: name("delivery"), due, earliest };
    assert_eq!(announced[0].decision.content, content);
    assert_eq!(announced[0].decision.slot.rule.as_str(), "promise-too-far");
    assert_eq!(announced[0].decision.evidence[..], [announced[0].decision.slot.trigger]);
    clock.set(at(DAY));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [PromiseBroken, PrescriptionIssued, ApologyOwed, PromiseTooFar]);
    nothing_is_left_to_say(&store, &clock).await;
}

/// A mean over those who got it would call this a day. A third of them never got it.
#[tokio::test]
async fn who_still_waits_counts_and_where_too_many_do_nothing_is_declared() {
    let (_, clock, engine) = scene().await;
    let mut facts = Vec::new();
    for number in 0..30 {
        let profile = customer(number);
        facts.push(Incoming { profile, event: promised(-20 * DAY, number, -10 * DAY) });
        if number % 3 > 0 {
            facts.push(Incoming { profile, event: kept(-19 * DAY, number) });
        }
    }
    for receipt in engine.record_all(facts).await.unwrap() {
        receipt.unwrap();
    }
    let publish = async |quantile: f64, last: usize, at_least: usize| {
        let sample = LeadTimeSample { quantile, last, at_least };
        engine.publish_lead_times(name("operations"), sample, None).await
    };
    let found = publish(0.9, 200, 20).await.unwrap().remove(0);
    assert_eq!((found.matured, found.open, found.lead_time, found.declared), (30, 10, None, None));
    assert_eq!(publish(0.6, 200, 31).await.unwrap()[0].lead_time, None);
    assert!(engine.activated().await.unwrap().is_empty());
    let found = publish(0.6, 200, 20).await.unwrap().remove(0);
    assert_eq!(found.lead_time, Some(Span::from_days(1)));
    // Of the last promises alone, when the first ones went better or worse.
    for number in 100..120 {
        engine.record(customer(number), promised(-DAY, number, DAY)).await.unwrap();
        engine.record(customer(number), kept(-DAY + 60, number)).await.unwrap();
    }
    // Another one is open and not due yet: it counts for the day that was seen.
    engine.record(ann(), promised(-DAY, 999, DAY)).await.unwrap();
    let found = publish(0.9, 20, 20).await.unwrap().remove(0);
    assert_eq!((found.matured, found.open, found.lead_time), (20, 1, Some(Span::from_hours(1))));
    for (quantile, last, at_least) in
        [(1.0, 200, 20), (0.4, 200, 20), (f64::NAN, 200, 20), (0.9, 10, 20), (0.9, 10, 0)]
    {
        let error = publish(quantile, last, at_least).await.unwrap_err();
        assert_eq!(error.kind(), EngineErrorKind::Invalid, "{error}");
    }
    drop(clock);
}

#[tokio::test]
async fn declared_twice_it_is_declared_once_and_what_goes_up_and_down_is_declared_each_time() {
    let (store, clock, engine) = scene().await;
    let first = engine.declare_capability(SLOTS, name("dispatch")).await.unwrap();
    assert_eq!(engine.declare_capability(SLOTS, name("somebody-else")).await.unwrap(), first);
    let booked = SLOTS.replace("left = 1", "left = 0");
    let answer = async |minutes: i64| {
        engine.may_promise(&name("delivery"), at(8 * DAY), at(minutes)).await.unwrap().answer
    };
    for (minutes, document, expected) in [
        (10, &*booked, Answer::No),
        (20, SLOTS, Answer::Yes),
        (30, &*booked, Answer::No),
        (40, SLOTS, Answer::Yes),
    ] {
        clock.set(at(minutes));
        engine.declare_capability(document, name("dispatch")).await.unwrap();
        assert_eq!(answer(minutes).await, expected, "{minutes}");
    }
    assert_eq!(engine.activated().await.unwrap().len(), 5);
    // Lead times that come later leave the slots as they are.
    two_hundred_deliveries(&engine).await;
    clock.set(at(50));
    for _ in 0..2 {
        engine.publish_lead_times(name("operations"), LeadTimeSample::default(), None).await.unwrap();
    }
    assert_eq!(engine.activated().await.unwrap().len(), 6);
    let asked = engine.may_promise(&name("delivery"), at(9 * DAY), at(50)).await.unwrap();
    assert_eq!((asked.answer, asked.earliest), (Answer::Yes, Some(at(7 * DAY))));
    nothing_is_left_to_say(&store, &clock).await;
}

#[tokio::test]
async fn asking_changes_nothing_and_every_engine_answers_the_same_after_a_restart_too() {
    let (store, clock, engine) = scene().await;
    two_hundred_deliveries(&engine).await;
    engine.publish_lead_times(name("operations"), LeadTimeSample::default(), None).await.unwrap();
    engine.declare_capability(SLOTS, name("dispatch")).await.unwrap();
    engine.record(ann(), promised(1, 1_000, DAY)).await.unwrap();
    let (head, journey) = (store.head().await.unwrap(), engine.journey(ann(), at(5)).await.unwrap());
    let what = name("delivery");
    let mut answers = Vec::new();
    for due in [-1, 10, DAY, 5 * DAY, 7 * DAY - 1, 7 * DAY, 9 * DAY] {
        answers.push(engine.may_promise(&what, at(due), at(5)).await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| answer.is_refused()).count(), 5);
    assert_eq!(store.head().await.unwrap(), head);
    assert_eq!(engine.journey(ann(), at(5)).await.unwrap(), journey);
    let other = crate::scene::engine(&store, &clock).await;
    engine.shutdown().await.unwrap();
    for answer in answers {
        assert_eq!(other.may_promise(&what, answer.due, at(5)).await.unwrap(), answer);
    }
    assert_eq!(other.journey(ann(), at(5)).await.unwrap(), journey);
}

/// The promise was made before the crew said that it has no slot, and becomes known afterwards.
#[tokio::test]
async fn a_promise_that_becomes_known_late_is_judged_by_what_was_known_when_it_was_made() {
    let (store, clock, engine) = scene().await;
    let none = "capability = \"delivery\"\nslots = [{ from = \"2026-01-01T00:00:00Z\", until = \"2026-02-01T00:00:00Z\", left = 0 }]\n";
    clock.set(at(60));
    engine.declare_capability(none, name("dispatch")).await.unwrap();
    clock.set(at(120));
    engine.record(ann(), promised(59, 1, DAY)).await.unwrap();
    engine.record(bob(), promised(61, 2, DAY)).await.unwrap();
    assert_eq!((kinds(&engine, ann()).await, kinds(&engine, bob()).await), (vec![], vec![PromiseTooFar]));
    let announced = engine.announced(bob()).await.unwrap();
    assert!(announced[0].decision.to_string().ends_with("cannot be kept, and no slot is known to be free"));
    nothing_is_left_to_say(&store, &clock).await;
}

/// It had nothing to announce, so nothing told it that the context has moved; it hears of it when it advances.
#[tokio::test]
async fn an_engine_that_has_judged_beyond_its_instant_judges_again() {
    let (store, clock, slow) = scene().await;
    let (ahead, fast) = (ManualClock::at(at(300)), store.clone());
    let fast = engine(&fast, &ahead).await;
    slow.record(bob(), promised(0, 2, DAY)).await.unwrap();
    fast.record(ann(), promised(200, 1, DAY)).await.unwrap();
    assert_eq!(kinds(&fast, ann()).await, []);
    clock.set(at(100));
    slow.declare_capability(SLOTS, name("dispatch")).await.unwrap();
    ahead.set(at(400));
    fast.record(ann(), promised(301, 3, DAY)).await.unwrap();
    fast.advance().await.unwrap();
    assert_eq!(kinds(&fast, ann()).await, [PromiseTooFar]);
    nothing_is_left_to_say(&store, &ahead).await;
}

#[tokio::test]
async fn a_promise_moved_in_time_is_a_class_of_its_own_and_is_judged_by_its_new_time() {
    let (store, clock, engine) = scene().await;
    engine.declare_capability(SLOTS, name("dispatch")).await.unwrap();
    let moved = |minutes: i64, number: u32, due: i64| {
        event(minutes, PromiseRenegotiated { promise: promise(number), contact: None, due: at(due) })
    };
    clock.set(at(10));
    engine.record(ann(), promised(10, 1, DAY)).await.unwrap();
    clock.set(at(30));
    engine.record(ann(), moved(20, 1, 7 * DAY)).await.unwrap();
    // To the time that it had is a new agreement too: it cannot be kept any better.
    engine.record(ann(), moved(25, 1, DAY)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [PromiseTooFar, PromiseTooFar]);
    engine.record(ann(), moved(30, 1, 7 * DAY)).await.unwrap();
    clock.set(at(6 * DAY));
    engine.record(ann(), kept(6 * DAY, 1)).await.unwrap();
    let journey = engine.journey(ann(), at(6 * DAY)).await.unwrap();
    let count = journey.promise_count;
    assert_eq!((count.made, count.kept, count.broken, count.renegotiated), (1, 1, 0, 3));
    assert!(
        journey.to_string().contains("promises: 1 made, 1 kept, 0 broken, 3 times renegotiated"),
        "{journey}"
    );
    // Moved after its time has come, it is broken, and the new time is another promise.
    engine.record(bob(), promised(10, 2, 3 * DAY)).await.unwrap();
    engine.record(bob(), moved(4 * DAY, 2, 8 * DAY)).await.unwrap();
    let journey = engine.journey(bob(), at(6 * DAY)).await.unwrap();
    let count = journey.promise_count;
    assert_eq!((count.made, count.kept, count.broken, count.renegotiated), (2, 0, 1, 0));
    assert_eq!(journey.promises[0].what.as_deref(), Some("delivery"));
    nothing_is_left_to_say(&store, &clock).await;
}

#[tokio::test]
async fn a_document_with_mistakes_declares_nothing() {
    let (_, _, engine) = scene().await;
    let mistaken = SLOTS.replace("left = 1", "left = -1");
    let error = engine.declare_capability(mistaken, name("dispatch")).await.unwrap_err();
    assert_eq!(error.kind(), EngineErrorKind::Invalid);
    assert_eq!(
        error.to_string(),
        "the capability has a mistake\n  line 12: `left` must be a whole number from 0 to 4294967295, not integer `-1`; write for instance `left = 3`"
    );
    assert!(engine.activated().await.unwrap().is_empty());
}
