//! Rulebooks one after the other: what was is judged by what was in force, and what runs keeps what it began with.

use crate::trial::{TRYING_ALONE, for_all, for_all_by_one_rulebook};
use crate::world::{Bench, Course, START, TRYING, changed};
use proptest::prelude::*;
use std::collections::BTreeMap;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::{Decision, DecisionKind};
use throughline_rules::rulebook::{DEFAULT, RulebookIx, Rulebooks};

/// A decision without the name of the rulebook.
fn unsigned(decision: &Decision<Sym>) -> Decision<Sym> {
    Decision { rulebook: Sym::NONE, ..decision.clone() }
}

#[test]
fn what_happened_before_an_activation_is_judged_as_if_there_were_none() {
    for_all_by_one_rulebook(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let lasted = trial.history.end().since(START).0 as u64 + 1;
        let from = START + Span((trial.chance().next() % lasted) as i64);
        let mut later = bench.clone();
        later.rules.activate(from, &changed(), &mut later.names).unwrap();
        let before = from - Span(1);
        let ((journey, judged), (same, concluded)) = (bench.fold(&facts, before), later.fold(&facts, before));
        prop_assert_eq!(journey, same);
        prop_assert_eq!(judged.decisions, concluded.decisions);

        let end = trial.history.end() + Span::from_days(5);
        let (_, all) = later.fold(&facts, end);
        let (_, alone) = bench.fold(&facts, end);
        let early = |judged: Vec<(Decision<Sym>, _)>| {
            judged.into_iter().take_while(|(d, _)| d.effective_at < from).collect::<Vec<_>>()
        };
        prop_assert_eq!(early(all.decisions), early(alone.decisions));
        Ok(())
    });
}

#[test]
fn the_same_rulebook_under_another_version_changes_nothing_but_the_name() {
    for_all_by_one_rulebook(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let text = if trial.course == TRYING_ALONE { TRYING } else { DEFAULT };
        let renamed = text.replacen("\nid = \"", "\nid = \"another-", 1);
        prop_assert!(renamed != text);
        let mut later = bench.clone();
        let mut chance = trial.chance();
        for _ in 0..=chance.below(3) {
            let from = START + Span::from_hours(chance.below(24 * 12) as i64);
            later.rules.activate(from, &renamed, &mut later.names).unwrap();
        }
        let as_of = trial.history.end() + Span::from_days(5);
        let (judged, concluded) = (bench.fold(&facts, as_of).1, later.fold(&facts, as_of).1);
        let unsigned = |(d, profile): &(Decision<Sym>, _)| (unsigned(d), *profile);
        let all: [Vec<_>; 2] =
            [&judged, &concluded].map(|judged| judged.decisions.iter().map(unsigned).collect());
        prop_assert_eq!(&all[0], &all[1]);
        prop_assert_eq!(judged.cases, concluded.cases);
        Ok(())
    });
}

#[test]
fn every_decision_names_the_rulebook_in_force_and_a_missed_target_the_one_its_case_began_with() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (_, judged) = bench.fold(&facts, trial.history.end() + Span::from_days(5));
        let label_at = |at| bench.rules.in_force(at).1.label;
        let mut opened = BTreeMap::new();
        for (decision, _) in &judged.decisions {
            match decision.slot.kind {
                DecisionKind::CaseOpened => {
                    opened.insert(decision.slot.case, decision.effective_at);
                    prop_assert_eq!(decision.rulebook, label_at(decision.effective_at));
                }
                DecisionKind::TargetMissed => {
                    let began_with = label_at(opened[&decision.slot.case]);
                    prop_assert_eq!(decision.rulebook, began_with);
                    let book = bench.rules.all().iter().find(|book| book.label == began_with);
                    prop_assert!(book.is_some_and(|book| book.settle(decision.slot.rule).is_some()));
                }
                _ => prop_assert_eq!(decision.rulebook, label_at(decision.effective_at)),
            }
        }
        Ok(())
    });
}

/// The rulebooks that were in force at some instants, by version.
fn versions(rules: &Rulebooks, names: &Interner, at: &[Micros]) -> Vec<String> {
    at.iter().map(|at| names.resolve(rules.in_force(*at).1.label).to_owned()).collect()
}

#[test]
fn the_one_activated_last_counts_where_two_are_from_the_same_instant() {
    let mut bench = Course::trying().bench();
    let version = |n: u8| TRYING.replace("version = \"1\"", &format!("version = \"{n}\""));
    for (from, n) in [(10, 2), (5, 3), (10, 4)] {
        bench.rules.activate(Micros(from), &version(n), &mut bench.names).unwrap();
    }
    let at = [i64::MIN, 4, 5, 9, 10, i64::MAX].map(Micros);
    let expected = ["trying@1", "trying@1", "trying@3", "trying@3", "trying@4", "trying@4"];
    assert_eq!(versions(&bench.rules, &bench.names, &at), expected);
    assert_eq!(bench.rules.in_force(Micros(7)).0, RulebookIx(2));
    assert_eq!(bench.rules.timeline().count(), 3);
}

#[test]
fn a_rulebook_with_a_mistake_is_refused_and_changes_nothing() {
    let Bench { mut rules, mut names } = Course::trying().bench();
    let before = rules.clone();
    let wrong = TRYING.replace("clear_at = 1.0", "clear_at = 9.0");
    assert!(rules.activate(Micros(5), &wrong, &mut names).is_err());
    assert_eq!(rules.all().len(), before.all().len());
    assert_eq!(rules.in_force(Micros(6)).0, RulebookIx(0));
}

#[test]
fn more_limits_than_can_be_told_apart_are_refused_with_what_to_do() {
    let Bench { mut rules, mut names } = Course::trying().bench();
    let limit =
        |n: u16| format!("\n[[limits]]\nrule = \"limit-{n}\"\ncounts = \"transfers\"\nabove = {}\n", n + 3);
    let more = 64 - TRYING.matches("[[limits]]").count() as u16;
    let many = (0..more).map(limit).collect::<Vec<_>>().concat();
    let text = TRYING.replace("[churn]\n", &format!("{many}\n[churn]\n"));
    rules.activate(Micros(5), &text, &mut names).unwrap();
    let renamed =
        text.replace("rule = \"moved\"", "rule = \"away\"").replace("of = \"moved\"", "of = \"away\"");
    let error = rules.activate(Micros(6), &renamed, &mut names).unwrap_err().to_string();
    assert!(
        error.contains("65 limits of different names, more than 64; name a limit as one of before"),
        "{error}"
    );
}
