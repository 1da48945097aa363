//! What was folded and said of a customer since a snapshot of hers, so that a late fact makes the engine read nothing.
//!
//! A journal begins with a snapshot, or with the first fact, and goes on with every step that is taken and every record
//! that is announced: it holds what her streams hold since, without the reading and the decoding. It is of use together
//! with a [`Snapshot`] that is no older, and disposable like that: whoever has none is read from the store.

mod records;

pub(super) use records::{Record, length_of};

use super::live::{Cache, Live, Rare};
use super::load::{Loaded, sort_nearly_sorted};
use super::snapshots::Snapshot;
use super::state::EngineState;
use records::Records;
use throughline_core::fact::Fact;
use throughline_core::ids::ProfileId;
use throughline_core::name::Interner;
use throughline_rules::ledger::{Announced, decode_entries_into, entries_at_most};

/// How many customers have one, if nobody says otherwise.
pub(super) const JOURNALS: usize = 4_096;

/// Of how many facts it is at most.
const MOST_FACTS: usize = 512;

/// How much of a customer's history stands before a place in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The facts that had been folded.
    pub(super) facts: u64,
    /// The bytes of records that had been said since some time or other: journals of one customer that follow one another
    /// count on.
    pub(super) said: u64,
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
    records: Records,
    /// What the records say since a snapshot, so that those of a burst of late facts are not decoded each time.
    stands: Option<Box<Stands>>,
}

/// What was said since a snapshot.
#[derive(Debug)]
struct Stands {
    /// The snapshot's number; 0 if it is everything.
    since: u64,
    /// Where the journal's records end that it is from.
    end: u64,
    announced: Announced,
}

impl Journal {
    /// One that begins with a snapshot, or with the first fact.
    fn beginning(number: u64, with: Option<&Snapshot>) -> Self {
        let (since, begins) = with.map_or((0, Place::default()), |s| (s.number, s.place()));
        Self { number, since, begins, facts: Vec::new(), records: Records::default(), stands: None }
    }

    /// Where it ends.
    pub(super) fn end(&self) -> Place {
        Place {
            facts: self.begins.facts + self.facts.len() as u64,
            said: self.begins.said + self.records.end(),
        }
    }

    /// Takes in what was folded since it ends. `false` if it grew too long and there is no later snapshot to begin with.
    #[must_use]
    pub(super) fn folded(&mut self, facts: impl IntoIterator<Item = Fact>, snapshots: &[Snapshot]) -> bool {
        self.facts.extend(facts);
        // A burst of late facts is over.
        self.stands = None;
        if self.facts.len() <= MOST_FACTS {
            return true;
        }
        // With the youngest that is old enough, so that half of it is left at least, or else with the oldest that is not.
        let end = self.end().facts;
        let mut later =
            snapshots.iter().filter(|s| s.number > self.since && end - s.facts() < MOST_FACTS as u64);
        let is_old = |s: &&Snapshot| end - s.facts() >= MOST_FACTS as u64 / 2;
        let Some(first) = later.clone().rfind(is_old).or_else(|| later.next()) else { return false };
        let place = first.place();
        self.facts.drain(..(place.facts - self.begins.facts) as usize);
        self.records.forget(place.said - self.begins.said);
        // Most of a long import went through it.
        self.facts.shrink_to(MOST_FACTS);
        (self.since, self.begins) = (first.number, place);
        true
    }

    /// Takes in records that were appended.
    pub(super) fn said(&mut self, records: impl IntoIterator<Item = Record>) {
        records.into_iter().for_each(|record| self.records.push(&record));
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

    /// How many of its facts stand before a snapshot, and where its records go on; all of it if there is no snapshot. None if
    /// it begins later than that.
    fn before(&self, base: Option<&Snapshot>) -> Option<(usize, u64)> {
        let place = match base {
            None if self.is_whole() => self.begins,
            Some(snapshot) if self.reaches(snapshot) => snapshot.place(),
            _ => return None,
        };
        Some(((place.facts - self.begins.facts) as usize, place.said - self.begins.said))
    }

    /// What its records say since a snapshot, after which they go on at `start`. None if they cannot be read.
    fn announced(&mut self, base: Option<&Snapshot>, start: u64, names: &mut Interner) -> Option<Announced> {
        let since = base.map_or(0, |snapshot| snapshot.number);
        let stands = self.stands.take().filter(|stands| stands.since == since);
        let (known, mut announced) = stands.map_or((start, Announced::new()), |s| (s.end, s.announced));
        announced.reserve(entries_at_most(self.records.bytes_from(known)));
        for (profile, record) in self.records.from(known) {
            decode_entries_into(record, names, |entry| announced.apply(entry, profile)).ok()?;
        }
        Some(announced)
    }

    /// Keeps what was said since a snapshot, up to the end of its records and of those that are appended next.
    pub(super) fn keep(&mut self, base: Option<&Snapshot>, announced: Announced, appended: u64) {
        let (since, end) = (base.map_or(0, |snapshot| snapshot.number), self.records.end() + appended);
        self.stands = Some(Box::new(Stands { since, end, announced }));
    }

    /// Lends out its facts.
    fn lend(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.facts)
    }

    /// Has its facts back, with those that came meanwhile, and with what was read if it begins now. None if that is too
    /// much.
    pub(super) fn returned(mut self: Box<Self>, facts: Vec<Fact>, read: Vec<Record>) -> Option<Box<Self>> {
        self.facts = facts;
        self.said(read);
        (self.facts.len() <= MOST_FACTS).then_some(self)
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        let stands = self.stands.as_ref().map_or(0, |s| size_of_val(s.announced.slots()));
        size_of::<Self>() + self.facts.capacity() * size_of::<Fact>() + self.records.capacity() + stands
    }
}

impl EngineState {
    /// Whether what was read for a late fact is worth keeping: reading it again would cost something.
    pub(super) const fn is_worth_a_journal(&self, read: &Loaded) -> bool {
        let facts = read.facts.len();
        facts as u64 >= self.snapshot_every && facts <= MOST_FACTS && self.journals.limit() != 0
    }

    /// Gives a journal to a customer of whom nothing was known, if so many facts come at once that she is imported.
    pub(super) fn begin_with_an_import(&mut self, live: &mut Live, facts: usize) {
        if live.journey.customer.facts == 0
            && facts as u64 >= self.snapshot_every
            && facts <= MOST_FACTS
            && let Some((first, _)) = live.profiles.first().copied()
            && let Some(journal) = self.begin_journal(first, None)
        {
            live.rare().journal = Some(journal);
        }
    }

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
        let (folded, said) = journal.before(base)?;
        let mut facts = journal.lend();
        facts.extend(came);
        facts.append(&mut rare.parked);
        sort_nearly_sorted(facts.get_mut(folded..)?, &self.names);
        let announced = journal.announced(base, said, &mut self.names)?;
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
        let new = self.journey.customer.facts.saturating_sub(journal.end().facts) as usize;
        let is_kept = facts
            .len()
            .checked_sub(new)
            .is_some_and(|known| journal.folded(facts.drain(known..), &rare.snapshots));
        if !is_kept {
            rare.drop_journal();
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
            rare.drop_journal();
            live.tidy();
        }
    }
}

impl Rare {
    /// Drops the journal, and the snapshots that are of no use without one.
    pub(super) fn drop_journal(&mut self) {
        self.journal = None;
        self.snapshots.retain(Snapshot::has_versions);
    }
}
