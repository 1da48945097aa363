//! The same numbers as another program's: `OrderedModel` of statsmodels 0.15.0 with `distr="logit"`, and `spearmanr` of
//! SciPy 1.17.1, on 400 answers that a few lines of arithmetic make.

use super::{minutes, sample, weights};
use throughline::effort::EffortSample;
use throughline::rules::explain::EffortTerms;

/// Answers by Knuth's linear generator, since that is two lines in any language: each draw is the high bits of the state.
/// The noise is even, not logistic, so that the model is wrong about them, as it is about people.
fn answers(switches_too: bool) -> EffortSample {
    let mut state: u64 = 2026;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut answers = Vec::new();
    for _ in 0..400 {
        let (transfers, hold, repeats, switches) = (draw(4), draw(12), draw(3), draw(2));
        // Who switched the channel finds it easier: a term that may not weigh less than nothing.
        let hard = 250 * transfers as i64 + 60 * hold as i64 + 180 * repeats as i64 - 120 * switches as i64
            + 2 * draw(1_000) as i64;
        let level = (7 - hard.div_euclid(500)).clamp(1, 7) as u8;
        let terms = EffortTerms {
            transfers: transfers as u32,
            hold: minutes(hold),
            repeats: repeats as u32,
            channel_switches: if switches_too { switches as u32 } else { 0 },
            ..EffortTerms::default()
        };
        answers.push((terms, level));
    }
    sample(answers)
}

/// Without the switches, the weights that statsmodels finds are all positive, so that they are ours.
const WEIGHTS: [f64; 7] =
    [0.0, 0.578_913_392_773_078_3, 0.161_200_772_656_310_94, 0.374_257_135_765_720_7, 0.0, 0.0, 0.0];
const THRESHOLDS: [f64; 6] = [
    -5.605_856_270_881_245,
    -4.148_370_813_565_359,
    -2.462_509_834_041_593,
    -1.398_610_537_282_256,
    0.089_730_491_334_190_09,
    2.609_331_577_842_254,
];
const PSEUDO_R2: f64 = 0.064_793_789_022_882_8;
const RANK_CORRELATION: f64 = -0.448_107_111_270_200_36;

fn assert_is_theirs(fit: &throughline::effort::EffortFit) {
    // Theirs stops where the slope is 2e-7, so that the last digits are not theirs to say.
    for (ours, theirs) in weights(fit).iter().zip(WEIGHTS).chain(fit.thresholds().iter().zip(THRESHOLDS)) {
        assert!((ours - theirs).abs() < 1e-6, "{ours} is {theirs} there: {fit}");
    }
    assert!((fit.in_sample().pseudo_r2 - PSEUDO_R2).abs() < 1e-9, "{fit}");
    assert!((fit.in_sample().rank_correlation.unwrap() - RANK_CORRELATION).abs() < 1e-9, "{fit}");
}

#[test]
fn the_weights_are_those_of_statsmodels() {
    let fit = answers(false).fit().unwrap();
    assert_is_theirs(&fit);
    assert_eq!(fit.levels(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(fit.in_sample().answers, 400);
    assert_eq!(fit.out_of_sample().answers, 400);
    assert!(fit.holds_out_of_sample());
    assert!(fit.out_of_sample().pseudo_r2 < fit.in_sample().pseudo_r2, "{fit}");
}

/// With the switches, statsmodels gives them −0.374: easier. Bound to be no less than nothing, they weigh nothing, and the
/// others weigh what they weigh without them.
#[test]
fn what_goes_with_better_answers_weighs_nothing_and_bends_no_other_weight() {
    let fit = answers(true).fit().unwrap();
    assert_is_theirs(&fit);
    let switches = &fit.terms()[4];
    assert!(
        switches.aside.is_none() && switches.weight <= 0.0 && switches.answers_with > 100,
        "{switches:?}"
    );
}
