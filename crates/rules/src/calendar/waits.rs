//! Working time: what is open, without the times in which we could not go on.

use super::Calendar;
use throughline_core::time::{Micros, Span};

/// How time is counted: all of it, or what a calendar has open; without waits for somebody else.
#[derive(Clone, Copy, Debug)]
pub struct WorkingTime<'a> {
    calendar: Option<&'a Calendar>,
}

impl<'a> WorkingTime<'a> {
    /// Time as a calendar counts it; without a calendar every moment counts.
    pub const fn of(calendar: Option<&'a Calendar>) -> Self {
        Self { calendar }
    }

    /// How much of `[from, to)` counts, without the waits: `BH([from, to) \ waits)`. Waits are in order and do not
    /// overlap.
    pub fn between(self, from: Micros, to: Micros, waits: impl Iterator<Item = (Micros, Micros)>) -> Span {
        let (mut counted, mut at) = (Span::ZERO, from);
        for (begin, end) in waits {
            counted = counted + self.open(at, begin.min(to));
            at = at.max(end);
        }
        counted + self.open(at, to)
    }

    /// The first instant at which so much was counted since `from`: the infimum of `t` with
    /// `BH([from, t) \ waits) ≥ time`. None if it does not come.
    pub fn after(
        self,
        from: Micros,
        time: Span,
        waits: impl Iterator<Item = (Micros, Micros)>,
    ) -> Option<Micros> {
        let (mut missing, mut at) = (time, from);
        for (begin, end) in waits {
            let before = self.open(at, begin);
            if before >= missing {
                break;
            }
            missing = Span(missing.0 - before.0);
            at = at.max(end);
        }
        match self.calendar {
            Some(calendar) => calendar.after(at, missing),
            None => Some(at + missing),
        }
    }

    fn open(self, from: Micros, to: Micros) -> Span {
        match self.calendar {
            Some(calendar) => calendar.between(from, to),
            None => Span(to.since(from).0.max(0)),
        }
    }
}
