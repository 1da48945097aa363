//! Targets in working time, against a model that writes down whom each case waits for after every step.

use crate::trial::{for_all, for_all_by_one_rulebook};
use crate::world::Bench;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::BTreeMap;
use throughline_core::fact::Fact;
use throughline_core::ids::{ContactId, EventId};
use throughline_core::time::{Micros, Span};
use throughline_rules::case::{Case, CaseState, WaitsFor};
use throughline_rules::clock_view::ClockState;
use throughline_rules::decision::{Content, Decision, DecisionKind};
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Judged;
use throughline_rules::rulebook::TargetRule;
use throughline_rules::view::JourneyView;

/// An instance of a case: its key, and the event that began it.
type InstanceKey = (ContactId, EventId);

/// Whom each instance waited for, from when on.
#[derive(Default)]
struct Model {
    started: BTreeMap<InstanceKey, Micros>,
    waited: BTreeMap<InstanceKey, Vec<(Micros, WaitsFor)>>,
    /// Whom each waited for when it was answered.
    before_answer: BTreeMap<InstanceKey, WaitsFor>,
}

fn key(case: &Case) -> InstanceKey {
    (case.key, case.started_by.event)
}

impl Model {
    fn note(&mut self, journey: &Journey, at: Micros, decided: &[Decision<throughline_core::name::Sym>]) {
        for case in journey.cases.cases() {
            self.started.insert(key(case), case.instance.started_at);
            let waited = self.waited.entry(key(case)).or_default();
            let decided =
                |kind: DecisionKind| decided.iter().any(|d| d.slot.kind == kind && d.slot.case == case.key);
            let before = self.before_answer.entry(key(case)).or_insert(WaitsFor::Us);
            if decided(DecisionKind::CaseAnswered) {
                *before = waited.last().map_or(WaitsFor::Us, |(_, whom)| *whom);
            }
            // What counted as the answer was none: since it was given, whom it waited for before was waited for.
            if decided(DecisionKind::AnswerVoided) && *before != WaitsFor::Customer {
                waited.pop();
            }
            if waited.last().map(|(_, whom)| *whom) != Some(case.waits_for) {
                waited.push((at, case.waits_for));
            }
        }
    }

    /// The times in which an instance waited for somebody for whom a target pauses.
    fn pauses(&self, instance: &InstanceKey, pauses: impl Fn(WaitsFor) -> bool) -> Vec<(Micros, Micros)> {
        let waited = &self.waited[instance];
        let ends = waited.iter().skip(1).map(|(at, _)| *at).chain([Micros::MAX]);
        let all = waited.iter().zip(ends).filter(|((_, whom), _)| pauses(*whom));
        all.map(|((from, _), until)| (*from, until)).collect()
    }

    /// How much of the time that a target allows an instance had used by then.
    fn used(&self, bench: &Bench, case: &Case, target: &TargetRule, until: Micros) -> Span {
        let pauses = self.pauses(&key(case), |whom| target.pauses.for_whom(whom));
        let rules = bench.rules.get(case.rulebook);
        rules.time_of(target).between(self.started[&key(case)], until, pauses.into_iter())
    }
}

/// Steps through facts and deadlines one after the other, and shows what was decided at each instant.
fn walk(
    bench: &Bench,
    facts: &[Fact],
    end: Micros,
    mut seen: impl FnMut(&Model, &Journey, Micros, &[Decision<throughline_core::name::Sym>]) -> TestCaseResult,
) -> TestCaseResult {
    let (mut journey, mut model) = (Journey::new(), Model::default());
    let mut facts = facts.iter().peekable();
    loop {
        let next_fact = facts.peek().map(|fact| fact.at);
        let due = journey.next_deadline().filter(|due| next_fact.is_none_or(|at| *due <= at));
        let mut judged = Judged::default();
        let at = match (due, next_fact) {
            (Some(due), _) if due <= end => {
                bench.evaluator().advance(&mut journey, due, &mut judged);
                due
            }
            (_, Some(at)) => {
                let fact = facts.next().unwrap();
                bench.evaluator().step(&mut journey, fact, &mut judged);
                at
            }
            _ => return Ok(()),
        };
        let decided: Vec<_> = judged.decisions.iter().map(|(decision, _)| decision.clone()).collect();
        // Before the model hears of the step: until then everybody waited for whom they waited before it.
        seen(&model, &journey, at, &decided)?;
        model.note(&journey, at, &decided);
    }
}

#[test]
fn a_target_is_missed_at_the_first_instant_at_which_its_working_time_is_used_up() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let end = trial.history.end() + Span::from_days(10);
        walk(&bench, &facts, end, |model, journey, at, decided| {
            for decision in decided {
                let Content::TargetMissed { due, .. } = decision.content else { continue };
                let case = journey.cases.cases().iter().find(|c| c.key == decision.slot.case).unwrap();
                if decision.slot.occurrence > 0 || !model.started.contains_key(&key(case)) {
                    continue;
                }
                let rule = bench.rules.get(case.rulebook);
                let target =
                    rule.targets.iter().find(|t| bench.rules.rule_name(t.rule) == decision.slot.rule);
                let target = target.unwrap();
                prop_assert!(due <= at);
                prop_assert_eq!(model.used(&bench, case, target, due), target.within, "at {}", due);
                prop_assert!(model.used(&bench, case, target, due - Span(1)) < target.within);
            }
            Ok(())
        })
    });
}

#[test]
fn no_target_of_an_open_case_is_forgotten_while_it_pauses() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let end = trial.history.end() + Span::from_days(10);
        walk(&bench, &facts, end, |model, journey, at, _| {
            for case in journey.cases.cases().iter().filter(|case| case.state == CaseState::Open) {
                if !model.started.contains_key(&key(case)) {
                    continue;
                }
                for (_, target) in bench.rules.get(case.rulebook).targets_for(case.channel, case.topic) {
                    if case.instance.fulfilled(target.clock.clock()).is_some() {
                        continue;
                    }
                    let used = model.used(&bench, case, target, at);
                    let said = journey
                        .deadlines
                        .as_slice()
                        .iter()
                        .any(|d| d.subject == case.key.0 && d.rule == target.rule);
                    let pauses = target.pauses.for_whom(case.waits_for);
                    prop_assert!(
                        said || pauses || used >= target.within,
                        "used {} of {}",
                        used,
                        target.within
                    );
                }
            }
            Ok(())
        })
    });
}

#[test]
fn clocks_show_both_times_and_the_customers_never_pauses() {
    for_all_by_one_rulebook(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let as_of = trial.history.end();
        let (journey, _) = bench.fold(&facts, as_of);
        let customer = throughline_core::ids::CustomerId::default();
        let view = JourneyView::of(&journey, customer, &bench.rules, &bench.names, as_of, &BTreeMap::new());
        for (shown, case) in view.cases.iter().zip(journey.cases.cases()) {
            for clock in &shown.clocks {
                prop_assert!(Span::ZERO <= clock.working_time && clock.working_time <= clock.customer_time);
                let until = match clock.state {
                    ClockState::Fulfilled => clock.fulfilled_at.unwrap(),
                    ClockState::Stopped => case.since,
                    ClockState::Running | ClockState::Paused => as_of,
                };
                prop_assert_eq!(clock.customer_time, until.since(case.instance.started_at));
                let settled = case.state.is_settled();
                prop_assert_eq!(clock.state == ClockState::Stopped, settled && clock.fulfilled_at.is_none());
            }
        }
        Ok(())
    });
}
