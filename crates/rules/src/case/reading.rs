//! What the clocks of a case show: the customer's time beside working time.

use super::{Case, CaseBook, CaseIx};
use crate::calendar::WorkingTime;
use crate::decision::Clock;
use crate::rulebook::Rulebooks;
use crate::waiting::Pauses;
use throughline_core::time::{Micros, Span};

/// The five clocks of a case's instance that runs, or ran last, ready to be read.
#[derive(Clone, Copy, Debug)]
pub struct CaseClocks<'a> {
    /// The case.
    pub case: &'a Case,
    cases: &'a CaseBook,
    ix: CaseIx,
    working: WorkingTime<'a>,
    pauses: Pauses,
}

/// What one clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// When it was fulfilled; none while it runs.
    pub fulfilled_at: Option<Micros>,
    /// How long it ran, or has run by now, in the customer's time: that never pauses.
    pub customer_time: Span,
    /// The same in working time: open hours of the rulebook's calendar, without waits for those that it pauses for.
    pub working_time: Span,
    /// Whether it pauses in working time just now.
    pub paused: bool,
}

impl<'a> CaseClocks<'a> {
    /// The clocks of a case, by the rulebook that it began with.
    pub(crate) fn of(cases: &'a CaseBook, ix: CaseIx, books: &'a Rulebooks) -> Self {
        let case = cases.get(ix);
        let rules = books.get(case.rulebook);
        Self { case, cases, ix, working: rules.working_time(), pauses: rules.cases.pauses }
    }

    /// Reads one at an instant. The clocks of a settled case stand since it was settled.
    pub fn read(&self, clock: Clock, now: Micros) -> ClockReading {
        let (case, started) = (self.case, self.case.instance.started_at);
        let fulfilled_at = case.instance.fulfilled(clock);
        let stands = if case.state.is_settled() { now.min(case.since) } else { now };
        let until = fulfilled_at.unwrap_or(stands).max(started);
        let waits = self.cases.waits(self.ix).filter(|wait| self.pauses.for_whom(wait.whom));
        ClockReading {
            fulfilled_at,
            customer_time: until.since(started),
            working_time: self.working.between(started, until, waits.map(|wait| (wait.from, wait.until))),
            paused: fulfilled_at.is_none() && self.pauses.for_whom(case.waits_for),
        }
    }
}
