//! Slots name decisions.

use crate::trial::for_all;
use crate::world::cases;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::time::Span;
use throughline_rules::decision::DecisionKind;

#[test]
fn no_two_decisions_of_one_journey_have_the_same_slot() {
    for_all(60, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (_, judged) = bench.fold(&facts, trial.history.end() + Span::from_days(60));
        let mut seen = BTreeSet::new();
        for (decision, _) in &judged.decisions {
            prop_assert!(seen.insert(decision.slot), "twice: {:?}", decision);
        }
        Ok(())
    });
}

/// A property that holds of histories in which nothing happens is no property: these reach everything.
#[test]
fn the_histories_reach_every_kind_of_decision() {
    let reached = RefCell::new(BTreeMap::<DecisionKind, u32>::new());
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (_, judged) = bench.fold(&facts, trial.history.end() + Span::from_days(30));
        for (decision, _) in &judged.decisions {
            *reached.borrow_mut().entry(decision.slot.kind).or_default() += 1;
        }
        Ok(())
    });
    for kind in DecisionKind::ALL {
        let times = reached.borrow().get(kind).copied().unwrap_or_default();
        assert!(times * 100 >= cases(), "{kind} only {times} times");
    }
}
