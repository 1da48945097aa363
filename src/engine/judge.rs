//! Judging: step the customers that got facts or are due, and announce what follows, exactly once in effect.

use super::EngineError;
use super::fetching::{Fetched, ReadFrom, Wanted};
use super::live::{Live, Taken};
use super::load::Loaded;
use super::refold::Refolded;
use super::snapshots::Tail;
use super::state::EngineState;
use std::collections::BTreeSet;
use throughline_core::event::{EventData, Version};
use throughline_core::fact::Fact;
use throughline_core::ids::{EventId, LinkId, ProfileId};
use throughline_rules::evaluate::Evaluator;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Reason;
use throughline_store::append::Append;

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
    /// Two profiles are one customer from here on.
    Joined(LinkId, [ProfileId; 2]),
    /// The second of two, in case the first was not read together with it: only one of them names the link.
    Rest(LinkId, [ProfileId; 2]),
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
            // Both ends of a link say so.
            let mut links = BTreeSet::new();
            tasks.retain(|task| !matches!(task, Task::Joined(link, _) if !links.insert(*link)));
            for task in std::mem::take(&mut tasks) {
                unknown.extend(self.step_or_ask(task, &mut ready, &mut again));
            }
            unknown.sort_by_key(|wanted| (wanted.profile, wanted.from.order()));
            unknown.dedup_by_key(|wanted| wanted.profile);
            while !unknown.is_empty() {
                let some = unknown.split_off(unknown.len().saturating_sub(AT_ONCE));
                let fetched = self.fetch_all(&some).await;
                for (wanted, fetched) in some.into_iter().zip(fetched) {
                    let concerned = wanted.concerned();
                    if let Err(error) =
                        fetched.and_then(|f| self.read_again(wanted, f, &mut ready, &mut again))
                    {
                        self.dirty.extend(concerned);
                        failed = Some(error);
                    }
                }
            }
            self.announce(ready, &mut again, &mut failed).await;
            if std::mem::take(&mut self.context_moved)
                && let Err(error) = self.learn().await
            {
                self.dirty.extend(again.iter().flat_map(Task::profiles));
                return Err(error);
            }
            if again.is_empty() {
                return failed.map_or(Ok(()), Err);
            }
            tasks = again;
        }
        self.dirty.extend(tasks.iter().flat_map(Task::profiles));
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
            Task::Joined(link, [a, b]) => return self.join(link, a, b, again),
            Task::Rest(link, [a, b]) => {
                let is_read = self.cache.get(a).is_some_and(|live| live.profile_ix(b).is_some());
                let reason = Some(Reason::Link(link));
                let from = self.stored_or_start(Version(0));
                return (!is_read).then_some(Wanted { profile: b, reason, from });
            }
        };
        match self.step_cached(profile, from, facts) {
            Stepped::Done(judgement) => {
                ready.extend(judgement);
                None
            }
            Stepped::Recalled(loaded, event, tail) => {
                let reason = Some(Reason::LateFact(event));
                let refolded = self.refold_recalled(tail, *loaded, reason);
                self.take_in(refolded, profile, reason, ready, again);
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

    /// Asks for two who are one from here on.
    fn join(&mut self, link: LinkId, a: ProfileId, b: ProfileId, again: &mut Vec<Task>) -> Option<Wanted> {
        if self.cache.is_out(a) || self.cache.is_out(b) {
            again.push(Task::Joined(link, [a, b]));
            return None;
        }
        let reason = Some(Reason::Link(link));
        again.push(Task::Rest(link, [a, b]));
        let from = match self.take_both(a, b) {
            Some(joining) => ReadFrom::Joining(joining),
            None => self.stored_or_start(Version(0)),
        };
        Some(Wanted { profile: a, reason, from })
    }

    /// Refolds a customer from its streams. What has nothing to announce and nothing to check goes straight back.
    fn read_again(
        &mut self,
        Wanted { profile, reason, from }: Wanted,
        fetched: Fetched,
        ready: &mut Vec<Judgement>,
        again: &mut Vec<Task>,
    ) -> Result<(), EngineError> {
        // Linked since to somebody who is out for a judgement of this batch: two may not have one place.
        let is_one_out = fetched.streams().profiles().any(|p| self.cache.is_out(*p));
        let is_out = is_one_out || self.cache.is_out(profile);
        let refolded = match (from, fetched) {
            _ if is_out => None,
            (_, Fetched::Stored(sealed, streams)) => {
                let refolded = self.refold_stored(&sealed, streams, reason)?;
                if refolded.is_none() {
                    // She gets another one, or none.
                    self.unsaved.insert(profile);
                }
                refolded
            }
            (ReadFrom::Tail(tail), Fetched::Tail(streams)) => self.refold_tail(tail, streams, reason)?,
            (ReadFrom::Joining(joining), Fetched::Joined(joined)) => {
                self.refold_joined(joining, joined, reason)?
            }
            (_, Fetched::Whole(streams)) => {
                let loaded = streams.assemble(&mut self.names)?;
                self.refold(loaded, None, reason)
            }
            (_, Fetched::Tail(_) | Fetched::Joined(_)) => None,
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
        self.take_snapshot(&mut live, &facts);
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
            live.is_anonymous &= !matches!(fact.data, EventData::IdentifierClaimed(_));
        }
        let in_order = self.park_or_release(&mut live, &mut facts);
        if let Some(first) = facts.first()
            && live.journey.is_late(&first.key(), &self.names)
        {
            // It is not kept: its version counts facts that its journey does not hold, and if reading fails now, it
            // must not be stepped on, let alone announced from.
            let (late, tail) = (first.id, live.tail_before(&first.key(), &self.names));
            self.cache.release(&live);
            self.spare = std::mem::take(&mut live.journey);
            return match self.recall(&mut live, facts, tail.as_ref().map(Tail::base)) {
                Some(loaded) => Stepped::Recalled(Box::new(loaded), late, tail),
                None => Stepped::Late(late, tail.and_then(Tail::readable)),
            };
        }
        if in_order {
            self.begin_with_an_import(&mut live, facts.len());
        }
        let rules = self.rules.clone();
        let evaluator = Evaluator::new(&rules);
        let mut made = std::mem::take(&mut self.made);
        for (index, fact) in facts.iter().enumerate() {
            if in_order && self.is_worth_a_snapshot(facts.len() - index) {
                let known = Version(from.0 + index as u64 - 1);
                self.take_snapshot_amid(&mut live, (ix, known), &made);
            }
            evaluator.step(&mut live.journey, fact, &mut made);
        }
        evaluator.advance(&mut live.journey, self.now, &mut made);
        if live.a_handle_moved() {
            made.clear();
            self.made = made;
            self.cache.release(&live);
            return Stepped::Unknown;
        }
        live.note_folded(&mut facts);
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
        let mut live = Live::new(profiles, Journey::new());
        live.is_anonymous = true;
        Box::new(live)
    }

    /// Puts future facts aside, takes out those whose time has come, and sorts. Says whether all that was left as it came.
    fn park_or_release(&self, live: &mut Live, facts: &mut Vec<Fact>) -> bool {
        let (now, names) = (self.now, &self.names);
        let came = facts.len();
        if let Some(rare) = live.rare.as_deref_mut() {
            let come = rare.parked.partition_point(|f| f.at <= now);
            facts.extend(rare.parked.drain(..come));
        }
        let released = facts.len() != came;
        if facts.iter().any(|f| f.at > now) {
            let rare = live.rare();
            rare.parked.extend(facts.extract_if(.., |f| f.at > now));
            rare.parked.sort_by(|a, b| a.key().compare(&b.key(), names));
        }
        let is_in_order = facts.is_sorted_by(|a, b| a.key().compare(&b.key(), names).is_le());
        if !is_in_order {
            facts.sort_by(|a, b| a.key().compare(&b.key(), names));
        }
        is_in_order && !released && facts.len() == came
    }
}

/// What came of stepping a customer at hand.
enum Stepped {
    /// It is done; there may be something to append.
    Done(Option<Judgement>),
    /// A fact belongs before the last step; after which snapshot, if there is one.
    Late(EventId, Option<Tail>),
    /// The same, and what happened since the snapshot is in her journal.
    Recalled(Box<Loaded>, EventId, Option<Tail>),
    /// The customer is not at hand, or somebody else wrote to its stream.
    Unknown,
    /// The customer is out for another judgement of this batch; the facts wait.
    Out(Vec<Fact>),
}

impl Task {
    /// Whom it concerns; one who is alone is named twice.
    pub(super) const fn profiles(&self) -> [ProfileId; 2] {
        match self {
            Self::Facts(profile, ..)
            | Self::Due(profile)
            | Self::Reload(profile, _)
            | Self::Reread(profile, _) => [*profile, *profile],
            Self::Joined(_, ends) | Self::Rest(_, ends) => *ends,
        }
    }
}
