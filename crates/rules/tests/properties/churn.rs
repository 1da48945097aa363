//! Signs of leaving fade as the formula says, and the flag comes down at the microsecond at which they have.

use crate::trial::for_all;
use crate::world::{Bench, Chance, History, START, TRYING, cases, changed};
use proptest::prelude::*;
use throughline_core::event::vocabulary::PageViewed;
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use throughline_rules::churn::Churn;
use throughline_rules::decision::DecisionKind;

#[test]
fn the_flag_comes_down_at_the_first_instant_at_which_the_score_is_low_enough() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (_, judged) = bench.fold(&facts, trial.history.end() + Span::from_days(60));
        let kinds = judged.decisions.iter().filter(|(d, _)| d.slot.kind == DecisionKind::ChurnCleared);
        for (cleared, _) in kinds {
            let at = cleared.effective_at;
            // The level is that of the rulebook by which the last sign was taken in.
            let level = |churn: &Churn| bench.rules.in_force(churn.as_of).1.churn.as_ref().unwrap().clear_at;
            let (before, _) = bench.fold(&facts, at - Span(1));
            let faded = before.churn.is_some_and(|churn| {
                let level = level(&churn);
                churn.flag.is_some() && churn.score(at - Span(1)) > level && churn.score(at) <= level
            });
            // Signs of the same instant may follow. Or the last of them was taken in by a rulebook by whose level the score
            // is low enough as it is.
            let first = facts.partition_point(|fact| fact.at < at);
            let mut so_far = first..=facts.partition_point(|fact| fact.at <= at);
            let is_low_enough = |known: usize| {
                let churn = bench.fold(&facts[..known], at).0.churn;
                churn.is_some_and(|churn| churn.as_of == at && churn.score(at) <= level(&churn))
            };
            prop_assert!(faded || so_far.any(is_low_enough), "at {}", at);
        }
        Ok(())
    });
}

/// The closed form, term by term: Σ w · 2^(−(t−tₖ)/h), the forward decay of the published vector.
#[test]
fn the_score_is_the_sum_of_what_is_left_of_every_sign() {
    let text = TRYING.replace("cap = 4.5", "cap = 1000.0").replace("flag_at = 3.0", "flag_at = 900.0");
    let base = Bench::of(&text);
    let half_life = base.rules.first().churn.as_ref().unwrap().half_life;
    for seed in 0..u64::from(cases()) {
        let (mut chance, mut bench, mut at) = (Chance::new(seed), base.clone(), START);
        let mut views: Vec<Micros> = Vec::new();
        for _ in 0..=chance.below(8) {
            at = at + Span(chance.below(5 * 86_400_000_000) as i64);
            views.push(at);
        }
        let page = || PageViewed { page: Name::new("cancellation-terms").unwrap() }.into();
        let facts = bench.facts_of(&History::told(views.iter().map(|at| (*at, page()))));
        let as_of = at + Span(chance.below(3 * 86_400_000_000) as i64);
        let (journey, _) = bench.fold(&facts, as_of);
        let left = |at: &Micros| 1.5 * libm::exp2(-(as_of.since(*at).0 as f64) / half_life.0 as f64);
        let expected: f64 = views.iter().map(left).sum();
        let score = journey.churn.unwrap().score(as_of);
        assert!((score - expected).abs() < 1e-12 * expected.max(1.0), "seed {seed}: {score} {expected}");
    }
}

/// Half a day after the first sign another rulebook comes into force, whose scores fade four times as fast; a day after
/// it the second sign comes.
#[test]
fn until_the_next_sign_a_score_fades_as_it_did_whatever_comes_into_force() {
    let mut bench = Bench::of(TRYING);
    bench.rules.activate(START + Span::from_hours(12), &changed(), &mut bench.names).unwrap();
    let (page, second) = (Name::new("cancellation-terms").unwrap(), START + Span::from_days(1));
    let view = || PageViewed { page: page.clone() }.into();
    let facts = bench.facts_of(&History::told([(START, view()), (second, view())]));
    let churn = bench.fold(&facts, second).0.churn.unwrap();
    assert!((churn.score(second) - 2.25).abs() < 1e-9, "half of 1.5 is left, and 1.5 more: {churn:?}");
    assert!((churn.score(second + Span::from_hours(6)) - 1.125).abs() < 1e-9, "half of it six hours on");
}
