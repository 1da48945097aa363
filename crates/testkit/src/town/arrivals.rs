//! The year itself, hour by hour: stories begin, and what they told arrives.

use super::calendar::Planned;
use super::census::Census;
use super::lives;
use super::scribe::Scribe;
use super::stats::TownStats;
use super::{Arrival, Town};
use throughline_core::time::{Micros, Span};

/// Everything that arrives in a town, in order.
#[derive(Clone, Debug)]
pub struct Arrivals {
    town: Town,
    scribe: Scribe,
    census: Census,
    stats: TownStats,
    hour: usize,
    /// How much of the year's business was done before the current hour, of [`Arrivals::business`].
    done: u64,
    business: u64,
    /// What arrives in the hour before the current one, the next arrival last.
    due: Vec<Planned>,
}

/// How busy each hour of a working day is. Weekends have a third of it.
const BUSY: [u64; 24] =
    [3, 2, 1, 1, 1, 3, 9, 24, 45, 60, 63, 60, 48, 51, 57, 54, 48, 42, 36, 30, 27, 21, 12, 6];

impl Arrivals {
    pub(super) fn of(town: Town) -> Self {
        let mut arrivals = Self {
            town,
            scribe: Scribe::new(town.seed, town.start, town.ids),
            census: Census::new(town.seed, town.customers),
            stats: TownStats::default(),
            hour: 0,
            done: 0,
            business: 0,
            due: Vec::new(),
        };
        arrivals.business = (0..arrivals.hours()).map(|hour| arrivals.busy(hour)).sum();
        arrivals
    }

    /// What was yielded so far.
    pub const fn stats(&self) -> &TownStats {
        &self.stats
    }

    /// The hours in which stories begin.
    fn hours(&self) -> usize {
        usize::try_from(self.town.length.0 / Span::from_hours(1).0).unwrap_or(0).max(1)
    }

    fn busy(&self, hour: usize) -> u64 {
        let at = self.begin(hour).0.div_euclid(Span::from_hours(1).0);
        // 1970-01-01 was a Thursday: the days numbered 2 and 3 of its week are the weekend.
        let weekend = matches!(at.div_euclid(24).rem_euclid(7), 2 | 3);
        let busy = BUSY[at.rem_euclid(24).unsigned_abs() as usize];
        if weekend { busy.div_ceil(3) } else { busy }
    }

    fn begin(&self, hour: usize) -> Micros {
        self.town.start + Span::from_hours(hour as i64)
    }

    /// Lets stories begin until the year is as far as it should be by the end of the hour.
    fn live(&mut self) {
        self.done += self.busy(self.hour);
        let share =
            |of: u64| (u128::from(of) * u128::from(self.done)).div_ceil(u128::from(self.business)) as u64;
        let events = share(self.town.events);
        // Everybody has appeared by the middle of the year, so that most lives have a past to come back to.
        let everybody = u64::from(self.town.customers);
        let people = share(everybody.saturating_mul(2)).min(everybody);
        let people = if self.hour + 1 == self.hours() { everybody } else { people };
        let begin = self.begin(self.hour);
        while u64::from(self.census.met()) < people || self.scribe.planned() < events {
            let at = begin + self.scribe.dice.span(Span::ZERO, Span::from_hours(1));
            let newcomer = if u64::from(self.census.met()) < people { self.census.meet() } else { None };
            match newcomer {
                Some(who) => lives::arrive(&mut self.scribe, &mut self.census, who, at),
                None if self.census.met() == 0 => return,
                None => lives::go_on(&mut self.scribe, &mut self.census, at),
            }
        }
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        loop {
            if let Some(planned) = self.due.pop() {
                self.stats.count(&planned.arrival, planned.trouble, planned.simultaneous);
                return Some(planned.arrival);
            }
            if self.hour < self.hours() {
                self.live();
            } else if self.hour >= self.scribe.calendar.hours() {
                return None;
            }
            // Nothing that begins later can arrive in this hour.
            self.due = self.scribe.calendar.take(self.hour);
            self.hour += 1;
            self.stats.customers = u64::from(self.census.met());
            self.stats.profiles = self.census.profiles();
        }
    }
}
