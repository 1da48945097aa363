//! Rulebooks put in force while the engine runs: what was keeps its rules, what runs keeps its targets.

use super::scene::{ann, answer, at, bob, contact, engine, hours, mail, scene};
use std::sync::Arc;
use throughline::activated::{Activated, NotInForce};
use throughline::core::event::{NewEvent, Position};
use throughline::core::ids::EventId;
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::engine::{EngineError, EngineErrorKind};
use throughline::rules::activation::Activation;
use throughline::rules::decision::Decision;
use throughline::rules::decision::DecisionKind::{self, TargetMissed};
use throughline::rules::evaluate::EvaluatorVersion;
use throughline::rules::ledger::{Entry, Reason};
use throughline::rules::rulebook::DEFAULT;
use throughline::store::append::{Append, ExpectedVersion};
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::stream::{StreamId, StreamKey, TenantId};
use throughline::{Engine, History, Replay};
use throughline_testkit::clock::ManualClock;

fn desk() -> Name {
    Name::new("head-of-support").unwrap()
}

/// The rulebook that ships, with another version, whose customers are answered within so long.
fn within(version: &str, time: &str) -> String {
    let from = "rule = \"no-real-answer\"\nclock = \"first-substantive\"\nwithin = \"3d\"";
    assert!(DEFAULT.contains(from), "the rulebook that ships has changed");
    let to = from.replace("3d", time);
    let old = DEFAULT.lines().find(|line| line.starts_with("version = ")).unwrap();
    DEFAULT.replace(from, &to).replacen(old, &format!("version = \"{version}\""), 1)
}

/// When the target of a real answer was missed, and by which rulebook.
async fn missed(engine: &Engine, by: Micros) -> Vec<(Micros, String)> {
    let decisions = engine.decisions(ann(), by).await.unwrap();
    let is_target = |d: &&Decision| {
        let slot = &d.slot;
        slot.kind == TargetMissed && slot.rule.as_str() == "no-real-answer" && slot.occurrence == 0
    };
    decisions.iter().filter(is_target).map(|d| (d.effective_at, d.rulebook.to_string())).collect()
}

/// What stands announced is what follows.
async fn stands_what_follows(engine: &Engine, by: Micros) {
    let mut follows = engine.decisions(ann(), by).await.unwrap();
    let mut stands: Vec<_> = engine.announced(ann()).await.unwrap().into_iter().map(|a| a.decision).collect();
    follows.sort_by(|a, b| a.slot.cmp(&b.slot));
    stands.sort_by(|a, b| a.slot.cmp(&b.slot));
    assert_eq!(stands, follows);
}

/// A mail of 0:00 and one of 10:00; from 9:30 on the rulebook promises an answer within two hours, and not three days.
#[tokio::test]
async fn a_case_keeps_the_targets_it_began_with_and_a_new_one_gets_the_new_ones() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.advance(hours(9));
    engine.advance().await.unwrap();
    let before = engine.announced(ann()).await.unwrap();
    let stricter = within("2", "2h");
    let activated = engine.activate(&stricter, at(570), desk()).await.unwrap();
    assert_eq!((activated.effective_at, activated.recorded_at), (at(570), at(540)));
    assert!(
        activated.to_string().ends_with("@2 from 2026-01-01T18:30:00Z, by head-of-support"),
        "{activated}"
    );
    assert_eq!(engine.announced(ann()).await.unwrap(), before, "an activation triggers nothing by itself");

    clock.set(at(600));
    engine.record(ann(), mail(600, 2)).await.unwrap();
    clock.advance(hours(70));
    engine.advance().await.unwrap();
    let new = clock.now();
    let labels = [label(DEFAULT), label(&stricter)];
    assert_eq!(missed(&engine, new).await, [(at(720), labels[1].clone()), (at(4_320), labels[0].clone())]);
    stands_what_follows(&engine, new).await;
    // Asked once more by whoever lost the answer: nothing changes.
    assert_eq!(engine.activate(&stricter, at(570), desk()).await.unwrap(), activated);
    assert_eq!(engine.activated().await.unwrap(), [activated]);
}

fn label(document: &str) -> String {
    let line = |key: &str| {
        let line = document.lines().find(|line| line.starts_with(key)).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    format!("{}@{}", line("id = "), line("version = "))
}

/// A mail that began before the activation arrives long after it: it is judged by what was in force when it began.
#[tokio::test]
async fn what_becomes_known_late_is_judged_by_the_rulebook_of_its_time() {
    let (_, clock, engine) = scene().await;
    engine.activate(within("2", "2h"), at(60), desk()).await.unwrap();
    clock.set(at(4_400));
    engine.record(ann(), mail(30, 1)).await.unwrap();
    engine.record(ann(), mail(90, 2)).await.unwrap();
    let [second, first] = &missed(&engine, clock.now()).await[..] else { panic!("two targets were missed") };
    assert_eq!((first.0, first.1.as_str()), (at(30 + 3 * 24 * 60), label(DEFAULT).as_str()));
    assert_eq!((second.0, second.1.as_str()), (at(90 + 120), label(&within("2", "2h")).as_str()));
    stands_what_follows(&engine, clock.now()).await;
}

#[tokio::test]
async fn nothing_is_in_force_before_it_was_recorded_and_what_was_known_then_was_judged_without_it() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.set(at(300));
    engine.advance().await.unwrap();
    let then = engine.head().await.unwrap();
    let activated = engine.activate(within("2", "2h"), at(-500), desk()).await.unwrap();
    assert_eq!((activated.asked_from, activated.effective_at), (at(-500), at(300) + Span(1)));
    clock.set(at(400));
    engine.record(ann(), mail(400, 2)).await.unwrap();
    clock.set(at(600));
    engine.advance().await.unwrap();
    assert_eq!(missed(&engine, at(600)).await, [(at(520), label(&within("2", "2h")))]);
    // By the log as it was then, nothing had been activated, whatever instant one asks for.
    let known = engine.known(ann(), at(600), then).await.unwrap();
    assert_eq!(known.rulebook, label(DEFAULT));
    assert_eq!(engine.journey(ann(), at(300)).await.unwrap().rulebook, label(DEFAULT));
    assert_eq!(engine.journey(ann(), at(301)).await.unwrap().rulebook, label(&within("2", "2h")));
}

#[tokio::test]
async fn a_replay_of_the_store_judges_by_what_was_in_force() {
    let (store, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    engine.activate(within("2", "2h"), at(60), desk()).await.unwrap();
    clock.set(at(90));
    engine.record(ann(), mail(90, 2)).await.unwrap();
    clock.set(at(900));
    engine.advance().await.unwrap();
    let history = History::from_store(&store, &TenantId::default(), None).await.unwrap();
    assert_eq!(history.activated(), engine.activated().await.unwrap());
    let report = Replay::new().as_of(at(900)).run(&history).unwrap();
    assert_eq!(report.rulebook, label(&within("2", "2h")));
    assert_eq!(report.missed_by_rule.get("no-real-answer"), Some(&1));
    // The same by the rulebook that ships, all the time: what if nothing had been activated?
    let what_if = Replay::new().as_of(at(900)).what_if(&history, DEFAULT).unwrap();
    assert_eq!(what_if.rulebook.as_is, label(&within("2", "2h")));
    assert!(what_if.by_rule.iter().any(|rule| rule.rule == "no-real-answer" && rule.gone == 1));
}

#[tokio::test]
async fn bad_rulebooks_and_versions_are_refused_with_what_to_do() {
    let (store, clock, engine) = scene().await;
    let wrong = DEFAULT.replace("[promises]", "[promisses]");
    let error = engine.activate(wrong, at(0), desk()).await.unwrap_err();
    assert!(
        matches!(error, EngineError::Rulebook(_)) && error.to_string().contains("did you mean"),
        "{error}"
    );
    let same_label = DEFAULT.replacen("within = \"3d\"", "within = \"2d\"", 1);
    let error = engine.activate(same_label, at(0), desk()).await.unwrap_err();
    assert!(matches!(error, EngineError::LabelTaken { .. }), "{error}");
    assert!(error.to_string().ends_with("give this one another version"), "{error}");
    let unknown = EvaluatorVersion(EvaluatorVersion::NEWEST.0 + 1);
    let error = engine.activate_evaluator(unknown, at(0), desk()).await.unwrap_err();
    assert!(matches!(error, EngineError::UnknownEvaluator { .. }), "{error}");
    assert_eq!(error.kind(), EngineErrorKind::Invalid);
    assert!(engine.activated().await.unwrap().is_empty());
    engine.activate_evaluator(EvaluatorVersion::NEWEST, at(0), desk()).await.unwrap();

    // A newer build puts a version in force that this one lacks: nothing is judged by the wrong one from here on.
    activate_raw(&store, &Activation::Evaluator(unknown)).await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    assert!(matches!(engine.journey(ann(), at(0)).await.unwrap_err(), EngineError::NotInForce(_)));
    let error = engine.advance().await.unwrap_err();
    assert_eq!(error.kind(), EngineErrorKind::Broken, "{error}");
    assert!(error.to_string().contains("use a newer build"), "{error}");
    let builder = Engine::builder(Arc::new(store.clone())).clock(move || clock.now());
    let error = builder.start().await.unwrap_err();
    assert!(matches!(error, EngineError::NotInForce(NotInForce::Evaluator { .. })), "{error}");
}

/// Somebody else writes to the context.
async fn activate_raw(store: &impl EventStore, what: &Activation) {
    let stream = StreamId { tenant: TenantId::default(), key: StreamKey::Context };
    let id = EventId::derived("test", &format!("{what:?}"));
    let event = NewEvent::new(id, at(0), desk(), what.seal());
    store.append(Append::to(stream, ExpectedVersion::Any, vec![event], at(0))).await.unwrap();
}

/// Two engines whose clocks differ by an hour. The one ahead has judged beyond the instant of the other's activation.
#[tokio::test]
async fn an_engine_learns_of_an_activation_before_it_announces_anything_more() {
    let (store, ahead) = (MemoryStore::new(), ManualClock::at(at(60)));
    let behind = ManualClock::at(at(0));
    let start = |clock: &ManualClock| {
        let (clock, store) = (clock.clone(), store.clone());
        Engine::builder(Arc::new(store)).clock(move || clock.now()).start()
    };
    let (one, other) = (start(&ahead).await.unwrap(), start(&behind).await.unwrap());
    one.record(ann(), mail(0, 1)).await.unwrap();
    // Not before what the other one has recorded, though this one's clock shows an earlier time.
    let activated = other.activate(within("2", "2h"), at(0), desk()).await.unwrap();
    assert_eq!(activated.effective_at, at(60) + Span(1));
    // It has not looked since; its next announcement finds out.
    ahead.set(at(70));
    one.record(ann(), mail(70, 2)).await.unwrap();
    let said = one.announced(ann()).await.unwrap();
    let opened = said.iter().find(|a| a.decision.slot.case == contact(2)).unwrap();
    assert_eq!(opened.decision.rulebook.as_str(), label(&within("2", "2h")));
    ahead.set(at(70 + 130));
    one.advance().await.unwrap();
    assert_eq!(missed(&one, at(200)).await, [(at(190), label(&within("2", "2h")))]);
    stands_what_follows(&one, at(200)).await;
}

/// An engine whose clock is ahead has stepped a customer beyond the instant of another one's activation, and said nothing
/// yet since it still settles: what it has at hand was concluded by the rules of before.
#[tokio::test]
async fn who_was_stepped_beyond_an_activation_is_judged_again() {
    let settling = |document: String| {
        let acknowledged = "\"messenger\"]\nwithin = \"1h\"";
        assert!(document.contains(acknowledged), "the rulebook that ships has changed");
        let document = document.replace(acknowledged, &format!("{acknowledged}\nsettle = \"3h\""));
        document.replace("times = 3", "times = 3\nsettle = \"3h\"")
    };
    let (store, ahead, behind) = (MemoryStore::new(), ManualClock::at(at(0)), ManualClock::at(at(10)));
    let start = |clock: &ManualClock| {
        let (clock, store) = (clock.clone(), store.clone());
        let builder = Engine::builder(Arc::new(store)).rulebook(settling(within("1", "1h")));
        builder.clock(move || clock.now()).start()
    };
    let (one, other) = (start(&ahead).await.unwrap(), start(&behind).await.unwrap());
    one.record(ann(), mail(0, 1)).await.unwrap();
    ahead.set(at(90));
    one.advance().await.unwrap();
    let next = settling(within("2", "1h")).replacen("[[prescriptions]]", PRESCRIBED, 1);
    let activated = other.activate(next.clone(), at(0), desk()).await.unwrap();
    assert_eq!(activated.effective_at, at(10));
    ahead.set(at(300));
    one.advance().await.unwrap();
    let announced = one.announced(ann()).await.unwrap();
    let call = announced.iter().find(|a| a.decision.slot.rule.as_str() == "call-her").unwrap();
    assert_eq!(
        (call.decision.effective_at, call.decision.rulebook.as_str()),
        (at(60), label(&next).as_str())
    );
    stands_what_follows(&one, at(300)).await;
}

/// What to do about a missing answer, before anything else.
const PRESCRIBED: &str = r#"[[prescriptions]]
rule = "call-her"
on = "target-missed"
of = "no-real-answer"
action = "call"
owner = "case-owner"
within = "1h"

[[prescriptions]]"#;

/// The stored activation says what was asked for; what stands is amended because of the rulebook where it was said by
/// another one: here by an engine that was set up with it from the start.
#[tokio::test]
async fn what_another_rulebook_said_is_amended_because_of_the_rulebook() {
    let (store, clock, first) = scene().await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    first.shutdown().await.unwrap();
    let shown = clock.clone();
    let builder = Engine::builder(Arc::new(store.clone())).rulebook(within("2", "2h"));
    let second = builder.clock(move || shown.now()).start().await.unwrap();
    second.record(ann(), page_viewed(-1)).await.unwrap();
    let mut reader = second.subscribe("reader").await.unwrap();
    let mut reasons = Vec::new();
    while let Some(notice) = reader.try_next().await.unwrap() {
        if let Entry::Amended { reason, .. } = notice.entry {
            reasons.push(reason);
        }
    }
    assert_eq!(reasons, [Reason::Rulebook]);
    assert!(second.resolve(contact(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn what_was_activated_is_in_force_after_a_restart() {
    let (store, clock, first) = scene().await;
    first.activate(within("2", "2h"), at(60), desk()).await.unwrap();
    first.shutdown().await.unwrap();
    let second = engine(&store, &clock).await;
    let [Activated { effective_at, position, .. }] = second.activated().await.unwrap()[..] else {
        panic!("one was activated")
    };
    assert_eq!((effective_at, position), (at(60), Position(1)));
    clock.set(at(70));
    second.record(ann(), mail(70, 1)).await.unwrap();
    clock.set(at(70 + 130));
    second.advance().await.unwrap();
    assert_eq!(missed(&second, at(200)).await.len(), 1);
}

/// Somebody changed the engine's rulebook where it should have been activated. The plan says what that would come to.
#[tokio::test]
async fn a_plan_lists_what_another_build_would_announce_and_announces_nothing() {
    let (store, clock, first) = scene().await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    first.record(bob(), mail(10, 2)).await.unwrap();
    first.record(bob(), answer(30, 2)).await.unwrap();
    clock.set(at(300));
    first.advance().await.unwrap();
    first.record(bob(), mail(300, 3)).await.unwrap();
    first.shutdown().await.unwrap();
    let length = store.head().await.unwrap();
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let hears = told.clone();
    let progress: throughline::replay::Progress =
        Arc::new(move |at, of| hears.lock().unwrap().push((at, of)));
    let plan = Engine::builder(Arc::new(store.clone())).plan_upgrade(Some(&progress)).await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    assert!(plan.to_string().ends_with("nothing would be announced differently"), "{plan}");
    assert_eq!(told.lock().unwrap().last(), Some(&(length.0, Some(length.0))));

    // Two hours for a real answer and a name of its own: Ann's target was missed at two, and all is by another rulebook.
    let stricter = within("2", "2h");
    let plan = Engine::builder(Arc::new(store.clone())).rulebook(&stricter).plan_upgrade(None).await.unwrap();
    let of = |kind: DecisionKind| plan.by_rule.iter().filter(move |rule| rule.kind == kind.as_str());
    let [missed] = of(TargetMissed).collect::<Vec<_>>()[..] else { panic!("{plan}") };
    assert_eq!(
        (missed.rule.as_str(), missed.new, missed.gone, missed.customers),
        ("no-real-answer", 1, 0, 1)
    );
    assert_eq!(missed.examples[0].effective_at.what_if, Some(at(120)));
    assert_eq!((plan.customers, plan.affected, plan.renamed), (2, 2, plan.announcements.as_is));
    assert_eq!(store.head().await.unwrap(), length, "a plan writes nothing");

    // And that is what it does, once it looks at the customer.
    let clock = clock.clone();
    let builder = Engine::builder(Arc::new(store.clone())).rulebook(stricter).clock(move || clock.now());
    let second = builder.start().await.unwrap();
    second.record(ann(), page_viewed(300)).await.unwrap();
    let stands = second.announced(ann()).await.unwrap();
    assert!(stands.iter().any(|a| a.decision.effective_at == at(120)), "{stands:?}");
}

/// A page that Ann looks at.
fn page_viewed(minutes: i64) -> NewEvent {
    let page = Name::new("help").unwrap();
    super::scene::event(minutes, throughline::core::event::vocabulary::PageViewed { page })
}
