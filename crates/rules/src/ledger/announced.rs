//! What was said of a customer, as the ledger's entries add up.

use super::{Announcement, Entry};
use crate::decision::Slot;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use throughline_core::fact::ProfileIx;
use throughline_core::name::Sym;

/// What stands of one slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What it is about.
    pub slot: Slot<Sym>,
    /// How often the slot was announced so far: the next announcement's generation.
    pub generations: u32,
    /// The order in which the slot was announced first.
    pub first: u64,
    /// The announcement that stands, and the profile whose stream holds it; none if it was withdrawn.
    pub effective: Option<(Announcement<Sym>, ProfileIx)>,
}

/// Everything that was said of a customer: the union over the streams of its profiles.
#[derive(Clone, Debug, Default)]
pub struct Announced {
    /// In the order in which they were announced first.
    slots: Vec<Standing>,
    /// Where each slot is. A table of places only: slots are wide, and there are as many as things were said.
    places: HashTable<u32>,
    entries: u64,
    /// Whether an entry takes back what none of the others said.
    reaches_back: bool,
}

impl Announced {
    /// Nothing was said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many slots more.
    pub fn reserve(&mut self, slots: usize) {
        self.slots.reserve(slots);
        let standing = &self.slots;
        self.places.reserve(slots, |place| hash(&standing[*place as usize].slot));
    }

    /// Takes in the next entry, read from the stream of a profile.
    pub fn apply(&mut self, entry: Entry<Sym>, profile: ProfileIx) {
        self.entries += 1;
        self.reaches_back |= match &entry {
            Entry::Announced(_) => false,
            Entry::Amended { announcement, .. } => self.standing(&announcement.decision.slot).is_none(),
            Entry::Withdrawn { slot, .. } => self.standing(slot).is_none(),
        };
        match entry {
            Entry::Announced(announcement) | Entry::Amended { announcement, .. } => {
                let place = self.place_of(announcement.decision.slot);
                let standing = &mut self.slots[place];
                standing.generations = standing.generations.max(announcement.generation + 1);
                standing.effective = Some((announcement, profile));
            }
            Entry::Withdrawn { slot, generation, .. } => {
                if let Some(place) = self.find(&slot)
                    && let standing = &mut self.slots[place]
                    && standing.effective.as_ref().is_some_and(|(a, _)| a.generation == generation)
                {
                    standing.effective = None;
                }
            }
        }
    }

    /// Whether something was taken back or amended that was announced before the first entry that was taken in. Where
    /// only the end of a ledger is read, what stands cannot be told from it then.
    pub const fn reaches_back(&self) -> bool {
        self.reaches_back
    }

    fn standing(&self, slot: &Slot<Sym>) -> Option<&Announcement<Sym>> {
        let place = self.find(slot)?;
        self.slots[place].effective.as_ref().map(|(announcement, _)| announcement)
    }

    /// Notes that a slot was announced so often, and withdrawn as often, before the entries that were taken in.
    pub fn was_announced(&mut self, slot: Slot<Sym>, generations: u32) {
        let place = self.place_of(slot);
        let standing = &mut self.slots[place];
        standing.generations = standing.generations.max(generations);
    }

    fn find(&self, slot: &Slot<Sym>) -> Option<usize> {
        let found = self.places.find(hash(slot), |place| self.slots[*place as usize].slot == *slot);
        found.map(|place| *place as usize)
    }

    /// The place of a slot, a new one if there is none.
    fn place_of(&mut self, slot: Slot<Sym>) -> usize {
        let Self { slots, places, entries, .. } = self;
        let same = |place: &u32| slots[*place as usize].slot == slot;
        let entry = places.entry(hash(&slot), same, |place| hash(&slots[*place as usize].slot));
        let place = *entry.or_insert(slots.len() as u32).get() as usize;
        if place == slots.len() {
            slots.push(Standing { slot, generations: 0, first: *entries, effective: None });
        }
        place
    }

    /// Every slot that was ever announced, in the order in which each was first.
    pub fn slots(&self) -> &[Standing] {
        &self.slots
    }

    /// What stands now, in the order in which each slot was announced first.
    pub fn effective(&self) -> impl Iterator<Item = (&Announcement<Sym>, ProfileIx)> {
        self.slots.iter().filter_map(|s| s.effective.as_ref().map(|(a, profile)| (a, *profile)))
    }

    /// The generation that the next announcement of a slot has.
    pub fn next_generation(&self, slot: &Slot<Sym>) -> u32 {
        self.find(slot).map_or(0, |place| self.slots[place].generations)
    }

    /// How many entries were taken in.
    pub const fn entries(&self) -> u64 {
        self.entries
    }
}

fn hash(slot: &Slot<Sym>) -> u64 {
    FxBuildHasher.hash_one(slot)
}
