//! What was said of a customer, as the ledger's entries add up.

use super::{Announcement, Entry};
use crate::decision::Slot;
use alloc::collections::BTreeMap;
use throughline_core::fact::ProfileIx;

/// What stands of one slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// How often the slot was announced so far: the next announcement's generation.
    pub generations: u32,
    /// The order in which the slot was announced first.
    pub first: u64,
    /// The announcement that stands, and the profile whose stream holds it; none if it was withdrawn.
    pub effective: Option<(Announcement, ProfileIx)>,
}

/// Everything that was said of a customer: the union over the streams of its profiles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Announced {
    slots: BTreeMap<Slot, Standing>,
    entries: u64,
}

impl Announced {
    /// Nothing was said yet.
    pub const fn new() -> Self {
        Self { slots: BTreeMap::new(), entries: 0 }
    }

    /// Takes in the next entry, read from the stream of a profile.
    pub fn apply(&mut self, entry: Entry, profile: ProfileIx) {
        self.entries += 1;
        let first = self.entries;
        match entry {
            Entry::Announced(announcement) | Entry::Amended { announcement, .. } => {
                let slot = announcement.decision.slot.clone();
                let standing =
                    self.slots.entry(slot).or_insert(Standing { generations: 0, first, effective: None });
                standing.generations = standing.generations.max(announcement.generation + 1);
                standing.effective = Some((announcement, profile));
            }
            Entry::Withdrawn { slot, generation, .. } => {
                if let Some(standing) = self.slots.get_mut(&slot)
                    && standing.effective.as_ref().is_some_and(|(a, _)| a.generation == generation)
                {
                    standing.effective = None;
                }
            }
        }
    }

    /// Every slot that was ever announced, in the order of slots.
    pub fn slots(&self) -> impl Iterator<Item = (&Slot, &Standing)> {
        self.slots.iter()
    }

    /// What stands now, in the order of slots.
    pub fn effective(&self) -> impl Iterator<Item = (&Announcement, ProfileIx)> {
        self.slots.values().filter_map(|s| s.effective.as_ref().map(|(a, profile)| (a, *profile)))
    }

    /// The generation that the next announcement of a slot has.
    pub fn next_generation(&self, slot: &Slot) -> u32 {
        self.slots.get(slot).map_or(0, |s| s.generations)
    }

    /// How many entries were taken in.
    pub const fn entries(&self) -> u64 {
        self.entries
    }
}
