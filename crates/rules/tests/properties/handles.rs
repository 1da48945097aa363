//! Handles: any contact names its case, and a case keeps the name that it was first announced under.

use crate::said::Said;
use crate::trial::for_all;
use proptest::prelude::*;
use throughline_core::event::EventData;
use throughline_core::time::Span;
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
        let handles = said.handles(&judged);
        let (_, entries) = said.judge(&bench, &facts, now)?;
        for entry in &entries {
            let Entry::Announced(announcement) = entry else { continue };
            let handle = announcement.decision.slot.case;
            if let Some(first) = handles.get(&judged.inside(handle)) {
                prop_assert_eq!(handle, *first);
            }
        }
        Ok(())
    });
}
