//! The live engine: record, judge, announce, exactly once in effect.
//!
//! An [`Engine`] is a handle, cheap to clone and to share. Behind it one task owns the state (`state`), appends
//! facts, steps or refolds the customers that they belong to (`judge`), and appends what must be announced.
//! Reading a journey does not go through that task: it is a pure function of what the store holds.

mod activation;
mod actor;
mod annotating;
mod announce;
mod announcements;
mod bookmark;
mod brief;
mod builder;
mod contact;
mod covered;
mod error;
mod explain;
mod feasibility;
mod fetching;
mod fingerprints;
mod identity;
mod in_force;
mod joining;
mod journal;
mod judge;
mod lead_times;
mod link;
mod live;
pub(crate) mod load;
mod notice;
mod oldest;
mod parking;
mod reach;
mod reading;
mod recorded;
mod refold;
mod retry;
mod snapshots;
mod state;
mod stored;
mod upgrade;
mod walk;

pub use annotating::TextsRead;
pub use announcements::Announcements;
pub use bookmark::{Bookmark, Retried};
pub use builder::EngineBuilder;
pub use error::{EngineError, EngineErrorKind};
pub use fingerprints::Published;
pub use identity::{Claim, Claimed, Customer, Identified};
pub use lead_times::{LeadTimeFound, LeadTimeSample};
pub use notice::Notice;
pub use parking::Parked;
pub use recorded::RecordedBy;
pub use upgrade::UpgradePlan;

use actor::Request;
use annotating::Annotating;
use in_force::Shared;
use state::Clock;
use std::sync::{Arc, Mutex, PoisonError};
use throughline_core::event::{NewEvent, Position, Version};
use throughline_core::ids::ProfileId;
use throughline_core::time::Micros;
use throughline_store::contract::EventStore;
use throughline_store::stream::TenantId;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// A fact, and the profile that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The profile.
    pub profile: ProfileId,
    /// What happened.
    pub event: NewEvent,
}

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Where it is in the log.
    pub position: Position,
    /// Where it is in its profile's stream.
    pub version: Version,
    /// Whether it is new.
    pub outcome: Outcome,
}

/// Whether a fact is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log now.
    Recorded,
    /// It was there already, with the same content: nothing happened.
    Duplicate,
}

/// What the engine keeps in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Customers at hand.
    pub customers: usize,
    /// The bytes that they take, tables included.
    pub bytes: usize,
    /// Those of them for whom nothing is open and nothing will happen by itself.
    pub dormant: usize,
    /// The bytes that those take, with their share of the tables.
    pub dormant_bytes: usize,
    /// The bytes that snapshots take beside that, with what was folded and said since. They are bounded for the engine as a
    /// whole ([`EngineBuilder::snapshots`], [`EngineBuilder::journals`]).
    pub snapshots: usize,
}

/// A handle to a live engine.
#[derive(Clone)]
pub struct Engine {
    store: Arc<dyn EventStore>,
    tenant: TenantId,
    in_force: Shared,
    clock: Clock,
    requests: mpsc::Sender<Request>,
    annotating: Arc<tokio::sync::Mutex<Annotating>>,
    /// Whether anybody reads texts.
    annotates: bool,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Engine {
    /// Sets up an engine on a store.
    pub fn builder(store: Arc<dyn EventStore>) -> EngineBuilder {
        EngineBuilder::new(store)
    }

    /// Records one fact. When it returns, the fact is durable and what follows from it is announced.
    ///
    /// Recording the same event again is safe, and is how a lost answer is dealt with. Answers
    /// [`EngineError::Busy`] at once when the queue is full.
    pub async fn record(&self, profile: ProfileId, event: NewEvent) -> Result<Receipt, EngineError> {
        let mut receipts = self.record_all(vec![Incoming { profile, event }]).await?;
        receipts.pop().unwrap_or(Err(EngineError::Closed))
    }

    /// Records many facts with as few commits as possible. Each succeeds or fails alone, in the order given.
    pub async fn record_all(
        &self,
        facts: Vec<Incoming>,
    ) -> Result<Vec<Result<Receipt, EngineError>>, EngineError> {
        let has_texts = self.annotates && facts.iter().any(|fact| annotating::is_text(&fact.event.data));
        let (answer, recorded) = oneshot::channel();
        self.ask(Request::Record(facts, answer))?;
        let receipts = recorded.await.map_err(|_| EngineError::Closed)?;
        if has_texts {
            let last = receipts.iter().flatten().map(|receipt| receipt.position).max();
            self.annotate_recorded(last.unwrap_or_default()).await;
        }
        Ok(receipts)
    }

    /// Does everything that is due by the clock: call it every second or so, and after a start. Returns when the
    /// next customer at hand is due.
    pub async fn advance(&self) -> Result<Option<Micros>, EngineError> {
        let (answer, advanced) = oneshot::channel();
        self.ask(Request::Advance(answer))?;
        advanced.await.map_err(|_| EngineError::Closed)?
    }

    /// What the engine keeps in memory.
    pub async fn memory(&self) -> Result<Memory, EngineError> {
        let (answer, memory) = oneshot::channel();
        self.ask(Request::Memory(answer))?;
        memory.await.map_err(|_| EngineError::Closed)
    }

    /// Finishes what was accepted, saves how far it came, and stops. Handles that are left answer `Closed`.
    pub async fn shutdown(&self) -> Result<(), EngineError> {
        let (answer, stopped) = oneshot::channel();
        self.requests.send(Request::Shutdown(answer)).await.map_err(|_| EngineError::Closed)?;
        let saved = stopped.await.map_err(|_| EngineError::Closed)?;
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // The task has nothing left to do; a panic in it would have been seen as `Closed` above.
            drop(task.await);
        }
        saved
    }

    fn ask(&self, request: Request) -> Result<(), EngineError> {
        self.requests.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => EngineError::Busy { waiting: self.requests.max_capacity() },
            mpsc::error::TrySendError::Closed(_) => EngineError::Closed,
        })
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("store", &self.store).finish_non_exhaustive()
    }
}
