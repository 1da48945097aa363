//! Late facts of customers with a long history: what is read for them, and what comes of it.

use crate::scene::{
    Store, ann, answer, at, bob, contact, event, kinds, mail, nothing_is_left_to_say, scene_with,
};
use std::collections::BTreeSet;
use throughline::Engine;
use throughline::core::event::vocabulary::{AnswerAccepted, PageViewed, TextJudged};
use throughline::core::event::{EventData, NewEvent, TextVerdict, Version};
use throughline::core::name::Name;
use throughline::core::time::Span;
use throughline::engine::{EngineBuilder, Incoming};
use throughline::rules::decision::DecisionKind::{self, CaseAnswered, CaseClosed, CaseOpened, TargetMissed};
use throughline_testkit::clock::ManualClock;

/// A page that the customer looks at, a second before a minute is over.
fn page(minutes: i64) -> NewEvent {
    let mut page = event(minutes, PageViewed { page: Name::new("start").unwrap() });
    page.occurred_at = at(minutes + 1) + Span::from_secs(-1);
    page
}

/// The customer writes, and then looks at a page a minute.
async fn browse(engine: &Engine, clock: &ManualClock, minutes: std::ops::Range<i64>) {
    for minute in minutes {
        clock.set(at(minute + 1));
        engine.record(ann(), page(minute)).await.unwrap();
    }
}

/// A mail and a hundred pages; of so many customers what came is kept in memory.
async fn a_long_history(journals: usize) -> (Store, ManualClock, Engine) {
    let (store, clock, engine) = scene_with(|builder| builder.journals(journals)).await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    browse(&engine, &clock, 0..100).await;
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, TargetMissed]);
    (store, clock, engine)
}

#[tokio::test]
async fn a_late_fact_costs_what_happened_since_and_not_the_whole_history() {
    let (store, _, engine) = a_long_history(0).await;
    engine.record(ann(), event(90, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
    let Version(from) = store.read_from();
    assert!(from > 60, "read from event {from} of some 103 on");
    // It takes snapshots of what is to come, as before.
    assert!(engine.memory().await.unwrap().snapshots > 0);
}

/// What happened since a snapshot is at hand, whether it was stepped, announced or late itself.
#[tokio::test]
async fn a_late_fact_reads_nothing() {
    let (store, clock, engine) = a_long_history(1).await;
    let reads = store.reads();
    for (round, minutes) in [(0, [90, 70, 99, 71, 40]), (1, [140, 120, 60, 139, 71])] {
        for minute in minutes {
            let late = Name::new(format!("late {round}")).unwrap();
            engine.record(ann(), event(minute, PageViewed { page: late })).await.unwrap();
        }
        // What is announced now belongs to it, too.
        engine.record(ann(), answer(100 + 45 * round, 1)).await.unwrap();
        browse(&engine, &clock, 100 + 45 * round..145 + 45 * round).await;
    }
    assert_eq!(store.reads(), reads);
    nothing_is_left_to_say(&store, &clock).await;
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered, TargetMissed]);
    let (mut announcements, mut said) = (engine.subscribe("test").await.unwrap(), BTreeSet::new());
    while let Some(notice) = announcements.try_next().await.unwrap() {
        assert!(said.insert(notice.entry.announcement_id()), "said twice: {:?}", notice.entry);
    }
    // Before the oldest snapshot it is read, and that changes what follows.
    engine.record(ann(), answer(20, 1)).await.unwrap();
    assert!(store.reads() > reads);
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
}

/// A long history leaves what happened lately, and what is older is read.
#[tokio::test]
async fn a_journal_is_of_the_last_facts_alone() {
    let (store, clock, engine) = a_long_history(1).await;
    let short = engine.memory().await.unwrap().snapshots;
    browse(&engine, &clock, 100..2_000).await;
    let long = engine.memory().await.unwrap().snapshots;
    assert!(long < 20 * short, "{long} bytes of 2,000 facts, {short} of 100");
    let reads = store.reads();
    engine.record(ann(), event(1_800, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
    assert_eq!(store.reads(), reads);
    engine.record(ann(), event(1_000, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
    assert!(store.reads() > reads && store.read_from() > Version(1));
    nothing_is_left_to_say(&store, &clock).await;
}

#[tokio::test]
async fn a_late_fact_before_every_snapshot_is_still_taken_in() {
    let (store, clock, engine) = a_long_history(0).await;
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
    for journals in [0, 1] {
        let (store, clock, engine) = a_long_history(journals).await;
        // Another program writes an answer that belongs before the snapshots, and only then a late fact comes.
        crate::scene::write_raw(&store, ann(), &answer(20, 1), at(101)).await;
        clock.set(at(102));
        engine.record(ann(), event(90, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
        engine.advance().await.unwrap();
        assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered], "{journals} journals");
    }
}

#[tokio::test]
async fn the_memory_of_snapshots_is_bounded_for_all_customers_together() {
    let few = |builder: EngineBuilder| builder.snapshots(2).snapshot_every(10).journals(0);
    let (store, clock, engine) = scene_with(few).await;
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

#[tokio::test]
async fn late_facts_in_a_burst_are_not_read_each_time() {
    let (store, clock, engine) = scene_with(|builder| builder.journals(1)).await;
    browse(&engine, &clock, 0..45).await;
    clock.set(at(47));
    engine.record(ann(), mail(45, 1)).await.unwrap();
    engine.record(ann(), answer(46, 1)).await.unwrap();
    browse(&engine, &clock, 47..100).await;
    // Somebody else is given the one journal that there is.
    for minute in 0..40 {
        engine.record(bob(), event(minute, PageViewed { page: Name::new("help").unwrap() })).await.unwrap();
    }
    let late = |minutes, page| event(minutes, PageViewed { page: Name::new(page).unwrap() });
    let before = store.reads();
    engine.record(ann(), late(90, "late")).await.unwrap();
    let reads = store.reads();
    assert!(reads > before);
    for (minute, page) in [(95, "late as well"), (91, "a"), (98, "b"), (90, "c")] {
        engine.record(ann(), late(minute, page)).await.unwrap();
    }
    assert_eq!(store.reads(), reads, "since the same snapshot nothing is read again");
    // Before that snapshot: what was read since is not enough.
    engine.record(ann(), late(40, "very late")).await.unwrap();
    assert!(store.reads() > reads);
    assert!(store.read_from() > Version(1));
    clock.set(at(102));
    engine.record(ann(), event(101, AnswerAccepted { contact: contact(1) })).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered, CaseClosed]);
}

/// What was imported: a mail a quarter of an hour into the day, an answer to each, and pages; all in one batch.
async fn an_imported_history(in_order: bool, journals: usize) -> (Store, ManualClock, Engine) {
    let (store, clock, engine) = scene_with(|builder| builder.journals(journals)).await;
    clock.set(at(500));
    let mut facts = vec![mail(0, 1), answer(5, 1)];
    facts.extend((6..100).map(page));
    facts.extend([mail(100, 2), mail(101, 3), answer(102, 3)]);
    facts.extend((102..200).map(page));
    if !in_order {
        facts.rotate_left(60);
    }
    let facts = facts.into_iter().map(|event| Incoming { profile: ann(), event });
    for outcome in engine.record_all(facts.collect()).await.unwrap() {
        outcome.unwrap();
    }
    assert_eq!(kinds(&engine, ann()).await, IMPORTED);
    (store, clock, engine)
}

const IMPORTED: [DecisionKind; 6] =
    [CaseOpened, CaseOpened, CaseOpened, CaseAnswered, CaseAnswered, TargetMissed];

#[tokio::test]
async fn an_import_leaves_what_a_late_fact_after_it_needs() {
    for journals in [0, 1] {
        let (store, _, engine) = an_imported_history(true, journals).await;
        let (log, reads) = (engine.announced(ann()).await.unwrap(), store.reads());
        engine.record(ann(), event(150, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
        if journals == 0 {
            let Version(from) = store.read_from();
            assert!((100..200).contains(&from), "read from event {from} of some 200 on");
        } else {
            assert_eq!(store.reads(), reads);
        }
        assert_eq!(engine.announced(ann()).await.unwrap(), log, "what the import led to is not said again");
        // The second mail was answered in time after all: what was said of it in the same record is taken back.
        engine.record(ann(), answer(120, 2)).await.unwrap();
        let answered = [CaseOpened, CaseOpened, CaseOpened, CaseAnswered, CaseAnswered, CaseAnswered];
        assert_eq!(kinds(&engine, ann()).await, answered);
    }
}

#[tokio::test]
async fn an_import_that_is_out_of_order_is_read_as_a_whole() {
    let (store, _, engine) = an_imported_history(false, 1).await;
    engine.record(ann(), event(150, PageViewed { page: Name::new("late").unwrap() })).await.unwrap();
    assert_eq!(store.read_from(), Version(1));
    assert_eq!(kinds(&engine, ann()).await, IMPORTED);
}

/// An engine that takes a snapshot at every fact.
async fn with_snapshots_everywhere(journals: usize) -> (Store, ManualClock, Engine) {
    scene_with(|builder| builder.snapshot_every(1).journals(journals)).await
}

/// A target is missed, it is not since an answer comes late, and it is after all since the answer was boilerplate.
#[tokio::test]
async fn what_is_said_again_from_a_snapshot_is_another_announcement() {
    for journals in [0, 1] {
        said_again_from_a_snapshot(journals).await;
    }
}

async fn said_again_from_a_snapshot(journals: usize) {
    let (store, clock, engine) = with_snapshots_everywhere(journals).await;
    let day = 24 * 60;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.set(at(day + 1));
    engine.advance().await.unwrap();
    let reply = answer(30, 1);
    engine.record(ann(), reply.clone()).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, CaseAnswered]);
    clock.set(at(day + 3));
    engine.record(ann(), page(day + 1)).await.unwrap();
    let judged = TextJudged {
        message: reply.id,
        verdict: TextVerdict::Boilerplate,
        annotator: Name::new("a model").unwrap(),
        annotator_version: 1,
    };
    engine.record(ann(), event(40, judged)).await.unwrap();
    assert!(journals == 1 || store.read_from() > Version(1), "read as a whole");
    let mut announcements = engine.subscribe("test").await.unwrap();
    let mut said = Vec::new();
    while let Some(notice) = announcements.try_next().await.unwrap() {
        if notice.entry.slot().rule.as_str() == "unanswered-within-promise" {
            said.push(notice.entry.announcement_id());
        }
    }
    assert_eq!(said.len(), 3, "said, withdrawn, said again");
    assert!(said[0] == said[1] && said[1] != said[2], "{said:?}");
}

/// A contact opened a case of its own, and a late fact says that it is about an earlier case.
#[tokio::test]
async fn a_case_from_before_a_snapshot_keeps_its_handle_when_it_takes_another_in() {
    for journals in [0, 1] {
        a_case_takes_another_in(journals).await;
    }
}

async fn a_case_takes_another_in(journals: usize) {
    let (_, clock, engine) = with_snapshots_everywhere(journals).await;
    let about_billing = |minutes, number| {
        let mut mail = mail(minutes, number);
        if let EventData::ContactStarted(started) = &mut mail.data {
            started.topic = Some(Name::new("billing").unwrap());
        }
        mail
    };
    engine.record(ann(), about_billing(0, 1)).await.unwrap();
    browse(&engine, &clock, 0..10).await;
    engine.record(ann(), mail(11, 2)).await.unwrap();
    clock.set(at(12));
    engine.record(ann(), answer(12, 2)).await.unwrap();
    let said = async || -> Vec<_> {
        let announced = engine.announced(ann()).await.unwrap();
        announced.iter().map(|said| (said.decision.slot.kind, said.decision.slot.case)).collect()
    };
    let (one, two) = (contact(1), contact(2));
    assert_eq!(said().await, [(CaseOpened, one), (CaseOpened, two), (CaseAnswered, two)]);
    // The second contact had begun a minute earlier, and was about the bill: what was answered is the first case.
    engine.record(ann(), about_billing(10, 2)).await.unwrap();
    assert_eq!(said().await, [(CaseOpened, one), (CaseAnswered, two)]);
    clock.set(at(13));
    engine.record(ann(), event(13, AnswerAccepted { contact: one })).await.unwrap();
    assert_eq!(said().await, [(CaseOpened, one), (CaseAnswered, two), (CaseClosed, one)]);
}
