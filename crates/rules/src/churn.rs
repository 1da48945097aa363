//! The churn score: signs of leaving, weighted, fading with one half-life, with two levels.
//!
//! `S(t) = Σ sₖ(tₖ) · 2^(−(t−tₖ)/h)`, each part `sₖ` capped by its signal. The score is kept as of its last signal
//! and is never rewritten by reading it or by time passing: the same facts give the same bits whatever path they
//! took. The instant at which it falls to the lower level is solved once, to the microsecond, and then counts.
//! (Formulas: exponential decay with hysteresis, as in alerting rules with separate on and off levels.)

use crate::decision::{Evidence, MAX_EVIDENCE, Trigger};
use crate::rulebook::{SignalIx, SignalRule};
use alloc::boxed::Box;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::ids::EventId;
use throughline_core::tight;
use throughline_core::time::{Micros, Span};

/// One signal's part of the score, as of [`Churn::as_of`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The signal.
    pub signal: SignalIx,
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
    /// How fast they fade from there: as the rulebook says that was in force then.
    pub half_life: Span,
    /// The parts, in the order of their signals' indices.
    pub parts: ThinVec<Part>,
    /// The flag, while it is up.
    pub flag: Option<Box<Flag>>,
    /// The newest events that gave signals, [`MAX_EVIDENCE`] at most.
    evidence: ThinVec<EventId>,
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
        let flag = self.flag.as_ref().map_or(0, |_| size_of::<Flag>());
        flag + tight::heap_bytes(&self.parts)
            + tight::heap_bytes(&self.evidence)
            + tight::heap_bytes(&self.flags)
    }

    /// The newest events that gave signals.
    pub fn evidence(&self) -> Evidence {
        self.evidence.iter().copied().collect()
    }

    /// The score at an instant; changes nothing.
    pub fn score(&self, at: Micros) -> f64 {
        self.total() * decay(at.since(self.as_of), self.half_life)
    }

    /// The signal that weighs most; the one that a rulebook brought first where two weigh the same.
    pub fn top(&self) -> Option<SignalIx> {
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

    /// Takes in one sign, from which on all fades with this half-life, and returns the score after it. Until then it
    /// faded with the half-life of before.
    pub(crate) fn add(&mut self, sign: &SignalRule, half_life: Span, at: Micros, event: EventId) -> f64 {
        if self.as_of != at {
            let factor = decay(at.since(self.as_of), self.half_life);
            for part in &mut self.parts {
                part.score *= factor;
            }
            self.as_of = at;
        }
        self.half_life = half_life;
        let signal = sign.signal;
        let place = self.parts.partition_point(|p| p.signal < signal);
        match self.parts.get_mut(place).filter(|p| p.signal == signal) {
            Some(part) => part.score = (part.score + sign.weight).min(sign.cap),
            None => tight::insert(&mut self.parts, place, Part { signal, score: sign.weight.min(sign.cap) }),
        }
        if self.evidence.len() == MAX_EVIDENCE {
            self.evidence.remove(0);
        }
        tight::push(&mut self.evidence, event);
        self.total()
    }

    /// The first instant after the last signal at which the score is at most `level`; the end of time if there
    /// is none.
    pub(crate) fn falls_to(&self, level: f64) -> Micros {
        let ratio = self.total() / level;
        let mut at = self.as_of + Span(libm::ceil(self.half_life.0 as f64 * libm::log2(ratio)) as i64);
        // The closed form is right to a few microseconds of rounding; the score's own bits decide.
        while at < Micros::MAX && self.score(at) > level {
            at = at + Span(1);
        }
        while at > self.as_of && self.score(at - Span(1)) <= level {
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
        to.number(self.half_life.0 as u64);
        to.number(self.parts.len() as u64);
        for part in &self.parts {
            to.number(u64::from(part.signal.0));
            to.float(part.score);
        }
        to.maybe_time(self.flag.as_ref().map(|f| f.at));
        to.id(self.flag.as_ref().map_or(EventId::default(), |f| f.trigger.event).0);
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
    use crate::rulebook::SignalOn;

    const HALF_LIFE: Span = Span::from_days(7);

    fn signs() -> [SignalRule; 3] {
        [(0, 3.0), (1, 1.0), (2, 2.0)].map(|(signal, weight)| SignalRule {
            signal: SignalIx(signal),
            on: SignalOn::PromiseBroken,
            weight,
            cap: 100.0,
        })
    }

    /// Half-life 7 d, weights 3, 1, 2 at days 1, 4.5, 9: the published vector without its last, negative event.
    #[test]
    fn the_score_follows_the_published_vector() {
        let mut churn = Churn::new();
        for (day_tenths, sign) in [10, 45, 90].into_iter().zip(&signs()) {
            let at = Micros(0) + Span::from_hours(day_tenths * 24 / 10);
            churn.add(sign, HALF_LIFE, at, EventId::default());
        }
        let missing = -0.5 * libm::exp2(-(14.0 - 9.25) / 7.0);
        let score = churn.score(Micros(0) + Span::from_days(14)) + missing;
        assert!((score - 2.125_043_563).abs() < 1e-9, "{score}");
    }

    #[test]
    fn the_clearing_instant_is_the_first_at_which_the_score_is_low_enough() {
        let mut churn = Churn::new();
        for n in 0..5_u8 {
            let at = Micros(i64::from(n) * 86_400_000_123);
            churn.add(&signs()[usize::from(n % 3)], HALF_LIFE, at, EventId::default());
        }
        let at = churn.falls_to(3.0);
        assert!(churn.score(at) <= 3.0);
        assert!(churn.score(at - Span(1)) > 3.0);
    }

    #[test]
    fn a_score_fades_by_the_half_life_of_its_last_sign_until_the_next_one() {
        let mut churn = Churn::new();
        let day = |n| Micros(0) + Span::from_days(n);
        let [sign, ..] = signs();
        churn.add(&sign, HALF_LIFE, day(0), EventId::default());
        let score = churn.add(&sign, Span::from_days(1), day(7), EventId::default());
        assert!((score - 4.5).abs() < 1e-12, "half of 3 is left, and 3 more: {score}");
        assert!((churn.score(day(8)) - 2.25).abs() < 1e-12, "from there on it halves in a day");
    }
}
