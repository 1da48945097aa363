//! What an issue cost a customer as one number, which carries the fit that it comes from.

use super::design::TERMS;
use super::form::EffortFit;
use super::quality::FitQuality;
use serde::Serialize;
use throughline_rules::explain::{EffortTerm, EffortTerms};

/// A score of effort: `E = Σ wₖ nₖ`, the logarithm of how many times the odds of a low answer are those of a customer who
/// bore nothing. Nobody but a fit makes one, so that it is never seen without how good that is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffortScore {
    score: f64,
    odds: f64,
    parts: Vec<EffortPart>,
    answers: u64,
    out_of_sample: FitQuality,
    holds_out_of_sample: bool,
}

/// What a term adds to a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EffortPart {
    /// The term.
    pub term: EffortTerm,
    /// How much there was of it, in the unit that its name says.
    pub amount: f64,
    /// What that adds to the score.
    pub adds: f64,
}

impl EffortFit {
    /// The score of what something cost a customer: of a case by `explanation.effort.terms()`.
    pub fn score(&self, terms: &EffortTerms) -> EffortScore {
        let amounts: [f64; TERMS] = terms.amounts();
        let parts = self.terms().iter().zip(amounts).map(|(of, amount)| EffortPart {
            term: of.term,
            amount,
            adds: of.weight * amount,
        });
        let parts: Vec<EffortPart> = parts.filter(|part| part.adds > 0.0).collect();
        let score = parts.iter().map(|part| part.adds).sum();
        EffortScore {
            score,
            odds: libm::exp(score),
            parts,
            answers: self.sample().answers,
            out_of_sample: self.out_of_sample(),
            holds_out_of_sample: self.holds_out_of_sample(),
        }
    }
}

impl EffortScore {
    /// The score: 0 where nothing was borne that weighs anything, and no bound above. Scores of one fit can be compared;
    /// those of two cannot.
    pub const fn value(&self) -> f64 {
        self.score
    }

    /// How many times the odds of an answer at or below any level are those of a customer who bore nothing: `e^E`.
    pub const fn odds(&self) -> f64 {
        self.odds
    }

    /// What adds to it, in the order of [`EffortTerm::ALL`].
    pub fn parts(&self) -> &[EffortPart] {
        &self.parts
    }

    /// How many answers its fit was made from.
    pub const fn answers(&self) -> u64 {
        self.answers
    }

    /// How good its fit is on answers that it was not made from.
    pub const fn out_of_sample(&self) -> FitQuality {
        self.out_of_sample
    }

    /// Whether its fit foretells such answers better than chance would. If not, it says nothing.
    pub const fn holds_out_of_sample(&self) -> bool {
        self.holds_out_of_sample
    }
}
