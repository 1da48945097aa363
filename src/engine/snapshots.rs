//! Customers as they were some facts ago, so that a late fact does not make the engine fold from the first one.
//!
//! A snapshot holds everything that follows from the streams up to the versions that it names. It is good for a fact
//! that belongs after its last step, and as long as no fact came that belongs before: such a fact drops it. Of a long
//! history those are kept which are about 1, 2, 4, 8, … times that old, so that a late fact costs about what happened
//! since the instant that it is about, and the memory grows with the logarithm.
//!
//! They are in memory alone, and disposable: without them everything is read and folded again, and comes out the same.
//! For customers who are not at hand there is one in the store ([`stored`](super::stored)).

use super::journal::{Journal, Place};
use super::live::{Live, Profiles, Rare};
use super::load::{Loaded, Streams};
use super::refold::Refolded;
use super::state::EngineState;
use super::{EngineError, live};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::sync::Arc;
use throughline_core::event::Version;
use throughline_core::fact::{Fact, FactKey, ProfileIx};
use throughline_core::ids::ProfileId;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::evaluate::Evaluator;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::{Judged, Reason};

/// The most decisions that a snapshot holds which were not said by then: of a batch that led to more no further one is
/// taken, since each would hold all of them.
const MOST_UNSAID: usize = 256;

/// A customer as it was.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// The how manieth one of the engine it is.
    pub(super) number: u64,
    /// Where the records of the customer's journal ended.
    said: u64,
    /// The profiles, with the versions of their streams that the journey is from. Empty if it is from no versions: it was
    /// taken among facts that did not come in their order, and is of use with the customer's journal alone.
    pub(super) profiles: Profiles,
    /// The latest time at which anything was recorded that it is from.
    pub(super) recorded_until: Micros,
    /// Whether the streams said nothing of who this is.
    pub(super) is_anonymous: bool,
    /// The journey as it was.
    pub(super) journey: Journey,
    /// What was not folded yet since it was dated in the future.
    pub(super) parked: Vec<Fact>,
    /// What was concluded and not announced yet.
    pub(super) unsaid: Unsaid,
    /// What had been announced and withdrawn, and how often.
    pub(super) generations: BTreeMap<Slot<Sym>, u32>,
}

/// Decisions, each with the profile whose stream it goes to: the first so many of a list that several snapshots share.
#[derive(Clone, Debug, Default)]
pub(super) struct Unsaid {
    decisions: Arc<Vec<(Decision<Sym>, ProfileIx)>>,
    len: usize,
}

impl Unsaid {
    fn of(decisions: impl Iterator<Item = (Decision<Sym>, ProfileIx)>) -> Self {
        let decisions: Vec<_> = decisions.collect();
        Self { len: decisions.len(), decisions: Arc::new(decisions) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Decision<Sym>, ProfileIx)> {
        self.decisions[..self.len].iter().map(|(decision, profile)| (decision, *profile))
    }
}

/// What is needed to take in a late fact without reading everything.
#[derive(Debug)]
pub(super) struct Tail {
    /// The snapshots before the late fact, the newest last.
    snapshots: Vec<Snapshot>,
    /// Where the streams are known to end.
    ends: Profiles,
}

impl Tail {
    /// The snapshot to start from.
    pub(super) fn base(&self) -> &Snapshot {
        &self.snapshots[self.snapshots.len() - 1]
    }

    /// The same with what came since from the store. None if there is no snapshot for that.
    pub(super) fn readable(mut self) -> Option<Self> {
        self.snapshots.retain(Snapshot::has_versions);
        (!self.snapshots.is_empty()).then_some(self)
    }
}

impl Snapshot {
    /// One that was in the store.
    pub(super) fn stored(
        profiles: Profiles,
        journey: Journey,
        generations: BTreeMap<Slot<Sym>, u32>,
        recorded_until: Micros,
    ) -> Self {
        let (parked, unsaid) = (Vec::new(), Unsaid::default());
        let is_anonymous = false;
        Self {
            number: 0,
            said: 0,
            profiles,
            recorded_until,
            is_anonymous,
            journey,
            parked,
            unsaid,
            generations,
        }
    }

    /// Whether it is one that the engine keeps in memory.
    pub(super) const fn is_at_hand(&self) -> bool {
        self.number != 0
    }

    /// Whether what came since can be read from the store.
    pub(super) fn has_versions(&self) -> bool {
        !self.profiles.is_empty()
    }

    /// How many facts had been folded.
    pub(super) const fn facts(&self) -> u64 {
        self.journey.customer.facts
    }

    /// Its place in the customer's journal.
    pub(super) const fn place(&self) -> Place {
        Place { facts: self.facts(), said: self.said }
    }

    /// Adds what it knows to what is known since. None if that will not do: a fact belongs before the snapshot's last
    /// step, or what was announced since says more than can be told from here.
    pub(super) fn completes(&self, mut loaded: Loaded, names: &Interner) -> Option<Loaded> {
        let first = loaded.facts.get(loaded.folded);
        let is_late = first.is_some_and(|fact| self.journey.is_late(&fact.key(), names));
        if is_late || loaded.announced.reaches_back() {
            return None;
        }
        for (slot, generations) in &self.generations {
            loaded.announced.was_announced(*slot, *generations);
        }
        Some(loaded)
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() - size_of::<Journey>()
            + self.journey.total_bytes()
            + self.parked.capacity() * size_of::<Fact>()
            + self.unsaid.len * size_of::<(Decision<Sym>, ProfileIx)>()
    }
}

impl Live {
    /// What a fact that belongs before the last step needs. None if no snapshot is older than it.
    ///
    /// Nor if a case is announced under another handle than its own key: which handle a case has follows from
    /// everything that was announced, and so everything must be read.
    pub(super) fn tail_before(&mut self, late: &FactKey, names: &Interner) -> Option<Tail> {
        let rare = self.rare.as_deref_mut()?;
        let mut snapshots = std::mem::take(&mut rare.snapshots);
        snapshots.retain(|snapshot| !snapshot.journey.is_late(late, names));
        let is_good = rare.handles.is_empty() && !snapshots.is_empty();
        is_good.then(|| Tail { snapshots, ends: self.profiles.clone() })
    }

    fn newest_snapshot(&self) -> u64 {
        self.rare.as_ref().and_then(|r| r.snapshots.last()).map_or(0, Snapshot::facts)
    }
}

impl Rare {
    /// Keeps of two neighbours the one that is needed, so that ages about double from one to the next. The one that the
    /// journal begins with is.
    fn thin_out(&mut self, facts: u64) {
        let ages: Vec<u64> = self.snapshots.iter().map(|s| facts - s.facts()).collect();
        let begins = |i: usize| self.journal.as_ref().is_some_and(|j| j.begins_with(&self.snapshots[i]));
        let is_spare = |i: &usize| ages[i - 1] < 2 * ages[i + 1].max(1) && !begins(*i);
        let spare = (1..ages.len().saturating_sub(1)).find(is_spare);
        if let Some(spare) = spare {
            self.snapshots.remove(spare);
        }
    }
}

impl EngineState {
    /// Takes a snapshot of a customer before it is stepped, if it was stepped often since the last one. Not if one of the
    /// facts that came is late: what it belongs before is no use to it.
    pub(super) fn take_snapshot(&mut self, live: &mut Live, came: &[Fact]) {
        let is_late = |fact: &Fact| live.journey.is_late(&fact.key(), &self.names);
        if live.journey.customer.facts < live.newest_snapshot() + self.snapshot_every
            || came.iter().any(is_late)
        {
            return;
        }
        let profiles = live.profiles.clone();
        self.add_snapshot(live, profiles, &[]);
    }

    /// Whether a snapshot is taken with so many facts to go in a batch of one customer's: where it will be 1, 2, 4, 8, …
    /// times as old as the first of them, so that an import leaves what a late fact after it needs.
    pub(super) const fn is_worth_a_snapshot(&self, facts_to_go: usize) -> bool {
        let (facts, every) = (facts_to_go as u64, self.snapshot_every);
        // Nearly every batch is shorter: it costs no division.
        facts >= every && facts.is_multiple_of(every) && (facts / every).is_power_of_two()
    }

    /// Takes a snapshot while facts of one profile are stepped that are in the log already. What they led to was not
    /// announced when they were recorded, so it belongs to what was not announced yet.
    pub(super) fn take_snapshot_amid(
        &mut self,
        live: &mut Live,
        (profile, known): (ProfileIx, Version),
        made: &[(Decision<Sym>, ProfileIx)],
    ) {
        if made.len() > MOST_UNSAID {
            return;
        }
        let mut profiles = live.profiles.clone();
        profiles[profile.0 as usize].1 = known;
        self.add_snapshot(live, profiles, made);
    }

    /// Adds a snapshot of a customer, from these versions of her streams, with what was concluded and not said by then
    /// besides what settles.
    fn add_snapshot(&mut self, live: &mut Live, profiles: Profiles, unsaid: &[(Decision<Sym>, ProfileIx)]) {
        let facts = live.journey.customer.facts;
        // One of so many facts is there, or none is needed of nothing.
        if facts == live.newest_snapshot() || self.snapshots.limit() == 0 {
            return;
        }
        let Some((first, _)) = live.profiles.first().copied() else { return };
        let rare = live.rare.get_or_insert_default();
        if !rare.handles.is_empty() {
            return;
        }
        let (number, gone) = self.snapshots.add(first);
        let mut journey = live.journey.clone();
        journey.shrink();
        let settling = rare.settling.iter().map(|(_, decision, profile)| (decision.clone(), *profile));
        let said = rare.journal.as_ref().map_or(0, |journal| journal.end().said);
        rare.snapshots.push(Snapshot {
            number,
            said,
            profiles,
            journey,
            recorded_until: live.recorded_until,
            is_anonymous: live.is_anonymous,
            parked: rare.parked.clone(),
            unsaid: Unsaid::of(settling.chain(unsaid.iter().cloned())),
            generations: rare.generations.clone(),
        });
        if rare.journal.is_none() {
            rare.journal = self.begin_journal(first, rare.snapshots.last());
        }
        rare.thin_out(facts);
        match gone {
            // She is out, and not to be found.
            Some((number, customer)) if customer == first => live.drop_snapshot(number),
            Some((number, customer)) => self.cache.drop_snapshot(number, customer),
            None => {}
        }
    }

    /// Folds a customer from her first fact, and leaves snapshots among her facts as an import does. What they led to may
    /// have been announced in any order, so all of it belongs to what was not announced yet. Says how many were folded.
    pub(super) fn fold_leaving_snapshots(
        &mut self,
        loaded: &Loaded,
        as_of: Micros,
        journey: &mut Journey,
        judged: &mut Judged,
    ) -> (usize, Vec<Snapshot>) {
        let rules = self.rules.clone();
        let evaluator = Evaluator::new(&rules);
        let known = loaded.facts.iter().take_while(|fact| fact.at <= as_of).count();
        let mut snapshots = Vec::new();
        for (index, fact) in loaded.facts[..known].iter().enumerate() {
            if index != 0
                && self.is_worth_a_snapshot(known - index)
                && judged.decisions.len() <= MOST_UNSAID
                && self.snapshots.limit() != 0
                && let Some((first, _)) = loaded.profiles.first().copied()
            {
                let (number, gone) = self.snapshots.add(first);
                snapshots.push(Snapshot {
                    number,
                    said: 0,
                    profiles: Profiles::new(),
                    recorded_until: loaded.recorded_until,
                    is_anonymous: loaded.is_anonymous,
                    journey: journey.clone(),
                    parked: Vec::new(),
                    unsaid: Unsaid { len: judged.decisions.len(), ..Unsaid::default() },
                    generations: BTreeMap::new(),
                });
                if let Some((number, customer)) = gone {
                    snapshots.retain(|snapshot| snapshot.number != number);
                    self.cache.drop_snapshot(number, customer);
                }
            }
            evaluator.step(journey, fact, judged);
        }
        evaluator.advance(journey, as_of, judged);
        // The last one's are a beginning of what there is by now, and those of the others of that.
        if let Some(len) = snapshots.last().map(|last| last.unsaid.len) {
            let decisions = Arc::new(judged.decisions[..len].to_vec());
            for snapshot in &mut snapshots {
                snapshot.unsaid.decisions = decisions.clone();
            }
        }
        (known, snapshots)
    }

    /// Folds the facts since a snapshot, and compares with what was announced since. None if that will not do: then
    /// the whole must be read. It will if the streams end where this engine knows them to: then everything in them was
    /// stepped here, and what came late dropped the snapshots that it belongs before.
    pub(super) fn refold_tail(
        &mut self,
        tail: Tail,
        streams: Streams,
        reason: Option<Reason>,
    ) -> Result<Option<Refolded>, EngineError> {
        if !streams.end_at(&tail.ends) || !streams.stay_within(&tail.ends) {
            return Ok(None);
        }
        let refolded = self.refold_from(tail.base(), &tail.ends, streams, reason)?;
        Ok(refolded.map(|refolded| refolded.with_snapshots(tail.snapshots)))
    }

    /// Folds what a customer's journal holds: everything, or everything since a snapshot. None as for
    /// [`refold_tail`](Self::refold_tail).
    pub(super) fn refold_recalled(
        &mut self,
        tail: Option<Tail>,
        loaded: Loaded,
        reason: Option<Reason>,
    ) -> Option<Refolded> {
        let Some(tail) = tail else { return self.refold(loaded, None, reason) };
        let refolded = self.refold(loaded, Some(tail.base()), reason)?;
        Some(refolded.with_snapshots(tail.snapshots))
    }

    /// Folds what streams hold since a snapshot and up to where they end. None if the whole must be read: a fact
    /// belongs before the snapshot's last step, or what was announced since says more than can be told from here.
    pub(super) fn refold_from(
        &mut self,
        base: &Snapshot,
        ends: &Profiles,
        streams: Streams,
        reason: Option<Reason>,
    ) -> Result<Option<Refolded>, EngineError> {
        let profiles: SmallVec<[ProfileId; 4]> = ends.iter().map(|(profile, _)| *profile).collect();
        let mut loaded: Loaded = streams.assemble_as(&profiles, &mut self.names)?;
        loaded.profiles = ends.to_vec();
        loaded.recorded_until = loaded.recorded_until.max(base.recorded_until);
        let Some(mut loaded) = base.completes(loaded, &self.names) else { return Ok(None) };
        if !base.parked.is_empty() {
            loaded.facts.extend_from_slice(&base.parked);
            loaded.facts.sort_by(|a, b| a.key().compare(&b.key(), &self.names));
        }
        Ok(self.refold(loaded, Some(base), reason))
    }
}

impl Refolded {
    /// Leaves the customer the snapshots that she was folded from the newest of.
    pub(super) fn with_snapshots(mut self, snapshots: Vec<Snapshot>) -> Self {
        self.live.rare().snapshots = snapshots;
        self
    }
}

impl Live {
    /// Drops a snapshot, if it is still there.
    pub(super) fn drop_snapshot(&mut self, number: u64) {
        if let Some(rare) = &mut self.rare {
            rare.snapshots.retain(|snapshot| snapshot.number != number);
            // A journal that begins with a snapshot is of no use without one.
            let is_of_use = |journal: &Journal| {
                journal.is_whole() || rare.snapshots.iter().any(|snapshot| journal.reaches(snapshot))
            };
            if !rare.journal.as_deref().is_some_and(is_of_use) {
                rare.drop_journal();
            }
            self.tidy();
        }
    }
}

impl live::Cache {
    /// Drops a snapshot of a customer, if it is still there.
    fn drop_snapshot(&mut self, number: u64, customer: ProfileId) {
        if let Some(live) = self.get_mut(customer) {
            live.drop_snapshot(number);
        }
    }
}
