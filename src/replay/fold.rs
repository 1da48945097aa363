//! One thread's share of a replay: folds buckets, counts, and adds up the digest.

use super::history::Bucket;
use std::collections::BTreeMap;
use throughline_core::canonical::{Canonical, CanonicalWriter, Names};
use throughline_core::customer::Effort;
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{ContactId, CustomerId};
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_rules::case::{CaseClocks, CaseState, WaitsFor};
use throughline_rules::decision::{Content, Decision, DecisionKind};
use throughline_rules::evaluate::{Count, Discard, Evaluator, Outlet};
use throughline_rules::journey::Journey;
use throughline_rules::promise::PromiseCount;
use throughline_rules::rulebook::Rulebooks;

/// Looks on while customers are folded, for a report with more detail than the totals. It hears what is concluded
/// about a customer first, and then sees the customer.
pub(crate) trait Observer: Outlet + Send {
    /// A customer was folded.
    fn customer(&mut self, folded: &Folded<'_>);

    /// Adds what another thread's observer saw.
    fn add(&mut self, other: Self);
}

/// A customer that was just folded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folded<'a> {
    pub(crate) customer: CustomerId,
    /// The facts that were folded: none is dated later than `as_of`.
    pub(crate) facts: &'a [Fact],
    pub(crate) journey: &'a Journey,
    /// The rulebooks that it was judged by.
    pub(crate) rules: &'a Rulebooks,
    pub(crate) as_of: Micros,
}

/// Who wants the totals alone. Costs nothing: the compiler sees that nothing is done.
impl Observer for Discard {
    #[inline]
    fn customer(&mut self, _: &Folded<'_>) {}

    fn add(&mut self, _: Self) {}
}

/// What a thread has folded.
#[derive(Debug)]
pub(super) struct Worker<'a, O> {
    evaluator: Evaluator<'a>,
    names: &'a Interner,
    as_of: Micros,
    journey: Journey,
    said: Said<'a, O>,
    pub(super) totals: Totals,
}

/// What adds up over customers.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    pub(super) customers: u64,
    pub(super) facts: u64,
    pub(super) parked: u64,
    pub(super) cases: BTreeMap<&'static str, u64>,
    pub(super) why: BTreeMap<&'static str, u64>,
    pub(super) waits_for: BTreeMap<&'static str, u64>,
    pub(super) reopened_cases: u64,
    pub(super) reopens: u64,
    pub(super) claimed_cases: u64,
    pub(super) retired_cases: u64,
    pub(super) effort: Effort,
    pub(super) promises: PromiseCount,
    pub(super) flagged_now: u64,
    pub(super) digest: u128,
}

/// Where decisions go: into counts, and into the bytes that the digest of their customer is taken of.
#[derive(Debug)]
struct Said<'a, O> {
    observer: O,
    names: &'a Interner,
    bytes: Vec<u8>,
    decisions: Count,
    missed_by_rule: BTreeMap<Sym, u64>,
    actions: BTreeMap<Sym, u64>,
}

impl<O: Observer> Outlet for Said<'_, O> {
    #[inline]
    fn joined(&mut self, contact: ContactId, case: ContactId) {
        self.observer.joined(contact, case);
    }

    #[inline]
    fn clocks_over(&mut self, clocks: &CaseClocks<'_>, at: Micros) {
        self.observer.clocks_over(clocks, at);
    }

    fn decision(&mut self, decision: &Decision<Sym>, profile: ProfileIx) {
        decision.canonical(&mut CanonicalWriter::new(&mut self.bytes, self.names, Names::Hashed));
        self.decisions.decision(decision, profile);
        match &decision.content {
            Content::TargetMissed { .. } => *self.missed_by_rule.entry(decision.slot.rule).or_default() += 1,
            Content::PrescriptionIssued { action, .. } => *self.actions.entry(*action).or_default() += 1,
            _ => {}
        }
        self.observer.decision(decision, profile);
    }
}

impl<'a, O: Observer> Worker<'a, O> {
    pub(super) fn new(evaluator: Evaluator<'a>, names: &'a Interner, as_of: Micros, observer: O) -> Self {
        let said = Said {
            observer,
            names,
            bytes: Vec::new(),
            decisions: Count::default(),
            missed_by_rule: BTreeMap::new(),
            actions: BTreeMap::new(),
        };
        Self { evaluator, names, as_of, journey: Journey::new(), said, totals: Totals::default() }
    }

    /// Folds every customer of a bucket.
    pub(super) fn fold(&mut self, bucket: &Bucket) {
        for (customer, facts) in bucket.by_customer() {
            self.journey.clear();
            self.said.bytes.clear();
            let folded = self.evaluator.fold(&mut self.journey, facts, self.as_of, &mut self.said);
            self.totals.facts += folded as u64;
            self.totals.parked += (facts.len() - folded) as u64;
            if folded > 0 {
                self.count(customer);
                let facts = &facts[..folded];
                let (journey, as_of, rules) = (&self.journey, self.as_of, self.evaluator.rules());
                self.said.observer.customer(&Folded { customer, facts, journey, rules, as_of });
            }
        }
    }

    fn count(&mut self, customer: CustomerId) {
        let (totals, journey) = (&mut self.totals, &self.journey);
        totals.customers += 1;
        for state in case_states(journey) {
            *totals.cases.entry(state).or_default() += 1;
        }
        for case in journey.cases.cases() {
            if !case.state.is_settled() {
                *totals.why.entry(case.why()).or_default() += 1;
                *totals.waits_for.entry(WaitsFor::as_str(case.waits_for)).or_default() += 1;
            }
            totals.reopened_cases += u64::from(case.reopens > 0);
            totals.reopens += u64::from(case.reopens);
            totals.claimed_cases += u64::from(case.claimed);
        }
        for stub in journey.cases.stubs() {
            totals.reopened_cases += u64::from(stub.reopens > 0);
            totals.reopens += u64::from(stub.reopens);
        }
        totals.retired_cases += u64::from(journey.cases.retired());
        totals.effort.add(&journey.customer.effort());
        totals.promises.add(journey.promises.count());
        totals.flagged_now += u64::from(journey.churn.as_ref().is_some_and(|c| c.flag.is_some()));
        // The digest of a customer covers its id, its decisions in their order, and its state.
        let bytes = &mut self.said.bytes;
        bytes.extend_from_slice(customer.as_bytes());
        journey.canonical_bytes(bytes, self.names, Names::Hashed);
        totals.digest = totals.digest.wrapping_add(xxhash_rust::xxh3::xxh3_128(bytes));
    }

    /// Adds what another thread has folded.
    pub(super) fn add(&mut self, other: Self) {
        let (mine, theirs) = (&mut self.totals, other.totals);
        mine.customers += theirs.customers;
        mine.facts += theirs.facts;
        mine.parked += theirs.parked;
        mine.reopened_cases += theirs.reopened_cases;
        mine.reopens += theirs.reopens;
        mine.claimed_cases += theirs.claimed_cases;
        mine.retired_cases += theirs.retired_cases;
        mine.flagged_now += theirs.flagged_now;
        mine.effort.add(&theirs.effort);
        mine.promises.add(theirs.promises);
        add_counts(&mut mine.cases, theirs.cases);
        add_counts(&mut mine.why, theirs.why);
        add_counts(&mut mine.waits_for, theirs.waits_for);
        mine.digest = mine.digest.wrapping_add(theirs.digest);
        self.said.decisions.add(&other.said.decisions);
        add_counts(&mut self.said.missed_by_rule, other.said.missed_by_rule);
        add_counts(&mut self.said.actions, other.said.actions);
        self.said.observer.add(other.said.observer);
    }

    /// What the observers saw.
    pub(super) fn observed(self) -> O {
        self.said.observer
    }

    pub(super) fn decisions(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let kinds = DecisionKind::ALL.iter().map(|kind| (kind.as_str(), self.said.decisions.of(*kind)));
        kinds.filter(|(_, count)| *count > 0)
    }

    pub(super) const fn missed_by_rule(&self) -> &BTreeMap<Sym, u64> {
        &self.said.missed_by_rule
    }

    pub(super) const fn actions(&self) -> &BTreeMap<Sym, u64> {
        &self.said.actions
    }

    pub(super) fn decided(&self, kind: DecisionKind) -> u64 {
        self.said.decisions.of(kind)
    }
}

/// Where each case of a customer stands, those included of which only a stub is kept.
pub(crate) fn case_states(journey: &Journey) -> impl Iterator<Item = &'static str> {
    let settled = |closed: bool| if closed { CaseState::CLOSED } else { CaseState::LAPSED };
    let cases = journey.cases.cases().iter().map(|case| case.state.as_str());
    cases.chain(journey.cases.stubs().iter().map(move |stub| settled(stub.closed)))
}

/// Adds what another thread has counted, by whatever it counts.
pub(crate) fn add_counts<K: Ord>(mine: &mut BTreeMap<K, u64>, theirs: BTreeMap<K, u64>) {
    for (key, count) in theirs {
        *mine.entry(key).or_default() += count;
    }
}
