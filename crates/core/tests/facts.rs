//! From events to facts, and the one order that belongs to them.
#![allow(clippy::unwrap_used)]

mod arbitrary;

use arbitrary::{data, micros, name, seeded, uuid};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::cmp::Ordering;
use throughline_core::event::{Body, EventData, NewEvent};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::EventId;
use throughline_core::name::{Interner, Name};
use throughline_core::time::Micros;
use uuid::Uuid;

/// Any event. Times, sources and numbers are few, so that events meet in some of them.
fn event() -> impl Strategy<Value = NewEvent> {
    let time = prop_oneof![(0..4_i64).prop_map(Micros), micros()];
    let source =
        prop_oneof![3 => select(vec!["b", "a", "ab", "é"]).prop_map(|s| Name::new(s).unwrap()), 1 => name()];
    (uuid(), time, source, 0..3_u64, option::of(uuid()), data()).prop_map(
        |(id, at, source, sequence, cause, data)| {
            let event = NewEvent::new(EventId(id), at, source, data).with_sequence(sequence);
            NewEvent { causation_id: cause, ..event }
        },
    )
}

fn events(most: usize) -> impl Strategy<Value = Vec<NewEvent>> {
    vec(event(), 0..=most)
}

fn fact_of(event: &NewEvent, names: &mut Interner) -> Fact {
    Fact::of(event, ProfileIx(7), names)
}

proptest! {
    #![proptest_config(seeded(1_000))]

    #[test]
    fn a_fact_keeps_the_header_and_the_kind(event in event()) {
        let mut names = Interner::new();
        let fact = fact_of(&event, &mut names);
        prop_assert_eq!((fact.at, fact.sequence, fact.id), (event.occurred_at, event.sequence, event.id));
        prop_assert_eq!((fact.profile, fact.data.kind()), (ProfileIx(7), event.kind()));
        prop_assert_eq!(names.resolve(fact.source), event.source.as_str());
    }

    #[test]
    fn the_same_event_is_the_same_fact_by_way_of_the_store(event in event()) {
        let mut names = Interner::new();
        let direct = fact_of(&event, &mut names);
        let stored: NewEvent<Body> = event.seal();
        prop_assert_eq!(Fact::from_body(&stored, ProfileIx(7), &mut names), Ok(direct));
    }

    #[test]
    fn canonical_order_of_facts_is_that_of_their_events(events in events(12)) {
        // Interned back to front, so that symbols and names disagree about order as often as they can.
        let mut names = Interner::new();
        let mut facts: Vec<_> = events.iter().rev().map(|event| fact_of(event, &mut names)).collect();
        facts.reverse();
        for (event, fact) in events.iter().zip(&facts) {
            for (other_event, other_fact) in events.iter().zip(&facts) {
                let by_facts = fact.key().compare(&other_fact.key(), &names);
                prop_assert_eq!(by_facts, event.canonical_key().cmp(&other_event.canonical_key()));
                prop_assert_eq!(by_facts.reverse(), other_fact.key().compare(&fact.key(), &names));
                prop_assert_eq!(by_facts == Ordering::Equal, fact.key() == other_fact.key());
            }
        }
    }

    #[test]
    fn canonical_order_is_transitive(events in vec(event(), 3)) {
        let mut names = Interner::new();
        let mut keys: Vec<_> = events.iter().map(|event| fact_of(event, &mut names).key()).collect();
        keys.sort_by(|a, b| a.compare(b, &names));
        prop_assert_ne!(keys[0].compare(&keys[2], &names), Ordering::Greater);
    }

    #[test]
    fn arrival_order_does_not_change_canonical_order(events in events(12), turn in any::<prop::sample::Index>()) {
        let ordered = |events: &[NewEvent]| {
            let mut names = Interner::new();
            let mut facts: Vec<_> = events.iter().map(|event| fact_of(event, &mut names)).collect();
            facts.sort_by(|a, b| a.key().compare(&b.key(), &names));
            facts.iter().map(|f| (f.at, names.resolve(f.source).to_owned(), f.sequence, f.id)).collect::<Vec<_>>()
        };
        let mut turned = events.clone();
        if !turned.is_empty() {
            let by = turn.index(turned.len());
            turned.rotate_left(by);
        }
        prop_assert_eq!(ordered(&turned), ordered(&events));
    }
}

#[test]
fn sources_are_ordered_by_their_names_and_not_by_who_came_first() {
    let told_by = |source: &str| {
        let data = EventData::from(throughline_core::event::vocabulary::PageViewed {
            page: Name::new("home").unwrap(),
        });
        NewEvent::new(EventId(Uuid::nil()), Micros(5), Name::new(source).unwrap(), data)
    };
    let mut names = Interner::new();
    let web = fact_of(&told_by("web"), &mut names);
    let desk = fact_of(&told_by("desk"), &mut names);
    assert!(web.source < desk.source, "the web came first and has the smaller symbol");
    assert_eq!(desk.key().compare(&web.key(), &names), Ordering::Less);
}

#[test]
fn a_fact_has_the_names_of_its_event_and_none_of_its_words() {
    let data: EventData = throughline_core::event::vocabulary::CaseOverridden {
        contact: throughline_core::ids::ContactId(Uuid::max()),
        by: Name::new("agent-1").unwrap(),
        reason: "she called my mother".into(),
    }
    .into();
    let event = NewEvent::new(EventId(Uuid::nil()), Micros(5), Name::new("desk").unwrap(), data);
    let mut names = Interner::new();
    let fact = fact_of(&event, &mut names);
    let EventData::CaseOverridden(overridden) = &fact.data else { panic!("another kind: {fact:?}") };
    assert_eq!(names.resolve(overridden.by), "agent-1");
    assert!(!format!("{fact:?} {names:?}").contains("mother"));
}
