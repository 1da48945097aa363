//! What was generated, so that a test can say what an engine must have found.

use super::Arrival;
use std::collections::BTreeMap;
use throughline_core::event::EventKind;

/// Counts over the arrivals that an iterator has yielded so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TownStats {
    /// Everything that arrived.
    pub arrivals: u64,
    /// Of these, what is a fact of its own: neither a repetition nor a reused id.
    pub facts: u64,
    /// Facts that arrived hours or days after they happened.
    pub late: u64,
    /// Arrivals with the id *and* the content of an earlier one.
    pub duplicates: u64,
    /// Arrivals with the id of an earlier one and other content: a store refuses them.
    pub reused_ids: u64,
    /// Facts that say they happen days after they arrive.
    pub future_dated: u64,
    /// Facts that share their instant with the fact told before them in the same life.
    pub equal_timestamps: u64,
    /// People that have appeared.
    pub customers: u64,
    /// Profiles that have appeared; some people have two.
    pub profiles: u64,
    by_kind: BTreeMap<EventKind, u64>,
}

/// What is wrong with an arrival, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    None,
    Late,
    Duplicate,
    ReusedId,
    FutureDated,
}

/// Whether a fact shares its instant with the one told before it in the same life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Simultaneous {
    Yes,
    No,
}

impl TownStats {
    /// How many *facts* of a kind there were.
    pub fn of(&self, kind: EventKind) -> u64 {
        self.by_kind.get(&kind).copied().unwrap_or(0)
    }

    /// Every kind that occurred with its number of facts, in the order of the kinds.
    pub fn kinds(&self) -> impl Iterator<Item = (EventKind, u64)> {
        self.by_kind.iter().map(|(kind, count)| (*kind, *count))
    }

    pub(super) fn count(&mut self, arrival: &Arrival, trouble: Trouble, simultaneous: Simultaneous) {
        self.arrivals += 1;
        match trouble {
            Trouble::Duplicate => self.duplicates += 1,
            Trouble::ReusedId => self.reused_ids += 1,
            Trouble::None | Trouble::Late | Trouble::FutureDated => {
                self.facts += 1;
                self.equal_timestamps += u64::from(simultaneous == Simultaneous::Yes);
                self.late += u64::from(trouble == Trouble::Late);
                self.future_dated += u64::from(trouble == Trouble::FutureDated);
                *self.by_kind.entry(arrival.event.kind()).or_default() += 1;
            }
        }
    }
}
