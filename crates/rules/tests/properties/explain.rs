//! Explanations: what they say is what the fold says, and all of it.

use crate::trial::for_all;
use crate::world::Bench;
use proptest::prelude::*;
use std::collections::BTreeSet;
use throughline_core::customer::Effort;
use throughline_core::event::EventData;
use throughline_core::fact::Fact;
use throughline_core::ids::ContactId;
use throughline_core::time::{Micros, Span};
use throughline_rules::explain::CaseExplanation;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Announced;

fn explain(bench: &Bench, facts: &[Fact], as_of: Micros, handle: ContactId) -> Option<CaseExplanation> {
    CaseExplanation::of(handle, facts, as_of, &bench.rules, &bench.names, &Announced::new())
}

/// Every case that is kept in detail, explained by each of its contacts.
fn explained(bench: &Bench, facts: &[Fact], journey: &Journey, as_of: Micros) -> Vec<CaseExplanation> {
    let keys = journey.cases.cases().iter().map(|case| case.key);
    keys.map(|key| explain(bench, facts, as_of, key).unwrap()).collect()
}

#[test]
fn every_run_of_the_clocks_is_told_and_every_decision_about_the_case_with_its_evidence() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let end = trial.history.end() + Span::from_days(2);
        let (journey, judged) = bench.fold(&facts, end);
        for (case, told) in journey.cases.cases().iter().zip(explained(&bench, &facts, &journey, end)) {
            // A key can name a case again whose first one was retired: what that left is told with it.
            let runs = told.instances.len();
            prop_assert!(runs > usize::from(case.reopens), "{} runs of {}", runs, case.reopens);
            let retired = judged.decisions.iter().filter(|(d, _)| d.slot.case == case.key);
            let opened = retired.filter(|(d, _)| d.slot.kind.as_str() == "case-opened").count();
            if opened == 1 {
                prop_assert_eq!(runs, usize::from(case.reopens) + 1);
            }
            for pair in told.instances.windows(2) {
                prop_assert!(pair[0].ended_at <= Some(pair[1].started_at) || opened > 1);
            }
            let of_it = judged.decisions.iter().filter(|(d, _)| d.slot.case == case.key);
            let concluded: Vec<_> =
                of_it.map(|(d, _)| (d.effective_at, d.slot.kind, d.evidence.len())).collect();
            let said: Vec<_> = told.decisions.iter().map(|d| (d.at, d.decision, d.evidence.len())).collect();
            prop_assert_eq!(said, concluded);
            let known = told.decisions.iter().flat_map(|d| &d.evidence).all(|e| e.at.is_some());
            prop_assert!(known, "what something rests on is among the facts");
            prop_assert!(told.next.as_ref().is_none_or(|next| Some(next.at) >= journey.next_deadline()));
            prop_assert!(told.to_string().contains(&told.case.handle.to_string()));
        }
        Ok(())
    });
}

#[test]
fn any_contact_of_a_case_explains_it_alike() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let end = trial.history.end();
        let (journey, _) = bench.fold(&facts, end);
        for told in explained(&bench, &facts, &journey, end) {
            for contact in &told.case.contacts {
                let case = journey.cases.of_contact(*contact).map(|ix| journey.cases.get(ix).key);
                // A contact's id that opened another case is still that one's.
                if case == Some(told.case.contacts[0]) && journey.cases.of_key(*contact).is_none() {
                    prop_assert_eq!(explain(&bench, &facts, end, *contact), Some(told.clone()));
                }
            }
        }
        Ok(())
    });
}

/// What she had to do and bear in contacts is in the cases that hold them, once, and in no other.
#[test]
fn what_the_cases_cost_her_is_what_their_contacts_did() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let end = trial.history.end();
        let (journey, _) = bench.fold(&facts, end);
        let held: BTreeSet<ContactId> = journey.cases.members().map(|(contact, _)| contact).collect();
        let mut expected = Effort::default();
        let mut so_far = Journey::new();
        for fact in &facts {
            let before = so_far.customer.effort();
            bench.evaluator().step(&mut so_far, fact, &mut throughline_rules::evaluate::Discard);
            if fact.data.contact().is_some_and(|contact| held.contains(&contact)) {
                expected.add(&so_far.customer.effort().since(&before));
            }
        }
        let mut found = Effort::default();
        let all = explained(&bench, &facts, &journey, end);
        for told in &all {
            found.add(&told.effort.effort);
        }
        prop_assert_eq!(&found, &expected);
        for told in &all {
            let began =
                facts.iter().filter(|fact| matches!(&fact.data, EventData::ContactStarted(_))).count();
            prop_assert!(told.effort.repeats as usize <= began);
            prop_assert_eq!(
                told.inherited.is_some(),
                told.case
                    .parent
                    .is_some_and(|parent| { all.iter().any(|other| other.case.handle == parent) })
            );
        }
        Ok(())
    });
}
