//! Judging: step the customers that got facts or are due, and announce what follows, exactly once in effect.

use super::EngineError;
use super::activation::context;
use super::fetching::{Fetched, ReadFrom, Wanted};
use super::identity::is_lost_race;
use super::live::{Live, Rare, Taken};
use super::load::{Loaded, sort_nearly_sorted};
use super::refold::Refolded;
use super::snapshots::Tail;
use super::state::EngineState;
use throughline_core::event::{Body, NewEvent, Version};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::name::Sym;
use throughline_core::time::Span;
use throughline_core::wire::Writer;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::evaluate::Evaluator;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::{LEDGER_KIND, LEDGER_SCHEMA, Reason, encode_announced};
use throughline_store::append::{Append, ExpectedVersion, StreamAppend};
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::stream::{StreamId, StreamKey};
use uuid::Uuid;

/// How often a judgement is tried again when other writers were first.
const ROUNDS: usize = 16;

/// How many customers are read at once.
const AT_ONCE: usize = 64;

/// What is to be judged.
#[derive(Debug)]
pub(super) enum Task {
    /// New facts of a profile, which its stream holds from this version on.
    Facts(ProfileId, Version, Vec<Fact>),
    /// A customer that is due.
    Due(ProfileId),
    /// A customer that must be read again.
    Reload(ProfileId, Option<Reason>),
    /// A customer that must be read again as a whole: a snapshot did not do.
    Reread(ProfileId, Option<Reason>),
}

/// A judgement that is ready to be appended.
pub(super) struct Judgement {
    pub(super) live: Box<Live>,
    pub(super) append: Append,
    pub(super) profile: ProfileId,
}

impl EngineState {
    /// Judges until nothing is left, or gives up on what others keep writing to. What is given up on is kept in
    /// `dirty` and tried again by the next `advance`.
    pub(super) async fn judge(&mut self, tasks: Vec<Task>) -> Result<(), EngineError> {
        let mut tasks = tasks;
        let mut failed = None;
        for _ in 0..ROUNDS {
            let mut again = Vec::new();
            let mut ready = Vec::new();
            let mut unknown: Vec<Wanted> = Vec::new();
            for task in std::mem::take(&mut tasks) {
                unknown.extend(self.step_or_ask(task, &mut ready, &mut again));
            }
            unknown.sort_by_key(|wanted| (wanted.profile, wanted.from.order()));
            unknown.dedup_by_key(|wanted| wanted.profile);
            while !unknown.is_empty() {
                let some = unknown.split_off(unknown.len().saturating_sub(AT_ONCE));
                let fetched = self.fetch_all(&some).await;
                for (wanted, fetched) in some.into_iter().zip(fetched) {
                    let profile = wanted.profile;
                    if let Err(error) =
                        fetched.and_then(|f| self.read_again(wanted, f, &mut ready, &mut again))
                    {
                        self.dirty.insert(profile);
                        failed = Some(error);
                    }
                }
            }
            self.announce(ready, &mut again, &mut failed).await;
            if std::mem::take(&mut self.context_moved)
                && let Err(error) = self.learn().await
            {
                self.dirty.extend(again.iter().map(Task::profile));
                return Err(error);
            }
            if again.is_empty() {
                return failed.map_or(Ok(()), Err);
            }
            tasks = again;
        }
        self.dirty.extend(tasks.iter().map(Task::profile));
        Err(failed.unwrap_or(EngineError::Contended))
    }

    /// Steps a customer at hand. Names the customer, and why, if it must be read.
    fn step_or_ask(
        &mut self,
        task: Task,
        ready: &mut Vec<Judgement>,
        again: &mut Vec<Task>,
    ) -> Option<Wanted> {
        let (profile, from, facts) = match task {
            Task::Facts(profile, from, facts) => (profile, from, facts),
            Task::Due(profile) => (profile, Version(0), Vec::new()),
            Task::Reload(profile, reason) => {
                let from = self.stored_or_start(Version(0));
                return Some(Wanted { profile, reason, from });
            }
            Task::Reread(profile, reason) => {
                return Some(Wanted { profile, reason, from: ReadFrom::Start });
            }
        };
        match self.step_cached(profile, from, facts) {
            Stepped::Done(judgement) => {
                ready.extend(judgement);
                None
            }
            Stepped::Remembered(loaded, event) => {
                let refolded = self.refold(*loaded, None, Some(Reason::LateFact(event)));
                self.take_in(refolded, profile, Some(Reason::LateFact(event)), ready, again);
                None
            }
            Stepped::Late(event, tail) => {
                let from = tail.map_or_else(|| self.stored_or_start(from), ReadFrom::Tail);
                Some(Wanted { profile, reason: Some(Reason::LateFact(event)), from })
            }
            Stepped::Unknown => Some(Wanted { profile, reason: None, from: self.stored_or_start(from) }),
            Stepped::Out(facts) => {
                // Nothing is lost by not stepping who is only due: whoever has it out puts it back with its due time.
                if !facts.is_empty() {
                    again.push(Task::Facts(profile, from, facts));
                }
                None
            }
        }
    }

    /// Refolds a customer from its streams. What has nothing to announce and nothing to check goes straight back.
    fn read_again(
        &mut self,
        Wanted { profile, reason, from }: Wanted,
        (sealed, streams): Fetched,
        ready: &mut Vec<Judgement>,
        again: &mut Vec<Task>,
    ) -> Result<(), EngineError> {
        // Linked since to somebody who is out for a judgement of this batch: two may not have one place.
        let is_out = self.cache.is_out(profile) || streams.profiles().any(|p| self.cache.is_out(*p));
        let refolded = match (from, sealed) {
            _ if is_out => None,
            (_, Some(sealed)) => {
                let refolded = self.refold_stored(&sealed, streams, reason)?;
                if refolded.is_none() {
                    // She gets another one, or none.
                    self.unsaved.insert(profile);
                }
                refolded
            }
            (ReadFrom::Tail(tail), None) => self.refold_tail(tail, streams, reason)?,
            (ReadFrom::Start | ReadFrom::Stored, None) => {
                let loaded = streams.assemble(&mut self.names)?;
                self.refold(loaded, None, reason)
            }
        };
        self.take_in(refolded, profile, reason, ready, again);
        Ok(())
    }

    /// Takes in a customer that was folded again, or has it read as a whole.
    fn take_in(
        &mut self,
        refolded: Option<Refolded>,
        profile: ProfileId,
        reason: Option<Reason>,
        ready: &mut Vec<Judgement>,
        again: &mut Vec<Task>,
    ) {
        let Some(Refolded { live, append, left }) = refolded else {
            again.push(Task::Reread(profile, reason));
            return;
        };
        again.extend(left.into_iter().map(|p| Task::Reload(p, reason)));
        match append {
            Some(append) => ready.push(Judgement { live, append, profile }),
            None => self.put(live),
        }
    }

    /// Steps the customer at hand, if what it knows of the stream ends right before the new facts.
    fn step_cached(&mut self, profile: ProfileId, from: Version, facts: Vec<Fact>) -> Stepped {
        let mut live = match self.cache.take(profile) {
            Taken::Live(live) => live,
            Taken::Out => return Stepped::Out(facts),
            // Nothing stands before the first event of a stream, so there is nothing to read.
            Taken::Missing if from == Version(1) => self.newcomer(profile),
            Taken::Missing => return Stepped::Unknown,
        };
        let Some(ix) = live.profile_ix(profile) else {
            self.cache.put(live);
            return Stepped::Unknown;
        };
        self.take_snapshot(&mut live);
        let known = &mut live.profiles[ix.0 as usize].1;
        let last = Version(from.0 + facts.len() as u64 - u64::from(!facts.is_empty()));
        if !facts.is_empty() {
            if known.0 >= last.0 {
                // A refold earlier in this batch has read them already.
                self.put(live);
                return Stepped::Done(None);
            }
            if known.0 + 1 != from.0 {
                self.cache.put(live);
                return Stepped::Unknown;
            }
            *known = last;
            live.recorded_until = live.recorded_until.max(self.now);
        }
        let mut facts = facts;
        for fact in &mut facts {
            fact.profile = ix;
        }
        let remembered = live.rare.as_mut().and_then(|r| r.remembered.take());
        let news = if remembered.is_some() { facts.clone() } else { Vec::new() };
        self.park_or_release(&mut live, &mut facts);
        if let Some(first) = facts.first()
            && live.journey.is_late(&first.key(), &self.names)
        {
            // It is not kept: its version counts facts that its journey does not hold, and if reading fails now, it
            // must not be stepped on, let alone announced from.
            let (late, tail) = (first.id, live.tail_before(&first.key(), &self.names));
            self.cache.release(&live);
            self.spare = std::mem::take(&mut live.journey);
            let Some((_, mut loaded)) = remembered.filter(|_| tail.is_none()) else {
                return Stepped::Late(late, tail);
            };
            // Nothing was stepped since it was read, and nobody else wrote: what came now is all that it lacks.
            loaded.profiles = live.profiles.into_vec();
            loaded.recorded_until = loaded.recorded_until.max(live.recorded_until);
            loaded.facts.extend(news);
            sort_nearly_sorted(&mut loaded.facts, &self.names);
            return Stepped::Remembered(loaded, late);
        }
        let rules = self.rules.clone();
        let evaluator = Evaluator::new(&rules);
        let mut made = std::mem::take(&mut self.made);
        for fact in &facts {
            evaluator.step(&mut live.journey, fact, &mut made);
        }
        evaluator.advance(&mut live.journey, self.now, &mut made);
        if live.a_handle_moved() {
            made.clear();
            self.made = made;
            self.cache.release(&live);
            return Stepped::Unknown;
        }
        let append = self.entries_of_steps(&mut live, &made);
        made.clear();
        self.made = made;
        match append {
            Some(append) => Stepped::Done(Some(Judgement { live, append, profile })),
            None => {
                self.put(live);
                Stepped::Done(None)
            }
        }
    }

    /// A customer of whom nothing is known yet.
    fn newcomer(&mut self, profile: ProfileId) -> Box<Live> {
        let profiles = smallvec::smallvec![(profile, Version(0))];
        self.cache.reserve(&profiles);
        Box::new(Live::new(profiles, Journey::new()))
    }

    /// Puts future facts aside, takes out those whose time has come, and sorts.
    fn park_or_release(&self, live: &mut Live, facts: &mut Vec<Fact>) {
        let (now, names) = (self.now, &self.names);
        if let Some(rare) = live.rare.as_deref_mut() {
            let come = rare.parked.partition_point(|f| f.at <= now);
            facts.extend(rare.parked.drain(..come));
        }
        if facts.iter().any(|f| f.at > now) {
            let rare = live.rare();
            rare.parked.extend(facts.extract_if(.., |f| f.at > now));
            rare.parked.sort_by(|a, b| a.key().compare(&b.key(), names));
        }
        if facts.len() > 1 {
            facts.sort_by(|a, b| a.key().compare(&b.key(), names));
        }
    }

    /// The record of what steps concluded, and of what has settled by now.
    fn entries_of_steps(&self, live: &mut Live, made: &[(Decision<Sym>, ProfileIx)]) -> Option<Append> {
        let mut records: Vec<(ProfileIx, Writer)> = Vec::new();
        for (decision, profile) in made {
            let settle = self.rules.settle(decision.slot.rule, decision.effective_at);
            let at = decision.effective_at + settle;
            if settle != Span::ZERO && at > self.now {
                live.rare().settling.push((at, decision.clone(), *profile));
            } else {
                self.say(live.rare.as_deref_mut(), decision, *profile, &mut records);
            }
        }
        if live.rare.as_ref().is_some_and(|r| r.settling.iter().any(|(at, ..)| *at <= self.now)) {
            let mut settled: Vec<_> =
                live.rare().settling.extract_if(.., |(at, ..)| *at <= self.now).collect();
            settled.sort_by_key(|(at, decision, _)| (*at, decision.effective_at));
            for (_, decision, profile) in &settled {
                self.say(live.rare.as_deref_mut(), decision, *profile, &mut records);
            }
        }
        live.tidy();
        let records = records.into_iter().map(|(profile, out)| (profile, out.plain));
        self.append_of(&live.profiles, &records.collect::<Vec<_>>())
    }

    fn say(
        &self,
        rare: Option<&mut Rare>,
        decision: &Decision<Sym>,
        profile: ProfileIx,
        records: &mut Vec<(ProfileIx, Writer)>,
    ) {
        let handle = rare.as_ref().and_then(|r| r.handles.get(&decision.slot.case)).copied();
        let handle = handle.unwrap_or(decision.slot.case);
        let mut generation = 0;
        if let Some(rare) = rare.filter(|r| !r.generations.is_empty()) {
            let slot = Slot { case: handle, ..decision.slot };
            if let Some(said) = rare.generations.get_mut(&slot) {
                generation = *said;
                *said += 1;
            }
        }
        let place = records.iter().position(|(p, _)| *p == profile).unwrap_or_else(|| {
            records.push((profile, Writer::new()));
            records.len() - 1
        });
        let historical = self.now.since(decision.effective_at) > self.historical_after;
        encode_announced(decision, handle, generation, historical, &self.names, &mut records[place].1);
    }

    /// One atomic append with the exact version of every profile, and of the context. None if there is nothing to say and only one
    /// profile: its own stream is all that the judgement rests on, and whoever writes there next will look.
    pub(super) fn append_of(
        &self,
        profiles: &[(ProfileId, Version)],
        records: &[(ProfileIx, Vec<u8>)],
    ) -> Option<Append> {
        if records.is_empty() && profiles.len() < 2 {
            return None;
        }
        let streams = profiles.iter().enumerate().map(|(index, (profile, version))| {
            let mine = records.iter().find(|(p, _)| p.0 as usize == index);
            StreamAppend {
                stream: StreamId::profile(self.tenant.clone(), *profile),
                expected: ExpectedVersion::Exact(*version),
                events: mine
                    .map(|(_, plain)| self.record_event(*profile, *version, plain))
                    .into_iter()
                    .collect(),
            }
        });
        // Nothing is announced by rules that are in force no more.
        let context = StreamAppend {
            stream: context(&self.tenant),
            expected: ExpectedVersion::Exact(self.in_force.version),
            events: Vec::new(),
        };
        Some(Append { streams: streams.chain([context]).collect(), recorded_at: self.now })
    }

    /// The event that holds one judgement's entries. Its id follows from what it says and where: computing it
    /// twice gives the same event.
    fn record_event(&self, profile: ProfileId, version: Version, plain: &[u8]) -> NewEvent<Body> {
        let mut hash = xxhash_rust::xxh3::Xxh3::with_seed(version.0);
        hash.update(profile.as_bytes());
        hash.update(plain);
        let id = EventId(Uuid::new_v8(hash.digest128().to_le_bytes()));
        let data = Body { kind: LEDGER_KIND, schema: LEDGER_SCHEMA, plain: plain.into(), ..Body::default() };
        NewEvent::new(id, self.now, self.ledger_source.clone(), data)
    }

    /// Appends what is ready and puts the customers back; what lost a race is read and judged again.
    async fn announce(
        &mut self,
        ready: Vec<Judgement>,
        again: &mut Vec<Task>,
        failed: &mut Option<EngineError>,
    ) {
        if ready.is_empty() {
            return;
        }
        let mut lives = Vec::with_capacity(ready.len());
        let mut appends = Vec::with_capacity(ready.len());
        for judgement in ready {
            lives.push((judgement.live, judgement.profile));
            appends.push(judgement.append);
        }
        let outcomes = self.store.append_many(appends).await;
        for ((mut live, profile), outcome) in lives.into_iter().zip(outcomes) {
            match outcome {
                Ok(appended) => {
                    for ((_, version), places) in live.profiles.iter_mut().zip(&appended.places) {
                        for place in places {
                            self.covered.add(place.position);
                            *version = place.version;
                            live.recorded_until = live.recorded_until.max(self.now);
                        }
                    }
                    self.put(live);
                }
                Err(error) => {
                    self.cache.release(&live);
                    let others = live.profiles.iter().map(|(p, _)| *p);
                    self.context_moved |= is_of_context(&error);
                    match retry(&error) {
                        Retry::ReadAgain => again.extend(others.map(|p| Task::Reload(p, None))),
                        Retry::Later => {
                            tracing::warn!(%error, "a judgement could not be announced; it will be made again");
                            self.dirty.extend(others);
                            self.dirty.insert(profile);
                            *failed = Some(error.into());
                        }
                    }
                }
            }
        }
        let keep = self.cache_limit;
        if self.cache.len() > keep {
            self.save_stored().await;
            self.cache.shrink_to(keep - keep / 8);
        }
    }

    /// Puts a customer back, and notes its due time for the store's index.
    pub(super) fn put(&mut self, mut live: Box<Live>) {
        let (before, first) = (live.due(), live.profiles.first().map(|(p, _)| *p));
        let due = live.next_due();
        if let (Some(first), true) = (first, before != due) {
            self.due_changes.insert(first, due);
        }
        if due.is_none() {
            // It may be dormant for years now.
            live.journey.shrink();
        }
        self.note_unsaved(&live);
        self.cache.put(live);
    }
}

/// What came of stepping a customer at hand.
enum Stepped {
    /// It is done; there may be something to append.
    Done(Option<Judgement>),
    /// A fact belongs before the last step; after which snapshot, if there is one.
    Late(EventId, Option<Tail>),
    /// The same, and everything before it is remembered.
    Remembered(Box<Loaded>, EventId),
    /// The customer is not at hand, or somebody else wrote to its stream.
    Unknown,
    /// The customer is out for another judgement of this batch; the facts wait.
    Out(Vec<Fact>),
}

enum Retry {
    ReadAgain,
    Later,
}

/// Whether the context has moved on.
fn is_of_context(error: &AppendError) -> bool {
    matches!(error, AppendError::Conflict { stream, .. } if stream.key == StreamKey::Context)
}

const fn retry(error: &AppendError) -> Retry {
    match error {
        error if is_lost_race(error) => Retry::ReadAgain,
        AppendError::Store(error) if matches!(error.kind, StoreErrorKind::Unknown) => Retry::ReadAgain,
        _ => Retry::Later,
    }
}

impl Task {
    pub(super) const fn profile(&self) -> ProfileId {
        match self {
            Self::Facts(profile, ..)
            | Self::Due(profile)
            | Self::Reload(profile, _)
            | Self::Reread(profile, _) => *profile,
        }
    }
}
