//! Answers that give no fit, and what is said of each.

use super::{minutes, sample};
use throughline::effort::{Aside, EffortSample, NoFit};
use throughline::rules::explain::{EffortTerm, EffortTerms};

fn transfers(transfers: u32) -> EffortTerms {
    EffortTerms { transfers, ..EffortTerms::default() }
}

/// So many answers, by a number that runs.
fn answers(count: u32, of: impl Fn(u32) -> (EffortTerms, u8)) -> EffortSample {
    sample((0..count).map(of))
}

/// Transfers and answers that go together, mostly: every seventh answer says nothing.
fn mostly(n: u32) -> (EffortTerms, u8) {
    let level = if n.is_multiple_of(7) { n / 7 % 5 } else { 4 - n % 5 };
    (transfers(n % 5), 2 + level as u8)
}

#[test]
fn too_few_answers_give_no_fit_and_enough_give_one() {
    let few = answers(99, mostly).fit();
    assert_eq!(few, Err(NoFit::TooFewAnswers { found: 99, needed: 100 }));
    let said = few.unwrap_err().to_string();
    assert_eq!(said, "99 answers can be used and 100 are needed: ask more customers how easy it was");
    assert!(answers(100, mostly).fit().is_ok());
    assert!(answers(99, mostly).fit_to_at_least(99).is_ok());
    assert_eq!(answers(0, mostly).fit_to_at_least(0), Err(NoFit::TooFewAnswers { found: 0, needed: 1 }));
}

#[test]
fn answers_that_are_all_the_same_give_no_fit() {
    assert_eq!(answers(150, |n| (transfers(n % 5), 6)).fit(), Err(NoFit::OneLevel { answers: 150 }));
}

#[test]
fn answers_of_customers_who_bore_the_same_give_no_fit() {
    assert_eq!(answers(150, |n| (transfers(2), 1 + (n % 7) as u8)).fit(), Err(NoFit::NothingVaries));
    // Nine of 150 are the whim of a few.
    let rare = |n: u32| (transfers(u32::from(n < 9)), 1 + (n % 7) as u8);
    assert_eq!(answers(150, rare).fit(), Err(NoFit::NothingVaries));
}

#[test]
fn answers_that_a_burden_makes_better_give_no_fit() {
    let odd = answers(150, |n| (transfers(n % 5), if n.is_multiple_of(7) { 4 } else { 2 + (n % 5) as u8 }));
    assert_eq!(odd.fit(), Err(NoFit::NothingWeighs));
}

/// Each transfer more is one level less, without an exception: any weight is less likely than a greater one.
#[test]
fn a_burden_that_separates_the_answers_has_no_bound() {
    let perfect = answers(150, |n| (transfers(n % 5), 6 - (n % 5) as u8)).fit();
    assert_eq!(perfect, Err(NoFit::NoBound { term: EffortTerm::Transfers }));
    assert!(perfect.unwrap_err().to_string().contains("weight of transfers"));
    // Who was transferred always gave the lowest answer, and others gave it too: the weight has no bound all the same.
    let quasi =
        |n: u32| if n.is_multiple_of(5) { (transfers(1), 1) } else { (transfers(0), 1 + (n % 6) as u8) };
    assert_eq!(answers(150, quasi).fit(), Err(NoFit::NoBound { term: EffortTerm::Transfers }));
    // One of them who did not is a bound.
    let one = |n: u32| if n == 75 { (transfers(1), 3) } else { quasi(n) };
    let steady = answers(150, one).fit();
    assert!(
        matches!(&steady, Err(NoFit::Unsteady { because }) if matches!(**because, NoFit::NoBound { .. })),
        "without that one there is none: {steady:?}"
    );
    let some = |n: u32| if n.is_multiple_of(15) { (transfers(1), 3) } else { quasi(n) };
    assert!(answers(150, some).fit().is_ok());
}

#[test]
fn what_cannot_be_weighed_is_set_aside_with_its_reason_and_weighs_nothing() {
    let terms = |n: u32| {
        let (terms, level) = mostly(n);
        // As many minutes as transfers, a question asked of everybody, and four fields entered again.
        let hold = minutes(terms.transfers.into());
        (EffortTerms { hold, re_asks: 1, fields_reentered: u32::from(n < 4), ..terms }, level)
    };
    let fit = answers(200, terms).fit().unwrap();
    let told: Vec<_> = fit.terms().iter().map(|term| (term.aside, term.weight > 0.0)).collect();
    let (same, rare) = (Some(Aside::SameEverywhere), Some(Aside::TooRare));
    assert_eq!(
        told,
        [
            (same, false),
            (None, true),
            (Some(Aside::SaysNothingNew), false),
            (same, false),
            (same, false),
            (rare, false),
            (same, false)
        ]
    );
    let with: Vec<_> = fit.terms().iter().map(|term| term.answers_with).collect();
    assert_eq!(with, [200, 160, 160, 0, 0, 4, 0]);
    // What is weighed weighs as if the others were not there.
    let alone = answers(200, mostly).fit().unwrap();
    assert_eq!((alone.terms()[1].weight, alone.thresholds()), (fit.terms()[1].weight, fit.thresholds()));
}

#[test]
fn a_level_that_occurs_once_is_never_held_out() {
    let once = |n: u32| if n == 30 { (transfers(4), 1) } else { mostly(n) };
    let fit = answers(150, once).fit().unwrap();
    assert_eq!((fit.sample().levels, fit.levels()[0]), (6, 1));
    assert_eq!((fit.in_sample().answers, fit.out_of_sample().answers), (150, 149));
}

/// Repeats come with transfers, and so with lower answers; but of two who were transferred alike, the one who came more often
/// finds it easier. Newton's first step takes their weight below nothing.
#[test]
fn a_burden_that_only_keeps_company_with_another_weighs_nothing() {
    let with = |repeats: bool| {
        answers(360, |n| {
            let (moved, again, noise) = (n % 4, n / 4 % 3, n / 12 % 5);
            let terms = EffortTerms { repeats: if repeats { moved + again } else { 0 }, ..transfers(moved) };
            (terms, (4 + again - moved + u32::from(noise > 1) + u32::from(noise > 3)).clamp(1, 7) as u8)
        })
    };
    let (fit, alone) = (with(true).fit().unwrap(), with(false).fit().unwrap());
    let repeats = fit.terms()[3];
    assert!(repeats.aside.is_none() && repeats.weight.to_bits() == 0, "{repeats:?}");
    let apart = (fit.terms()[1].weight - alone.terms()[1].weight).abs();
    assert!(apart < 1e-8, "{fit}\n{alone}");
}
