//! The answers as numbers: alike ones once with their count, each term moved and scaled so that one step fits all.

use super::answer::{EffortAnswer, EffortLevel};
use std::collections::BTreeMap;
use throughline_rules::explain::{EffortTerm, EffortTerms};

/// How many terms there are.
pub(super) const TERMS: usize = EffortTerm::ALL.len();

/// Answers that are alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The amount of each term, as it is.
    pub(super) amounts: [f64; TERMS],
    /// The place of the answer among the levels that occur, from the hardest.
    pub(super) level: usize,
    /// How many there are.
    pub(super) count: f64,
}

/// Answers, and which levels occur among them.
#[derive(Clone, Debug)]
pub(super) struct Design {
    pub(super) rows: Vec<Row>,
    /// The levels that occur, from the hardest.
    pub(super) levels: Vec<EffortLevel>,
    /// How many answers there are of each.
    pub(super) by_level: Vec<f64>,
}

/// The moments of one term, by which it is moved and scaled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) mean: f64,
    /// The standard deviation; nothing where the term is the same everywhere.
    pub(super) deviation: f64,
    /// From the least to the most.
    pub(super) range: f64,
    /// In how many answers there is any of it.
    pub(super) answers: f64,
}

impl Design {
    /// The same for answers in any order: alike ones are one row, and rows stand by what they say.
    pub(super) fn of<'a>(answers: impl Iterator<Item = &'a EffortAnswer>) -> Self {
        let mut alike: BTreeMap<(EffortTerms, EffortLevel), u32> = BTreeMap::new();
        let mut by_level: BTreeMap<EffortLevel, u32> = BTreeMap::new();
        for answer in answers {
            *alike.entry((answer.terms, answer.level)).or_default() += 1;
            *by_level.entry(answer.level).or_default() += 1;
        }
        let levels: Vec<EffortLevel> = by_level.keys().copied().collect();
        let row = |((terms, level), count): (&(EffortTerms, EffortLevel), &u32)| Row {
            amounts: terms.amounts(),
            level: levels.partition_point(|one| one < level),
            count: f64::from(*count),
        };
        Self {
            rows: alike.iter().map(row).collect(),
            by_level: by_level.values().copied().map(f64::from).collect(),
            levels,
        }
    }

    /// How many answers there are.
    pub(super) fn answers(&self) -> f64 {
        self.by_level.iter().sum()
    }

    /// The moments of a term.
    pub(super) fn moments(&self, term: usize) -> Moments {
        let all = self.answers();
        let sum = |of: &dyn Fn(f64) -> f64| {
            self.rows.iter().map(|row| row.count * of(row.amounts[term])).sum::<f64>()
        };
        let mean = sum(&|amount| amount) / all;
        let (least, most) = self
            .rows
            .iter()
            .map(|row| row.amounts[term])
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| (least.min(x), most.max(x)));
        let range = most - least;
        // Rounding must not make a term vary that is the same everywhere.
        let deviation = if range > 0.0 { (sum(&|x| (x - mean) * (x - mean)) / all).sqrt() } else { 0.0 };
        Moments { mean, deviation, range, answers: sum(&|amount| f64::from(u8::from(amount > 0.0))) }
    }
}
