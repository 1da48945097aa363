//! A case closes on evidence of satisfaction and on nothing else.

use crate::trial::{TRYING_ALONE, for_all, for_all_by_one_rulebook};
use proptest::prelude::*;
use throughline_core::event::EventData;
use throughline_core::time::Span;
use throughline_rules::case::CaseState;
use throughline_rules::decision::{CloseKind, Content, DecisionKind};

#[test]
fn a_case_closes_only_on_acceptance_a_good_rating_or_an_override() {
    for_all(50, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (_, judged) = bench.fold(&facts, trial.history.end() + Span::from_days(30));
        for (decision, _) in &judged.decisions {
            let Content::CaseClosed { how } = decision.content else { continue };
            let evidence = &trial.history.event(decision.evidence[0]).data;
            let satisfied = match (how, evidence) {
                (CloseKind::Said, EventData::AnswerAccepted(_))
                | (CloseKind::Overridden, EventData::CaseOverridden(_)) => true,
                (CloseKind::Rated, EventData::Rated(e)) => f64::from(e.score) / f64::from(e.best) >= 0.8,
                _ => false,
            };
            prop_assert!(satisfied, "closed by {:?}", evidence);
            prop_assert_eq!(decision.effective_at, trial.history.event(decision.evidence[0]).occurred_at);
        }
        Ok(())
    });
}

#[test]
fn silence_never_closes_a_case_and_lets_none_lapse_unless_the_rulebook_says_so() {
    for_all_by_one_rulebook(30, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (mut journey, _) = bench.fold(&facts, trial.history.end());
        let closed = |state: &CaseState| matches!(state, CaseState::Closed(_));
        let count = journey.cases.cases().iter().filter(|c| closed(&c.state)).count();
        let mut judged = throughline_rules::ledger::Judged::default();
        bench.evaluator().advance(&mut journey, trial.history.end() + Span::from_days(10_000), &mut judged);

        prop_assert_eq!(journey.cases.cases().iter().filter(|c| closed(&c.state)).count(), count);
        let kinds = judged.decisions.iter().map(|(d, _)| d.slot.kind);
        let lapsed = kinds.clone().filter(|k| *k == DecisionKind::CaseLapsed).count();
        prop_assert_eq!(kinds.filter(|k| *k == DecisionKind::CaseClosed).count(), 0);
        let answered = journey.cases.cases().iter().any(|c| matches!(c.state, CaseState::Answered(_)));
        let as_said = if trial.course == TRYING_ALONE { !answered } else { lapsed == 0 };
        prop_assert!(as_said, "lapsed: {}", lapsed);
        Ok(())
    });
}
