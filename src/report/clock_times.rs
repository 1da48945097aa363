//! How long the clocks of cases ran, in the customer's time and in working time.

use crate::durations::Durations;
use throughline_core::time::Micros;
use throughline_rules::case::CaseClocks;
use throughline_rules::decision::Clock;

/// The lengths of one clock.
#[derive(Clone, Debug, Default)]
pub(super) struct ClockTimes {
    pub(super) customer: Durations,
    pub(super) working: Durations,
}

/// The lengths of the five clocks, in the order of [`Clock::ALL`].
#[derive(Clone, Debug, Default)]
pub(super) struct AllClockTimes([ClockTimes; 5]);

impl AllClockTimes {
    /// Takes what the clocks of a case show; those that still run are cut off.
    pub(super) fn take(&mut self, clocks: &CaseClocks<'_>, now: Micros) {
        for (clock, times) in Clock::ALL.iter().zip(&mut self.0) {
            let reading = clocks.read(*clock, now);
            let is_over = reading.fulfilled_at.is_some();
            times.customer.add_one(reading.customer_time, is_over);
            times.working.add_one(reading.working_time, is_over);
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            mine.customer.add(theirs.customer);
            mine.working.add(theirs.working);
        }
    }

    pub(super) fn into_clocks(self) -> impl Iterator<Item = (Clock, ClockTimes)> {
        Clock::ALL.iter().copied().zip(self.0)
    }
}
