//! The trait: what a flaw is not about is answered by the store in memory.

use super::{Flaw, Mutant};
use async_trait::async_trait;
use throughline_core::event::{Position, Version};
use throughline_core::order::CanonicalKey;
use throughline_core::time::Micros;
use throughline_store::append::{Append, Appended};
use throughline_store::contract::{Capabilities, EventStore};
use throughline_store::error::{AppendError, StoreError};
use throughline_store::read::{Checkpoint, Due, Page};
use throughline_store::stream::{StreamId, TenantId};
use uuid::Uuid;

#[async_trait]
impl EventStore for Mutant {
    fn capabilities(&self) -> Capabilities {
        Capabilities::new(self.has(Flaw::LastAppendForgotten), false)
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.wrong_append(append).await
    }

    async fn append_many(&self, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        self.wrong_append_many(appends).await
    }

    async fn read_stream(&self, stream: &StreamId, from: Version, limit: usize) -> Result<Page, StoreError> {
        self.wrong_read_stream(stream, from, limit).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, StoreError> {
        self.wrong_read_all(after, limit).await
    }

    async fn read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.wrong_read_canonical(stream, after, limit).await
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, StoreError> {
        self.wrong_versions(streams).await
    }

    async fn streams_tagged(&self, tenant: &TenantId, tag: Uuid) -> Result<Vec<StreamId>, StoreError> {
        self.wrong_streams_tagged(tenant, tag).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        Ok(self.shown_position(self.inner().head().await?))
    }

    async fn wait_beyond(&self, position: Position) -> Result<(), StoreError> {
        if self.has(Flaw::WakesAtOnce) {
            return Ok(());
        }
        self.inner().wait_beyond(self.held_position(position)).await
    }

    async fn checkpoint(&self, name: &str) -> Result<Checkpoint, StoreError> {
        self.inner().checkpoint(name).await
    }

    async fn save_checkpoint(
        &self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> Result<bool, StoreError> {
        self.wrong_save_checkpoint(name, expected, new, due).await
    }

    async fn due_by(&self, now: Micros, limit: usize) -> Result<Vec<Due>, StoreError> {
        self.wrong_due_by(now, limit).await
    }

    async fn save_snapshot(&self, stream: &StreamId, bytes: Option<Vec<u8>>) -> Result<(), StoreError> {
        self.wrong_save_snapshot(stream, bytes).await
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner().snapshot(&self.held_stream(stream)).await
    }

    async fn drop_derived(&self) -> Result<(), StoreError> {
        self.wrong_drop_derived().await
    }
}
