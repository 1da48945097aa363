//! Live = batch: one step after the other with time passing between, or all at once.

use crate::trial::for_all;
use crate::world::{Bench, Chance};
use proptest::prelude::*;
use std::collections::BTreeMap;
use throughline_core::ids::CustomerId;
use throughline_core::time::{Micros, Span};
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Judged;
use throughline_rules::view::JourneyView;

/// Lets time pass up to an instant, in one go or in many small ones.
fn pass(
    bench: &Bench,
    journey: &mut Journey,
    judged: &mut Judged,
    from: Micros,
    to: Micros,
    by: &mut Chance,
) {
    let mut at = from;
    for _ in 0..by.below(4) {
        let left = (to.0 - at.0).max(0);
        at = at + Span((by.next() % (left as u64 + 1)) as i64);
        bench.evaluator().advance(journey, at, judged);
    }
    if by.once_in(2) {
        bench.evaluator().advance(journey, to, judged);
    }
}

#[test]
fn a_journey_that_was_lived_is_the_journey_that_is_folded() {
    for_all(40, |trial, mut bench| {
        let mut chance = trial.chance();
        let facts = bench.facts_of(&trial.history);
        let as_of = trial.history.end() + Span::from_hours(chance.below(24 * 40) as i64);
        let (mut journey, mut judged) = (Journey::new(), Judged::default());
        for (index, fact) in facts.iter().enumerate() {
            bench.evaluator().step(&mut journey, fact, &mut judged);
            let next = facts.get(index + 1).map_or(as_of, |next| next.at);
            pass(&bench, &mut journey, &mut judged, fact.at, next, &mut chance);
        }
        bench.evaluator().advance(&mut journey, as_of, &mut judged);

        let (folded, concluded) = bench.fold(&facts, as_of);
        prop_assert_eq!(bench.decisions(&judged), bench.decisions(&concluded));
        prop_assert!(bench.bytes(&journey) == bench.bytes(&folded), "the bytes differ");
        prop_assert_eq!(journey, folded);
        prop_assert_eq!(judged.cases, concluded.cases);
        Ok(())
    });
}

#[test]
fn reading_and_waiting_for_what_is_not_due_change_no_bit() {
    for_all(30, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let mut chance = trial.chance();
        let as_of = trial.history.end() + Span::from_hours(chance.below(100) as i64);
        let (mut journey, _) = bench.fold(&facts, as_of);
        let (before, bytes) = (journey.clone(), bench.bytes(&journey));

        let mut made = Judged::default();
        let last_quiet = journey.next_deadline().map_or(as_of + Span::from_days(1_000), |at| at - Span(1));
        for at in [as_of, as_of + Span((last_quiet.0 - as_of.0) / 2), last_quiet] {
            bench.evaluator().advance(&mut journey, at, &mut made);
            let (customer, none) = (CustomerId::default(), BTreeMap::new());
            let view = JourneyView::of(&journey, customer, &bench.rules, &bench.names, at, &none);
            prop_assert!(!view.to_string().is_empty());
        }
        prop_assert!(made.decisions.is_empty(), "nothing was due");
        prop_assert!(bytes == bench.bytes(&journey), "the bytes differ");
        prop_assert_eq!(journey, before);
        Ok(())
    });
}
