//! Two lists of decisions of each customer, compared and added up: counts by rule, and a few examples.

use super::{Compared, Differs, EXAMPLES, Example, RuleDifference};
use crate::core::ids::{ContactId, CustomerId, EventId};
use crate::core::name::{Interner, Sym};
use crate::core::time::Micros;
use crate::replay::fold::add_counts;
use crate::rules::account::compare;
use crate::rules::decision::{Decision, DecisionKind};
use std::collections::{BTreeMap, BTreeSet};

/// What differs between two ways to judge the same customers.
#[derive(Debug, Default)]
pub(crate) struct Tally {
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

/// The decision by each way.
type Found = [Option<Decision<Sym>>; 2];

impl Tally {
    /// Compares the decisions about a customer, and says whether any differ. `inside` gives the key that the second way
    /// has for the case that holds a contact.
    pub(crate) fn compare(
        &mut self,
        customer: CustomerId,
        [ours, theirs]: [&[&Decision<Sym>]; 2],
        inside: impl Fn(ContactId) -> ContactId,
    ) -> bool {
        for (counts, list) in self.decisions.iter_mut().zip([ours, theirs]) {
            for decision in list {
                *counts.entry((decision.slot.kind, decision.slot.rule)).or_default() += 1;
            }
        }
        let found = compare(ours.iter().copied(), theirs.iter().copied(), inside);
        let gone = found.gone.iter().map(|index| [Some(ours[*index]), None]);
        let new = found.new.iter().map(|index| [None, Some(theirs[*index])]);
        let changed = found.changed.iter().map(|(a, b)| [Some(ours[*a]), Some(theirs[*b])]);
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

    /// How many decisions there are.
    pub(crate) fn decisions(&self) -> Compared<u64> {
        self.decisions.each_ref().map(|counts| counts.values().sum()).into()
    }

    /// Adds what another thread has found.
    pub(crate) fn add(&mut self, other: Self) {
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

    /// What differs, by kind and rule, with names spelled out.
    pub(crate) fn by_rule(&self, names: &Interner) -> Vec<RuleDifference> {
        let mut differing: Vec<(&Of, &Differing)> = self.differing.iter().collect();
        // Rules by name: symbols are numbered by arrival.
        differing.sort_by_key(|((kind, rule), _)| (*kind, names.resolve(*rule)));
        differing.into_iter().map(|(of, differing)| self.rule(*of, differing, names)).collect()
    }

    fn rule(&self, of: Of, differing: &Differing, names: &Interner) -> RuleDifference {
        let count = |differs| differing.counts.get(&differs).copied().unwrap_or_default();
        let examples = differing.examples.iter().flat_map(|(differs, kept)| {
            kept.iter().map(|(place, found)| example(*differs, place, found, names))
        });
        RuleDifference {
            kind: of.0.as_str().to_owned(),
            rule: names.resolve(of.1).to_owned(),
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
}

fn example(differs: Differs, place: &Place, found: &Found, names: &Interner) -> Example {
    let (_, customer, case, trigger, _) = *place;
    let at = found.each_ref().map(|decision| decision.as_ref().map(|d| d.effective_at));
    let says = found.each_ref().map(|decision| decision.as_ref().map(|d| d.named(names).to_string()));
    Example {
        differs,
        customer,
        case: (!case.is_nil()).then_some(case),
        trigger,
        effective_at: at.into(),
        says: says.into(),
    }
}

pub(super) fn compared<'m, M>(both: &'m [M; 2], count: impl Fn(&'m M) -> Option<&'m u64>) -> Compared<u64> {
    both.each_ref().map(|counts| count(counts).copied().unwrap_or_default()).into()
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
