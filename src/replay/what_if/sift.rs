//! One thread's share: folds each customer by both rulebooks, keeps what differs as counts and a few examples.

use super::tally::{Tally, compared};
use super::{Compared, WhatIf};
use crate::core::fact::Fact;
use crate::core::ids::CustomerId;
use crate::core::name::{Interner, Sym};
use crate::core::time::Micros;
use crate::replay::fold::{add_counts, case_states};
use crate::replay::history::Bucket;
use crate::rules::decision::Decision;
use crate::rules::evaluate::Evaluator;
use crate::rules::journey::Journey;
use crate::rules::ledger::Judged;
use crate::rules::rulebook::Rulebooks;
use std::collections::{BTreeMap, BTreeSet};

/// The customer as one rulebook sees her.
#[derive(Debug)]
struct Side<'a> {
    evaluator: Evaluator<'a>,
    journey: Journey,
    judged: Judged,
}

/// What a thread has found.
#[derive(Debug)]
pub(super) struct Sift<'a> {
    names: &'a Interner,
    as_of: Micros,
    sides: [Side<'a>; 2],
    facts: u64,
    customers: u64,
    affected: u64,
    cases: [BTreeMap<&'static str, u64>; 2],
    tally: Tally,
}

impl<'a> Side<'a> {
    fn new(rules: &'a Rulebooks) -> Self {
        Self { evaluator: Evaluator::new(rules), journey: Journey::new(), judged: Judged::default() }
    }

    fn fold(&mut self, facts: &[Fact], as_of: Micros) -> usize {
        self.journey.clear();
        self.judged.clear();
        self.evaluator.fold(&mut self.journey, facts, as_of, &mut self.judged)
    }

    fn listed(&self) -> Vec<&Decision<Sym>> {
        self.judged.decisions.iter().map(|(decision, _)| decision).collect()
    }
}

impl<'a> Sift<'a> {
    pub(super) fn new(rules: &'a [Rulebooks; 2], names: &'a Interner, as_of: Micros) -> Self {
        Self {
            names,
            as_of,
            sides: rules.each_ref().map(Side::new),
            facts: 0,
            customers: 0,
            affected: 0,
            cases: Default::default(),
            tally: Tally::default(),
        }
    }

    /// Folds every customer of a bucket.
    pub(super) fn fold(&mut self, bucket: &Bucket) {
        for (customer, facts) in bucket.by_customer() {
            let as_of = self.as_of;
            let folded = self.sides.each_mut().map(|side| side.fold(facts, as_of))[0];
            if folded > 0 {
                self.facts += folded as u64;
                self.customers += 1;
                let differs = self.compare(customer);
                self.affected += u64::from(self.count_cases() || differs);
            }
        }
    }

    /// Counts the cases of the customer at hand, and says whether their states differ.
    fn count_cases(&mut self) -> bool {
        let states = self.sides.each_ref().map(|side| {
            let mut states = BTreeMap::<_, u64>::new();
            for state in case_states(&side.journey) {
                *states.entry(state).or_default() += 1;
            }
            states
        });
        let differ = states[0] != states[1];
        for (all, mine) in self.cases.iter_mut().zip(states) {
            add_counts(all, mine);
        }
        differ
    }

    /// Compares the decisions about the customer at hand, and says whether any differ.
    fn compare(&mut self, customer: CustomerId) -> bool {
        let [as_is, what_if] = &self.sides;
        let [ours, theirs] = [as_is, what_if].map(|side| side.listed());
        self.tally.compare(customer, [&ours, &theirs], |case| what_if.judged.inside(case))
    }

    /// Adds what another thread has found.
    pub(super) fn add(&mut self, other: Self) {
        self.facts += other.facts;
        self.customers += other.customers;
        self.affected += other.affected;
        for (mine, theirs) in self.cases.iter_mut().zip(other.cases) {
            add_counts(mine, theirs);
        }
        self.tally.add(other.tally);
    }

    /// What was found, with names spelled out.
    pub(super) fn found(self) -> WhatIf {
        let [as_is, what_if] = self.sides.each_ref().map(|side| {
            let label = side.evaluator.rules().in_force(self.as_of).1.label;
            self.names.resolve(label).to_owned()
        });
        let states: BTreeSet<&str> = self.cases.iter().flat_map(BTreeMap::keys).copied().collect();
        let of_state = |state: &str| compared(&self.cases, |cases| cases.get(state));
        WhatIf {
            format: WhatIf::FORMAT,
            rulebook: Compared { as_is, what_if },
            as_of: self.as_of,
            facts: self.facts,
            customers: self.customers,
            affected: self.affected,
            decisions: self.tally.decisions(),
            cases: states.into_iter().map(|state| (state.to_owned(), of_state(state))).collect(),
            by_rule: self.tally.by_rule(self.names),
        }
    }
}

impl<T> From<[T; 2]> for Compared<T> {
    fn from([as_is, what_if]: [T; 2]) -> Self {
        Self { as_is, what_if }
    }
}
