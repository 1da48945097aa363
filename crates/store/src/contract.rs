//! The contract that every backend keeps, clause by clause.
//!
//! | Clause | What holds |
//! |---|---|
//! | **A1** | An append is atomic: all of its events are in the log, or none. Also over several streams. |
//! | **A2** | Versions of a stream are 1, 2, 3, … without gaps, in the order of appending. |
//! | **A3** | `Any` is always met; `NoStream` by version 0; `Exists` by more; `Exact(v)` by v alone. |
//! | **A4** | An expectation that is not met is `Conflict` with the stream, what was expected and what is; nothing changes. |
//! | **A5** | An expectation without events is checked like any other and writes nothing. |
//! | **A6** | An event id that the same stream already holds with the same content is not written again: its original place is returned, with `was_there`. Content is the whole [`NewEvent`](throughline_core::event::NewEvent); `recorded_at` is not part of it. If there are events and *all* were there, expectations are not checked, so a retry after a lost answer succeeds. |
//! | **A7** | An event id that is in the log with other content, or in another stream, is `IdReused`; nothing changes. |
//! | **A8** | A stream named twice, or an event id given twice, in one append is `Malformed`; nothing changes. |
//! | **A9** | `append_many` is as good as its appends one after the other: each succeeds or fails alone, in the order given. |
//! | **A10** | Of two racing appends with the same `Exact` expectation exactly one succeeds. |
//! | **A11** | What was acknowledged survives reopening the store, where the backend is durable. |
//! | **P1** | Positions grow strictly in the order of commits, from 1; events of one append are next to each other, in the order given. |
//! | **P2** | A reader never skips: once a position was readable, no smaller one appears later. |
//! | **R1** | `read_stream` returns the events of one stream from a version on, in order, as they were written. |
//! | **R2** | `read_all` returns the events of all streams after a position, in order of position. |
//! | **R3** | `read_canonical` returns the events of one stream after a canonical key, in canonical order. |
//! | **R4** | A page holds `limit` events, or fewer where the stream or the log ends behind it; paging meets every event once. |
//! | **R5** | A stream that does not exist reads as empty at version 0. |
//! | **R6** | `versions` answers for each stream asked, in order. |
//! | **R7** | `streams_tagged` names each stream that holds an event with the tag, once, in the order of [`StreamId`]. |
//! | **R8** | What comes back equals what went in: header, body, both sections, `recorded_at`. |
//! | **R9** | Tenants never meet: a stream, a tag or a page of one tenant's stream shows nothing of another's. Event ids are shared by all. |
//! | **S1** | `wait_beyond` returns once the log is longer than a position, at once if it is already. |
//! | **S2** | A checkpoint is saved only if it is still what the saver read (`expected`), else `false` and nothing changes. |
//! | **D1** | Due entries saved with a checkpoint are there if and only if the checkpoint is. |
//! | **D2** | `due_by` lists streams due at or before an instant, earliest first (those of one instant in any order), at most `limit`; a later entry replaces the stream's earlier one, `None` removes it. |
//! | **D3** | Due entries, checkpoints and snapshots are disposable: without them no event is lost. |
//! | **N1** | A snapshot comes back as it was saved, until it is replaced or dropped. |
//! | **E1** | Errors say whether trying again can help ([`StoreError::is_retryable`](crate::error::StoreError::is_retryable)). |
//!
//! An append is checked in this order, and the first fault in the order given is the one reported: is it well
//! formed (A8), are its ids free or the same (A7), is it a retry (A6), are its expectations met (A3-A5).
//!
//! Names of methods and arguments are in the trait below. The trait is object-safe: `Arc<dyn EventStore>`.

use crate::append::{Append, Appended};
use crate::error::{AppendError, StoreError};
use crate::read::{Checkpoint, Due, Page};
use crate::stream::StreamId;
use async_trait::async_trait;
use core::fmt;
use throughline_core::event::{Position, Version};
use throughline_core::order::CanonicalKey;
use throughline_core::time::Micros;
use uuid::Uuid;

/// What a backend can do beyond the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Whether what was acknowledged survives the process, and the machine's power.
    pub durable: bool,
    /// Whether several processes may use the same store at once.
    pub shared: bool,
}

impl Capabilities {
    /// What a backend declares.
    pub const fn new(durable: bool, shared: bool) -> Self {
        Self { durable, shared }
    }
}

/// An event store. The clauses in brackets are those of the [module](self).
#[async_trait]
pub trait EventStore: fmt::Debug + Send + Sync {
    /// What this backend can do.
    fn capabilities(&self) -> Capabilities;

    /// Appends to one or several streams, atomically. \[A1-A8, A10, A11, P1\]
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// Makes several independent appends, with one commit where the backend can. \[A9\]
    async fn append_many(&self, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let mut outcomes = Vec::with_capacity(appends.len());
        for append in appends {
            outcomes.push(self.append(append).await);
        }
        outcomes
    }

    /// The events of a stream from version `from` on, at most `limit`. \[R1, R4, R5, R8, R9\]
    async fn read_stream(&self, stream: &StreamId, from: Version, limit: usize) -> Result<Page, StoreError>;

    /// The events of all streams after a position, at most `limit`. \[R2, R4, P2\]
    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, StoreError>;

    /// The events of a stream after a canonical key (`None`: from the first), in canonical order. \[R3, R4\]
    async fn read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, StoreError>;

    /// The last version of each stream. \[R5, R6\]
    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, StoreError>;

    /// The tenant's streams that hold an event with this tag. \[R7, R9\]
    async fn streams_tagged(
        &self,
        tenant: &crate::stream::TenantId,
        tag: Uuid,
    ) -> Result<Vec<StreamId>, StoreError>;

    /// The position of the last event; 0 for an empty log. \[P1\]
    async fn head(&self) -> Result<Position, StoreError>;

    /// Waits until the log is longer than `position`. \[S1\]
    async fn wait_beyond(&self, position: Position) -> Result<(), StoreError>;

    /// The checkpoint saved under a name; position 0 if there is none. \[S2\]
    async fn checkpoint(&self, name: &str) -> Result<Checkpoint, StoreError>;

    /// Saves a checkpoint and due entries in one step, if the checkpoint is still `expected`. \[S2, D1, D2\]
    async fn save_checkpoint(
        &self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> Result<bool, StoreError>;

    /// Streams that are due at or before `now`, earliest first, with the time they are due. \[D2\]
    async fn due_by(&self, now: Micros, limit: usize) -> Result<Vec<Due>, StoreError>;

    /// Saves a stream's snapshot in place of an earlier one; `None` drops it. \[N1, D3\]
    async fn save_snapshot(&self, stream: &StreamId, bytes: Option<Vec<u8>>) -> Result<(), StoreError>;

    /// The stream's snapshot, if there is one. \[N1\]
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Forgets every due entry, checkpoint and snapshot. They can be made again from the log. \[D3\]
    async fn drop_derived(&self) -> Result<(), StoreError>;
}
