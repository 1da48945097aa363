//! The journeys that the live engine keeps at hand.
//!
//! A dormant customer costs its journey and two entries in tables; what only few customers need (parked facts,
//! decisions that settle, slots that were withdrawn) is in a box that most do not have.

use super::Memory;
use super::journal::Journal;
use super::snapshots::Snapshot;
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use throughline_core::event::Version;
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{ContactId, ProfileId};
use throughline_core::name::Sym;
use throughline_core::time::Micros;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::journey::Journey;

/// A customer at hand.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// The profiles in order, with the version of each one's stream that this journey knows.
    pub(super) profiles: Profiles,
    /// The journey, stepped as far as it goes.
    pub(super) journey: Journey,
    /// What few customers need.
    pub(super) rare: Option<Box<Rare>>,
    /// The latest time at which anything was recorded that this journey is from: an engine whose clock is behind must not
    /// judge her as of an earlier time than another one did.
    pub(super) recorded_until: Micros,
    /// When it is next due, as the queue of due customers has it; see [`Self::due`].
    due_at: Micros,
    is_due: bool,
    /// Whether the streams are known to say nothing of who this is: no claim, and no link that was made or taken back. So
    /// it is with most visitors, and nobody need read their streams to be told.
    pub(super) is_anonymous: bool,
    /// When it was last used, in the engine's own count of judgements, by the [`STRIDE`].
    used: u32,
}

/// A customer's profiles with the versions of their streams. Nearly every customer has one, and it stands in place.
pub(super) type Profiles = SmallVec<[(ProfileId, Version); 1]>;

/// How many judgements may happen before it is told apart which of two customers was used last.
const STRIDE: u64 = 256;

/// A decision that settles: when it is to be announced, and the profile whose stream it goes to.
pub(super) type Settling = (Micros, Decision<Sym>, ProfileIx);

/// What few customers need.
#[derive(Debug, Default)]
pub(super) struct Rare {
    /// Facts dated in the future, in canonical order.
    pub(super) parked: Vec<Fact>,
    /// Decisions that settle before they are announced.
    pub(super) settling: Vec<Settling>,
    /// Slots that were announced and withdrawn, and how often they were announced.
    pub(super) generations: BTreeMap<Slot<Sym>, u32>,
    /// The handles of cases that are announced under another handle than their inside key.
    pub(super) handles: BTreeMap<ContactId, ContactId>,
    /// The customer as it was some facts ago, oldest first.
    pub(super) snapshots: Vec<Snapshot>,
    /// What was folded and said since.
    pub(super) journal: Option<Box<Journal>>,
    /// How many facts the snapshot holds that is in the store; 0 if there is none.
    pub(super) stored: u64,
}

impl Live {
    /// A customer with these profiles, folded so far.
    pub(super) fn new(profiles: Profiles, journey: Journey) -> Self {
        Self { profiles, journey, recorded_until: Micros::MIN, ..Self::default() }
    }

    /// When it is next due, as the queue of due customers has it.
    pub(super) fn due(&self) -> Option<Micros> {
        self.is_due.then_some(self.due_at)
    }

    /// When something must be done: a deadline, a parked fact's time, a decision that has settled.
    pub(super) fn next_due(&self) -> Option<Micros> {
        let rare = self.rare.as_deref();
        let parked = rare.and_then(|r| r.parked.first()).map(|f| f.at);
        let settling = rare.and_then(|r| r.settling.iter().map(|(at, ..)| *at).min());
        [self.journey.next_deadline(), parked, settling].into_iter().flatten().min()
    }

    /// The number of a profile among the customer's.
    pub(super) fn profile_ix(&self, profile: ProfileId) -> Option<ProfileIx> {
        self.profiles.iter().position(|(p, _)| *p == profile).map(|i| ProfileIx(i as u32))
    }

    /// The box of what few need, made if there is none.
    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Whether a contact that a case was announced under is not of that case any more: the case was settled long ago,
    /// and the contact goes on elsewhere, or the case's key opened another one. What is said must then be said under
    /// another handle.
    pub(super) fn a_handle_moved(&self) -> bool {
        let cases = &self.journey.cases;
        let moved = |(key, handle): (&ContactId, &ContactId)| match cases.of_contact(*handle) {
            Some(ix) => cases.of_key(*key) != Some(ix),
            None => cases.of_key(*key).is_some(),
        };
        self.rare.as_deref().is_some_and(|r| r.handles.iter().any(moved))
    }

    /// Frees the box when nothing is left in it.
    pub(super) fn tidy(&mut self) {
        if self.rare.as_ref().is_some_and(|r| {
            r.parked.is_empty()
                && r.settling.is_empty()
                && r.generations.is_empty()
                && r.handles.is_empty()
                && r.journal.is_none()
                && r.snapshots.is_empty()
                && r.stored == 0
        }) {
            self.rare = None;
        }
    }
}

/// What came of asking for a customer.
#[derive(Debug)]
pub(super) enum Taken {
    /// Here it is.
    Live(Box<Live>),
    /// It is out for another judgement of the same batch.
    Out,
    /// It is not at hand.
    Missing,
}

/// The customers at hand, found by any of their profiles, and the queue of those who are due.
#[derive(Debug, Default)]
pub(super) struct Cache {
    slots: Vec<Option<Box<Live>>>,
    free: Vec<u32>,
    by_profile: HashMap<ProfileId, u32, FxBuildHasher>,
    due: BinaryHeap<Reverse<(Micros, ProfileId)>>,
    /// The length at which stale entries are looked for again.
    due_limit: usize,
    clock: u64,
}

impl Cache {
    /// The customer of a profile, taken out for a judgement. It must be [put](Self::put) back or
    /// [released](Self::release).
    pub(super) fn take(&mut self, profile: ProfileId) -> Taken {
        match self.by_profile.get(&profile) {
            None => Taken::Missing,
            Some(slot) => self.slots[*slot as usize].take().map_or(Taken::Out, Taken::Live),
        }
    }

    /// Whether the customer of a profile is out for a judgement.
    pub(super) fn is_out(&self, profile: ProfileId) -> bool {
        self.by_profile.get(&profile).is_some_and(|slot| self.slots[*slot as usize].is_none())
    }

    /// Keeps a place for a customer that is being read, as if it had been taken out.
    pub(super) fn reserve(&mut self, profiles: &[(ProfileId, Version)]) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        for (profile, _) in profiles {
            self.by_profile.insert(*profile, slot);
        }
    }

    /// The customer of a profile.
    pub(super) fn get(&self, profile: ProfileId) -> Option<&Live> {
        self.slots[*self.by_profile.get(&profile)? as usize].as_deref()
    }

    /// Puts a customer back after a judgement, or in for the first time, and queues it for when it is due.
    pub(super) fn put(&mut self, mut live: Box<Live>) {
        let Some((first, _)) = live.profiles.first().copied() else { return };
        self.clock += 1;
        live.used = u32::try_from(self.clock / STRIDE).unwrap_or(u32::MAX);
        let due = live.next_due();
        if due != live.due() {
            live.is_due = due.is_some();
            live.due_at = due.unwrap_or_default();
            if let Some(at) = due {
                self.due.push(Reverse((at, first)));
            }
            self.drop_stale();
        }
        if !self.by_profile.contains_key(&first) {
            self.reserve(&live.profiles);
        }
        if let Some(slot) = self.by_profile.get(&first) {
            self.slots[*slot as usize] = Some(live);
        }
    }

    /// The customer of a profile, to be changed in what is not its due time.
    pub(super) fn get_mut(&mut self, profile: ProfileId) -> Option<&mut Live> {
        self.slots[*self.by_profile.get(&profile)? as usize].as_deref_mut()
    }

    /// Gives up the place of a customer that was taken out.
    pub(super) fn release(&mut self, live: &Live) {
        let slot = live.profiles.first().and_then(|(first, _)| self.by_profile.get(first)).copied();
        for (profile, _) in &live.profiles {
            self.by_profile.remove(profile);
        }
        self.free.extend(slot);
    }

    /// Forgets the customer of a profile, and names the profiles that it had.
    pub(super) fn forget(&mut self, profile: ProfileId) -> Vec<ProfileId> {
        let Taken::Live(live) = self.take(profile) else { return Vec::new() };
        self.release(&live);
        live.profiles.iter().map(|(p, _)| *p).collect()
    }

    /// The next customer that is due at or before `now`, by one of its profiles.
    pub(super) fn pop_due(&mut self, now: Micros) -> Option<ProfileId> {
        while let Some(Reverse((at, profile))) = self.due.peek().copied() {
            if at > now {
                return None;
            }
            self.due.pop();
            // An entry is stale when the customer's due time has moved since it was queued.
            if self.get(profile).is_none_or(|live| live.due() == Some(at)) {
                return Some(profile);
            }
        }
        None
    }

    /// Drops what is stale when the queue has grown by half, so that it stays about as long as customers are due.
    fn drop_stale(&mut self) {
        if self.due.len() > self.due_limit.max(1_024) {
            let queued = std::mem::take(&mut self.due).into_vec();
            let still =
                |(at, profile): &(Micros, ProfileId)| self.get(*profile).is_none_or(|l| l.due() == Some(*at));
            self.due = queued.into_iter().filter(|Reverse(entry)| still(entry)).collect();
            self.due.shrink_to_fit();
            self.due_limit = self.due.len() + self.due.len() / 2;
        }
    }

    /// When the next customer is due.
    pub(super) fn next_due(&self) -> Option<Micros> {
        self.due.peek().map(|Reverse((at, _))| *at)
    }

    /// The customers who were stepped at or after an instant, each by one of its profiles.
    pub(super) fn stepped_since(&self, from: Micros) -> Vec<ProfileId> {
        let stepped = self.slots.iter().flatten().filter(|live| live.journey.last_step() >= from);
        stepped.filter_map(|live| Some(live.profiles.first()?.0)).collect()
    }

    /// Whether the customer of a profile is at hand.
    pub(super) fn has(&self, profile: ProfileId) -> bool {
        self.by_profile.contains_key(&profile)
    }

    /// How many customers are at hand.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Forgets the least recently used customers until at most `keep` are left. Their due times stay queued.
    pub(super) fn shrink_to(&mut self, keep: usize) {
        if self.len() <= keep {
            return;
        }
        let mut used: Vec<(u32, ProfileId)> =
            self.slots.iter().flatten().filter_map(|l| Some((l.used, l.profiles.first()?.0))).collect();
        used.sort_unstable();
        let gone = used.len().saturating_sub(keep);
        for (_, profile) in used.drain(..gone) {
            self.forget(profile);
        }
    }

    /// What the customers at hand take, tables included.
    pub(super) fn memory(&self) -> Memory {
        let tables = self.slots.capacity() * size_of::<Option<Box<Live>>>()
            + self.by_profile.capacity() * (size_of::<(ProfileId, u32)>() + 1);
        // Nobody who is dormant stands in it.
        let queue = self.due.capacity() * size_of::<Reverse<(Micros, ProfileId)>>();
        let (mut lives, mut dormant, mut dormant_bytes, mut snapshots) = (0, 0, 0, 0);
        for live in self.slots.iter().flatten() {
            let bytes = live.total_bytes();
            lives += bytes;
            snapshots += live.snapshot_bytes();
            if live.next_due().is_none() && !live.journey.cases.any_open() {
                dormant += 1;
                dormant_bytes += bytes;
            }
        }
        let customers = self.len();
        let share = tables / customers.max(1);
        let dormant_bytes = dormant_bytes + dormant * share;
        Memory { customers, bytes: lives + tables + queue, dormant, dormant_bytes, snapshots }
    }
}

impl Live {
    /// What its snapshots take, and its journal.
    fn snapshot_bytes(&self) -> usize {
        self.rare.as_ref().map_or(0, |r| {
            r.snapshots.iter().map(Snapshot::bytes).sum::<usize>()
                + r.journal.as_ref().map_or(0, |journal| journal.bytes())
        })
    }

    fn total_bytes(&self) -> usize {
        let rare = self.rare.as_ref().map_or(0, |r| {
            size_of::<Rare>()
                + r.parked.capacity() * size_of::<Fact>()
                + r.settling.capacity() * size_of::<Settling>()
        });
        size_of::<Self>() - size_of::<Journey>()
            + self.journey.total_bytes()
            + if self.profiles.spilled() {
                self.profiles.capacity() * size_of::<(ProfileId, Version)>()
            } else {
                0
            }
            + rare
    }
}
