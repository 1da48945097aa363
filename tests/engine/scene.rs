//! A small stage: one store, a clock, engines on it, and mails that are written in one line.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use throughline::Engine;
use throughline::core::event::vocabulary::{ContactStarted, Message};
use throughline::core::event::{Author, Channel, Direction, EventData, NewEvent, Position, Version};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::order::CanonicalKey;
use throughline::core::time::{Micros, Span};
use throughline::engine::EngineBuilder;
use throughline::rules::decision::DecisionKind;
use throughline::store::append::{Append, Appended};
use throughline::store::contract::{Capabilities, EventStore};
use throughline::store::error::{AppendError, StoreError, StoreErrorKind};
use throughline::store::memory::MemoryStore;
use throughline::store::read::{Checkpoint, Due, Page};
use throughline::store::stream::{StreamId, TenantId};
use throughline_testkit::clock::ManualClock;
use uuid::Uuid;

/// 1 January 2026, 9:00, and so many minutes.
pub(crate) fn at(minutes: i64) -> Micros {
    Micros(1_767_258_000_000_000 + minutes * 60_000_000)
}

pub(crate) fn ann() -> ProfileId {
    ProfileId::from_bytes([1; 16])
}

pub(crate) fn bob() -> ProfileId {
    ProfileId::from_bytes([2; 16])
}

pub(crate) fn contact(number: u8) -> ContactId {
    ContactId::from_bytes([number; 16])
}

/// An event, whose id follows from what it says.
pub(crate) fn event(minutes: i64, data: impl Into<EventData>) -> NewEvent {
    let data = data.into();
    let id = EventId::derived("test", &format!("{minutes} {data:?}"));
    NewEvent::new(id, at(minutes), Name::new("test").unwrap(), data)
}

/// A mail that a customer begins a contact with.
pub(crate) fn mail(minutes: i64, number: u8) -> NewEvent {
    let (contact, channel) = (contact(number), Channel::Mail);
    event(
        minutes,
        ContactStarted {
            contact,
            channel,
            direction: Direction::Inbound,
            topic: None,
            issue: None,
            purpose: None,
        },
    )
}

/// A person's answer.
pub(crate) fn answer(minutes: i64, number: u8) -> NewEvent {
    let (contact, author) = (contact(number), Author::Human);
    event(minutes, Message { contact, author, agent: None, verdict: None, text: None })
}

/// A store in memory that counts, and fails when it is told to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    pub(crate) inner: MemoryStore,
    reads: Arc<AtomicU64>,
    read_from: Arc<AtomicU64>,
    events_read: Arc<AtomicU64>,
    failing_reads: Arc<AtomicU64>,
}

impl Store {
    /// How many pages of streams were read.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    /// From which version on a stream was read last.
    pub(crate) fn read_from(&self) -> Version {
        Version(self.read_from.load(Ordering::SeqCst))
    }

    /// How many events of streams were read.
    pub(crate) fn events_read(&self) -> u64 {
        self.events_read.load(Ordering::SeqCst)
    }

    /// Lets so many of the next reads of streams fail.
    pub(crate) fn fail_reads(&self, next: u64) {
        self.failing_reads.store(next, Ordering::SeqCst);
    }
}

/// What makes an engine on a store that reads a clock.
fn builder(store: &Store, clock: &ManualClock) -> EngineBuilder {
    let clock = clock.clone();
    Engine::builder(Arc::new(store.clone())).clock(move || clock.now())
}

/// An engine on a store that reads a clock.
pub(crate) async fn engine(store: &Store, clock: &ManualClock) -> Engine {
    builder(store, clock).start().await.unwrap()
}

/// A fresh store, a clock at `at(0)`, an engine.
pub(crate) async fn scene() -> (Store, ManualClock, Engine) {
    scene_with(|builder| builder).await
}

/// The same with an engine that is set up in some way.
pub(crate) async fn scene_with(
    how: impl FnOnce(EngineBuilder) -> EngineBuilder,
) -> (Store, ManualClock, Engine) {
    let (store, clock) = (Store::default(), ManualClock::at(at(0)));
    let engine = how(builder(&store, &clock)).start().await.unwrap();
    (store, clock, engine)
}

/// Whoever reads everything that is in the store comes to what was announced.
pub(crate) async fn nothing_is_left_to_say(store: &Store, clock: &ManualClock) {
    nothing_is_left_to_say_with(store, clock, |builder| builder).await;
}

/// The same with an engine that is set up in some way.
pub(crate) async fn nothing_is_left_to_say_with(
    store: &Store,
    clock: &ManualClock,
    how: impl FnOnce(EngineBuilder) -> EngineBuilder,
) {
    let plan = how(builder(store, clock)).plan_upgrade(None).await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

/// The kinds of what stands announced, sorted.
pub(crate) async fn kinds(engine: &Engine, profile: ProfileId) -> Vec<DecisionKind> {
    let announced = engine.announced(profile).await.unwrap();
    let mut kinds: Vec<_> = announced.iter().map(|a| a.decision.slot.kind).collect();
    kinds.sort_unstable();
    kinds
}

#[async_trait]
impl EventStore for Store {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.inner.append(append).await
    }
    async fn append_many(&self, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        self.inner.append_many(appends).await
    }
    async fn read_stream(&self, stream: &StreamId, from: Version, limit: usize) -> Result<Page, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.read_from.store(from.0, Ordering::SeqCst);
        let one_less = |left: u64| left.checked_sub(1);
        if self.failing_reads.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            return Err(StoreError::new(StoreErrorKind::Busy, "reading in a test"));
        }
        let page = self.inner.read_stream(stream, from, limit).await?;
        self.events_read.fetch_add(page.events.len() as u64, Ordering::SeqCst);
        Ok(page)
    }
    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, StoreError> {
        self.inner.read_all(after, limit).await
    }
    async fn read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.inner.read_canonical(stream, after, limit).await
    }
    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, StoreError> {
        self.inner.versions(streams).await
    }
    async fn streams_tagged(&self, tenant: &TenantId, tag: Uuid) -> Result<Vec<StreamId>, StoreError> {
        self.inner.streams_tagged(tenant, tag).await
    }
    async fn head(&self) -> Result<Position, StoreError> {
        self.inner.head().await
    }
    async fn wait_beyond(&self, position: Position) -> Result<(), StoreError> {
        self.inner.wait_beyond(position).await
    }
    async fn checkpoint(&self, name: &str) -> Result<Checkpoint, StoreError> {
        self.inner.checkpoint(name).await
    }
    async fn save_checkpoint(
        &self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> Result<bool, StoreError> {
        self.inner.save_checkpoint(name, expected, new, due).await
    }
    async fn due_by(&self, now: Micros, limit: usize) -> Result<Vec<Due>, StoreError> {
        self.inner.due_by(now, limit).await
    }
    async fn save_snapshot(&self, stream: &StreamId, bytes: Option<Vec<u8>>) -> Result<(), StoreError> {
        self.inner.save_snapshot(stream, bytes).await
    }
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.snapshot(stream).await
    }
    async fn drop_derived(&self) -> Result<(), StoreError> {
        self.inner.drop_derived().await
    }
}

/// Another program writes a fact and judges nothing.
pub(crate) async fn write_raw(store: &Store, profile: ProfileId, event: &NewEvent, recorded_at: Micros) {
    let stream = StreamId::profile(TenantId::default(), profile);
    let expected = throughline::store::append::ExpectedVersion::Any;
    store.append(Append::to(stream, expected, vec![event.seal()], recorded_at)).await.unwrap();
}

/// So many hours.
pub(crate) const fn hours(hours: i64) -> Span {
    Span::from_hours(hours)
}
