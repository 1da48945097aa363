//! The customers of one subscription whose announcements its reader could not handle: who they are, what of them is held
//! back, and how far trying again came. All of it is in a stream of the subscription's own.

use super::bookmark::Retried;
use super::identity::{is_lost_race, stream_of};
use super::load::{Known, read_stream};
use super::reach::{Reach, reach};
use super::state::Clock;
use super::{EngineError, link};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use throughline_core::event::{NewEvent, Position, Version};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::time::Micros;
use throughline_rules::subscription::{EntryPlace, Record, SUBSCRIPTION_KIND, cut, key_of};
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::contract::EventStore;
use throughline_store::stream::{StreamId, TenantId};

/// How many customers may be parked at once, unless another limit is set.
const MOST_PARKED: usize = 10_000;

/// A customer whose announcements are held back, since the reader could not handle one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The profile that the customer is parked under: that of the announcement.
    pub profile: ProfileId,
    /// Where in the log the announcement is that could not be handled.
    pub position: Position,
    /// When the customer was parked.
    pub since: Micros,
    /// What the reader said about it last; at most 200 characters.
    pub why: String,
    /// How often that announcement was tried in vain.
    pub tries: u32,
}

/// Where trying again stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// What comes is held back.
    Held,
    /// What was held back is handed out.
    Retried,
    /// All that was held back is handed out: with the next commit the customer is released.
    CaughtUp,
}

/// One parked customer.
#[derive(Clone, Debug)]
pub(super) struct Parking {
    /// From where on the profile is held back.
    start: EntryPlace,
    /// Who is held back with it.
    pub(super) reach: Reach,
    /// The announcement that could not be handled last.
    poison: EntryPlace,
    /// Everything of the customer before this is dealt with, as the store has it.
    saved: EntryPlace,
    /// The same, as this reader has it.
    pub(super) done: EntryPlace,
    pub(super) standing: Standing,
    /// Whether it failed again since the last commit.
    failed: bool,
    since: Micros,
    why: String,
    tries: u32,
}

/// The parked customers of a subscription.
pub(super) struct Parkings {
    store: Arc<dyn EventStore>,
    tenant: TenantId,
    stream: StreamId,
    clock: Clock,
    version: Version,
    pub(super) most: usize,
    parked: BTreeMap<ProfileId, Parking>,
    /// Under which profiles each profile is held back.
    held_by: BTreeMap<ProfileId, BTreeSet<ProfileId>>,
}

impl Parking {
    fn new(from: EntryPlace, since: Micros) -> Self {
        Self {
            start: from,
            reach: Reach::new(),
            poison: from,
            saved: from,
            done: from,
            standing: Standing::Held,
            failed: false,
            since,
            why: String::new(),
            tries: 0,
        }
    }

    fn fails_at(&mut self, place: EntryPlace, why: &str) {
        self.tries = if self.tries > 0 && self.poison == place { self.tries + 1 } else { 1 };
        (self.poison, self.done, self.why) = (place, place, cut(why));
        self.standing = Standing::Held;
    }

    /// Whether an announcement is one of the customer's that are held back, or were until they were handed out again.
    pub(super) fn reaches(&self, profile: ProfileId, place: EntryPlace) -> bool {
        self.reach.get(&profile).is_some_and(|from| *from <= place)
    }
}

impl Parkings {
    /// What the stream of a subscription holds.
    pub(super) async fn load(
        store: Arc<dyn EventStore>,
        tenant: TenantId,
        name: &str,
        clock: Clock,
    ) -> Result<Self, EngineError> {
        let stream = stream_of(&tenant, key_of(name));
        let mut all = Self {
            store,
            tenant,
            stream,
            clock,
            version: Version(0),
            most: MOST_PARKED,
            parked: BTreeMap::new(),
            held_by: BTreeMap::new(),
        };
        for event in read_stream(&*all.store, &all.stream, Version(1), Known::ALL).await? {
            all.version = event.recorded.version;
            if event.recorded.event.data.kind == SUBSCRIPTION_KIND {
                all.fold(Record::open(&event.recorded.event.data)?, event.recorded.recorded_at);
            }
        }
        let profiles: Vec<ProfileId> = all.parked.keys().copied().collect();
        for profile in profiles {
            all.look_around(profile).await?;
        }
        Ok(all)
    }

    fn fold(&mut self, record: Record, at: Micros) {
        match record {
            Record::Parked { profile, from, why } => {
                let parking = self.parked.entry(profile).or_insert_with(|| Parking::new(from, at));
                parking.start = parking.start.min(from);
                parking.fails_at(from, &why);
                parking.saved = from;
            }
            Record::DealtWith { profile, until } => {
                if let Some(parking) = self.parked.get_mut(&profile) {
                    (parking.saved, parking.done) = (until, until);
                }
            }
            Record::Released { profile, .. } => self.forget(profile),
        }
    }

    fn forget(&mut self, profile: ProfileId) {
        let reach = self.parked.remove(&profile).map(|parking| parking.reach).unwrap_or_default();
        for member in reach.keys() {
            if let Some(under) = self.held_by.get_mut(member) {
                under.remove(&profile);
                if under.is_empty() {
                    self.held_by.remove(member);
                }
            }
        }
    }

    /// Works out who is held back with a profile. They only become more while it is parked.
    async fn look_around(&mut self, profile: ProfileId) -> Result<(), EngineError> {
        let Some(start) = self.parked.get(&profile).map(|parking| parking.start) else { return Ok(()) };
        let reach = reach(&*self.store, &self.tenant, profile, start).await?;
        self.hold(profile, reach);
        Ok(())
    }

    fn hold(&mut self, under: ProfileId, reach: Reach) {
        for member in reach.keys() {
            self.held_by.entry(*member).or_default().insert(under);
        }
        if let Some(parking) = self.parked.get_mut(&under) {
            parking.reach = reach;
        }
    }

    /// Takes in that links of these profiles were made or taken back.
    pub(super) async fn links_changed(&mut self, of: &BTreeSet<ProfileId>) -> Result<(), EngineError> {
        let under: BTreeSet<ProfileId> =
            of.iter().filter_map(|member| self.held_by.get(member)).flatten().copied().collect();
        for profile in under {
            self.look_around(profile).await?;
        }
        Ok(())
    }

    fn reaching(
        &self,
        profile: ProfileId,
        place: EntryPlace,
    ) -> impl Iterator<Item = (&ProfileId, &Parking)> {
        let under = self.held_by.get(&profile).into_iter().flatten();
        let parkings = under.filter_map(|under| self.parked.get_key_value(under));
        parkings.filter(move |(_, parking)| parking.reaches(profile, place))
    }

    /// Whether an announcement is held back, or is dealt with already: a customer may be tried again before this reader came
    /// to what was given up.
    pub(super) fn holds(&self, profile: ProfileId, place: EntryPlace) -> bool {
        self.reaching(profile, place)
            .any(|(_, parking)| parking.standing != Standing::CaughtUp || place < parking.done)
    }

    /// Takes in that an announcement could not be handled.
    pub(super) async fn park(
        &mut self,
        profile: ProfileId,
        place: EntryPlace,
        why: &str,
    ) -> Result<(), EngineError> {
        let again: Vec<ProfileId> = self
            .reaching(profile, place)
            .filter(|(_, parking)| parking.standing != Standing::Held)
            .map(|(under, _)| *under)
            .collect();
        if !again.is_empty() {
            self.fail_again(&again, place, why);
            return Ok(());
        }
        if self.holds(profile, place) {
            return Ok(());
        }
        if !self.parked.contains_key(&profile) && self.parked.len() >= self.most {
            return Err(EngineError::TooManyParked { limit: self.most });
        }
        // Who is held back with it is read before anything is written: were that to fail behind the record, parking once
        // more would record a second try. Links that are made meanwhile are still to be read.
        let start = self.parked.get(&profile).map_or(place, |parking| parking.start.min(place));
        let reach = reach(&*self.store, &self.tenant, profile, start).await?;
        let record = Record::Parked { profile, from: place, why: cut(why) };
        if !self.write(std::slice::from_ref(&record)).await? {
            return Err(EngineError::AnotherReader);
        }
        self.fold(record, (self.clock)());
        self.hold(profile, reach);
        Ok(())
    }

    /// Notes that trying again failed. The next commit records it: until then nothing that was handed out is known to be
    /// dealt with.
    pub(super) fn fail_again(&mut self, under: &[ProfileId], place: EntryPlace, why: &str) {
        let retried = self.parked.iter().filter(|(_, parking)| parking.standing == Standing::Retried);
        let is_retried =
            under.iter().any(|one| self.parked.get(one).is_some_and(|p| p.standing == Standing::Retried));
        let mut all: BTreeSet<ProfileId> = under.iter().copied().collect();
        if is_retried {
            // Those who are retried together are one customer by now: all of it waits for this.
            all.extend(retried.map(|(one, _)| *one));
        }
        for one in all {
            let Some(parking) = self.parked.get_mut(&one) else { continue };
            parking.standing = Standing::Held;
            // One that was parked further on, or had come further, has nothing held back before that.
            if parking.done <= place.next() {
                parking.fails_at(place, why);
                parking.failed = true;
            }
        }
    }

    /// Everyone who is held back and has somebody in common with a profile's customer: under which profiles they are
    /// parked.
    pub(super) fn group(&self, profile: ProfileId) -> Vec<ProfileId> {
        let mut group = BTreeSet::new();
        let mut wanted: Vec<ProfileId> = self.held_by.get(&profile).into_iter().flatten().copied().collect();
        while let Some(next) = wanted.pop() {
            let Some(parking) = self.parked.get(&next).filter(|p| p.standing == Standing::Held) else {
                continue;
            };
            if group.insert(next) {
                wanted.extend(parking.reach.keys().filter_map(|member| self.held_by.get(member)).flatten());
            }
        }
        group.into_iter().collect()
    }

    /// Gives up on the announcement that could not be handled, if it is still in the way.
    pub(super) fn skip(&mut self, group: &[ProfileId]) {
        let first = group.iter().filter_map(|one| self.parked.get(one)).map(|parking| parking.done).min();
        for one in group {
            if let Some(parking) = self.parked.get_mut(one)
                && Some(parking.done) == first
                && parking.done == parking.poison
            {
                parking.done = parking.poison.next();
            }
        }
    }

    pub(super) fn get(&self, profile: &ProfileId) -> Option<&Parking> {
        self.parked.get(profile)
    }

    /// How far trying again came beyond what the store knows.
    pub(super) fn ahead(&self) -> Vec<Retried> {
        let ahead = self.parked.iter().filter(|(_, parking)| parking.is_ahead());
        ahead
            .map(|(profile, parking)| Retried {
                profile: *profile,
                until: parking.done,
                is_released: parking.standing == Standing::CaughtUp,
            })
            .collect()
    }

    /// Notes where trying again stands.
    pub(super) fn stand(&mut self, group: &[ProfileId], standing: Standing) {
        for one in group {
            if let Some(parking) = self.parked.get_mut(one) {
                parking.standing = standing;
            }
        }
    }

    /// Notes how far trying again came.
    pub(super) fn went_on(&mut self, group: &[ProfileId], done: EntryPlace) {
        for one in group {
            if let Some(parking) = self.parked.get_mut(one) {
                parking.done = parking.done.max(done);
            }
        }
    }

    /// Takes over from a bookmark how far trying again had come.
    pub(super) fn resume(&mut self, profile: ProfileId, done: EntryPlace, is_caught_up: bool) {
        // What was parked anew after the bookmark was made is further.
        if let Some(parking) = self.parked.get_mut(&profile).filter(|parking| parking.done <= done) {
            parking.done = done;
            if is_caught_up {
                parking.standing = Standing::CaughtUp;
            }
        }
    }

    /// Records that everything that was handed out is dealt with. `false` if another reader was here.
    pub(super) async fn commit(&mut self, handed: EntryPlace) -> Result<bool, EngineError> {
        let records: Vec<Record> =
            self.parked.iter().filter_map(|(profile, parking)| parking.news(*profile, handed)).collect();
        if records.is_empty() {
            return Ok(true);
        }
        if !self.write(&records).await? {
            return Ok(false);
        }
        for record in records {
            if let Record::Released { profile, .. } = record {
                self.forget(profile);
            } else if let Some(parking) = self.parked.get_mut(&record.profile()) {
                (parking.saved, parking.failed) = (parking.done, false);
            }
        }
        Ok(true)
    }

    /// Appends records. Their ids follow from what they say and from what they stand behind, so that after a lost answer the
    /// same is recorded once.
    async fn write(&mut self, records: &[Record]) -> Result<bool, EngineError> {
        let mut events = Vec::with_capacity(records.len());
        for (index, record) in records.iter().enumerate() {
            let key = format!("{:?}/{}/{index}/{record:?}", self.stream, self.version.0);
            let id = EventId::derived("subscription", &key);
            events.push(NewEvent::new(id, Micros(0), link::source(), record.seal()));
        }
        let expected = ExpectedVersion::Exact(self.version);
        match self.store.append(Append::to(self.stream.clone(), expected, events, (self.clock)())).await {
            Ok(_) => {
                self.version = Version(self.version.0 + records.len() as u64);
                Ok(true)
            }
            Err(error) if is_lost_race(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Who is parked.
    pub(super) fn list(&self) -> Vec<Parked> {
        let parked = self.parked.iter();
        parked
            .map(|(profile, parking)| Parked {
                profile: *profile,
                position: parking.poison.position,
                since: parking.since,
                why: parking.why.clone(),
                tries: parking.tries,
            })
            .collect()
    }
}

impl Parking {
    /// What a commit has to record.
    fn news(&self, profile: ProfileId, handed: EntryPlace) -> Option<Record> {
        // Until this reader came there, the record is all that says what is dealt with.
        if self.standing == Standing::CaughtUp && handed >= self.done {
            return Some(Record::Released { profile, until: handed });
        }
        // What failed may be dealt with since; then the place reached is nothing that failed, and no one may give it up.
        if self.failed && self.done == self.poison {
            return Some(Record::Parked { profile, from: self.done, why: self.why.clone() });
        }
        (self.done > self.saved).then_some(Record::DealtWith { profile, until: self.done })
    }

    /// Whether more of it is dealt with than the store knows.
    pub(super) fn is_ahead(&self) -> bool {
        self.standing == Standing::CaughtUp || self.done > self.saved
    }
}

impl fmt::Debug for Parkings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parkings").field("parked", &self.parked.len()).finish_non_exhaustive()
    }
}
