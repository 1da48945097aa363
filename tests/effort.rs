//! The score of effort: weights as they must be whatever the answers, as another program finds them, and as those that
//! made the answers up chose them; and what an issue had cost by the time of an answer.
#![allow(clippy::unwrap_used)]

#[path = "effort/gathered.rs"]
mod gathered;
#[path = "effort/refused.rs"]
mod refused;
#[path = "effort/simulated.rs"]
mod simulated;
#[path = "effort/statsmodels.rs"]
mod statsmodels;
#[path = "effort/stored.rs"]
mod stored;

use throughline::core::ids::EventId;
use throughline::core::time::Span;
use throughline::effort::{EffortAnswer, EffortFit, EffortLevel, EffortSample};
use throughline::rules::explain::EffortTerms;

/// The answers, in this order; the number of each is its event.
fn sample(answers: impl IntoIterator<Item = (EffortTerms, u8)>) -> EffortSample {
    let answer = |(number, (terms, level)): (usize, (EffortTerms, u8))| EffortAnswer {
        event: EventId::derived("survey", &number.to_string()),
        level: EffortLevel::new(level).unwrap(),
        terms,
    };
    answers.into_iter().enumerate().map(answer).collect()
}

fn minutes(minutes: u64) -> Span {
    Span::from_secs(60 * minutes as i64)
}

/// The log-likelihood of answers by thresholds and weights, written as the textbook writes it.
fn log_likelihood(sample: &EffortSample, levels: &[u8], thresholds: &[f64], weights: &[f64]) -> f64 {
    let below = |place: Option<usize>, score: f64| match place {
        None => 0.0,
        Some(place) if place == thresholds.len() => 1.0,
        Some(place) => 1.0 / (1.0 + libm::exp(-(thresholds[place] + score))),
    };
    let one = |answer: &EffortAnswer| {
        let score = answer.terms.amounts().iter().zip(weights).map(|(n, w)| n * w).sum();
        let place = levels.iter().position(|level| *level == answer.level.get()).unwrap();
        libm::log(below(Some(place), score) - below(place.checked_sub(1), score))
    };
    sample.answers().iter().map(one).sum()
}

fn weights(fit: &EffortFit) -> Vec<f64> {
    fit.terms().iter().map(|term| term.weight).collect()
}
