//! Keeping wrongly what can be made again.

use super::{Flaw, Mutant};
use throughline_core::time::Micros;
use throughline_store::contract::EventStore as _;
use throughline_store::error::StoreError;
use throughline_store::read::{Checkpoint, Due};
use throughline_store::stream::StreamId;

impl Mutant {
    pub(super) async fn wrong_save_checkpoint(
        &self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> Result<bool, StoreError> {
        let inner = self.inner();
        let expected =
            if self.has(Flaw::CheckpointUnconditional) { inner.checkpoint(name).await? } else { expected };
        let saved = inner.save_checkpoint(name, expected, new, due.clone()).await?;
        if saved && self.has(Flaw::DueNotReplaced) {
            self.notes().due.extend(due);
        } else if !saved && self.has(Flaw::DueSavedAlone) {
            let beside = format!("beside {name}");
            let now = inner.checkpoint(&beside).await?;
            inner.save_checkpoint(&beside, now, now, due).await?;
        }
        Ok(saved)
    }

    pub(super) async fn wrong_due_by(&self, now: Micros, limit: usize) -> Result<Vec<Due>, StoreError> {
        if self.has(Flaw::DueNotReplaced) {
            let mut due = self.notes().due.clone();
            due.retain(|due| due.at.is_some_and(|at| at <= now));
            due.sort_by_key(|due| due.at);
            due.truncate(limit);
            return Ok(due);
        }
        let mut due = self.inner().due_by(now, limit).await?;
        if self.has(Flaw::DueLatestFirst) {
            due.reverse();
        }
        Ok(due)
    }

    pub(super) async fn wrong_save_snapshot(
        &self,
        stream: &StreamId,
        bytes: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let stream = self.held_stream(stream);
        let is_there = self.inner().snapshot(&stream).await?.is_some();
        if self.has(Flaw::SnapshotStale) && is_there && bytes.is_some() {
            return Ok(());
        }
        self.inner().save_snapshot(&stream, bytes).await
    }

    pub(super) async fn wrong_drop_derived(&self) -> Result<(), StoreError> {
        self.notes().due.clear();
        match self.flaw {
            Some(Flaw::DroppingLosesEvents) => {
                self.replace_inner();
                Ok(())
            }
            // Checkpoints and due entries go, as far as anybody can see who has no snapshot.
            Some(Flaw::DroppingLeavesSnapshots) => self.drop_all_but_snapshots().await,
            _ => self.inner().drop_derived().await,
        }
    }

    async fn drop_all_but_snapshots(&self) -> Result<(), StoreError> {
        let inner = self.inner();
        let log = inner.read_all(throughline_core::event::Position(0), usize::MAX).await?;
        let mut snapshots = Vec::new();
        for stored in log.events {
            snapshots.push((inner.snapshot(&stored.stream).await?, stored.stream));
        }
        inner.drop_derived().await?;
        for (bytes, stream) in snapshots {
            inner.save_snapshot(&stream, bytes).await?;
        }
        Ok(())
    }
}
