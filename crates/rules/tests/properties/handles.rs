//! Handles: any contact names its case, and a case keeps the name that it was first announced under.

use crate::said::Said;
use crate::trial::for_all;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::event::EventData;
use throughline_core::fact::ProfileIx;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::time::Span;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::evaluate::Outlet;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Entry;

#[test]
fn every_contact_names_the_case_that_holds_it_before_and_after_an_earlier_contact_arrives_late() {
    for_all(24, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let mut chance = trial.chance();
        let is_start = |i: &usize| matches!(facts[*i].data, EventData::ContactStarted(_));
        let starts: Vec<usize> = (0..facts.len()).filter(is_start).collect();
        let late = starts.get(chance.below(starts.len().min(3))).copied();
        let before: Vec<_> =
            facts.iter().enumerate().filter(|(i, _)| Some(*i) != late).map(|(_, f)| f.clone()).collect();
        let now = trial.history.end() + Span::from_days(10);

        let mut said = Said::default();
        for known in [&before, &facts] {
            let (journey, judged) = bench.fold(known, now);
            for (contact, case) in journey.cases.members() {
                prop_assert_eq!(judged.resolve(contact), case.key);
                prop_assert_eq!(journey.cases.of_contact(contact), journey.cases.of_key(case.key));
            }
            said.judge(&bench, known, now)?;
        }
        Ok(())
    });
}

#[test]
fn a_case_keeps_the_handle_that_it_was_first_announced_under() {
    for_all(24, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let mut chance = trial.chance();
        let known: Vec<_> = facts.iter().filter(|_| !chance.once_in(5)).cloned().collect();
        let now = trial.history.end() + Span::from_days(10);
        let mut said = Said::default();
        said.judge(&bench, &known, now)?;

        let (_, judged) = bench.fold(&facts, now);
        let mut cases = Cases::default();
        bench.evaluator().fold(&mut Journey::new(), &facts, now, &mut cases);
        let handles = said.handles(&judged);
        let (_, entries) = said.judge(&bench, &facts, now)?;
        for entry in &entries {
            let Entry::Announced(announcement) = entry else { continue };
            let handle = announcement.decision.slot.case;
            if handle.is_nil() {
                continue;
            }
            let slot = &announcement.decision.slot;
            let rule = bench.names.get(slot.rule.as_str()).unwrap();
            let case = cases.decided[&Slot { case: judged.inside(handle), ..slot.map(rule) }];
            prop_assert!(cases.held[case].contains(&handle), "a case under a contact that it never held");
            // Where one key named several cases, only the last may still be announced under another handle.
            let first = handles.get(&judged.inside(handle)).filter(|first| cases.held[case].contains(*first));
            if let Some(first) = first.filter(|_| cases.newest[&judged.inside(handle)] == case) {
                prop_assert_eq!(handle, *first);
            }
        }
        Ok(())
    });
}

/// The cases that a fold went through, told apart also where one contact opened several, long after each other.
#[derive(Default)]
struct Cases {
    newest: BTreeMap<ContactId, usize>,
    held: Vec<BTreeSet<ContactId>>,
    decided: BTreeMap<Slot<Sym>, usize>,
}

impl Outlet for Cases {
    fn decision(&mut self, decision: &Decision<Sym>, _: ProfileIx) {
        if let Some(case) = self.newest.get(&decision.slot.case) {
            self.decided.insert(decision.slot, *case);
        }
    }

    fn joined(&mut self, contact: ContactId, case: ContactId) {
        if contact == case {
            self.newest.insert(case, self.held.len());
            self.held.push(BTreeSet::new());
        }
        self.held[self.newest[&case]].insert(contact);
    }
}
