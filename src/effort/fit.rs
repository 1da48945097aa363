//! From a sample to a fit, or to what is missing for one.

use super::design::Design;
use super::folds::out_of_sample;
use super::form::EffortFit;
use super::quality::Seen;
use super::sample::EffortSample;
use super::weights::{FEWEST, Weights};
use throughline_rules::explain::EffortTerm;

/// Why there is no fit, and so no score.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoFit {
    /// Too few answers.
    #[error("{found} answers can be used and {needed} are needed: ask more customers how easy it was")]
    TooFewAnswers {
        /// How many there are.
        found: u64,
        /// How many there must be.
        needed: u64,
    },
    /// All answers are the same.
    #[error("all {answers} answers are the same: what makes a difference shows only where there is one")]
    OneLevel {
        /// How many there are.
        answers: u64,
    },
    /// No term can be weighed.
    #[error("no term can be weighed: each must differ in at least {FEWEST} answers from what it mostly is")]
    NothingVaries,
    /// The answers put no bound on a weight.
    #[error(
        "the answers put no bound on the weight of {term}: more of it goes with lower answers without an exception \
         (separation); more answers would have some"
    )]
    NoBound {
        /// The first such term.
        term: EffortTerm,
    },
    /// No term goes with lower answers.
    #[error(
        "nothing that is counted goes with lower answers: what was hard on these customers is not in the log"
    )]
    NothingWeighs,
    /// There is a fit to all answers, but not to four fifths of them.
    #[error("a fit would hang on a few answers: without a fifth of them there is none, because {because}")]
    Unsteady {
        /// Why not.
        because: Box<NoFit>,
    },
    /// The method came to no end.
    #[error("the regression did not converge: please report it with the numbers of answers and levels")]
    NotConverged,
}

/// Why something that was stored is no fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a fit of effort: `{field}` {mistake}; store what a fit serialises to, and change nothing in it")]
pub struct ReadFitError {
    /// The field that is wrong.
    pub field: &'static str,
    /// What is wrong with it.
    pub mistake: String,
}

impl EffortSample {
    /// How many answers a fit needs, unless told otherwise.
    pub const FEWEST_ANSWERS: u64 = 100;

    /// Fits weights to the answers, of which there must be [`FEWEST_ANSWERS`](Self::FEWEST_ANSWERS).
    pub fn fit(&self) -> Result<EffortFit, NoFit> {
        self.fit_to_at_least(Self::FEWEST_ANSWERS)
    }

    /// Fits weights to the answers, of which there must be so many. With fewer than ten for each term that is weighed, the
    /// weights are noise, and the quality out of sample shows it.
    pub fn fit_to_at_least(&self, needed: u64) -> Result<EffortFit, NoFit> {
        let found = self.answers.len() as u64;
        if found < needed.max(1) {
            return Err(NoFit::TooFewAnswers { found, needed: needed.max(1) });
        }
        let design = Design::of(self.answers.iter());
        if design.levels.len() < 2 {
            return Err(NoFit::OneLevel { answers: found });
        }
        let weights = Weights::of(&design)?;
        if weights.asides.iter().all(Option::is_some) {
            return Err(NoFit::NothingVaries);
        }
        let fit = EffortFit::of(&weights, self.counts.clone());
        if fit.terms().iter().all(|term| term.weight <= 0.0) {
            return Err(NoFit::NothingWeighs);
        }
        let mut seen = Seen::default();
        for answer in &self.answers {
            seen.scored(weights.score(&answer.terms.amounts()), answer.level);
        }
        let in_sample = seen.with_losses(weights.loss, weights.null_loss);
        Ok(fit.with_quality(in_sample, out_of_sample(&self.answers)?))
    }
}
