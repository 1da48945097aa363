//! The answers that a fit is made from, in an order of their own.

use super::answer::{EffortAnswer, EffortLevel};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Answers to surveys of effort, each with what its issue had cost by then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffortSample {
    /// By event, each once.
    pub(super) answers: Vec<EffortAnswer>,
    pub(super) counts: SampleCounts,
}

/// Who answered, as far as is known. Who answers a survey is not like who does not, so a fit is of those who do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SampleCounts {
    /// Answers that a fit can use.
    pub answers: u64,
    /// How many levels of the scale from 1 (hard) to 7 (easy) occurred.
    pub levels: u64,
    /// Answers that were brought to that scale from another one.
    pub rescaled: u64,
    /// Customers who gave the answers; null where that is not known.
    pub customers_answered: Option<u64>,
    /// Customers with whom we began a contact for the purpose `survey`; null where the log has no such contact, so that
    /// nobody knows how many were asked.
    pub customers_asked: Option<u64>,
    /// Answers that a fit cannot use, by why.
    pub set_apart: BTreeMap<String, u64>,
}

impl EffortSample {
    /// The answers, by the id of their event.
    pub fn answers(&self) -> &[EffortAnswer] {
        &self.answers
    }

    /// Who answered, as far as is known.
    pub const fn counts(&self) -> &SampleCounts {
        &self.counts
    }

    /// Puts answers in order and counts them. Of two with one event the first in the order of answers stays.
    pub(super) fn new(mut answers: Vec<EffortAnswer>, counts: SampleCounts) -> Self {
        answers.sort_unstable();
        answers.dedup_by_key(|answer| answer.event);
        let levels: BTreeSet<EffortLevel> = answers.iter().map(|answer| answer.level).collect();
        let counts = SampleCounts { answers: answers.len() as u64, levels: levels.len() as u64, ..counts };
        Self { answers, counts }
    }
}

/// Answers that were gathered elsewhere. Who was asked is not known of them.
impl FromIterator<EffortAnswer> for EffortSample {
    fn from_iter<I: IntoIterator<Item = EffortAnswer>>(answers: I) -> Self {
        Self::new(answers.into_iter().collect(), SampleCounts::default())
    }
}
