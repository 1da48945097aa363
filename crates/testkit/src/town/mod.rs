//! A town: a seeded year in the lives of many customers, as the company's systems report it.
//!
//! It is for benches, demonstrations and simulations that need many plausible lives: calls that are abandoned,
//! mails that are answered late or by a machine, promises kept and broken, cases that come back after days. It
//! also has the trouble of real logs, in known proportions: late events, repetitions, reused ids, clocks that
//! are ahead, equal timestamps. [`TownStats`] says how much of each there was.
//!
//! Events are yielded in the order in which they *arrive*. The same [`Town`] yields the same bytes everywhere:
//! only whole numbers decide, and nothing is read but the seed. Memory holds what is under way, not the year.
//!
//! ```
//! use throughline_testkit::town::Town;
//!
//! let mut arrivals = Town::new(42).with_customers(50).with_events(1_000).arrivals();
//! let mut before = None;
//! for arrival in arrivals.by_ref() {
//!     assert!(before <= Some(arrival.arrives_at));
//!     before = Some(arrival.arrives_at);
//! }
//! assert!(arrivals.stats().arrivals >= 1_000);
//! assert_eq!(arrivals.stats().customers, 50);
//! ```

mod arrivals;
mod calendar;
mod census;
mod dice;
mod lives;
mod scribe;
mod stats;
#[cfg(test)]
mod tests;
mod words;

pub use arrivals::Arrivals;
pub use stats::TownStats;

use throughline_core::event::NewEvent;
use throughline_core::ids::ProfileId;
use throughline_core::time::{Micros, Span};

/// What arrives: an event, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// The profile into whose stream it goes.
    pub profile: ProfileId,
    /// What happened.
    pub event: NewEvent,
    /// When the company's log gets to see it. Never decreases from one arrival to the next.
    pub arrives_at: Micros,
}

/// How events are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdStyle {
    /// UUIDv7 that sort as their events arrive: what a store likes best.
    #[default]
    ArrivalOrdered,
    /// UUIDv4 in no order: what a store likes least.
    Random,
}

/// Which town to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Town {
    /// Decides everything that the other fields leave open.
    pub seed: u64,
    /// How many people there are. All of them appear.
    pub customers: u32,
    /// At least how many events arrive. No new story begins once this many are told or under way, so that a few
    /// more arrive than were asked for; many more if there are fewer than four for each customer.
    pub events: u64,
    /// When the first story may begin.
    pub start: Micros,
    /// The time in which stories begin, at least an hour. The last ones end some weeks later.
    pub length: Span,
    /// How events are named.
    pub ids: IdStyle,
}

impl Town {
    /// A town of 20,000 customers and 500,000 events in the year 2025.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            customers: 20_000,
            events: 500_000,
            // 2025-01-01T00:00:00Z, a Wednesday.
            start: Micros(1_735_689_600_000_000),
            length: Span::from_days(365),
            ids: IdStyle::ArrivalOrdered,
        }
    }

    /// The same town with so many customers.
    #[must_use]
    pub const fn with_customers(self, customers: u32) -> Self {
        Self { customers, ..self }
    }

    /// The same town with at least so many events.
    #[must_use]
    pub const fn with_events(self, events: u64) -> Self {
        Self { events, ..self }
    }

    /// The same town with events named in this way.
    #[must_use]
    pub const fn with_ids(self, ids: IdStyle) -> Self {
        Self { ids, ..self }
    }

    /// Everything that arrives, in the order in which it arrives.
    pub fn arrivals(self) -> Arrivals {
        Arrivals::of(self)
    }
}
