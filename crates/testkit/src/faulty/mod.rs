//! A store that fails as stores do: busy, slow, answers lost, and gone in the middle of it.
//!
//! [`FaultyStore`] stands before any other store and injects what a [`Plan`] draws from its seed. With one seed
//! and calls in one order (one thread) two runs are the same, which their [`trace`](FaultyStore::trace)s show.
//! It sleeps never; a slow answer is one for which others get their turn first.
//! ```
//! use std::sync::Arc;
//! use throughline_core::event::Position;
//! use throughline_store::contract::EventStore;
//! use throughline_store::error::StoreErrorKind;
//! use throughline_store::memory::MemoryStore;
//! use throughline_testkit::faulty::{FaultyStore, Plan};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let store = FaultyStore::new(Arc::new(MemoryStore::new()), Plan::calm(7));
//! assert!(store.read_all(Position(0), 10).await.is_ok());
//! store.crash();
//! let error = store.head().await.unwrap_err();
//! assert_eq!(error.kind, StoreErrorKind::Closed);
//! store.restart();
//! assert!(store.head().await.is_ok());
//! # });
//! ```

mod plan;
mod store;
mod trace;

pub use plan::{Fault, Plan};
pub use trace::{Answer, Call, Injected, Step};

use crate::rng::Rng;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use throughline_store::contract::EventStore;
use throughline_store::error::{StoreError, StoreErrorKind};
use tokio::sync::Notify;

/// A store before another one, which injects faults. Clones are handles on the same.
#[derive(Clone, Debug)]
pub struct FaultyStore {
    inner: Arc<dyn EventStore>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    crashed: Notify,
}

#[derive(Debug)]
struct State {
    plan: Plan,
    rng: Rng,
    is_down: bool,
    injected: Injected,
    trace: Vec<Step>,
}

impl FaultyStore {
    /// A store that injects into `inner` what `plan` draws.
    pub fn new(inner: Arc<dyn EventStore>, plan: Plan) -> Self {
        let state = State {
            rng: Rng::new(plan.seed),
            plan,
            is_down: false,
            injected: Injected::default(),
            trace: Vec::new(),
        };
        let shared = Shared { state: Mutex::new(state), crashed: Notify::new() };
        Self { inner, shared: Arc::new(shared) }
    }

    /// Crashes now. Everything fails with `Closed`, and who waits learns of it, until [`restart`](Self::restart).
    pub fn crash(&self) {
        let mut state = self.state();
        if !state.is_down {
            state.is_down = true;
            state.injected.crashes += 1;
        }
        drop(state);
        self.shared.crashed.notify_waiters();
    }

    /// Serves again after a crash, with what is in the store below.
    pub fn restart(&self) {
        self.state().is_down = false;
    }

    /// Whether it crashed and was not restarted.
    pub fn is_down(&self) -> bool {
        self.state().is_down
    }

    /// Injects nothing more, so that what a test does can come to its end.
    pub fn calm(&self) {
        let mut state = self.state();
        state.plan = Plan::calm(state.plan.seed);
    }

    /// How often each fault was injected.
    pub fn injected(&self) -> Injected {
        self.state().injected
    }

    /// Every call with what was injected and answered, in the order in which they came. It is kept for as long as
    /// the store lives. Waiting ([`wait_beyond`](EventStore::wait_beyond)) is not in it: it changes nothing, and
    /// how often somebody waits says more about the machine than about the test.
    pub fn trace(&self) -> Vec<Step> {
        self.state().trace.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change of the state is one assignment or one push: a panic between two leaves it usable.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call and draws what happens to it. Refused at once if the store is down.
    fn begin(&self, call: Call) -> Result<(usize, Option<Fault>), StoreError> {
        let mut state = self.state();
        let number = state.trace.len();
        let mut step = Step { number, call, fault: None, answer: None };
        if state.is_down {
            step.answer = Some(Answer::Failed(StoreErrorKind::Closed));
            state.trace.push(step);
            return Err(closed());
        }
        let State { plan, rng, .. } = &mut *state;
        let fault = plan.draw(rng, call);
        step.fault = fault;
        if let Some(fault) = fault {
            state.injected.count(fault);
        }
        state.trace.push(step);
        Ok((number, fault))
    }

    fn end(&self, number: usize, answer: Answer) {
        if let Some(step) = self.state().trace.get_mut(number) {
            step.answer = Some(answer);
        }
    }
}

fn closed() -> StoreError {
    StoreError::new(StoreErrorKind::Closed, "using a store that crashed")
}
