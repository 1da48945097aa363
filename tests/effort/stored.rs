//! A fit that was stored is the fit that is read, and what no regression could have made is refused.

use super::{minutes, sample};
use serde_json::Value;
use throughline::effort::EffortFit;
use throughline::rules::explain::EffortTerms;
use throughline_testkit::rng::Rng;

fn fit(seed: u64) -> EffortFit {
    let mut rng = Rng::new(seed);
    let answers = (0..300).map(|_| {
        let (transfers, hold) = (rng.below(4), rng.below(20));
        let hard = transfers + hold / 5 + rng.below(5);
        let terms =
            EffortTerms { transfers: transfers as u32, hold: minutes(hold), ..EffortTerms::default() };
        (terms, 7 - (hard / 2).min(6) as u8)
    });
    sample(answers).fit().unwrap()
}

#[test]
fn what_was_stored_is_read_to_the_bit_and_scores_alike() {
    for seed in 0..20 {
        let fit = fit(seed);
        let read: EffortFit = serde_json::from_str(&serde_json::to_string(&fit).unwrap()).unwrap();
        assert_eq!(read, fit);
        let terms = EffortTerms { transfers: 2, hold: minutes(7), ..EffortTerms::default() };
        assert_eq!(read.score(&terms), fit.score(&terms));
    }
}

#[test]
fn a_score_carries_and_prints_its_fit() {
    let fit = fit(1);
    let score = fit.score(&EffortTerms { transfers: 2, hold: minutes(7), ..EffortTerms::default() });
    let [transfers, hold] = score.parts() else { panic!("{score}") };
    let expected = 2.0 * fit.terms()[1].weight + 7.0 * fit.terms()[2].weight;
    assert!((score.value() - expected).abs() < 1e-12 && (transfers.amount, hold.amount) == (2.0, 7.0));
    assert!((score.odds() - libm::exp(expected)).abs() < 1e-9);
    let quality = fit.out_of_sample();
    assert_eq!((score.answers(), score.out_of_sample()), (300, quality));
    let words = score.to_string();
    let correlation = format!(
        "by a fit to 300 answers, rank correlation with the answer {:+.2}",
        quality.rank_correlation.unwrap()
    );
    assert!(words.starts_with("effort ") && words.contains(&correlation), "{words}");
    let json = serde_json::to_value(&score).unwrap();
    assert_eq!(json["answers"], 300);
    assert_eq!(json["out_of_sample"], serde_json::to_value(quality).unwrap());
}

#[test]
fn what_no_regression_made_is_refused_by_the_field_that_is_wrong() {
    let stored = serde_json::to_value(fit(2)).unwrap();
    let levels = stored["levels"].as_array().unwrap().len() as u64;
    for (place, wrong, field) in [
        ("/format", Value::from(2), "format"),
        ("/terms/1/weight", Value::from(-0.1), "weight"),
        ("/terms/0/weight", Value::from(0.1), "weight"),
        ("/terms/1/answers_with", Value::from(301), "answers_with"),
        ("/terms/1/term", Value::from("hold-minutes"), "terms"),
        ("/terms", Value::Array(Vec::new()), "terms"),
        ("/levels/0", Value::from(0), "levels"),
        ("/levels/1", stored["levels"][0].clone(), "levels"),
        ("/thresholds/1", stored["thresholds"][0].clone(), "thresholds"),
        ("/thresholds", Value::Array(Vec::new()), "thresholds"),
        ("/sample/levels", Value::from(levels + 1), "sample"),
        ("/in_sample/pseudo_r2", Value::from(1.5), "in_sample"),
        ("/out_of_sample/rank_correlation", Value::from(-1.5), "out_of_sample"),
        ("/out_of_sample/answers", Value::from(301), "out_of_sample"),
        ("/folds", Value::from(1), "folds"),
    ] {
        let mut changed = stored.clone();
        *changed.pointer_mut(place).unwrap() = wrong;
        let error = serde_json::from_value::<EffortFit>(changed).unwrap_err().to_string();
        assert!(error.starts_with(&format!("not a fit of effort: `{field}` ")), "{place}: {error}");
    }
    let mut weightless = stored.clone();
    for term in weightless["terms"].as_array_mut().unwrap() {
        term["weight"] = Value::from(0.0);
    }
    let error = serde_json::from_value::<EffortFit>(weightless).unwrap_err().to_string();
    assert!(error.contains("one at least that weighs something"), "{error}");
}
