//! How good a fit is: what it explains of the answers, and whether it ranks them right.

use super::answer::EffortLevel;
use super::ranks::rank_correlation;
use serde::{Deserialize, Serialize};

/// How good a fit is on some answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FitQuality {
    /// On how many answers.
    pub answers: u64,
    /// McFadden's pseudo-R²: `1 − ln L / ln L₀`, where `L₀` knows nothing but how frequent each level is. 1 is perfect, and
    /// 0.2 to 0.4 is a very good fit (McFadden 1979). Below 0 the fit is worse than knowing nothing.
    pub pseudo_r2: f64,
    /// Spearman's rank correlation of the score with the answer, ties by their mean rank. Effort makes answers lower, so
    /// that −1 is perfect, 0 is chance, and above 0 the fit is wrong. Null where all scores are the same.
    pub rank_correlation: Option<f64>,
}

impl FitQuality {
    /// Whether it explains anything, and ranks answers better than chance would but once in forty times: a rank correlation
    /// of what has none has a standard error of `1 / √(n − 1)`, and this one must be two of them below 0.
    pub fn is_beyond_chance(&self) -> bool {
        let chance = 2.0 / (self.answers.saturating_sub(1).max(1) as f64).sqrt();
        self.pseudo_r2 > 0.0 && self.rank_correlation.is_some_and(|correlation| correlation < -chance)
    }
}

/// Answers with the scores that a fit gave them.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pairs: Vec<(f64, f64)>,
}

impl Seen {
    pub(super) fn scored(&mut self, score: f64, level: EffortLevel) {
        self.pairs.push((score, level.get().into()));
    }

    /// The quality, by the negative log-likelihoods of these answers with the scores and without.
    pub(super) fn with_losses(&self, loss: f64, null_loss: f64) -> FitQuality {
        FitQuality {
            answers: self.pairs.len() as u64,
            pseudo_r2: if null_loss > 0.0 { 1.0 - loss / null_loss } else { 0.0 },
            rank_correlation: rank_correlation(&self.pairs),
        }
    }
}
