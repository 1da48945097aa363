//! A fit and a score in words.

use super::form::{Aside, EffortFit};
use super::quality::FitQuality;
use super::sample::SampleCounts;
use super::score::EffortScore;
use std::fmt;

impl fmt::Display for SampleCounts {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} answers", self.answers)?;
        if let Some(customers) = self.customers_answered {
            write!(to, " of {customers} customers")?;
        }
        match self.customers_asked {
            Some(asked) => write!(to, ", {asked} customers known to have been asked")?,
            None => write!(to, ", how many were asked is not known")?,
        }
        if self.rescaled > 0 {
            write!(to, "; {} brought from another scale to 1 to 7", self.rescaled)?;
        }
        for (why, times) in &self.set_apart {
            write!(to, "; {times} set apart: {why}")?;
        }
        Ok(())
    }
}

impl fmt::Display for FitQuality {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rank_correlation {
            Some(correlation) => write!(to, "rank correlation with the answer {correlation:+.2}")?,
            None => write!(to, "no rank correlation with the answer")?,
        }
        write!(to, ", pseudo-R² {:.3}", self.pseudo_r2)
    }
}

impl fmt::Display for Aside {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.pad(match self {
            Self::SameEverywhere => "not weighed: the same behind every answer",
            Self::TooRare => "not weighed: too rare",
            Self::SaysNothingNew => "not weighed: others say the same",
        })
    }
}

/// What to think of a fit that explains nothing new.
const WORTHLESS: &str = "it foretells other answers no better than chance: do not act on its scores";

impl fmt::Display for EffortFit {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "fitted to {}", self.sample())?;
        writeln!(to, "  on answers it was not made from: {}", self.out_of_sample())?;
        write!(to, "  on those it was made from:       {}", self.in_sample())?;
        if !self.holds_out_of_sample() {
            write!(to, "\n  {WORTHLESS}")?;
        }
        for term in self.terms() {
            write!(to, "\n  {:<18} {:>9.4} each, in {} answers", term.term, term.weight, term.answers_with)?;
            if let Some(why) = term.aside {
                write!(to, "; {why}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for EffortScore {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "effort {:.2}", self.value())?;
        for (place, part) in self.parts().iter().enumerate() {
            write!(to, "{}{} {:.2}", if place == 0 { " (" } else { ", " }, part.term, part.adds)?;
        }
        if !self.parts().is_empty() {
            write!(to, ")")?;
        }
        write!(to, ": the odds of a low answer are {:.1} times those of no effort", self.odds())?;
        write!(to, "; by a fit to {} answers, {} on others", self.answers(), self.out_of_sample())?;
        if self.holds_out_of_sample() { Ok(()) } else { write!(to, "; {WORTHLESS}") }
    }
}
