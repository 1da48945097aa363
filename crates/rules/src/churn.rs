//! The churn score: signs of leaving, weighted, fading with one half-life, with two levels.
//!
//! `S(t) = Σ sₖ(tₖ) · 2^(−(t−tₖ)/h)`, each part `sₖ` capped by its signal. The score is kept as of its last signal
//! and is never rewritten by reading it or by time passing: the same facts give the same bits whatever path they
//! took. The instant at which it falls to the lower level is solved once, to the microsecond, and then counts.
//! (Formulas: exponential decay with hysteresis, as in alerting rules with separate on and off levels.)

use crate::decision::{Evidence, MAX_EVIDENCE, Trigger};
use crate::rulebook::ChurnRule;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::ids::EventId;
use throughline_core::tight;
use throughline_core::time::{Micros, Span};

/// One signal's part of the score, as of [`Churn::as_of`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The signal, an index into the rulebook's.
    pub signal: u16,
    /// What it weighs.
    pub score: f64,
}

/// A flag that is up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Since when.
    pub at: Micros,
    /// The signal's event that crossed the level.
    pub trigger: Trigger,
}

/// The churn score of one customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Churn {
    /// The instant that the parts are as of: the last signal.
    pub as_of: Micros,
    /// The parts, in the order of their signals' indices.
    pub parts: ThinVec<Part>,
    /// The flag, while it is up.
    pub flag: Option<Flag>,
    /// The newest events that gave signals.
    pub evidence: Evidence,
    /// How often each event flagged the customer: one missed target can, again and again, by its repeats.
    flags: ThinVec<(EventId, u16)>,
}

/// The most flagging events that are told apart; the oldest go first.
const MAX_FLAGS: usize = 64;

impl Churn {
    /// No sign yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        tight::heap_bytes(&self.parts) + tight::heap_bytes(&self.flags)
    }

    /// The score at an instant; changes nothing.
    pub fn score(&self, at: Micros, half_life: Span) -> f64 {
        self.total() * decay(at.since(self.as_of), half_life)
    }

    /// The signal that weighs most; the one that stands first in the rulebook where two weigh the same.
    pub fn top(&self) -> Option<u16> {
        let mut parts = self.parts.iter();
        let first = parts.next()?;
        Some(parts.fold(first, |top, p| if p.score > top.score { p } else { top }).signal)
    }

    /// Counts that an event flagged the customer, and returns how often it had before.
    pub(crate) fn count_flag(&mut self, event: EventId) -> u16 {
        if let Some((_, times)) = self.flags.iter_mut().find(|(known, _)| *known == event) {
            *times += 1;
            return *times;
        }
        if self.flags.len() == MAX_FLAGS {
            self.flags.remove(0);
        }
        tight::push(&mut self.flags, (event, 0));
        0
    }

    /// How often an event had flagged the customer before it did the last time.
    pub(crate) fn flags_of(&self, event: EventId) -> u16 {
        self.flags.iter().find(|(known, _)| *known == event).map_or(0, |(_, times)| *times)
    }

    /// Takes in one sign and returns the score after it.
    pub(crate) fn add(&mut self, rule: &ChurnRule, signal: u16, at: Micros, event: EventId) -> f64 {
        if self.as_of != at {
            let factor = decay(at.since(self.as_of), rule.half_life);
            for part in &mut self.parts {
                part.score *= factor;
            }
            self.as_of = at;
        }
        let sign = &rule.signals[usize::from(signal)];
        let place = self.parts.partition_point(|p| p.signal < signal);
        match self.parts.get_mut(place).filter(|p| p.signal == signal) {
            Some(part) => part.score = (part.score + sign.weight).min(sign.cap),
            None => tight::insert(&mut self.parts, place, Part { signal, score: sign.weight.min(sign.cap) }),
        }
        if self.evidence.len() == MAX_EVIDENCE {
            self.evidence.remove(0);
        }
        self.evidence.push(event);
        self.total()
    }

    /// The first instant after the last signal at which the score is at most `level`; the end of time if there
    /// is none.
    pub(crate) fn falls_to(&self, level: f64, half_life: Span) -> Micros {
        let ratio = self.total() / level;
        let mut at = self.as_of + Span(libm::ceil(half_life.0 as f64 * libm::log2(ratio)) as i64);
        // The closed form is right to a few microseconds of rounding; the score's own bits decide.
        while at < Micros::MAX && self.score(at, half_life) > level {
            at = at + Span(1);
        }
        while at > self.as_of && self.score(at - Span(1), half_life) <= level {
            at = at - Span(1);
        }
        at
    }

    fn total(&self) -> f64 {
        self.parts.iter().map(|p| p.score).sum()
    }
}

fn decay(passed: Span, half_life: Span) -> f64 {
    libm::exp2(-(passed.0 as f64) / half_life.0 as f64)
}

impl Canonical for Churn {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.time(self.as_of);
        to.number(self.parts.len() as u64);
        for part in &self.parts {
            to.number(u64::from(part.signal));
            to.float(part.score);
        }
        to.maybe_time(self.flag.map(|f| f.at));
        to.id(self.flag.map_or(EventId::default(), |f| f.trigger.event).0);
        to.number(self.evidence.len() as u64);
        for event in &self.evidence {
            to.id(event.0);
        }
        to.number(self.flags.len() as u64);
        for (event, times) in &self.flags {
            to.id(event.0);
            to.number(u64::from(*times));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::{RuleIx, SignalOn, SignalRule};
    use throughline_core::name::Sym;

    fn rule() -> ChurnRule {
        let signal = |weight| SignalRule { name: Sym::NONE, on: SignalOn::PromiseBroken, weight, cap: 100.0 };
        let signals = [3.0, 1.0, 2.0].into_iter().map(signal).collect();
        ChurnRule { rule: RuleIx(0), half_life: Span::from_days(7), flag_at: 6.0, clear_at: 3.0, signals }
    }

    /// Half-life 7 d, weights 3, 1, 2 at days 1, 4.5, 9: the published vector without its last, negative event.
    #[test]
    fn the_score_follows_the_published_vector() {
        let (rule, mut churn) = (rule(), Churn::new());
        for (day_tenths, signal) in [(10, 0), (45, 1), (90, 2)] {
            churn.add(&rule, signal, Micros(0) + Span::from_hours(day_tenths * 24 / 10), EventId::default());
        }
        let missing = -0.5 * libm::exp2(-(14.0 - 9.25) / 7.0);
        let score = churn.score(Micros(0) + Span::from_days(14), rule.half_life) + missing;
        assert!((score - 2.125_043_563).abs() < 1e-9, "{score}");
    }

    #[test]
    fn the_clearing_instant_is_the_first_at_which_the_score_is_low_enough() {
        let (rule, mut churn) = (rule(), Churn::new());
        for n in 0..5 {
            churn.add(&rule, n % 3, Micros(i64::from(n) * 86_400_000_123), EventId::default());
        }
        let at = churn.falls_to(3.0, rule.half_life);
        assert!(churn.score(at, rule.half_life) <= 3.0);
        assert!(churn.score(at - Span(1), rule.half_life) > 3.0);
    }
}
