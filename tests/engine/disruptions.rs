//! A storm that hits many: declared once, looked up for each.

use crate::scene::{Store, ann, at, bob, contact, event, kinds, nothing_is_left_to_say, scene};
use throughline::Engine;
use throughline::core::event::vocabulary::{ContactStarted, FactStated};
use throughline::core::event::{Channel, Direction, NewEvent, StatedBy};
use throughline::core::ids::ProfileId;
use throughline::core::name::Name;
use throughline::core::time::Span;
use throughline::engine::EngineErrorKind;
use throughline::rules::decision::Content;
use throughline::rules::decision::DecisionKind::{CaseOpened, DisruptionApplies, TargetMissed};
use throughline::rules::rulebook::DEFAULT;
use throughline_testkit::clock::ManualClock;

/// 1 January, 10:00 to 10:00: `at(60)` to `at(1500)`.
const STORM: &str = r#"
disruption = "storm-ylva"
from = "2026-01-01T10:00:00Z"
until = "2026-01-02T10:00:00Z"
topics = ["flight", "rebooking"]
waiver = "rebooking-fee"
longer = 3.0

[[who]]
fact = "flies 2026-01-01"
values = ["FRA", "MUC"]
"#;

const HOUR: i64 = 60;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn booking(minutes: i64, airport: &str) -> NewEvent {
    let (fact, value) = (name("flies 2026-01-01"), Some(name(airport)));
    event(minutes, FactStated { fact, value, by: StatedBy::Customer })
}

fn mail_about(minutes: i64, number: u8, topic: &str) -> NewEvent {
    let (contact, channel, topic) = (contact(number), Channel::Mail, Some(name(topic)));
    let direction = Direction::Inbound;
    event(minutes, ContactStarted { contact, channel, direction, topic, issue: None, purpose: None })
}

/// Ann flies from Frankfurt, Bob from London; the storm is declared at nine.
async fn a_storm() -> (Store, ManualClock, Engine) {
    let (store, clock, engine) = scene().await;
    engine.record(ann(), booking(-30, "FRA")).await.unwrap();
    engine.record(bob(), booking(-30, "LHR")).await.unwrap();
    let declared = engine.declare(STORM, name("operations")).await.unwrap();
    assert_eq!(
        declared.to_string(),
        "disruption storm-ylva until 2026-01-02T10:00:00Z from 2026-01-01T10:00:00Z, by operations"
    );
    (store, clock, engine)
}

#[tokio::test]
async fn whoever_is_hit_has_the_waiver_before_any_contact_and_nobody_is_written_to() {
    let (store, clock, engine) = a_storm().await;
    clock.set(at(HOUR));
    let hers = engine.journey(ann(), at(HOUR)).await.unwrap();
    let [storm] = &hers.disruptions[..] else { panic!("{hers}") };
    assert_eq!((storm.disruption.as_str(), storm.waiver.as_deref()), ("storm-ylva", Some("rebooking-fee")));
    assert!(hers.to_string().contains("hit by storm-ylva until 2026-01-02T10:00:00Z: has rebooking-fee"));
    assert!(engine.journey(bob(), at(HOUR)).await.unwrap().disruptions.is_empty());
    // Before it begins and from its end on, nobody is hit.
    for outside in [at(HOUR) - Span(1), at(25 * HOUR)] {
        assert!(engine.journey(ann(), outside).await.unwrap().disruptions.is_empty());
    }
    assert!(kinds(&engine, ann()).await.is_empty());
    nothing_is_left_to_say(&store, &clock).await;
}

#[tokio::test]
async fn contacts_about_it_are_one_case_with_more_time_and_no_sign_of_leaving() {
    let (store, clock, engine) = a_storm().await;
    for (minute, number, topic) in [(70, 1, "flight"), (80, 2, "rebooking"), (90, 3, "flight")] {
        clock.set(at(minute));
        engine.record(ann(), mail_about(minute, number, topic)).await.unwrap();
        engine.record(bob(), mail_about(minute, number + 10, topic)).await.unwrap();
    }
    clock.set(at(70 + 3 * HOUR) - Span(1));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, DisruptionApplies]);
    let hers = engine.journey(ann(), clock.now()).await.unwrap();
    assert_eq!((hers.cases.len(), hers.cases[0].contacts.len()), (1, 3));
    assert_eq!(hers.cases[0].disruption.as_deref(), Some("storm-ylva"));
    // His are two, both are late, and he asked again about one.
    assert_eq!(kinds(&engine, bob()).await, [CaseOpened, CaseOpened, TargetMissed, TargetMissed]);
    assert!(engine.journey(bob(), clock.now()).await.unwrap().churn.is_some());
    // Three hours instead of one, and then it is late all the same; but it is not what makes her leave.
    clock.set(at(23 * HOUR));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, TargetMissed, DisruptionApplies]);
    assert_eq!(engine.journey(ann(), clock.now()).await.unwrap().churn, None);
    nothing_is_left_to_say(&store, &clock).await;
}

#[tokio::test]
async fn a_booking_that_becomes_known_late_is_covered() {
    let (store, clock, engine) = a_storm().await;
    let carl = ProfileId::from_bytes([3; 16]);
    clock.set(at(70));
    engine.record(carl, mail_about(70, 1, "flight")).await.unwrap();
    clock.set(at(70 + 2 * HOUR));
    engine.advance().await.unwrap();
    assert_eq!(kinds(&engine, carl).await, [CaseOpened, TargetMissed]);
    engine.record(carl, booking(-20, "MUC")).await.unwrap();
    assert_eq!(kinds(&engine, carl).await, [CaseOpened, DisruptionApplies]);
    nothing_is_left_to_say(&store, &clock).await;
}

#[tokio::test]
async fn declared_twice_it_is_declared_once_and_it_ends_by_itself() {
    let (store, clock, engine) = a_storm().await;
    let again = engine.declare(STORM, name("operations")).await.unwrap();
    assert_eq!(engine.activated().await.unwrap(), std::slice::from_ref(&again));
    engine.declare(STORM, name("somebody-else")).await.unwrap();
    assert_eq!(engine.activated().await.unwrap(), [again]);
    let hers = engine.journey(ann(), at(HOUR)).await.unwrap();
    assert_eq!(hers.disruptions.len(), 1);
    clock.set(at(25 * HOUR));
    engine.record(ann(), mail_about(25 * HOUR, 1, "flight")).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
    nothing_is_left_to_say(&store, &clock).await;
}

#[tokio::test]
async fn another_end_takes_the_place_of_the_first_and_every_engine_hears_of_it() {
    let (store, clock, engine) = a_storm().await;
    let other = crate::scene::engine(&store, &clock).await;
    clock.set(at(2 * HOUR));
    engine.declare(STORM.replace("01-02T10:00", "01-01T12:00"), name("operations")).await.unwrap();
    clock.set(at(4 * HOUR));
    other.record(ann(), mail_about(4 * HOUR, 1, "flight")).await.unwrap();
    assert_eq!(kinds(&other, ann()).await, [CaseOpened]);
    // What began while it went on is still part of it.
    other.record(ann(), mail_about(90, 2, "rebooking")).await.unwrap();
    assert_eq!(kinds(&other, ann()).await, [CaseOpened, CaseOpened, DisruptionApplies]);
    nothing_is_left_to_say(&store, &clock).await;
}

/// It was to end earlier, and then it was not: the same document came twice, and was taken for a repetition of the first.
#[tokio::test]
async fn what_was_declared_first_can_be_declared_again_after_another_end() {
    let (store, clock, engine) = a_storm().await;
    clock.set(at(2 * HOUR));
    engine.declare(STORM.replace("01-02T10:00", "01-01T13:00"), name("operations")).await.unwrap();
    clock.set(at(3 * HOUR));
    let again = engine.declare(STORM, name("operations")).await.unwrap();
    let activated = engine.activated().await.unwrap();
    assert_eq!((activated.len(), activated.last()), (3, Some(&again)));
    // Twice is still once.
    assert_eq!(engine.declare(STORM, name("operations")).await.unwrap(), again);
    clock.set(at(5 * HOUR));
    let hers = engine.journey(ann(), at(5 * HOUR)).await.unwrap();
    let [storm] = &hers.disruptions[..] else { panic!("{hers}") };
    assert_eq!(storm.disruption, "storm-ylva");
    nothing_is_left_to_say(&store, &clock).await;
}

#[tokio::test]
async fn a_document_with_mistakes_declares_nothing() {
    let (store, clock, engine) = scene().await;
    let error =
        engine.declare(STORM.replace("longer = 3.0", "longer = 0.5"), name("operations")).await.unwrap_err();
    assert_eq!(error.kind(), EngineErrorKind::Invalid);
    assert_eq!(
        error.to_string(),
        "the disruption has a mistake\n  line 7: `longer` is how many times its time a target is allowed, 1.0 to 100.0; for three times write 3.0"
    );
    assert!(engine.activated().await.unwrap().is_empty());
    drop((store, clock));
}

/// The rulebook that is in force decides what else is announced; a disruption does not outlive a change of it.
#[tokio::test]
async fn a_rulebook_that_comes_into_force_meanwhile_leaves_it_as_it_is() {
    let (store, clock, engine) = a_storm().await;
    clock.set(at(65));
    let next = DEFAULT.replacen("version = \"1\"", "version = \"2\"", 1);
    engine.activate(next, at(66), name("head-of-support")).await.unwrap();
    clock.set(at(70));
    engine.record(ann(), mail_about(70, 1, "flight")).await.unwrap();
    let announced = engine.announced(ann()).await.unwrap();
    let applies = announced.iter().find(|a| a.decision.slot.kind == DisruptionApplies).unwrap();
    assert_eq!(applies.decision.rulebook.as_str(), "default@2");
    assert!(
        matches!(&applies.decision.content, Content::DisruptionApplies { waiver: Some(w), .. } if w.as_str() == "rebooking-fee")
    );
    let again = engine.clone();
    drop(engine);
    again.shutdown().await.unwrap();
    let restarted = crate::scene::engine(&store, &clock).await;
    assert_eq!(restarted.journey(ann(), at(70)).await.unwrap().disruptions.len(), 1);
    nothing_is_left_to_say(&store, &clock).await;
}
