//! One answer to a survey of effort, on the one scale that all answers are brought to.

use throughline_core::event::vocabulary::Rated;
use throughline_core::ids::EventId;
use throughline_rules::explain::EffortTerms;

/// An answer, with what the issue had cost the customer by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EffortAnswer {
    /// The event that says so.
    pub event: EventId,
    /// The answer.
    pub level: EffortLevel,
    /// What the issue had cost her.
    pub terms: EffortTerms,
}

/// An answer on the scale of CES 2.0, from 1 (hard) to 7 (easy).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EffortLevel(u8);

impl EffortLevel {
    /// The answer that says that it was hardest.
    pub const HARDEST: u8 = 1;

    /// The answer that says that it was easiest.
    pub const EASIEST: u8 = 7;

    /// A level of the scale; none if there is no such level.
    pub const fn new(level: u8) -> Option<Self> {
        if level >= Self::HARDEST && level <= Self::EASIEST { Some(Self(level)) } else { None }
    }

    /// The level, 1 to 7.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Brings an answer to the scale by the share of its own that it reached: `1 + 6 (score − worst) / (best − worst)`, to
    /// the nearest level, halves upwards. So 1 to 7 stays as it is, and on a scale from 1 (best) to 5 (worst), that of CES
    /// 1.0, 1 becomes 7. Where nobody said what the worst answer is, it is 1, as in both versions of CES.
    pub fn of<T>(rated: &Rated<T>) -> Result<Self, SetApart> {
        let (score, best) = (i32::from(rated.score), i32::from(rated.best));
        let worst = match rated.worst {
            Some(worst) => i32::from(worst),
            // A best answer of 1 belongs to a scale that runs downwards, and nobody said how far.
            None => 1,
        };
        if best == worst || (rated.worst.is_none() && best < worst) {
            return Err(SetApart::ScaleNotKnown);
        }
        if score < best.min(worst) || score > best.max(worst) {
            return Err(SetApart::OutsideItsScale);
        }
        // In whole numbers, so that a half is a half: ⌊(12 a + b) / 2 b⌋ is 6 a / b to the nearest.
        let (reached, whole) = ((score - worst).abs(), (best - worst).abs());
        let steps = i32::from(Self::EASIEST - Self::HARDEST);
        Ok(Self(Self::HARDEST + ((2 * steps * reached + whole) / (2 * whole)) as u8))
    }
}

/// Why an answer is of no use to a fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SetApart {
    /// It is about the relationship as a whole.
    NoContact,
    /// It names a contact in which nothing had happened that the log tells of.
    ContactNotKnown,
    /// The case was settled so long ago that what it cost is not kept.
    SettledLongAgo,
    /// The scale has no two ends, or runs downwards to where nobody said.
    ScaleNotKnown,
    /// The score is none that the scale has.
    OutsideItsScale,
}

impl SetApart {
    /// The reason in a few words, by which such answers are counted.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoContact => "about no contact",
            Self::ContactNotKnown => "about a contact that the log does not know",
            Self::SettledLongAgo => "about a case settled too long ago",
            Self::ScaleNotKnown => "on a scale that is not known",
            Self::OutsideItsScale => "outside its own scale",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_core::event::Instrument;

    fn level(score: u8, best: u8, worst: Option<u8>) -> Result<u8, SetApart> {
        let rated =
            Rated::<()> { contact: None, instrument: Instrument::Ces, score, best, worst, comment: None };
        EffortLevel::of(&rated).map(EffortLevel::get)
    }

    fn scale(scores: impl Iterator<Item = u8>, best: u8, worst: Option<u8>) -> Vec<u8> {
        scores.map(|score| level(score, best, worst).unwrap()).collect()
    }

    #[test]
    fn every_scale_comes_to_one_by_the_share_that_was_reached() {
        assert_eq!(scale(1..=7, 7, Some(1)), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(scale(1..=7, 7, None), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(scale(1..=5, 1, Some(5)), [7, 6, 4, 3, 1], "CES 1.0 is reversed");
        assert_eq!(scale(1..=5, 5, Some(1)), [1, 3, 4, 6, 7]);
        assert_eq!(scale(0..=10, 10, Some(0)), [1, 2, 2, 3, 3, 4, 5, 5, 6, 6, 7]);
        assert_eq!(scale(0..=1, 1, Some(0)), [1, 7]);
    }

    #[test]
    fn what_cannot_be_brought_to_it_is_set_apart() {
        assert_eq!(level(8, 7, Some(1)), Err(SetApart::OutsideItsScale));
        assert_eq!(level(0, 7, None), Err(SetApart::OutsideItsScale));
        assert_eq!(level(3, 3, Some(3)), Err(SetApart::ScaleNotKnown));
        assert_eq!(level(1, 1, None), Err(SetApart::ScaleNotKnown));
        assert_eq!(level(0, 0, None), Err(SetApart::ScaleNotKnown));
    }
}
