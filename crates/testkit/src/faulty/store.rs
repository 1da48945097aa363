//! The trait: every call is drawn for, made or not, and noted.

use super::{Answer, Call, Fault, FaultyStore, closed};
use crate::outcome::{Outcome, Refusal};
use async_trait::async_trait;
use core::pin::pin;
use core::task::Poll;
use std::future::poll_fn;
use throughline_core::event::{Position, Version};
use throughline_core::order::CanonicalKey;
use throughline_core::time::Micros;
use throughline_store::append::{Append, Appended};
use throughline_store::contract::{Capabilities, EventStore};
use throughline_store::error::{AppendError, StoreError, StoreErrorKind};
use throughline_store::read::{Checkpoint, Due, Page};
use throughline_store::stream::{StreamId, TenantId};
use uuid::Uuid;

const INJECTED: &str = "using a faulty store";

impl FaultyStore {
    /// Makes a call with the fault drawn for it. `made` is not begun if the fault comes before it.
    async fn make<T, E: From<StoreError>>(
        &self,
        fault: Option<Fault>,
        made: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        match fault {
            None => made.await,
            Some(Fault::Busy) => Err(StoreError::new(StoreErrorKind::Busy, INJECTED).into()),
            Some(Fault::LostRequest) => Err(StoreError::new(StoreErrorKind::Unknown, INJECTED).into()),
            Some(Fault::LostAnswer) => {
                // What is refused for good is refused again when it is tried again, so that answer may be lost too.
                let _lost = made.await;
                Err(StoreError::new(StoreErrorKind::Unknown, INJECTED).into())
            }
            Some(Fault::Slow { turns }) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                // Somebody else's call may have crashed the store meanwhile.
                if self.is_down() { Err(closed().into()) } else { made.await }
            }
            Some(Fault::CrashBefore) => {
                self.crash();
                Err(closed().into())
            }
            Some(Fault::CrashAfter { .. }) => {
                let _lost = made.await;
                self.crash();
                Err(closed().into())
            }
        }
    }

    async fn call<T>(
        &self,
        call: Call,
        made: impl Future<Output = Result<T, StoreError>>,
        note: impl FnOnce(&T) -> Answer,
    ) -> Result<T, StoreError> {
        let (number, fault) = self.begin(call)?;
        let result = self.make(fault, made).await;
        let answer = match &result {
            Ok(value) => note(value),
            Err(error) => Answer::Failed(error.kind),
        };
        self.end(number, answer);
        result
    }

    async fn make_many(
        &self,
        fault: Option<Fault>,
        mut appends: Vec<Append>,
    ) -> Vec<Result<Appended, AppendError>> {
        let asked = appends.len();
        if let Some(Fault::CrashAfter { per_mille }) = fault {
            // The store went down in the middle: the first of them are in the log, and nobody is told.
            appends.truncate(asked * per_mille as usize / 1_000);
        }
        let made = async { Ok::<_, StoreError>(self.inner.append_many(appends).await) };
        match self.make(fault, made).await {
            Ok(results) => results,
            Err(error) => fail_all(asked, error.kind),
        }
    }
}

/// The same failure for each of many appends.
fn fail_all(appends: usize, kind: StoreErrorKind) -> Vec<Result<Appended, AppendError>> {
    (0..appends).map(|_| Err(StoreError::new(kind, INJECTED).into())).collect()
}

fn noted(result: &Result<Appended, AppendError>) -> Outcome {
    match result {
        Ok(appended) => Ok(appended.clone()),
        Err(error) => Err(Refusal::from(error)),
    }
}

#[async_trait]
impl EventStore for FaultyStore {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let (number, fault) = self.begin(Call::Append)?;
        let result = self.make(fault, self.inner.append(append)).await;
        self.end(number, Answer::Append(noted(&result)));
        result
    }

    async fn append_many(&self, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let (number, fault) = match self.begin(Call::AppendMany) {
            Ok(begun) => begun,
            Err(error) => return fail_all(appends.len(), error.kind),
        };
        let results = self.make_many(fault, appends).await;
        self.end(number, Answer::AppendMany(results.iter().map(noted).collect()));
        results
    }

    async fn read_stream(&self, stream: &StreamId, from: Version, limit: usize) -> Result<Page, StoreError> {
        let made = self.inner.read_stream(stream, from, limit);
        self.call(Call::ReadStream, made, events).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, StoreError> {
        self.call(Call::ReadAll, self.inner.read_all(after, limit), events).await
    }

    async fn read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let made = self.inner.read_canonical(stream, after, limit);
        self.call(Call::ReadCanonical, made, events).await
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, StoreError> {
        self.call(Call::Versions, self.inner.versions(streams), |found| Answer::Read(found.len())).await
    }

    async fn streams_tagged(&self, tenant: &TenantId, tag: Uuid) -> Result<Vec<StreamId>, StoreError> {
        let made = self.inner.streams_tagged(tenant, tag);
        self.call(Call::StreamsTagged, made, |found| Answer::Read(found.len())).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.call(Call::Head, self.inner.head(), |_| Answer::Done(true)).await
    }

    async fn wait_beyond(&self, position: Position) -> Result<(), StoreError> {
        // Made before the look, so that a crash between the two is not missed.
        let mut crashed = pin!(self.shared.crashed.notified());
        if self.is_down() {
            return Err(closed());
        }
        let mut grown = self.inner.wait_beyond(position);
        poll_fn(|context| match crashed.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(closed())),
            Poll::Pending => grown.as_mut().poll(context),
        })
        .await
    }

    async fn checkpoint(&self, name: &str) -> Result<Checkpoint, StoreError> {
        self.call(Call::Checkpoint, self.inner.checkpoint(name), |_| Answer::Done(true)).await
    }

    async fn save_checkpoint(
        &self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> Result<bool, StoreError> {
        let made = self.inner.save_checkpoint(name, expected, new, due);
        self.call(Call::SaveCheckpoint, made, |saved| Answer::Done(*saved)).await
    }

    async fn due_by(&self, now: Micros, limit: usize) -> Result<Vec<Due>, StoreError> {
        self.call(Call::DueBy, self.inner.due_by(now, limit), |found| Answer::Read(found.len())).await
    }

    async fn save_snapshot(&self, stream: &StreamId, bytes: Option<Vec<u8>>) -> Result<(), StoreError> {
        let made = self.inner.save_snapshot(stream, bytes);
        self.call(Call::SaveSnapshot, made, |()| Answer::Done(true)).await
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Vec<u8>>, StoreError> {
        let made = self.inner.snapshot(stream);
        self.call(Call::Snapshot, made, |found| Answer::Read(found.iter().len())).await
    }

    async fn drop_derived(&self) -> Result<(), StoreError> {
        self.call(Call::DropDerived, self.inner.drop_derived(), |()| Answer::Done(true)).await
    }
}

fn events(page: &Page) -> Answer {
    Answer::Read(page.events.len())
}
