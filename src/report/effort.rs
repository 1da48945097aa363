//! Effort as a score: the fit that it would come from, or why there is none.

use crate::effort::{EffortFit, EffortSample, SampleCounts};
use serde::Serialize;

/// Whether what customers bore can be scored, and how well. Issues are not named: a score is for whoever looks at one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoredEffort {
    /// What customers answered when they were asked how easy it was.
    pub sample: SampleCounts,
    /// The weights that these answers give, with how good they are; null where they give none.
    pub fit: Option<EffortFit>,
    /// Why there is no fit, and what is missing for one; null where there is one.
    pub no_fit_because: Option<String>,
}

impl ScoredEffort {
    pub(super) fn of(sample: &EffortSample) -> Self {
        let (fit, no_fit_because) = match sample.fit() {
            Ok(fit) => (Some(fit), None),
            Err(because) => (None, Some(because.to_string())),
        };
        Self { sample: sample.counts().clone(), fit, no_fit_because }
    }
}
