//! A score of effort, never without the fit that it comes from.
//!
//! What an issue cost a customer is counted ([`EffortTerms`]); how much each count weighs nobody knows beforehand. So the
//! weights are fitted to what customers answered when they were asked how easy it was (CES): `E = Σ wₖ nₖ` with `wₖ ≥ 0`, by
//! an ordinal regression. [`Replay::effort`] gathers the answers of a history, each with what its issue had cost by then;
//! [`EffortSample::fit`] gives an [`EffortFit`], or says what is missing; [`EffortFit::score`] is the only way to an
//! [`EffortScore`], which prints how good its fit is. Until there is a fit there are raw counts and no score.
//!
//! Nothing here depends on the order of arrival, on the number of threads, on a clock or on chance.
//! `docs/REPORT.md` says how to read a fit, and what it cannot say.

mod answer;
mod design;
mod fit;
mod folds;
mod form;
mod gather;
mod likelihood;
mod newton;
mod quality;
mod ranks;
mod sample;
mod score;
mod weights;
mod words;

pub use answer::{EffortAnswer, EffortLevel, SetApart};
pub use fit::{NoFit, ReadFitError};
pub use form::{Aside, EffortFit, TermWeight};
pub use quality::FitQuality;
pub use sample::{EffortSample, SampleCounts};
pub use score::{EffortPart, EffortScore};

pub(crate) use gather::EffortGatherer;

use crate::replay::{History, Replay};
use throughline_rules::rulebook::RulebookError;

#[cfg(doc)]
use throughline_rules::explain::EffortTerms;

impl Replay {
    /// Folds a history, and gathers what customers answered when they were asked for their effort, each answer with what
    /// its issue had cost by then. The same by however many threads.
    pub fn effort(&self, history: &History) -> Result<EffortSample, RulebookError> {
        let run = self.observed(history, |_, names| EffortGatherer::new(names))?;
        Ok(run.observed.finish())
    }
}
