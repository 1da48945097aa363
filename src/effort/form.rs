//! The form of a fit: what is stored, read back and printed. It is made by a regression or read from what one made, and
//! changed by nobody: a score is worth what its fit is worth.

use super::answer::EffortLevel;
use super::design::TERMS;
use super::fit::ReadFitError;
use super::folds::FOLDS;
use super::quality::FitQuality;
use super::sample::SampleCounts;
use super::weights::Weights;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use throughline_rules::explain::EffortTerm;

/// Weights of effort, fitted to what customers answered, with how good they are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct EffortFit(Form);

/// Weights of effort, fitted to what customers answered, with how good they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Form {
    /// The version of this form. Fields may be added within a version; none changes its meaning.
    format: u32,
    /// The answers that it was made from.
    sample: SampleCounts,
    /// How good it is on these answers: better than it is.
    in_sample: FitQuality,
    /// How good it is on answers that it was not made from, each fifth by what the others say. This is what it is worth.
    out_of_sample: FitQuality,
    /// Into how many parts the answers were dealt for that.
    folds: u32,
    /// Each term and its weight.
    terms: Vec<TermWeight>,
    /// The levels of the scale from 1 (hard) to 7 (easy) that occurred, from the hardest.
    levels: Vec<u8>,
    /// Between each level and the next: the logarithm of the odds of an answer at that level or below, of a customer who
    /// bore nothing.
    thresholds: Vec<f64>,
}

/// What a term weighs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TermWeight {
    /// The term.
    pub term: EffortTerm,
    /// What one unit of it adds to the score, never below 0: it multiplies the odds of an answer at or below any level by
    /// `e` to the power of it.
    pub weight: f64,
    /// In how many answers there was any of it.
    pub answers_with: u64,
    /// Why it was not weighed, so that its weight is 0; null if it was.
    pub aside: Option<Aside>,
}

/// Why a term was not weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Aside {
    /// There was as much of it behind every answer.
    SameEverywhere,
    /// It was as much behind all answers but a few.
    TooRare,
    /// Terms before it say the same.
    SaysNothingNew,
}

impl EffortFit {
    /// The version of the form.
    pub const FORMAT: u32 = 1;

    /// The answers that it was made from.
    pub const fn sample(&self) -> &SampleCounts {
        &self.0.sample
    }

    /// How good it is on the answers that it was made from: better than it is.
    pub const fn in_sample(&self) -> FitQuality {
        self.0.in_sample
    }

    /// How good it is on answers that it was not made from.
    pub const fn out_of_sample(&self) -> FitQuality {
        self.0.out_of_sample
    }

    /// Whether it foretells answers that it was not made from better than chance would. Where it does not, a score by it
    /// says nothing.
    pub fn holds_out_of_sample(&self) -> bool {
        self.out_of_sample().is_beyond_chance()
    }

    /// Each term and its weight, in the order of [`EffortTerm::ALL`].
    pub fn terms(&self) -> &[TermWeight] {
        &self.0.terms
    }

    /// The levels that occurred, 1 to 7, from the hardest.
    pub fn levels(&self) -> &[u8] {
        &self.0.levels
    }

    /// Between each level and the next: the logarithm of the odds of an answer at that level or below, of a customer who
    /// bore nothing. One less than there are levels.
    pub fn thresholds(&self) -> &[f64] {
        &self.0.thresholds
    }

    pub(super) fn of(weights: &Weights, sample: SampleCounts) -> Self {
        let terms = EffortTerm::ALL.iter().enumerate().map(|(place, term)| TermWeight {
            term: *term,
            weight: kept(weights.by_term[place]),
            answers_with: weights.answers[place] as u64,
            aside: weights.asides[place],
        });
        Self(Form {
            format: Self::FORMAT,
            sample,
            in_sample: FitQuality::default(),
            out_of_sample: FitQuality::default(),
            folds: FOLDS as u32,
            terms: terms.collect(),
            levels: weights.levels.iter().copied().map(EffortLevel::get).collect(),
            thresholds: weights.thresholds.iter().copied().map(kept).collect(),
        })
    }

    pub(super) fn with_quality(self, in_sample: FitQuality, out_of_sample: FitQuality) -> Self {
        let kept = |found: FitQuality| FitQuality {
            pseudo_r2: kept(found.pseudo_r2),
            rank_correlation: found.rank_correlation.map(kept),
            ..found
        };
        Self(Form { in_sample: kept(in_sample), out_of_sample: kept(out_of_sample), ..self.0 })
    }
}

/// A number to twelve digits, and nothing below 10⁻¹⁰: so few digits are read back as the very number that was stored, by
/// whatever reads them, and a fit knows fewer.
fn kept(number: f64) -> f64 {
    if number.abs() < 1e-10 { 0.0 } else { format!("{number:.11e}").parse().unwrap_or(number) }
}

/// The schema of what it consists of: that is an affair of ours, and in JSON the two are one.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for EffortFit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EffortFit".into()
    }

    fn json_schema(of: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Form::json_schema(of)
    }
}

impl<'de> Deserialize<'de> for EffortFit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(from)?;
        form.check().map_err(D::Error::custom)?;
        Ok(Self(form))
    }
}

impl Form {
    /// Whether a regression could have made it.
    fn check(&self) -> Result<(), ReadFitError> {
        let wrong = |field, mistake: String| Err(ReadFitError { field, mistake });
        if self.format != EffortFit::FORMAT {
            return wrong(
                "format",
                format!("is {}, and only {} can be read", self.format, EffortFit::FORMAT),
            );
        }
        if !self.terms.iter().map(|term| term.term).eq(EffortTerm::ALL) {
            return wrong("terms", format!("must be these {TERMS}, in order: {}", names()));
        }
        for TermWeight { term, weight, answers_with, aside } in &self.terms {
            if !(weight.is_finite() && *weight >= 0.0) {
                return wrong("weight", format!("of {term} is {weight}, and must be 0 or more"));
            }
            if aside.is_some() && *weight > 0.0 {
                return wrong("weight", format!("of {term} is {weight}, though it was not weighed"));
            }
            if *answers_with > self.sample.answers {
                return wrong("answers_with", format!("of {term} is more than there are answers"));
            }
        }
        if self.terms.iter().all(|term| term.weight <= 0.0) {
            return wrong("terms", "must have one at least that weighs something".to_owned());
        }
        let is_level = |level: &u8| EffortLevel::new(*level).is_some();
        if self.levels.len() < 2 || !self.levels.iter().all(is_level) || !rises(&self.levels) {
            return wrong("levels", "must be two or more of 1 to 7, from the hardest".to_owned());
        }
        if self.sample.levels != self.levels.len() as u64 || self.sample.answers < self.sample.levels {
            return wrong("sample", "must have the levels that occurred and an answer for each".to_owned());
        }
        if self.thresholds.len() + 1 != self.levels.len()
            || !self.thresholds.iter().all(|threshold| threshold.is_finite())
            || !rises(&self.thresholds)
        {
            return wrong("thresholds", "must be one less than there are levels, and rise".to_owned());
        }
        for (field, found) in [("in_sample", self.in_sample), ("out_of_sample", self.out_of_sample)] {
            let FitQuality { answers, pseudo_r2, rank_correlation } = found;
            let is_correlation = rank_correlation.is_none_or(|it| (-1.0..=1.0).contains(&it));
            if answers > self.sample.answers || !pseudo_r2.is_finite() || pseudo_r2 > 1.0 || !is_correlation {
                return wrong(
                    field,
                    "must have a pseudo_r2 up to 1, a rank_correlation from −1 to 1, and no more answers than there are"
                        .to_owned(),
                );
            }
        }
        if self.folds < 2 {
            return wrong("folds", format!("is {}, and must be 2 or more", self.folds));
        }
        Ok(())
    }
}

fn rises<T: PartialOrd>(list: &[T]) -> bool {
    list.windows(2).all(|two| two[0] < two[1])
}

fn names() -> String {
    EffortTerm::ALL.map(EffortTerm::as_str).join(", ")
}
