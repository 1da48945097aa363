//! A store that lets a call through when the simulation says so, and never if the process dies there.
//!
//! Between two calls to its store an engine does nothing that another process could see, so whoever decides in
//! which order the calls of all engines go through decides every interleaving there is.

use async_trait::async_trait;
use std::collections::VecDeque;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use throughline::core::event::{Position, Version};
use throughline::core::order::CanonicalKey;
use throughline::core::time::Micros;
use throughline::rules::ledger::LEDGER_KIND;
use throughline::rules::subscription::SUBSCRIPTION_KIND;
use throughline::store::append::{Append, Appended};
use throughline::store::contract::{Capabilities, EventStore};
use throughline::store::error::{AppendError, StoreError, StoreErrorKind};
use throughline::store::read::{Checkpoint, Due, Page};
use throughline::store::stream::{StreamId, StreamKey, TenantId};
use tokio::sync::oneshot;
use uuid::Uuid;

/// What a call is for, as far as the simulation cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Facts,
    Judgement,
    Customer,
    /// What a reader of announcements records about who is parked.
    Parking,
    Progress,
    Other,
}

/// What becomes of a call that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// It is made and answered.
    Go,
    /// The process dies before it is made.
    DieBefore,
    /// It is made, of many appends so many in a thousand, and the process dies before it learns of it.
    DieAfter(u32),
}

/// What the gate saw going through.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) conflicts: AtomicU64,
    pub(crate) taken_ids: AtomicU64,
    pub(crate) customers_read: AtomicU64,
    pub(crate) tails_read: AtomicU64,
    pub(crate) snapshots_saved: AtomicU64,
    pub(crate) snapshots_found: AtomicU64,
    pub(crate) snapshots_used: AtomicU64,
    pub(crate) lost_judgements: AtomicU64,
    pub(crate) overtaken: AtomicU64,
    pub(crate) overtaken_by_rules: AtomicU64,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<VecDeque<(Call, oneshot::Sender<Fate>)>>,
    is_open: AtomicBool,
    is_dead: AtomicBool,
    seen: Seen,
    /// The streams whose snapshot was found and that were not read since.
    found: Mutex<Vec<StreamId>>,
}

/// The gate of one process. Clones are handles on the same.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    inner: Arc<dyn EventStore>,
    shared: Arc<Shared>,
}

impl Gate {
    pub(crate) fn new(inner: Arc<dyn EventStore>) -> Self {
        Self { inner, shared: Arc::default() }
    }

    /// The call that waits, if one does.
    pub(crate) fn waiting(&self) -> Option<Call> {
        self.shared.waiting.lock().unwrap().front().map(|(call, _)| *call)
    }

    /// Decides about the call that waits longest.
    pub(crate) fn decide(&self, fate: Fate) {
        if let Some((_, go)) = self.shared.waiting.lock().unwrap().pop_front() {
            // Whoever asked may be gone: its process died meanwhile.
            let _nobody = go.send(fate);
        }
    }

    /// Lets everything through from now on.
    pub(crate) fn open(&self) {
        self.shared.is_open.store(true, Ordering::SeqCst);
        while self.waiting().is_some() {
            self.decide(Fate::Go);
        }
    }

    /// The process dies where it is: no call of it goes through any more.
    pub(crate) fn die(&self) {
        self.shared.is_dead.store(true, Ordering::SeqCst);
    }

    pub(crate) fn seen(&self) -> &Seen {
        &self.shared.seen
    }

    async fn turn(&self, call: Call) -> Fate {
        if self.shared.is_dead.load(Ordering::SeqCst) {
            return pending().await;
        }
        if self.shared.is_open.load(Ordering::SeqCst) {
            return Fate::Go;
        }
        let (go, decided) = oneshot::channel();
        self.shared.waiting.lock().unwrap().push_back((call, go));
        match decided.await {
            Ok(Fate::DieBefore) | Err(_) => pending().await,
            Ok(fate) => fate,
        }
    }

    async fn make<T>(&self, call: Call, made: impl Future<Output = T>) -> T {
        let fate = self.turn(call).await;
        let value = made.await;
        if matches!(fate, Fate::DieAfter(_)) { pending().await } else { value }
    }

    fn note(&self, call: Call, result: &Result<Appended, AppendError>) {
        let count = |counter: &AtomicU64| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let seen = &self.shared.seen;
        match result {
            Err(AppendError::Conflict { stream, .. }) => {
                count(&seen.conflicts);
                if stream.key == StreamKey::Context {
                    count(&seen.overtaken_by_rules);
                }
            }
            Err(AppendError::IdReused { .. }) if call == Call::Judgement => count(&seen.taken_ids),
            Err(AppendError::Store(e)) if e.kind == StoreErrorKind::Unknown && call == Call::Judgement => {
                count(&seen.lost_judgements);
            }
            _ => {}
        }
    }
}

/// A judgement has ledger records, or nothing but expectations.
fn purpose(append: &Append) -> Call {
    let mut kinds = append.streams.iter().flat_map(|s| &s.events).map(|e| e.data.kind).peekable();
    if kinds.peek() == Some(&SUBSCRIPTION_KIND) {
        return Call::Parking;
    }
    if kinds.any(|kind| kind != LEDGER_KIND) { Call::Facts } else { Call::Judgement }
}

#[async_trait]
impl EventStore for Gate {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let call = purpose(&append);
        let result = self.make(call, self.inner.append(append)).await;
        self.note(call, &result);
        result
    }

    async fn append_many(&self, mut appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let call = appends.first().map_or(Call::Other, purpose);
        let fate = self.turn(call).await;
        if let Fate::DieAfter(per_mille) = fate {
            appends.truncate((appends.len() * per_mille as usize).div_ceil(1_000));
        }
        let results = self.inner.append_many(appends).await;
        for result in &results {
            self.note(call, result);
        }
        if matches!(fate, Fate::DieAfter(_)) { pending().await } else { results }
    }

    async fn read_stream(&self, stream: &StreamId, from: Version, limit: usize) -> Result<Page, StoreError> {
        if stream.key == StreamKey::Context {
            return self.make(Call::Other, self.inner.read_stream(stream, from, limit)).await;
        }
        let seen = &self.shared.seen;
        // No stream of a life is longer than a page, so that nothing but a snapshot makes anybody begin in its middle.
        let counter = if from == Version(1) { &seen.customers_read } else { &seen.tails_read };
        counter.fetch_add(1, Ordering::Relaxed);
        let before = self.shared.found.lock().unwrap().extract_if(.., |found| found == stream).count();
        if before > 0 && from > Version(1) {
            seen.snapshots_used.fetch_add(1, Ordering::Relaxed);
        }
        self.make(Call::Customer, self.inner.read_stream(stream, from, limit)).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, StoreError> {
        self.make(Call::Other, self.inner.read_all(after, limit)).await
    }

    async fn read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.make(Call::Customer, self.inner.read_canonical(stream, after, limit)).await
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, StoreError> {
        self.make(Call::Other, self.inner.versions(streams)).await
    }

    async fn streams_tagged(&self, tenant: &TenantId, tag: Uuid) -> Result<Vec<StreamId>, StoreError> {
        self.make(Call::Other, self.inner.streams_tagged(tenant, tag)).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.make(Call::Other, self.inner.head()).await
    }

    async fn wait_beyond(&self, position: Position) -> Result<(), StoreError> {
        self.inner.wait_beyond(position).await
    }

    async fn checkpoint(&self, name: &str) -> Result<Checkpoint, StoreError> {
        self.make(Call::Other, self.inner.checkpoint(name)).await
    }

    async fn save_checkpoint(
        &self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> Result<bool, StoreError> {
        let saved = self.make(Call::Progress, self.inner.save_checkpoint(name, expected, new, due)).await;
        if matches!(saved, Ok(false)) {
            self.shared.seen.overtaken.fetch_add(1, Ordering::Relaxed);
        }
        saved
    }

    async fn due_by(&self, now: Micros, limit: usize) -> Result<Vec<Due>, StoreError> {
        self.make(Call::Other, self.inner.due_by(now, limit)).await
    }

    async fn save_snapshot(&self, stream: &StreamId, bytes: Option<Vec<u8>>) -> Result<(), StoreError> {
        let is_one = bytes.is_some();
        let saved = self.make(Call::Other, self.inner.save_snapshot(stream, bytes)).await;
        if is_one && saved.is_ok() {
            self.shared.seen.snapshots_saved.fetch_add(1, Ordering::Relaxed);
        }
        saved
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.make(Call::Other, self.inner.snapshot(stream)).await;
        if matches!(found, Ok(Some(_))) {
            self.shared.seen.snapshots_found.fetch_add(1, Ordering::Relaxed);
            self.shared.found.lock().unwrap().push(stream.clone());
        }
        found
    }

    async fn drop_derived(&self) -> Result<(), StoreError> {
        self.make(Call::Other, self.inner.drop_derived()).await
    }
}
