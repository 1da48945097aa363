//! The store in memory: for tests, for replays that nobody needs to keep, and to measure the engine alone.
//!
//! Appends and reads flow through one mutex around the log (`log`); what can be made again from the log lives
//! behind another (`derived`), so that saving a snapshot never waits for a page that is being copied. Nothing
//! is written to disk, and nothing is ever given back: the log grows until the last handle is dropped.

mod append;
mod derived;
mod log;
mod read;

use self::derived::Derived;
use self::log::Log;
use crate::append::{Append, Appended};
use crate::contract::{Capabilities, EventStore};
use crate::error::{AppendError, StoreError};
use crate::read::{Checkpoint, Due, Page};
use crate::stream::{StreamId, TenantId};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use throughline_core::event::{Position, Version};
use throughline_core::order::CanonicalKey;
use throughline_core::time::Micros;
use tokio::sync::Notify;
use uuid::Uuid;

/// A handle on a store in memory. Clones share the store.
/// ```
/// use throughline_core::event::Position;
/// use throughline_store::contract::EventStore;
/// use throughline_store::memory::MemoryStore;
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = MemoryStore::new();
/// assert_eq!(store.head().await.unwrap(), Position(0));
/// assert!(!store.capabilities().durable);
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    log: Mutex<Log>,
    derived: Mutex<Derived>,
    grown: Notify,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        unpoisoned(&self.shared.log)
    }

    fn derived(&self) -> MutexGuard<'_, Derived> {
        unpoisoned(&self.shared.derived)
    }
}

/// Every append is checked to the end before its first write, so a thread that panicked left nothing half done.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl EventStore for MemoryStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities::new(false, false)
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let outcome = self.log().append(append);
        if outcome.is_ok() {
            self.shared.grown.notify_waiters();
        }
        outcome
    }

    async fn append_many(&self, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let outcomes = {
            let mut log = self.log();
            appends.into_iter().map(|append| log.append(append)).collect()
        };
        self.shared.grown.notify_waiters();
        outcomes
    }

    async fn read_stream(&self, stream: &StreamId, from: Version, limit: usize) -> Result<Page, StoreError> {
        Ok(self.log().read_stream(stream, from, limit))
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, StoreError> {
        Ok(self.log().read_all(after, limit))
    }

    async fn read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        Ok(self.log().read_canonical(stream, after, limit))
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, StoreError> {
        let log = self.log();
        Ok(streams.iter().map(|stream| log.version(stream)).collect())
    }

    async fn streams_tagged(&self, tenant: &TenantId, tag: Uuid) -> Result<Vec<StreamId>, StoreError> {
        Ok(self.log().streams_tagged(tenant, tag))
    }

    async fn head(&self) -> Result<Position, StoreError> {
        Ok(self.log().head())
    }

    async fn wait_beyond(&self, position: Position) -> Result<(), StoreError> {
        loop {
            // Made before the log is looked at: an append between the look and the wait still wakes it.
            let grown = self.shared.grown.notified();
            if self.log().head() > position {
                return Ok(());
            }
            grown.await;
        }
    }

    async fn checkpoint(&self, name: &str) -> Result<Checkpoint, StoreError> {
        Ok(self.derived().checkpoint(name))
    }

    async fn save_checkpoint(
        &self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> Result<bool, StoreError> {
        Ok(self.derived().save_checkpoint(name, expected, new, due))
    }

    async fn due_by(&self, now: Micros, limit: usize) -> Result<Vec<Due>, StoreError> {
        Ok(self.derived().due_by(now, limit))
    }

    async fn save_snapshot(&self, stream: &StreamId, bytes: Option<Vec<u8>>) -> Result<(), StoreError> {
        self.derived().save_snapshot(stream, bytes);
        Ok(())
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.derived().snapshot(stream))
    }

    async fn drop_derived(&self) -> Result<(), StoreError> {
        *self.derived() = Derived::default();
        Ok(())
    }
}
