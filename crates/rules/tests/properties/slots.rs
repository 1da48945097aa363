//! Slots name decisions.

use crate::trial::for_all;
use proptest::prelude::*;
use std::collections::BTreeSet;
use throughline_core::time::Span;

#[test]
fn no_two_decisions_of_one_journey_have_the_same_slot() {
    for_all(60, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (_, judged) = bench.fold(&facts, trial.history.end() + Span::from_days(60));
        let mut seen = BTreeSet::new();
        for (decision, _) in &judged.decisions {
            prop_assert!(seen.insert(decision.slot.clone()), "twice: {:?}", decision);
        }
        Ok(())
    });
}
