//! What must hold of any fit, and what a fit finds of weights that are known.

use super::{log_likelihood, minutes, sample, weights};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use throughline::core::time::Span;
use throughline::effort::{EffortFit, EffortSample};
use throughline::rules::explain::{EffortTerm, EffortTerms};
use throughline_testkit::rng::Rng;

fn terms(rng: &mut Rng) -> EffortTerms {
    // Most bear little and some much, as it is with people.
    let mut few = |most: u64| rng.below(most + 1).min(rng.below(most + 1));
    EffortTerms {
        re_asks: few(3) as u32,
        transfers: few(4) as u32,
        hold: minutes(few(30)),
        repeats: few(4) as u32,
        channel_switches: few(3) as u32,
        fields_reentered: few(5) as u32,
        open_for: Span::from_hours(few(20 * 24) as i64),
    }
}

/// Answers as the model says that they come about, with these weights.
fn simulated(seed: u64, count: usize, weights: [f64; 7]) -> EffortSample {
    let mut rng = Rng::new(seed);
    let thresholds = [-5.0, -4.0, -3.0, -2.0, -1.0, 0.5];
    sample((0..count).map(|_| {
        let terms = terms(&mut rng);
        let score: f64 = terms.amounts().iter().zip(weights).map(|(n, w)| n * w).sum();
        let even = (rng.below(1 << 53) as f64 + 0.5) / (1_u64 << 53) as f64;
        // The level is the first whose share is not below the draw.
        let share = |threshold: &f64| 1.0 / (1.0 + libm::exp(-(threshold + score)));
        let level = thresholds.iter().position(|threshold| even <= share(threshold)).map_or(7, |n| n + 1);
        (terms, level as u8)
    }))
}

const TRUE: [f64; 7] = [0.8, 0.5, 0.06, 0.3, 0.4, 0.2, 0.1];

#[test]
fn the_weights_that_made_the_answers_are_found_again() {
    let count = 6_000;
    let sample = simulated(1, count, TRUE);
    let fit = sample.fit().unwrap();
    for ((term, found), known) in EffortTerm::ALL.iter().zip(weights(&fit)).zip(TRUE) {
        let amounts: Vec<f64> = sample.answers().iter().map(|answer| answer.terms.amount(*term)).collect();
        let mean = amounts.iter().sum::<f64>() / count as f64;
        let variance = amounts.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / count as f64;
        // An answer of seven levels tells of the score at most 1/3, the information of a logistic one, and here more than
        // 1/5 of it. The terms were drawn apart, so a weight's standard error is at most 1 / √(n v / 5); four of them.
        let error = 1.0 / (count as f64 * variance / 5.0).sqrt();
        assert!((found - known).abs() < 4.0 * error, "{term}: {found}, not {known}, give or take {error}");
        // And the tolerance is no excuse: it would not let nothing pass.
        assert!(4.0 * error < known, "{term}: {error}");
    }
    assert!(fit.holds_out_of_sample());
}

#[test]
fn where_nothing_matters_the_fit_says_that_it_is_worth_nothing() {
    let (mut fits, mut worthless) = (0, 0);
    for seed in 0..40 {
        // No fit is an answer too.
        let Ok(fit) = simulated(seed, 300, [0.0; 7]).fit() else { continue };
        fits += 1;
        worthless += u32::from(!fit.holds_out_of_sample());
        assert!(fit.out_of_sample().pseudo_r2 < 0.02, "{fit}");
        if !fit.holds_out_of_sample() {
            assert!(fit.to_string().contains("no better than chance"), "{fit}");
            assert!(fit.score(&EffortTerms::default()).to_string().contains("no better than chance"));
        }
    }
    // Chance passes once in forty times.
    assert!(fits >= 20 && worthless + 2 >= fits, "{worthless} of {fits}");
}

fn likeliest(sample: &EffortSample, fit: &EffortFit, nearby: &[f64]) -> (f64, f64) {
    let (thresholds, weights) = (fit.thresholds().to_vec(), weights(fit));
    let at = log_likelihood(sample, fit.levels(), &thresholds, &weights);
    let mut moved: Vec<f64> = thresholds.iter().chain(&weights).zip(nearby).map(|(x, by)| x + by).collect();
    let mut moved_weights = moved.split_off(thresholds.len());
    for (weight, term) in moved_weights.iter_mut().zip(fit.terms()) {
        *weight = if term.aside.is_some() { 0.0 } else { weight.max(0.0) };
    }
    (at, log_likelihood(sample, fit.levels(), &moved, &moved_weights))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_point_nearby_is_likelier_and_no_weight_is_negative(
        seed in any::<u64>(),
        known in prop::array::uniform7(prop_oneof![Just(0.0), 0.0..0.6_f64]),
        size in prop_oneof![Just(1e-1), Just(1e-2), Just(1e-3), Just(1e-5)],
    ) {
        let sample = simulated(seed, 250, known);
        let Ok(fit) = sample.fit() else { return Ok(()) };
        prop_assert!(weights(&fit).iter().all(|weight| *weight >= 0.0));
        prop_assert!(fit.thresholds().windows(2).all(|two| two[0] < two[1]));
        let mut rng = Rng::new(seed);
        for _ in 0..60 {
            let nearby: Vec<f64> = (0..13).map(|_| size * (rng.below(2_001) as f64 / 1_000.0 - 1.0)).collect();
            let (at, moved) = likeliest(&sample, &fit, &nearby);
            // A point out of order has no likelihood at all.
            prop_assert!(moved.is_nan() || moved <= at + 1e-9, "{} is likelier than {}: {}", moved, at, fit);
        }
    }

    #[test]
    fn the_order_of_answers_changes_no_bit(seed in any::<u64>()) {
        let sample = simulated(seed, 250, TRUE);
        let mut answers = sample.answers().to_vec();
        Rng::new(seed).shuffle(&mut answers);
        // One that comes twice is one.
        answers.push(answers[0]);
        let shuffled: EffortSample = answers.into_iter().collect();
        prop_assert_eq!(&shuffled, &sample);
        prop_assert_eq!(shuffled.fit(), sample.fit());
    }

    #[test]
    fn more_of_anything_never_lowers_the_score(seed in any::<u64>(), more in any::<u64>()) {
        let fit = simulated(3, 400, TRUE).fit().unwrap();
        let (mut less, mut added) = (Rng::new(seed), Rng::new(more));
        let (less, added) = (terms(&mut less), terms(&mut added));
        let sum = EffortTerms {
            re_asks: less.re_asks + added.re_asks,
            transfers: less.transfers + added.transfers,
            hold: less.hold + added.hold,
            repeats: less.repeats + added.repeats,
            channel_switches: less.channel_switches + added.channel_switches,
            fields_reentered: less.fields_reentered + added.fields_reentered,
            open_for: less.open_for + added.open_for,
        };
        let (before, after) = (fit.score(&less), fit.score(&sum));
        prop_assert!(after.value() >= before.value());
        let parts: f64 = after.parts().iter().map(|part| part.adds).sum();
        prop_assert!((parts - after.value()).abs() < 1e-12);
        let apart = before.value() + fit.score(&added).value();
        prop_assert!((apart - after.value()).abs() < 1e-9, "E is a sum");
    }
}
