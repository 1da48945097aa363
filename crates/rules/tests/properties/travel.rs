//! Time travel is a filter, and what is dated in the future waits for its time.

use crate::trial::for_all;
use proptest::prelude::*;
use throughline_core::time::Span;

#[test]
fn the_journey_as_of_an_instant_follows_from_what_had_happened_by_then() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let mut chance = trial.chance();
        let anchor = facts.get(chance.below(facts.len())).map_or(trial.history.end(), |fact| fact.at);
        let as_of = anchor + Span([0, -1, 1, 3_600_000_000, 86_400_000_000][chance.below(5)]);

        let (mut then, mut judged) = bench.fold(&facts, as_of);
        let happened: Vec<_> = facts.iter().filter(|fact| fact.at <= as_of).cloned().collect();
        let (filtered, concluded) = bench.fold(&happened, as_of);
        prop_assert_eq!(bench.decisions(&judged), bench.decisions(&concluded));
        prop_assert_eq!(&then, &filtered);

        // What was parked is stepped when its time has come, and then all is as if it had been known for long.
        for fact in &facts[happened.len()..] {
            prop_assert!(!then.is_late(&fact.key(), &bench.names));
            bench.evaluator().step(&mut then, fact, &mut judged);
        }
        let end = trial.history.end() + Span::from_days(9);
        bench.evaluator().advance(&mut then, end, &mut judged);
        let (whole, concluded) = bench.fold(&facts, end);
        prop_assert_eq!(bench.decisions(&judged), bench.decisions(&concluded));
        prop_assert_eq!(then, whole);
        Ok(())
    });
}
