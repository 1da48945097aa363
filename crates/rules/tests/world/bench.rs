//! What a history is tried on: a rulebook, the names that it uses, and `f`.

use super::History;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use throughline_core::canonical::{Canonical, CanonicalWriter, Names};
use throughline_core::event::NewEvent;
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::name::Interner;
use throughline_core::time::Micros;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::evaluate::Evaluator;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Judged;
use throughline_rules::rulebook::Rulebooks;

/// A rulebook with its names.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    pub(crate) names: Interner,
    pub(crate) rules: Rulebooks,
}

impl Bench {
    /// The rulebook of a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut names = Interner::new();
        let rules = Rulebooks::parse(text, &mut names).unwrap();
        Self { names, rules }
    }

    pub(crate) const fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(&self.rules)
    }

    /// The facts of events, in canonical order.
    pub(crate) fn facts<'e>(
        &mut self,
        events: impl IntoIterator<Item = &'e (ProfileIx, NewEvent)>,
    ) -> Vec<Fact> {
        let facts = events.into_iter().map(|(profile, event)| Fact::of(event, *profile, &mut self.names));
        let mut facts: Vec<Fact> = facts.collect();
        facts.sort_by(|a, b| self.order(a, b));
        facts
    }

    pub(crate) fn facts_of(&mut self, history: &History) -> Vec<Fact> {
        self.facts(&history.events)
    }

    pub(crate) fn order(&self, a: &Fact, b: &Fact) -> Ordering {
        a.key().compare(&b.key(), &self.names)
    }

    /// `f`.
    pub(crate) fn fold(&self, facts: &[Fact], as_of: Micros) -> (Journey, Judged) {
        let (mut journey, mut judged) = (Journey::new(), Judged::default());
        self.evaluator().fold(&mut journey, facts, as_of, &mut judged);
        (journey, judged)
    }

    /// A journey's canonical bytes with names spelled out: equal for every interner.
    pub(crate) fn bytes(&self, journey: &Journey) -> Vec<u8> {
        let mut out = Vec::new();
        journey.canonical_bytes(&mut out, &self.names, Names::Spelled);
        out
    }

    /// The decisions with names spelled out, in the order of the steps, as canonical bytes too.
    pub(crate) fn decisions(&self, judged: &Judged) -> (Vec<Decision>, Vec<u8>) {
        let mut bytes = Vec::new();
        let mut writer = CanonicalWriter::new(&mut bytes, &self.names, Names::Spelled);
        for (decision, _) in &judged.decisions {
            decision.canonical(&mut writer);
        }
        (judged.decisions.iter().map(|(d, _)| d.named(&self.names)).collect(), bytes)
    }
}

/// What should be announced by an instant: the decisions that have settled, by slot.
pub(crate) fn settled_slots(bench: &Bench, judged: &Judged, now: Micros) -> BTreeMap<Slot, Decision> {
    let settled = |d: &Decision<_>| d.effective_at + bench.rules.settle(d.slot.rule, d.effective_at) <= now;
    let decisions = judged.decisions.iter().map(|(d, _)| d).filter(|d| settled(d));
    decisions.map(|d| d.named(&bench.names)).map(|d| (d.slot.clone(), d)).collect()
}
