//! What is still to arrive: one heap of arrivals for each hour, sorted only when its hour has come.
//!
//! A single priority queue would touch memory all over for each event. Hours are few, are filled in any order
//! and emptied once, so that generating ten million events costs about one small sort for each.

use super::Arrival;
use super::stats::{Simultaneous, Trouble};
use throughline_core::time::{Micros, Span};

/// An arrival, with what the statistics want to know of it.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) arrival: Arrival,
    /// The order in which arrivals were planned; decides between those of one instant.
    pub(super) serial: u64,
    pub(super) trouble: Trouble,
    pub(super) simultaneous: Simultaneous,
}

/// The hours from the first one on.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    start: Micros,
    hours: Vec<Vec<Planned>>,
}

const HOUR: i64 = Span::from_hours(1).0;

impl Calendar {
    pub(super) const fn new(start: Micros) -> Self {
        Self { start, hours: Vec::new() }
    }

    /// Keeps an arrival until its hour comes. One from before the start belongs to the first hour.
    pub(super) fn put(&mut self, planned: Planned) {
        let hour = self.hour_of(planned.arrival.arrives_at);
        if hour >= self.hours.len() {
            self.hours.resize_with(hour + 1, Vec::new);
        }
        self.hours[hour].push(planned);
    }

    /// Takes what arrives in an hour, the *last* arrival first, so that popping yields it in order.
    pub(super) fn take(&mut self, hour: usize) -> Vec<Planned> {
        let mut due = self.hours.get_mut(hour).map(std::mem::take).unwrap_or_default();
        due.sort_unstable_by_key(|p| std::cmp::Reverse((p.arrival.arrives_at, p.serial)));
        due
    }

    /// How many hours there are up to the last arrival.
    pub(super) const fn hours(&self) -> usize {
        self.hours.len()
    }

    fn hour_of(&self, at: Micros) -> usize {
        usize::try_from(at.since(self.start).0 / HOUR).unwrap_or(0)
    }
}
