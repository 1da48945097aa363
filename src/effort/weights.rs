//! From answers to weights: which terms can be weighed, and how much each weighs.

use super::answer::EffortLevel;
use super::design::{Design, Moments, TERMS};
use super::fit::NoFit;
use super::form::Aside;
use super::likelihood::{Likelihood, Observed, log_probability};
use super::newton::minimise;
use throughline_rules::explain::EffortTerm;

/// In how many answers a term must be another than it mostly is, so that its weight is not the whim of a few.
pub(super) const FEWEST: f64 = 10.0;

/// The standard error of a term's whole effect, from its least amount to its most, at which the answers put no bound on it:
/// odds that nobody knows to within a factor of `e^20`.
const NO_BOUND: f64 = 20.0;

/// What is left of a term's variance when others explain it, below which it says nothing of its own.
const OF_ITS_OWN: f64 = 1e-9;

/// Weights, before anybody looks at how good they are.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    /// The levels that occur, from the hardest.
    pub(super) levels: Vec<EffortLevel>,
    /// Between each and the next one.
    pub(super) thresholds: Vec<f64>,
    /// What one unit of each term adds to the score.
    pub(super) by_term: [f64; TERMS],
    /// Why a term was not weighed.
    pub(super) asides: [Option<Aside>; TERMS],
    /// In how many answers there is any of it.
    pub(super) answers: [f64; TERMS],
    /// The negative log-likelihood, and that of the thresholds alone.
    pub(super) loss: f64,
    pub(super) null_loss: f64,
}

impl Weights {
    /// The likeliest ones. Where no term can be weighed, none weighs anything.
    pub(super) fn of(design: &Design) -> Result<Self, NoFit> {
        let moments: [Moments; TERMS] = std::array::from_fn(|term| design.moments(term));
        let asides = asides(design, &moments);
        let weighed: Vec<usize> = (0..TERMS).filter(|term| asides[*term].is_none()).collect();
        let likelihood = likelihood(design, &moments, &weighed);
        let mut start = null_thresholds(design);
        start.resize(start.len() + weighed.len(), 0.0);
        let null_loss = likelihood.loss(&start);
        let least = minimise(&likelihood, start).map_err(|_| NoFit::NotConverged)?;
        let bounded = likelihood.thresholds();
        let mut thresholds = least.at[..bounded].to_vec();
        let mut by_term = [0.0; TERMS];
        for (place, term) in weighed.iter().copied().enumerate() {
            let Moments { mean, deviation, range, .. } = moments[term];
            let error = least.variances[bounded + place].map_or(0.0, |variance| variance.max(0.0).sqrt());
            if error * range / deviation > NO_BOUND {
                return Err(NoFit::NoBound { term: EffortTerm::ALL[term] });
            }
            by_term[term] = least.at[bounded + place] / deviation;
            for threshold in &mut thresholds {
                *threshold -= by_term[term] * mean;
            }
        }
        Ok(Self {
            levels: design.levels.clone(),
            thresholds,
            by_term,
            asides,
            answers: moments.map(|moments| moments.answers),
            loss: least.loss,
            null_loss,
        })
    }

    /// `Σ wₖ nₖ`.
    pub(super) fn score(&self, amounts: &[f64; TERMS]) -> f64 {
        self.by_term.iter().zip(amounts).map(|(weight, amount)| weight * amount).sum()
    }

    /// The logarithm of the probability of a level that occurs, given a score.
    pub(super) fn log_probability(&self, score: f64, level: EffortLevel) -> f64 {
        let place = self.levels.partition_point(|one| *one < level);
        let threshold = |place: usize| self.thresholds.get(place).map(|threshold| threshold + score);
        log_probability((place.checked_sub(1).and_then(threshold), threshold(place)))
    }
}

/// Which terms cannot be weighed, and why.
fn asides(design: &Design, moments: &[Moments; TERMS]) -> [Option<Aside>; TERMS] {
    let mut asides: [Option<Aside>; TERMS] = std::array::from_fn(|term| {
        if moments[term].deviation <= 0.0 {
            Some(Aside::SameEverywhere)
        } else if other_than_mostly(design, term) < FEWEST {
            Some(Aside::TooRare)
        } else {
            None
        }
    });
    // What is left of each term when those before it have explained what they can (Gram and Schmidt).
    let mut before: Vec<Vec<f64>> = Vec::new();
    for term in 0..TERMS {
        if asides[term].is_some() {
            continue;
        }
        let Moments { mean, deviation, .. } = moments[term];
        let mut left: Vec<f64> =
            design.rows.iter().map(|row| (row.amounts[term] - mean) / deviation).collect();
        for one in &before {
            let along = product(design, &left, one);
            left.iter_mut().zip(one).for_each(|(x, y)| *x -= along * y);
        }
        let length = product(design, &left, &left);
        if length < OF_ITS_OWN * design.answers() {
            asides[term] = Some(Aside::SaysNothingNew);
            continue;
        }
        for x in &mut left {
            *x /= length.sqrt();
        }
        before.push(left);
    }
    asides
}

fn product(design: &Design, a: &[f64], b: &[f64]) -> f64 {
    design.rows.iter().zip(a.iter().zip(b)).map(|(row, (a, b))| row.count * a * b).sum()
}

/// In how many answers there is another amount of a term than the most frequent one.
fn other_than_mostly(design: &Design, term: usize) -> f64 {
    let mut amounts: Vec<(f64, f64)> = design.rows.iter().map(|row| (row.amounts[term], row.count)).collect();
    amounts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let alike = amounts.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq());
    let most = alike.map(|alike| alike.iter().map(|(_, count)| count).sum::<f64>()).fold(0.0, f64::max);
    design.answers() - most
}

fn likelihood(design: &Design, moments: &[Moments; TERMS], weighed: &[usize]) -> Likelihood {
    let rows = design.rows.iter().map(|row| {
        let moved = |term: &usize| (row.amounts[*term] - moments[*term].mean) / moments[*term].deviation;
        Observed { terms: weighed.iter().map(moved).collect(), level: row.level, count: row.count }
    });
    Likelihood { rows: rows.collect(), levels: design.levels.len() }
}

/// The likeliest thresholds where nothing weighs: the logarithms of the odds of each level or one below it.
fn null_thresholds(design: &Design) -> Vec<f64> {
    let (all, mut so_far) = (design.answers(), 0.0);
    let between = design.by_level.iter().take(design.by_level.len() - 1);
    between
        .map(|count| {
            so_far += count;
            libm::log(so_far / (all - so_far))
        })
        .collect()
}
