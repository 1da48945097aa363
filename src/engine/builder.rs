//! How an engine is set up.

use super::annotating::Annotating;
use super::covered::Covered;
use super::identity::Kept;
use super::in_force::{InForce, Shared};
use super::journal::JOURNALS;
use super::live::Cache;
use super::oldest::{Lately, Oldest};
use super::refold::LATELY;
use super::state::{Clock, EngineState};
use super::{Engine, EngineError, actor, link, stored};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use throughline_core::event::Position;
use throughline_core::identifier::IdentifierKey;
use throughline_core::time::{Micros, Span};
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Judged;
use throughline_rules::rulebook::DEFAULT;
use throughline_rules::texts::Annotator;
use throughline_store::contract::EventStore;
use throughline_store::read::Checkpoint;
use throughline_store::stream::TenantId;
use tokio::sync::mpsc;

/// Sets up an [`Engine`].
pub struct EngineBuilder {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) tenant: TenantId,
    pub(super) rulebook: String,
    clock: Clock,
    queue: usize,
    customers: usize,
    historical_after: Span,
    event_limit: usize,
    snapshot_every: u64,
    snapshots: usize,
    journals: usize,
    pub(super) identifier_key: Option<IdentifierKey>,
    stored_every: u64,
    annotators: Vec<Arc<dyn Annotator>>,
    shipped_annotators: bool,
}

impl EngineBuilder {
    /// An engine on a store, with the rulebook that ships, the system's clock and the default tenant.
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        Self {
            store,
            tenant: TenantId::default(),
            rulebook: DEFAULT.to_owned(),
            clock: Arc::new(system_clock),
            queue: 1_024,
            customers: 1_000_000,
            historical_after: Span::from_days(30),
            event_limit: 1 << 20,
            snapshot_every: 32,
            snapshots: 32_768,
            journals: JOURNALS,
            stored_every: 256,
            identifier_key: None,
            annotators: Vec::new(),
            shipped_annotators: false,
        }
    }

    /// Another tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: TenantId) -> Self {
        self.tenant = tenant;
        self
    }

    /// Another rulebook, as the text of its document. It is checked by [`start`](Self::start), and in force until the
    /// first one that was [activated](Engine::activate) is. To change the rules of a log that is in use, activate.
    #[must_use]
    pub fn rulebook(mut self, document: impl Into<String>) -> Self {
        self.rulebook = document.into();
        self
    }

    /// Another clock: for tests, for replays in real time, for a service that has its own.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Micros + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How many requests may wait before the engine answers [`EngineError::Busy`]. Default: 1,024.
    #[must_use]
    pub const fn queue(mut self, requests: usize) -> Self {
        self.queue = if requests == 0 { 1 } else { requests };
        self
    }

    /// How many customers are kept at hand. Default: 1,000,000, at some 800 bytes each.
    #[must_use]
    pub const fn customers_at_hand(mut self, customers: usize) -> Self {
        self.customers = if customers < 16 { 16 } else { customers };
        self
    }

    /// How old something must be when it is announced to be marked historical. Default: 30 days.
    #[must_use]
    pub const fn historical_after(mut self, age: Span) -> Self {
        self.historical_after = age;
        self
    }

    /// The most bytes that an event may have, texts included. Default: 1 MiB.
    #[must_use]
    pub const fn event_limit(mut self, bytes: usize) -> Self {
        self.event_limit = bytes;
        self
    }

    /// How many snapshots of customers are kept in memory, so that a late fact costs what happened since its instant and
    /// not the customer's whole history. The oldest go first; 0 keeps none. Default: 32,768, some 1 kB to 10 kB each.
    #[must_use]
    pub const fn snapshots(mut self, snapshots: usize) -> Self {
        self.snapshots = snapshots;
        self
    }

    /// Of how many customers what was folded and said since their snapshots is kept in memory, so that a late fact reads
    /// nothing from the store. Who got hers first is the first to lose it; 0 keeps none. Default: 4,096, of 512 facts
    /// each at most: some 20 kB as a rule, and some 300 MB for all of them at the very worst.
    #[must_use]
    pub const fn journals(mut self, customers: usize) -> Self {
        self.journals = customers;
        self
    }

    /// After how many facts of a customer another snapshot is taken. More often costs time at each fact and saves it at
    /// late ones. Default: 32.
    #[must_use]
    pub const fn snapshot_every(mut self, facts: u64) -> Self {
        self.snapshot_every = if facts == 0 { 1 } else { facts };
        self
    }

    /// After how many facts of a customer a snapshot of her is saved in the store, in place of the one before. A customer
    /// who is not at hand is then read from there on and not from her first fact; nobody with fewer facts costs anything.
    /// It is saved by [`Engine::advance`], by a shutdown and before customers are forgotten. It is disposable: without
    /// it, or with one of other rules or of another version, everything is read. 0 saves and reads none. Default: 256.
    #[must_use]
    pub const fn stored_snapshot_every(mut self, facts: u64) -> Self {
        self.stored_every = facts;
        self
    }

    /// The secret under which identifiers are hashed; without one none can be claimed. The same for all engines and all
    /// readers of a tenant's logs, and for ever: under another key nobody is found again.
    #[must_use]
    pub fn identifier_key(mut self, key: IdentifierKey) -> Self {
        self.identifier_key = Some(key);
        self
    }

    /// Lets an annotator read what is recorded: [`Engine::record`] answers when what it says is recorded too. For one
    /// that takes long, read behind the log in a task of your own: `annotate::TextReader`.
    #[must_use]
    pub fn annotator(mut self, annotator: Arc<dyn Annotator>) -> Self {
        self.annotators.push(annotator);
        self
    }

    /// Lets the annotators that ship read what is recorded: the phrases of the rulebook in force, and the boilerplate test
    /// by the newest fingerprints that were [published](Engine::publish_fingerprints).
    #[must_use]
    pub const fn shipped_annotators(mut self) -> Self {
        self.shipped_annotators = true;
        self
    }

    /// Checks the rulebook, judges what was recorded but not judged, and starts to take requests.
    pub async fn start(self) -> Result<Engine, EngineError> {
        let first = InForce::new(self.rulebook.into(), self.identifier_key)?;
        let context = Shared::new(self.store.clone(), self.tenant.clone(), first.clone());
        let fingerprint = stored::fingerprint(first.judged_by());
        let mut state = EngineState {
            store: self.store.clone(),
            tenant: self.tenant.clone(),
            names: (*first.names).clone(),
            rules: first.rules.clone(),
            in_force: Arc::new(first),
            context: context.clone(),
            context_moved: false,
            historical_after: self.historical_after,
            cache: Cache::default(),
            cache_limit: self.customers,
            ledger_source: link::source(),
            clock: self.clock.clone(),
            now: Micros::MIN,
            dirty: BTreeSet::new(),
            covered: Covered::default(),
            cursor: Position(0),
            checkpoint: Checkpoint::default(),
            due_changes: hashbrown::HashMap::default(),
            late: Lately::new(LATELY),
            journals: Oldest::new(self.journals),
            snapshot_every: self.snapshot_every,
            snapshots: Oldest::new(self.snapshots),
            stored_every: if fingerprint.is_some() { self.stored_every } else { 0 },
            fingerprint,
            unsaved: BTreeSet::new(),
            said: Kept::default(),
            made: Vec::new(),
            judged: Judged::default(),
            spare: Journey::new(),
            event_limit: self.event_limit,
        };
        state.start().await?;
        let (requests, queue) = mpsc::channel(self.queue);
        let task = tokio::spawn(actor::run(state, queue));
        let annotating = Annotating::new(self.annotators, self.shipped_annotators);
        Ok(Engine {
            annotates: !annotating.is_idle(),
            annotating: Arc::new(tokio::sync::Mutex::new(annotating)),
            store: self.store,
            tenant: self.tenant,
            in_force: context,
            clock: self.clock,
            requests,
            task: Arc::new(Mutex::new(Some(task))),
        })
    }
}

impl std::fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineBuilder").field("store", &self.store).finish_non_exhaustive()
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place where the engine's default clock is read")]
fn system_clock() -> Micros {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}
