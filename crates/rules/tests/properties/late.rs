//! Late facts: what is not late can be stepped; only what is late asks for a fold from the first fact.

use crate::trial::for_all;
use proptest::prelude::*;
use throughline_core::time::Span;

#[test]
fn a_fact_that_is_not_late_can_be_stepped_and_gives_the_refolded_journey() {
    for_all(30, |trial, mut bench| {
        let mut facts = bench.facts_of(&trial.history);
        if facts.is_empty() {
            return Ok(());
        }
        let mut chance = trial.chance();
        // One fact is held back and comes when some more of the others have been stepped and time has passed.
        let held = facts.remove(chance.below(facts.len()));
        let before = facts.partition_point(|fact| bench.order(fact, &held).is_lt());
        let known = (before + chance.below(3)).min(facts.len());
        let last = facts[..known].last().map_or(held.at, |fact| fact.at);
        let next = facts.get(known).map_or(last + Span::from_days(2), |fact| fact.at);
        let boundary = [held.at, last, next, held.at - Span(1), held.at + Span(1)];
        let now = boundary[chance.below(5)].clamp(last, next);
        let (mut journey, mut judged) = bench.fold(&facts[..known], now);

        let late = journey.is_late(&held.key(), &bench.names);
        prop_assert!(late || known == before, "a fact before the last one that was folded is late");
        if !late {
            let now = now.max(held.at);
            bench.evaluator().step(&mut journey, &held, &mut judged);
            bench.evaluator().advance(&mut journey, now, &mut judged);
            facts.truncate(known);
            facts.insert(before, held);
            let (refolded, concluded) = bench.fold(&facts, now);
            prop_assert_eq!(bench.decisions(&judged), bench.decisions(&concluded));
            prop_assert_eq!(journey, refolded);
        }
        Ok(())
    });
}

#[test]
fn a_fact_is_late_only_if_something_was_done_at_its_time_or_after() {
    for_all(30, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let mut chance = trial.chance();
        let known = chance.below(facts.len() + 1);
        for fact in &facts[known..] {
            let (journey, _) = bench.fold(&facts[..known], fact.at);
            prop_assert!(
                !journey.is_late(&fact.key(), &bench.names),
                "deadlines of its instant come before it"
            );
        }
        Ok(())
    });
}
