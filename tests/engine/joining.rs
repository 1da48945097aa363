//! Two customers who become one: what is read for it, and what comes of it.

use crate::scene::{
    Store, ann, answer, at, bob, event, kinds, mail, nothing_is_left_to_say_with, scene, scene_with,
};
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::vocabulary::{IdentifierClaimed, PageViewed};
use throughline::core::event::{IdentifierHash, NewEvent, Version};
use throughline::core::identifier::{Identifier, IdentifierKey};
use throughline::core::ids::{LinkId, ProfileId};
use throughline::core::name::Name;
use throughline::engine::Claimed;
use throughline::rules::decision::DecisionKind::{CaseAnswered, CaseOpened, TargetMissed};
use throughline::rules::rulebook::DEFAULT;
use throughline_testkit::clock::ManualClock;

fn page(minute: i64, name: &str) -> NewEvent {
    event(minute, PageViewed { page: Name::new(name).unwrap() })
}

fn link(number: u8) -> LinkId {
    LinkId::from_bytes([number; 16])
}

fn rulebook() -> String {
    DEFAULT.split("[identity]").next().unwrap().to_owned()
}

/// One has a long history, with a case that nobody answered; the other comes late and looks at some pages.
async fn a_customer_and_a_visitor(her: ProfileId, him: ProfileId) -> (Store, ManualClock, Engine) {
    // Nobody is told apart by what they claimed, so a link looks at no claims.
    let (store, clock, engine) = scene_with(|builder| builder.rulebook(rulebook())).await;
    engine.record(her, mail(0, 1)).await.unwrap();
    for minute in 0..200 {
        clock.set(at(minute));
        engine.record(her, page(minute, "hers")).await.unwrap();
    }
    for minute in 195..200 {
        engine.record(him, page(minute, "his")).await.unwrap();
    }
    (store, clock, engine)
}

/// Whoever folds everything from the first fact has nothing to add to what was announced, and nothing to take back.
async fn nothing_is_left_to_say(store: &Store, clock: &ManualClock) {
    nothing_is_left_to_say_with(store, clock, |builder| builder.rulebook(rulebook())).await;
}

#[tokio::test]
async fn a_visitor_who_joins_costs_his_history_and_not_hers() {
    // Whichever of them is named first, and whoever has the smaller id.
    for (her, him, turned) in [(ann(), bob(), false), (ann(), bob(), true), (bob(), ann(), false)] {
        let (store, clock, engine) = a_customer_and_a_visitor(her, him).await;
        let before = store.events_read();
        let (a, b) = if turned { (him, her) } else { (her, him) };
        engine.link(link(1), a, b).await.unwrap();
        let read = store.events_read() - before;
        assert!(read < 90, "{read} events of some 210 were read");
        assert_eq!(engine.customer(bob()).await.unwrap().profiles, [ann(), bob()]);
        nothing_is_left_to_say(&store, &clock).await;
        assert_eq!(kinds(&engine, bob()).await, [CaseOpened, TargetMissed]);
    }
}

#[tokio::test]
async fn what_follows_for_both_is_judged_from_both() {
    for (her, him) in [(ann(), bob()), (bob(), ann())] {
        let (store, clock, engine) = a_customer_and_a_visitor(her, him).await;
        engine.link(link(1), her, him).await.unwrap();
        // An answer in his stream is one to her case.
        clock.set(at(201));
        engine.record(him, answer(201, 1)).await.unwrap();
        assert_eq!(kinds(&engine, her).await, [CaseOpened, CaseAnswered, TargetMissed]);
        // And a late fact of either starts from a snapshot of before, and forgets nobody.
        let before = store.events_read();
        engine.record(her, page(198, "late")).await.unwrap();
        engine.record(him, page(199, "late")).await.unwrap();
        let read = store.events_read() - before;
        assert!(read < 200, "{read} events were read for two late facts of some 215");
        assert_eq!(kinds(&engine, her).await, [CaseOpened, CaseAnswered, TargetMissed]);
        nothing_is_left_to_say(&store, &clock).await;
        // Taken back, each is what it would be.
        engine.unlink(link(1), her, him).await.unwrap();
        assert_eq!(kinds(&engine, her).await, [CaseOpened, TargetMissed]);
        assert_eq!(engine.customer(him).await.unwrap().profiles, [him]);
        nothing_is_left_to_say(&store, &clock).await;
    }
}

/// He answered, and a late fact of hers is folded from a snapshot of before they were joined: her case stays answered, so
/// nothing more is missed.
#[tokio::test]
async fn a_late_fact_of_one_forgets_nothing_of_the_other() {
    for (her, him) in [(ann(), bob()), (bob(), ann())] {
        let (store, clock, engine) = a_customer_and_a_visitor(her, him).await;
        engine.link(link(1), her, him).await.unwrap();
        clock.set(at(201));
        engine.record(him, answer(201, 1)).await.unwrap();
        engine.record(her, page(198, "late")).await.unwrap();
        clock.set(at(7 * 24 * 60));
        engine.advance().await.unwrap();
        assert_eq!(kinds(&engine, her).await, [CaseOpened, CaseAnswered, TargetMissed]);
        nothing_is_left_to_say(&store, &clock).await;
    }
}

/// What her cases miss while they are one is said in her stream: taken apart again, nothing of it has to be said anew.
#[tokio::test]
async fn what_is_missed_of_hers_while_they_are_one_is_said_of_her() {
    for (her, him) in [(ann(), bob()), (bob(), ann())] {
        let (store, clock, engine) = a_customer_and_a_visitor(her, him).await;
        // Since her last snapshot, so that it is read for the link.
        engine.record(her, mail(199, 2)).await.unwrap();
        engine.link(link(1), her, him).await.unwrap();
        clock.set(at(28 * 60));
        engine.advance().await.unwrap();
        engine.unlink(link(1), her, him).await.unwrap();
        let mut announcements = engine.subscribe("test").await.unwrap();
        let mut said = Vec::new();
        while let Some(notice) = announcements.try_next().await.unwrap() {
            if notice.entry.slot().rule.as_str() == "unanswered-within-promise" {
                said.push(notice.entry.to_string());
            }
        }
        assert_eq!(said.len(), 2, "{said:?}");
        nothing_is_left_to_say(&store, &clock).await;
    }
}

/// The visitor's first fact is older than every snapshot: everything is read.
#[tokio::test]
async fn a_visitor_who_was_there_first_is_taken_in_from_the_start() {
    let (store, clock, engine) = scene().await;
    engine.record(bob(), mail(-500, 7)).await.unwrap();
    for minute in 0..100 {
        clock.set(at(minute));
        engine.record(ann(), page(minute, "hers")).await.unwrap();
    }
    engine.link(link(1), ann(), bob()).await.unwrap();
    assert_eq!(store.read_from(), Version(1));
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened, TargetMissed]);
    nothing_is_left_to_say(&store, &clock).await;
}

/// A case that he has when he joins goes on beside hers, under its handle.
#[tokio::test]
async fn what_was_said_of_him_stands() {
    let (store, clock, engine) = a_customer_and_a_visitor(ann(), bob()).await;
    clock.set(at(205));
    engine.record(bob(), mail(205, 9)).await.unwrap();
    engine.link(link(1), bob(), ann()).await.unwrap();
    assert_eq!(engine.journey(ann(), at(205)).await.unwrap().cases.len(), 2);
    assert_eq!(kinds(&engine, bob()).await, [CaseOpened, CaseOpened, TargetMissed]);
    clock.set(at(206));
    engine.record(ann(), answer(206, 9)).await.unwrap();
    assert_eq!(kinds(&engine, bob()).await, [CaseOpened, CaseOpened, CaseAnswered, TargetMissed]);
    nothing_is_left_to_say(&store, &clock).await;
}

/// Who never claimed anything is not read to be told so.
#[tokio::test]
async fn a_visitor_who_claims_for_the_first_time_is_not_read() {
    let (store, clock) = (Store::default(), ManualClock::at(at(0)));
    let shown = clock.clone();
    let builder = Engine::builder(Arc::new(store.clone())).clock(move || shown.now());
    let engine = builder.identifier_key(IdentifierKey::new([7; 16])).start().await.unwrap();
    for (who, name) in [(ann(), "hers"), (bob(), "his")] {
        for minute in 0..100 {
            clock.set(at(minute));
            engine.record(who, page(minute, name)).await.unwrap();
        }
    }
    let email = Identifier::new("email", "ann@example.org").unwrap();
    let source = || Name::new("test").unwrap();
    let before = store.events_read();
    engine.identify(ann(), &email, at(100), source()).await.unwrap();
    assert_eq!(store.events_read() - before, 0);
    // Two accounts are two people, however late the second is known: what he claims is seen, though he was a visitor.
    let account = |number| Identifier::new("account", number).unwrap();
    engine.identify(ann(), &account("1"), at(100), source()).await.unwrap();
    let hash = IdentifierHash(uuid::Uuid::from_u128(2));
    let kind = Name::new("account").unwrap();
    clock.set(at(100));
    engine.record(bob(), event(100, IdentifierClaimed { kind, hash })).await.unwrap();
    let told = engine.identify(bob(), &email, at(101), source()).await.unwrap();
    assert!(matches!(told.claimed, Claimed::NotJoined(_)), "{told}");
}
