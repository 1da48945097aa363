//! Folds a customer once, and keeps on the way what a journey does not.

use super::InstanceView;
use super::borne::Borne;
use crate::case::CaseClocks;
use crate::clock_view::ClockView;
use crate::decision::{Clock, Decision};
use crate::evaluate::{Evaluator, Outlet};
use crate::journey::Journey;
use crate::ledger::Judged;
use crate::rulebook::Rulebooks;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::ContactId;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;

/// A customer, folded as far as an instant.
pub(super) struct Folded<'a> {
    pub(super) journey: Journey,
    pub(super) judged: Judged,
    /// Runs of clocks that are over, by the case's inside key.
    pub(super) over: BTreeMap<ContactId, Vec<InstanceView>>,
    /// What she had to do and bear, by contact.
    pub(super) borne: Borne,
    /// The facts that had happened by then.
    pub(super) facts: &'a [Fact],
}

struct Keeps<'a> {
    judged: Judged,
    over: BTreeMap<ContactId, Vec<InstanceView>>,
    rules: &'a Rulebooks,
    names: &'a Interner,
}

impl Outlet for Keeps<'_> {
    fn decision(&mut self, decision: &Decision<Sym>, profile: ProfileIx) {
        self.judged.decision(decision, profile);
    }

    fn joined(&mut self, contact: ContactId, case: ContactId) {
        self.judged.joined(contact, case);
    }

    fn clocks_over(&mut self, clocks: &CaseClocks<'_>, at: Micros) {
        let over = self.over.entry(clocks.case.key).or_default();
        let view = |clock: &Clock| ClockView::past(*clock, clocks, self.rules, self.names, at);
        over.push(InstanceView {
            number: over.len() as u16 + 1,
            started_at: clocks.case.instance.started_at,
            ended_at: Some(at),
            clocks: Clock::ALL.iter().map(view).collect(),
        });
    }
}

/// Folds facts, which stand in canonical order, as far as `as_of`.
pub(super) fn fold<'a>(facts: &'a [Fact], as_of: Micros, rules: &Rulebooks, names: &Interner) -> Folded<'a> {
    let evaluator = Evaluator::new(rules);
    let mut journey = Journey::new();
    let mut keeps = Keeps { judged: Judged::default(), over: BTreeMap::new(), rules, names };
    let mut borne = Borne::default();
    let facts = &facts[..facts.partition_point(|fact| fact.at <= as_of)];
    for fact in facts {
        borne.step(evaluator, &mut journey, fact, &mut keeps);
    }
    evaluator.advance(&mut journey, as_of, &mut keeps);
    let Keeps { judged, over, .. } = keeps;
    Folded { journey, judged, over, borne, facts }
}
