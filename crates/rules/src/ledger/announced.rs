//! What was said of a customer, as the ledger's entries add up.

use super::{Announcement, Entry};
use crate::decision::Slot;
use alloc::vec::Vec;
use core::hash::BuildHasherDefault;
use hashbrown::HashMap;
use rustc_hash::FxHasher;
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
    /// In the order in which they were announced first.
    slots: Vec<(Slot, Standing)>,
    places: HashMap<Slot, usize, BuildHasherDefault<FxHasher>>,
    entries: u64,
}

impl Announced {
    /// Nothing was said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many entries more.
    pub fn reserve(&mut self, entries: usize) {
        self.slots.reserve(entries);
        self.places.reserve(entries);
    }

    /// Takes in the next entry, read from the stream of a profile.
    pub fn apply(&mut self, entry: Entry, profile: ProfileIx) {
        self.entries += 1;
        let first = self.entries;
        match entry {
            Entry::Announced(announcement) | Entry::Amended { announcement, .. } => {
                let slot = &announcement.decision.slot;
                let place = *self.places.entry(slot.clone()).or_insert_with(|| {
                    self.slots.push((slot.clone(), Standing { generations: 0, first, effective: None }));
                    self.slots.len() - 1
                });
                let standing = &mut self.slots[place].1;
                standing.generations = standing.generations.max(announcement.generation + 1);
                standing.effective = Some((announcement, profile));
            }
            Entry::Withdrawn { slot, generation, .. } => {
                if let Some(place) = self.places.get(&slot)
                    && let standing = &mut self.slots[*place].1
                    && standing.effective.as_ref().is_some_and(|(a, _)| a.generation == generation)
                {
                    standing.effective = None;
                }
            }
        }
    }

    /// Every slot that was ever announced, in the order in which each was first.
    pub fn slots(&self) -> impl Iterator<Item = (&Slot, &Standing)> {
        self.slots.iter().map(|(slot, standing)| (slot, standing))
    }

    /// What stands now, in the order in which each slot was announced first.
    pub fn effective(&self) -> impl Iterator<Item = (&Announcement, ProfileIx)> {
        self.slots
            .iter()
            .map(|(_, standing)| standing)
            .filter_map(|s| s.effective.as_ref().map(|(a, profile)| (a, *profile)))
    }

    /// The generation that the next announcement of a slot has.
    pub fn next_generation(&self, slot: &Slot) -> u32 {
        self.places.get(slot).map_or(0, |place| self.slots[*place].1.generations)
    }

    /// How many entries were taken in.
    pub const fn entries(&self) -> u64 {
        self.entries
    }
}
