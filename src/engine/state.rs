//! What one engine knows and does, one request after the other.

use super::covered::Covered;
use super::identity::Kept;
use super::in_force::{InForce, Shared};
use super::judge::Task;
use super::live::Cache;
use super::load::{LinkFact, link_of};
use super::oldest::{Lately, Oldest};
use super::{EngineError, Incoming, Outcome, Receipt};
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use std::collections::BTreeSet;
use std::sync::Arc;
use throughline_core::event::{Body, NewEvent, Position, Version};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::ProfileId;
use throughline_core::name::{Interner, Name, Sym};
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::Decision;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::{Judged, Reason};
use throughline_rules::rulebook::Rulebooks;
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::contract::EventStore;
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::read::{Checkpoint, Due};
use throughline_store::stream::{StreamId, StreamKey, TenantId};

/// How many due customers are judged with one append, and how many events are caught up with at once.
const PAGE: usize = 2_048;

/// How many changed due times may wait before they are saved without being asked.
const DUE_CHANGES: usize = 65_536;

/// The clock that an engine reads. `now` is an argument everywhere below.
pub(super) type Clock = Arc<dyn Fn() -> Micros + Send + Sync>;

/// One engine's state. It is owned by one task, so nothing in it is locked.
pub(super) struct EngineState {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) tenant: TenantId,
    pub(super) names: Interner,
    /// The rulebooks, by this engine's names.
    pub(super) rules: Arc<Rulebooks>,
    /// What is in force, as far as this engine has taken it in.
    pub(super) in_force: Arc<InForce>,
    /// Where that comes from.
    pub(super) context: Shared,
    /// Whether an append showed that the context has moved on.
    pub(super) context_moved: bool,
    pub(super) historical_after: Span,
    pub(super) cache: Cache,
    pub(super) cache_limit: usize,
    pub(super) ledger_source: Name,
    pub(super) clock: Clock,
    /// The latest time that this engine has seen. It never runs backwards, whatever the clock does.
    pub(super) now: Micros,
    /// Profiles that must be judged again because a judgement failed, or because others wrote to them.
    pub(super) dirty: BTreeSet<ProfileId>,
    /// Positions that this engine wrote itself.
    pub(super) covered: Covered,
    /// How far the log was looked through for what others wrote.
    pub(super) cursor: Position,
    /// The checkpoint `judged` as this engine knows it.
    pub(super) checkpoint: Checkpoint,
    /// Due times that changed since they were saved.
    pub(super) due_changes: HashMap<ProfileId, Option<Micros>, FxBuildHasher>,
    /// The customers of whom a late fact was taken in lately.
    pub(super) late: Lately,
    /// The journals.
    pub(super) journals: Oldest,
    /// After how many facts a customer gets another snapshot.
    pub(super) snapshot_every: u64,
    /// The snapshots.
    pub(super) snapshots: Oldest,
    /// After how many facts a customer's snapshot is saved in the store; 0 if none is.
    pub(super) stored_every: u64,
    /// What a stored snapshot must be of to be read.
    pub(super) fingerprint: Option<u64>,
    /// The customers whose history grew long since they were saved, each by one of her profiles.
    pub(super) unsaved: BTreeSet<ProfileId>,
    /// What profiles' streams say of who is who.
    pub(super) said: Kept,
    /// Reused from judgement to judgement.
    pub(super) made: Vec<(Decision<Sym>, ProfileIx)>,
    /// Reused from refold to refold.
    pub(super) judged: Judged,
    /// A journey that is not needed any more, for the memory that it has.
    pub(super) spare: Journey,
    /// The most bytes that an event's body may have.
    pub(super) event_limit: usize,
}

impl EngineState {
    /// Finds what was recorded but not judged, and who is due. Called once, before anything else.
    pub(super) async fn start(&mut self) -> Result<(), EngineError> {
        self.learn().await?;
        self.checkpoint = self.store.checkpoint(&self.checkpoint_name()).await?;
        self.cursor = self.checkpoint.position;
        self.advance().await
    }

    fn checkpoint_name(&self) -> String {
        format!("judged/{}", self.tenant)
    }

    pub(super) fn read_clock(&mut self) {
        self.now = self.now.max((self.clock)());
    }

    /// Appends facts and judges the customers that they belong to. Each fact succeeds or fails alone.
    pub(super) async fn record(&mut self, batch: Vec<Incoming>) -> Vec<Result<Receipt, EngineError>> {
        self.read_clock();
        let mut outcomes: Vec<Option<Result<Receipt, EngineError>>> = Vec::with_capacity(batch.len());
        let mut sent: Vec<(usize, ProfileId, Fact, Option<LinkFact>)> = Vec::with_capacity(batch.len());
        let mut appends = Vec::with_capacity(batch.len());
        for (index, incoming) in batch.into_iter().enumerate() {
            let sealed = incoming.event.seal();
            match self.check(incoming.profile, sealed) {
                Ok((append, fact, link)) => {
                    appends.push(append);
                    sent.push((index, incoming.profile, fact, link));
                    outcomes.push(None);
                }
                Err(error) => outcomes.push(Some(Err(error))),
            }
        }
        let results = self.store.append_many(appends).await;
        let mut groups: HashMap<ProfileId, (Version, Vec<Fact>), FxBuildHasher> = HashMap::default();
        let mut tasks = Vec::new();
        for ((index, profile, fact, link), result) in sent.into_iter().zip(results) {
            outcomes[index] = Some(match result {
                Ok(appended) => {
                    let place = appended.places[0][0];
                    if !place.was_there {
                        self.covered.add(place.position);
                        match link {
                            Some(link) => tasks.extend(reloads(profile, &link)),
                            None => group(&mut groups, &mut tasks, profile, place.version, fact),
                        }
                    }
                    let outcome = if place.was_there { Outcome::Duplicate } else { Outcome::Recorded };
                    Ok(Receipt { position: place.position, version: place.version, outcome })
                }
                Err(error) => {
                    // The fact may be in the log after all: look before the next judgement.
                    if matches!(&error, AppendError::Store(e) if e.kind == StoreErrorKind::Unknown) {
                        self.dirty.insert(profile);
                    }
                    Err(error.into())
                }
            });
        }
        tasks.extend(groups.into_iter().map(|(profile, (from, facts))| Task::Facts(profile, from, facts)));
        if let Err(error) = self.judge(tasks).await {
            tracing::warn!(%error, "facts are recorded; their judgement will be made again");
        }
        self.save_stored_if_many().await;
        if self.due_changes.len() > DUE_CHANGES
            && let Err(error) = self.save_progress().await
        {
            tracing::warn!(%error, "due times could not be saved; they will be again");
        }
        outcomes.into_iter().flatten().collect()
    }

    pub(super) fn check(
        &mut self,
        profile: ProfileId,
        sealed: NewEvent<Body>,
    ) -> Result<(Append, Fact, Option<LinkFact>), EngineError> {
        let bytes = sealed.data.plain.len() + sealed.data.personal.len();
        if bytes > self.event_limit {
            return Err(EngineError::TooLarge { bytes, limit: self.event_limit });
        }
        let link = link_of(&sealed.data)?;
        if let Some(LinkFact::Linked(_, other) | LinkFact::Unlinked(_, other)) = &link
            && *other == profile
        {
            return Err(EngineError::SelfLink);
        }
        let fact = Fact::from_body(&sealed, ProfileIx(0), &mut self.names)?;
        let stream = StreamId::profile(self.tenant.clone(), profile);
        Ok((Append::to(stream, ExpectedVersion::Any, vec![sealed], self.now), fact, link))
    }

    /// Does everything that is due by now, looks at what others wrote, and saves how far it came.
    pub(super) async fn advance(&mut self) -> Result<(), EngineError> {
        self.read_clock();
        self.read_watermark().await?;
        self.catch_up().await?;
        loop {
            let mut due = Vec::new();
            while due.len() < PAGE
                && let Some(profile) = self.cache.pop_due(self.now)
            {
                due.push(Task::Due(profile));
            }
            if due.is_empty() {
                break;
            }
            self.judge(due).await?;
        }
        self.judge_due_of_store().await?;
        self.save_progress().await
    }

    /// Judges customers that the store's index says are due and that are not at hand.
    async fn judge_due_of_store(&mut self) -> Result<(), EngineError> {
        let mut limit = PAGE;
        loop {
            let page = self.store.due_by(self.now, limit).await?;
            let mut tasks = Vec::new();
            for due in &page {
                let StreamKey::Profile(profile) = due.stream.key else { continue };
                if due.stream.tenant != self.tenant || self.due_changes.contains_key(&profile) {
                    continue;
                }
                match self.cache.get(profile) {
                    // At hand, so its own due time is right and the index is behind.
                    Some(live) => {
                        self.due_changes.insert(profile, live.due());
                    }
                    None => {
                        self.due_changes.insert(profile, None);
                        tasks.push(Task::Reload(profile, None));
                    }
                }
            }
            let full = page.len() == limit;
            if tasks.is_empty() {
                if !full {
                    return Ok(());
                }
                // A page of other tenants' customers, or of some that wait to be saved: what is ours is behind it.
                limit *= 2;
                continue;
            }
            self.judge(tasks).await?;
            self.save_progress().await?;
            if !full {
                return Ok(());
            }
        }
    }

    /// Looks through what others wrote since this engine looked last, and judges whom it concerns.
    pub(super) async fn catch_up(&mut self) -> Result<(), EngineError> {
        let mut context_moved = false;
        loop {
            self.cursor = self.covered.beyond(self.cursor);
            let page = self.store.read_all(self.cursor, PAGE).await?;
            let Some(last) = page.last_position() else { break };
            for event in &page.events {
                let recorded = &event.recorded;
                if self.covered.contains(recorded.position) || event.stream.tenant != self.tenant {
                    continue;
                }
                context_moved |= event.stream.key == StreamKey::Context;
                if !recorded.event.data.is_fact() {
                    continue;
                }
                if let StreamKey::Profile(profile) = event.stream.key {
                    self.dirty.insert(profile);
                    if let Some(LinkFact::Linked(_, other) | LinkFact::Unlinked(_, other)) =
                        link_of(&recorded.event.data)?
                    {
                        self.dirty.insert(other);
                    }
                }
            }
            self.cursor = last;
        }
        if context_moved {
            self.learn().await?;
        }
        self.judge_dirty().await
    }

    /// Saves due times, and how far everything is judged. Nothing is saved while anything must be judged again, or
    /// before this engine has seen everything below the watermark: too low a watermark costs a look at start, but
    /// one beyond a due time that is wrong would lose what is due.
    pub(super) async fn save_progress(&mut self) -> Result<(), EngineError> {
        // A due time that was reckoned by rules that are in force no more is not saved.
        self.learn().await?;
        self.save_stored().await;
        let new = Checkpoint { position: self.covered.beyond(self.cursor) };
        let is_behind = new.position < self.checkpoint.position;
        let is_nothing_new = self.due_changes.is_empty() && new == self.checkpoint;
        if !self.dirty.is_empty() || is_behind || is_nothing_new || new.position == Position(0) {
            return Ok(());
        }
        let mut due: Vec<Due> = self
            .due_changes
            .iter()
            .map(|(p, at)| Due { stream: StreamId::profile(self.tenant.clone(), *p), at: *at })
            .collect();
        due.sort_by(|a, b| a.stream.cmp(&b.stream));
        let name = self.checkpoint_name();
        if self.store.save_checkpoint(&name, self.checkpoint, new, due).await? {
            self.checkpoint = new;
            self.cursor = new.position;
            self.covered.forget_until(new.position);
            self.due_changes.clear();
            return Ok(());
        }
        // Another engine moved it. What it says is right too; ours is saved once all of that was looked at here.
        self.read_watermark().await
    }

    /// Reads how far all engines together came.
    async fn read_watermark(&mut self) -> Result<(), EngineError> {
        let saved = self.store.checkpoint(&self.checkpoint_name()).await?;
        if saved.position < self.checkpoint.position {
            // Watermarks do not go back: derived data was dropped, and the due times of all customers with it.
            self.cursor = saved.position;
            self.covered = Covered::default();
        }
        self.checkpoint = saved;
        Ok(())
    }

    /// What is kept in memory.
    pub(super) fn memory(&self) -> super::Memory {
        self.cache.memory()
    }

    /// When the next customer at hand is due.
    pub(super) fn next_due(&self) -> Option<Micros> {
        self.cache.next_due()
    }
}

/// Puts a fact to the others of its profile. Where another writer's events lie between them, the customer is
/// read again instead.
fn group(
    groups: &mut HashMap<ProfileId, (Version, Vec<Fact>), FxBuildHasher>,
    tasks: &mut Vec<Task>,
    profile: ProfileId,
    version: Version,
    fact: Fact,
) {
    let (from, facts) = groups.entry(profile).or_insert_with(|| (version, Vec::new()));
    if from.0 + facts.len() as u64 == version.0 {
        facts.push(fact);
    } else {
        tasks.push(Task::Reload(profile, Some(Reason::LateFact(fact.id))));
    }
}

/// Who is judged again since a link was made or taken back.
pub(super) fn reloads(profile: ProfileId, link: &LinkFact) -> Vec<Task> {
    match *link {
        LinkFact::Linked(link, other) => vec![Task::Joined(link, [profile, other])],
        LinkFact::Unlinked(link, other) => {
            let reason = Some(Reason::Unlink(link));
            vec![Task::Reload(profile, reason), Task::Reload(other, reason)]
        }
    }
}
