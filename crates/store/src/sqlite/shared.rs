//! What the threads of one store share: the catalog, and the head of the log for those who wait.

use super::catalog::{Catalog, Mark};
use super::failure::Failure;
use super::frame::Accepted;
use rusqlite::Connection;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;

/// Shared by the writer, the readers and the poller of one store.
#[derive(Debug)]
pub(super) struct Shared {
    catalog: RwLock<Catalog>,
    head: watch::Sender<u64>,
    tail_events: u64,
}

impl Shared {
    /// `tail_events`: after how many the tail becomes a run.
    pub(super) fn new(tail_events: u64) -> Self {
        Self { catalog: RwLock::default(), head: watch::Sender::new(0), tail_events }
    }

    /// The catalog, to look things up. Writers wait meanwhile, so it is held for lookups only.
    pub(super) fn catalog(&self) -> RwLockReadGuard<'_, Catalog> {
        // A panic under the lock cannot leave it half-changed in a way that matters: see `Catalog::catch_up`.
        self.catalog.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn catalog_mut(&self) -> RwLockWriteGuard<'_, Catalog> {
        self.catalog.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that the catalog covers what a transaction with this mark sees.
    pub(super) fn catch_up(&self, db: &Connection, mark: Mark) -> Result<(), Failure> {
        if !self.catalog().covers(mark) {
            self.catalog_mut().catch_up(db, mark)?;
            self.announce(mark.head);
        }
        Ok(())
    }

    /// Takes over what was just committed on top of `before`.
    pub(super) fn committed(&self, before: Mark, events: &[Accepted]) {
        self.catalog_mut().note_committed(before, events);
        self.announce(before.head + events.len() as u64);
    }

    /// Wakes those who wait for the log to grow.
    pub(super) fn announce(&self, head: u64) {
        self.head.send_if_modified(|known| {
            let is_news = head > *known;
            *known = head.max(*known);
            is_news
        });
    }

    /// The head of the log, as far as it is known, and its changes.
    pub(super) fn heads(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    /// Whether, at this mark, the tail should become a run.
    pub(super) fn tail_is_long(&self, mark: Mark) -> bool {
        mark.head - mark.indexed_to >= self.tail_events
    }
}
