//! Deadlines: when they fire, in which order, and that nothing happens by itself at any other time.

use crate::trial::for_all;
use proptest::prelude::*;
use throughline_core::time::{Micros, Span};
use throughline_rules::deadline::Deadline;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Judged;

#[test]
fn something_happens_at_the_next_deadline_and_nothing_before_it() {
    for_all(25, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (mut journey, _) = bench.fold(&facts, trial.history.end());
        for _ in 0..30 {
            let Some(next) = journey.next_deadline() else { break };
            let (before, mut made) = (journey.clone(), Judged::default());
            bench.evaluator().advance(&mut journey, next - Span(1), &mut made);
            prop_assert!(made.decisions.is_empty() && journey == before, "something happened too early");
            bench.evaluator().advance(&mut journey, next, &mut made);
            prop_assert!(journey != before, "nothing happened when something was due");
            prop_assert!(
                journey.next_deadline().is_none_or(|later| later > next),
                "something was left undone"
            );
        }
        Ok(())
    });
}

#[test]
fn deadlines_fire_in_the_order_of_time_rule_name_and_trigger_and_never_before_they_were_set() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (mut journey, mut judged) = (Journey::new(), Judged::default());
        for fact in &facts {
            bench.evaluator().step(&mut journey, fact, &mut judged);
            let list: Vec<&Deadline> = journey.deadlines.as_slice().iter().rev().collect();
            let order = |d: &Deadline| {
                let rule = bench.rules.rule_name(d.rule);
                // Rules that came with a later rulebook come after those that were there.
                let came = bench.rules.all().iter().position(|book| book.settle(rule).is_some());
                (d.at, came, bench.names.resolve(rule).to_owned())
            };
            for pair in list.windows(2) {
                let (a, b) = (order(pair[0]), order(pair[1]));
                prop_assert!(a < b || a == b && pair[0].trigger.event <= pair[1].trigger.event);
            }
            prop_assert!(list.iter().all(|d| d.at >= fact.at && d.at >= d.due), "set before its step");
        }
        Ok(())
    });
}

#[test]
fn a_decision_becomes_true_after_its_trigger_in_the_order_of_steps_and_by_the_instant_asked_for() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let as_of = trial.history.end() + Span::from_hours(trial.chance().below(200) as i64);
        let (_, judged) = bench.fold(&facts, as_of);
        let mut last = Micros::MIN;
        for (decision, _) in &judged.decisions {
            let trigger = trial.history.event(decision.slot.trigger);
            prop_assert!(decision.effective_at >= trigger.occurred_at, "before its trigger: {:?}", decision);
            prop_assert!(decision.effective_at <= as_of, "after the instant: {:?}", decision);
            prop_assert!(decision.effective_at >= last, "out of order: {:?}", decision);
            for evidence in &decision.evidence {
                prop_assert!(trial.history.event(*evidence).occurred_at <= decision.effective_at);
            }
            last = decision.effective_at;
        }
        Ok(())
    });
}
