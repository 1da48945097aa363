//! One thread's share: folds each customer by both rulebooks, keeps what differs as counts and a few examples.

use super::{Compared, Differs, EXAMPLES, Example, RuleDifference, WhatIf};
use crate::core::fact::{Fact, ProfileIx};
use crate::core::ids::{ContactId, CustomerId, EventId};
use crate::core::name::{Interner, Sym};
use crate::core::time::Micros;
use crate::replay::fold::{add_counts, case_states};
use crate::replay::history::Bucket;
use crate::rules::account::compare;
use crate::rules::decision::{Decision, DecisionKind};
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
    decisions: [BTreeMap<Of, u64>; 2],
    differing: BTreeMap<Of, Differing>,
}

/// What decisions are counted by.
type Of = (DecisionKind, Sym);

/// What differs of a rule's decisions.
#[derive(Debug, Default)]
struct Differing {
    customers: u64,
    counts: BTreeMap<Differs, u64>,
    examples: BTreeMap<Differs, BTreeMap<Place, Found>>,
}

/// Where an example stands among others: by what the facts say, so that the same ones are kept whatever thread met
/// them first. Symbols are numbered by arrival and have no place here.
type Place = (Micros, CustomerId, ContactId, EventId, u16);

/// The decision by each rulebook.
type Found = [Option<Decision<Sym>>; 2];

impl<'a> Side<'a> {
    fn new(rules: &'a Rulebooks) -> Self {
        Self { evaluator: Evaluator::new(rules), journey: Journey::new(), judged: Judged::default() }
    }

    fn fold(&mut self, facts: &[Fact], as_of: Micros) -> usize {
        self.journey.clear();
        self.judged.clear();
        self.evaluator.fold(&mut self.journey, facts, as_of, &mut self.judged)
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
            decisions: Default::default(),
            differing: BTreeMap::new(),
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
        for (counts, side) in self.decisions.iter_mut().zip([as_is, what_if]) {
            for (decision, _) in &side.judged.decisions {
                *counts.entry((decision.slot.kind, decision.slot.rule)).or_default() += 1;
            }
        }
        let (ours, theirs) = (&as_is.judged.decisions, &what_if.judged.decisions);
        let found = compare(listed(ours), listed(theirs), |case| what_if.judged.inside(case));
        let gone = found.gone.iter().map(|index| [Some(&ours[*index].0), None]);
        let new = found.new.iter().map(|index| [None, Some(&theirs[*index].0)]);
        let changed = found.changed.iter().map(|(a, b)| [Some(&ours[*a].0), Some(&theirs[*b].0)]);
        let mut touched = BTreeSet::new();
        for pair in gone.chain(new).chain(changed) {
            let Some((differs, latest)) = how(pair) else { continue };
            let slot = &latest.slot;
            let differing = self.differing.entry((slot.kind, slot.rule)).or_default();
            differing.customers += u64::from(touched.insert((slot.kind, slot.rule)));
            *differing.counts.entry(differs).or_default() += 1;
            let place = (latest.effective_at, customer, slot.case, slot.trigger, slot.occurrence);
            keep(differing.examples.entry(differs).or_default(), place, || pair.map(Option::<&_>::cloned));
        }
        !touched.is_empty()
    }

    /// Adds what another thread has found.
    pub(super) fn add(&mut self, other: Self) {
        self.facts += other.facts;
        self.customers += other.customers;
        self.affected += other.affected;
        for (mine, theirs) in self.cases.iter_mut().zip(other.cases) {
            add_counts(mine, theirs);
        }
        for (mine, theirs) in self.decisions.iter_mut().zip(other.decisions) {
            add_counts(mine, theirs);
        }
        for (of, theirs) in other.differing {
            let mine = self.differing.entry(of).or_default();
            mine.customers += theirs.customers;
            add_counts(&mut mine.counts, theirs.counts);
            for (differs, examples) in theirs.examples {
                let kept = mine.examples.entry(differs).or_default();
                for (place, found) in examples {
                    keep(kept, place, || found);
                }
            }
        }
    }

    /// What was found, with names spelled out.
    pub(super) fn found(self) -> WhatIf {
        let [as_is, what_if] = self.sides.each_ref().map(|side| {
            let label = side.evaluator.rules().in_force(self.as_of).1.label;
            self.names.resolve(label).to_owned()
        });
        let states: BTreeSet<&str> = self.cases.iter().flat_map(BTreeMap::keys).copied().collect();
        let of_state = |state: &str| compared(&self.cases, |cases| cases.get(state));
        let mut differing: Vec<(&Of, &Differing)> = self.differing.iter().collect();
        // Rules by name: symbols are numbered by arrival.
        differing.sort_by_key(|((kind, rule), _)| (*kind, self.names.resolve(*rule)));
        let by_rule = differing.into_iter().map(|(of, differing)| self.rule(*of, differing)).collect();
        WhatIf {
            format: WhatIf::FORMAT,
            rulebook: Compared { as_is, what_if },
            as_of: self.as_of,
            facts: self.facts,
            customers: self.customers,
            affected: self.affected,
            decisions: Compared {
                as_is: self.decisions[0].values().sum(),
                what_if: self.decisions[1].values().sum(),
            },
            cases: states.into_iter().map(|state| (state.to_owned(), of_state(state))).collect(),
            by_rule,
        }
    }

    fn rule(&self, of: Of, differing: &Differing) -> RuleDifference {
        let count = |differs| differing.counts.get(&differs).copied().unwrap_or_default();
        let examples = differing.examples.iter().flat_map(|(differs, kept)| {
            kept.iter().map(|(place, found)| self.example(*differs, place, found))
        });
        RuleDifference {
            kind: of.0.as_str().to_owned(),
            rule: self.names.resolve(of.1).to_owned(),
            decisions: compared(&self.decisions, |counts| counts.get(&of)),
            customers: differing.customers,
            new: count(Differs::New),
            gone: count(Differs::Gone),
            sooner: count(Differs::Sooner),
            later: count(Differs::Later),
            reworded: count(Differs::Reworded),
            examples: examples.collect(),
        }
    }

    fn example(&self, differs: Differs, place: &Place, found: &Found) -> Example {
        let (_, customer, case, trigger, _) = *place;
        let at = found.each_ref().map(|decision| decision.as_ref().map(|d| d.effective_at));
        let says =
            found.each_ref().map(|decision| decision.as_ref().map(|d| d.named(self.names).to_string()));
        Example {
            differs,
            customer,
            case: (!case.is_nil()).then_some(case),
            trigger,
            effective_at: at.into(),
            says: says.into(),
        }
    }
}

impl<T> From<[T; 2]> for Compared<T> {
    fn from([as_is, what_if]: [T; 2]) -> Self {
        Self { as_is, what_if }
    }
}

fn compared<'m, M>(both: &'m [M; 2], count: impl Fn(&'m M) -> Option<&'m u64>) -> Compared<u64> {
    both.each_ref().map(|counts| count(counts).copied().unwrap_or_default()).into()
}

fn listed(decisions: &[(Decision<Sym>, ProfileIx)]) -> impl Iterator<Item = &Decision<Sym>> {
    decisions.iter().map(|(decision, _)| decision)
}

/// How a decision differs, and the one to name it by.
fn how(pair: [Option<&Decision<Sym>>; 2]) -> Option<(Differs, &Decision<Sym>)> {
    Some(match pair {
        [None, Some(new)] => (Differs::New, new),
        [Some(gone), None] => (Differs::Gone, gone),
        [Some(was), Some(is)] => match is.effective_at.cmp(&was.effective_at) {
            std::cmp::Ordering::Less => (Differs::Sooner, is),
            std::cmp::Ordering::Greater => (Differs::Later, is),
            std::cmp::Ordering::Equal => (Differs::Reworded, is),
        },
        [None, None] => return None,
    })
}

/// Keeps the first few, by their places.
fn keep(kept: &mut BTreeMap<Place, Found>, place: Place, found: impl FnOnce() -> Found) {
    if kept.len() < EXAMPLES || kept.last_key_value().is_some_and(|(last, _)| place < *last) {
        kept.insert(place, found());
        if kept.len() > EXAMPLES {
            kept.pop_last();
        }
    }
}
