//! What was folded and said of a customer since a snapshot of hers, so that a late fact makes the engine read nothing.
//!
//! A journal begins with a snapshot, or with the first fact, and goes on with every step that is taken and every record
//! that is announced: it holds what her streams hold since, without the reading and the decoding. It is of use together
//! with a [`Snapshot`] that is no older, and disposable like that: whoever has none is read from the store.

use super::live::{Cache, Live};
use super::load::{Loaded, sort_nearly_sorted};
use super::snapshots::Snapshot;
use super::state::EngineState;
use throughline_core::event::Section;
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::ProfileId;
use throughline_rules::ledger::{Announced, decode_entries_into, entries_at_most};

/// How many customers have one, if nobody says otherwise.
pub(super) const JOURNALS: usize = 4_096;

/// Of how many facts it is at most.
const MOST_FACTS: usize = 512;

/// A record of the ledger, with the profile whose stream holds it.
pub(super) type Record = (ProfileIx, Section);

/// How much of a customer's history stands before a place in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The facts that had been folded.
    pub(super) facts: u64,
    /// The records that had been said since some time or other: journals of one customer that follow one another count on.
    pub(super) records: u64,
}

/// What was folded and said since.
#[derive(Debug)]
pub(super) struct Journal {
    /// The how manieth one of the engine it is.
    number: u64,
    /// The number of the oldest snapshot that it is of use with; 0 if it is from the first fact on.
    since: u64,
    begins: Place,
    facts: Vec<Fact>,
    records: Vec<Record>,
}

impl Journal {
    /// One that begins with a snapshot, or with the first fact.
    fn beginning(number: u64, with: Option<&Snapshot>) -> Self {
        let (since, begins) = with.map_or((0, Place::default()), |s| (s.number, s.place()));
        Self { number, since, begins, facts: Vec::new(), records: Vec::new() }
    }

    /// Where it ends.
    pub(super) fn end(&self) -> Place {
        Place {
            facts: self.begins.facts + self.facts.len() as u64,
            records: self.begins.records + self.records.len() as u64,
        }
    }

    /// Takes in what was folded since it ends. `false` if it grew too long and there is no later snapshot to begin with.
    #[must_use]
    pub(super) fn folded(&mut self, facts: impl IntoIterator<Item = Fact>, snapshots: &[Snapshot]) -> bool {
        self.facts.extend(facts);
        if self.facts.len() <= MOST_FACTS {
            return true;
        }
        let end = self.end().facts;
        let young = |s: &&Snapshot| s.number > self.since && end - s.facts() <= MOST_FACTS as u64 / 2;
        let Some(first) = snapshots.iter().find(young) else { return false };
        let place = first.place();
        self.facts.drain(..(place.facts - self.begins.facts) as usize);
        self.records.drain(..(place.records - self.begins.records) as usize);
        // Most of a long import went through it.
        self.facts.shrink_to(MOST_FACTS);
        (self.since, self.begins) = (first.number, place);
        true
    }

    /// Takes in records that were appended.
    pub(super) fn said(&mut self, records: impl IntoIterator<Item = Record>) {
        self.records.extend(records);
    }

    /// Whether it is from the first fact on.
    pub(super) const fn is_whole(&self) -> bool {
        self.since == 0
    }

    /// Whether it begins with a snapshot.
    pub(super) const fn begins_with(&self, snapshot: &Snapshot) -> bool {
        snapshot.number == self.since
    }

    /// Whether it is of use with a snapshot.
    pub(super) const fn reaches(&self, snapshot: &Snapshot) -> bool {
        snapshot.number >= self.since
    }

    /// Lends out its facts, with how many of them a snapshot holds, and what was said since. Everything if there is no
    /// snapshot. None if it begins later than that.
    fn lend(&mut self, base: Option<&Snapshot>) -> Option<(Vec<Fact>, usize, &[Record])> {
        let place = match base {
            None if self.since == 0 => self.begins,
            Some(snapshot) if self.reaches(snapshot) => snapshot.place(),
            _ => return None,
        };
        let (folded, said) = (place.facts - self.begins.facts, place.records - self.begins.records);
        Some((std::mem::take(&mut self.facts), folded as usize, &self.records[said as usize..]))
    }

    /// The same with what was read since it begins. None if that is too much.
    pub(super) fn read(mut self: Box<Self>, facts: Vec<Fact>, records: Vec<Record>) -> Option<Box<Self>> {
        self.records = records;
        self.returned(facts)
    }

    /// Has its facts back, with those that came meanwhile. None if they are too many.
    pub(super) fn returned(mut self: Box<Self>, facts: Vec<Fact>) -> Option<Box<Self>> {
        self.facts = facts;
        (self.facts.len() <= MOST_FACTS).then_some(self)
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.facts.capacity() * size_of::<Fact>()
            + self.records.capacity() * size_of::<Record>()
            + self.records.iter().map(|(_, record)| record.len()).sum::<usize>()
    }
}

impl EngineState {
    /// What a customer's journal holds since a snapshot, or as a whole, with facts that came and those that are parked.
    /// None if she has none that reaches so far, or one of the facts belongs before the snapshot after all.
    ///
    /// Nothing was stepped that it does not hold, and nobody else wrote, or it will turn out when something is announced.
    pub(super) fn recall(
        &mut self,
        live: &mut Live,
        came: Vec<Fact>,
        base: Option<&Snapshot>,
    ) -> Option<Loaded> {
        let rare = live.rare.as_deref_mut()?;
        let mut journal = rare.journal.take()?;
        let (mut facts, folded, records) = journal.lend(base)?;
        facts.extend(came);
        facts.append(&mut rare.parked);
        sort_nearly_sorted(&mut facts[folded..], &self.names);
        let mut announced = Announced::new();
        announced.reserve(records.iter().map(|(_, record)| entries_at_most(record)).sum());
        for (profile, record) in records {
            decode_entries_into(record, &mut self.names, |entry| announced.apply(entry, *profile)).ok()?;
        }
        let loaded = Loaded {
            profiles: live.profiles.to_vec(),
            facts,
            folded,
            announced,
            recorded_until: live.recorded_until,
            is_anonymous: live.is_anonymous,
            journal: Some(journal),
            ..Loaded::default()
        };
        match base {
            None => Some(loaded),
            Some(base) => base.completes(loaded, &self.names),
        }
    }

    /// A journal for a customer, who is not in the cache now. The oldest one goes for it. None if there are to be none.
    pub(super) fn begin_journal(
        &mut self,
        customer: ProfileId,
        with: Option<&Snapshot>,
    ) -> Option<Box<Journal>> {
        if self.journals.limit() == 0 {
            return None;
        }
        let (number, gone) = self.journals.add(customer);
        if let Some((number, customer)) = gone {
            self.cache.drop_journal(number, customer);
        }
        Some(Box::new(Journal::beginning(number, with)))
    }
}

impl Live {
    /// Takes in what was folded last, up to where the journey stands.
    pub(super) fn note_folded(&mut self, facts: &mut Vec<Fact>) {
        let Some(rare) = self.rare.as_deref_mut() else { return };
        let Some(journal) = &mut rare.journal else { return };
        // It may have begun in their midst.
        let new = (self.journey.customer.facts - journal.end().facts) as usize;
        if !journal.folded(facts.drain(facts.len() - new..), &rare.snapshots) {
            rare.journal = None;
        }
    }

    /// Takes in records that were appended.
    pub(super) fn note_said(&mut self, records: impl IntoIterator<Item = Record>) {
        if let Some(journal) = self.rare.as_deref_mut().and_then(|rare| rare.journal.as_deref_mut()) {
            journal.said(records);
        }
    }

    /// Whether she has a journal.
    pub(super) fn has_journal(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.journal.is_some())
    }
}

impl Cache {
    /// Drops the journal of a customer, if it is still that one.
    fn drop_journal(&mut self, number: u64, customer: ProfileId) {
        if let Some(live) = self.get_mut(customer)
            && let Some(rare) = &mut live.rare
            && rare.journal.as_ref().is_some_and(|journal| journal.number == number)
        {
            rare.journal = None;
            live.tidy();
        }
    }
}
