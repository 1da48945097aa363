//! One process of a life: an engine behind a gate and a faulty network, with a clock of its own.

use super::claims::KEY;
use super::gate::Gate;
use super::reader::Read;
use super::rulebooks::FIRST;
use std::sync::Arc;
use throughline::activated::Activated;
use throughline::core::event::{Position, Version};
use throughline::core::ids::EventId;
use throughline::core::time::{Micros, Span};
use throughline::engine::{Announcements, Engine, EngineError, Identified, Receipt};
use throughline::store::contract::EventStore;
use throughline_testkit::clock::ManualClock;
use throughline_testkit::faulty::{FaultyStore, Plan};
use tokio::task::JoinHandle;

type Recorded = Result<Vec<Result<Receipt, EngineError>>, EngineError>;

/// A request that was made and not answered yet.
pub(crate) enum Running {
    Record(Vec<Asked>, JoinHandle<Recorded>),
    /// The link by its index in the model, and whether it is made.
    Link(usize, bool, JoinHandle<Result<(), EngineError>>),
    /// The activation by its index in the model.
    Activate(usize, JoinHandle<Result<Activated, EngineError>>),
    /// The claim by its index in the model.
    Claim(usize, JoinHandle<Result<Identified, EngineError>>),
    /// A link that a claim made is taken back.
    Part(JoinHandle<Result<(), EngineError>>),
    Advance(JoinHandle<Result<Option<Micros>, EngineError>>),
    Subscribe(JoinHandle<Result<Announcements, EngineError>>),
    Read(JoinHandle<Read>),
    Shutdown(JoinHandle<Result<(), EngineError>>),
}

/// One fact of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) id: EventId,
    /// Whether it is a known id with other content.
    pub(crate) is_altered: bool,
}

impl Running {
    pub(crate) fn is_finished(&self) -> bool {
        match self {
            Self::Record(_, task) => task.is_finished(),
            Self::Link(.., task) | Self::Part(task) | Self::Shutdown(task) => task.is_finished(),
            Self::Activate(_, task) => task.is_finished(),
            Self::Claim(_, task) => task.is_finished(),
            Self::Advance(task) => task.is_finished(),
            Self::Subscribe(task) => task.is_finished(),
            Self::Read(task) => task.is_finished(),
        }
    }

    pub(crate) fn abort(&self) {
        match self {
            Self::Record(_, task) => task.abort(),
            Self::Link(.., task) | Self::Part(task) | Self::Shutdown(task) => task.abort(),
            Self::Activate(_, task) => task.abort(),
            Self::Claim(_, task) => task.abort(),
            Self::Advance(task) => task.abort(),
            Self::Subscribe(task) => task.abort(),
            Self::Read(task) => task.abort(),
        }
    }
}

/// A process. Without an engine it is dead.
pub(crate) struct Node {
    pub(crate) clock: ManualClock,
    pub(crate) skew: Span,
    /// After how many facts a customer gets another snapshot, how many are kept of all, and how many journals.
    snapshots: (u64, usize, usize),
    /// After how many facts a customer's snapshot is saved in the store.
    stored_every: u64,
    pub(crate) network: FaultyStore,
    pub(crate) gate: Gate,
    pub(crate) starting: Option<JoinHandle<Result<Engine, EngineError>>>,
    pub(crate) engine: Option<Engine>,
    pub(crate) running: Vec<Running>,
    pub(crate) is_stopping: bool,
}

impl Node {
    pub(crate) fn new(
        store: Arc<dyn EventStore>,
        plan: Plan,
        skew: Span,
        snapshots: (u64, usize, usize),
        stored_every: u64,
    ) -> Self {
        let network = FaultyStore::new(store, plan);
        Self {
            clock: ManualClock::default(),
            skew,
            snapshots,
            stored_every,
            gate: Gate::new(Arc::new(network.clone())),
            network,
            starting: None,
            engine: None,
            running: Vec::new(),
            is_stopping: false,
        }
    }

    pub(crate) fn is_down(&self) -> bool {
        self.engine.is_none() && self.starting.is_none()
    }

    /// Begins to start an engine behind a new gate.
    pub(crate) fn start(&mut self) {
        self.gate = Gate::new(Arc::new(self.network.clone()));
        let clock = self.clock.clone();
        let builder = Engine::builder(Arc::new(self.gate.clone()))
            .rulebook(FIRST)
            .identifier_key(KEY)
            .queue(2)
            .customers_at_hand(16)
            .snapshot_every(self.snapshots.0)
            .snapshots(self.snapshots.1)
            .journals(self.snapshots.2)
            .stored_snapshot_every(self.stored_every)
            .historical_after(Span::from_hours(30))
            .clock(move || clock.now());
        self.starting = Some(tokio::spawn(builder.start()));
    }

    /// The process is gone, wherever it was. Returns what it was asked and did not answer.
    pub(crate) fn die(&mut self) -> Vec<Running> {
        self.gate.die();
        self.is_stopping = false;
        self.engine = None;
        if let Some(starting) = self.starting.take() {
            starting.abort();
        }
        let running = std::mem::take(&mut self.running);
        running.iter().for_each(Running::abort);
        running
    }
}

/// Where a fact went, in words that two runs can compare.
pub(crate) fn place(receipt: &Receipt) -> (Position, Version) {
    (receipt.position, receipt.version)
}
