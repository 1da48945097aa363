//! The store's front: hands what is asked to the threads, and their answers back.

use super::derived::{self, Derived};
use super::failure::Failure;
use super::options::SqliteOptions;
use super::poller::Poller;
use super::reader::{Question, Reader};
use super::schema;
use super::shared::Shared;
use super::writer::{Job, Writer};
use crate::append::{Append, Appended};
use crate::contract::{Capabilities, EventStore};
use crate::error::{AppendError, StoreError, StoreErrorKind};
use crate::read::{Checkpoint, Due, Page};
use crate::stream::{StreamId, TenantId};
use async_trait::async_trait;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use throughline_core::event::{Position, Version};
use throughline_core::order::CanonicalKey;
use throughline_core::time::Micros;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Appends and questions that may wait; more make their callers wait.
const QUEUE: usize = 1_024;

/// An event store in one SQLite file. Dropping it finishes what was asked and closes the file.
#[derive(Debug)]
pub struct SqliteStore {
    options: SqliteOptions,
    shared: Arc<Shared>,
    poller: Arc<Poller>,
    jobs: Option<mpsc::Sender<Job>>,
    questions: Option<mpsc::Sender<Question>>,
    writer: Option<JoinHandle<()>>,
    others: Vec<JoinHandle<()>>,
}

impl SqliteStore {
    /// Opens a file with the default options, and makes it if it is not there. Blocks.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        SqliteOptions::new(path).open()
    }

    pub(super) fn open_with(options: SqliteOptions) -> Result<Self, StoreError> {
        Self::start(options).map_err(|failure| failure.during("opening the store"))
    }

    pub(super) fn options(&self) -> &SqliteOptions {
        &self.options
    }

    fn start(options: SqliteOptions) -> Result<Self, Failure> {
        let shared = Arc::new(Shared::new(options.tail_events));
        let poller = Arc::new(Poller::default());
        let db = schema::open(&options)?;
        // Read the tail now, so that a damaged file is refused here and not at the first append.
        Reader::new(schema::open_reader(&options)?, shared.clone()).versions(&[])?;
        let (jobs, todo) = mpsc::channel(QUEUE);
        let (questions, asked) = mpsc::channel(QUEUE);
        let mut store = Self {
            jobs: Some(jobs),
            questions: Some(questions),
            writer: None,
            others: Vec::new(),
            shared: shared.clone(),
            poller: poller.clone(),
            options,
        };
        let writer = Writer::new(db, shared.clone(), &store.options);
        store.writer = Some(spawn("throughline-writer", move || writer.run(todo))?);
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..store.options.readers {
            let reader = Reader::new(schema::open_reader(&store.options)?, shared.clone());
            let asked = asked.clone();
            let thread = spawn("throughline-reader", move || reader.run(&asked))?;
            store.others.push(thread);
        }
        let (db, every) = (schema::open_reader(&store.options)?, store.options.poll);
        let thread = spawn("throughline-poller", move || poller.run(&db, &shared, every))?;
        store.others.push(thread);
        Ok(store)
    }

    async fn ask<R: Send + 'static>(
        &self,
        what: &'static str,
        question: impl FnOnce(&mut Reader) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Question(Box::new(move |reader| {
            answer.send(question(reader)).ok();
        }));
        send(self.questions.as_ref(), question, what).await?;
        match answered.await {
            Ok(outcome) => outcome.map_err(|failure| failure.during(what)),
            Err(_) => Err(StoreError::new(StoreErrorKind::Closed, what)),
        }
    }

    async fn derive(&self, change: Derived) -> Result<bool, StoreError> {
        let what = change.what();
        let (answer, answered) = oneshot::channel();
        send(self.jobs.as_ref(), Job::Derived(change, answer), what).await?;
        answered.await.unwrap_or_else(|_| Err(StoreError::new(StoreErrorKind::Closed, what)))
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Failure> {
    let thread = thread::Builder::new().name(name.into()).spawn(run);
    thread.map_err(|_| Failure::Gone)
}

async fn send<T>(to: Option<&mpsc::Sender<T>>, message: T, what: &'static str) -> Result<(), StoreError> {
    let closed = || StoreError::new(StoreErrorKind::Closed, what);
    to.ok_or_else(closed)?.send(message).await.map_err(|_| closed())
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // The writer ends last, and alone: connections that close at the same moment would each leave it to the
        // other to move the write-ahead log into the file.
        self.poller.close();
        self.questions = None;
        for thread in self.others.drain(..) {
            // A thread that panicked has already said so.
            thread.join().ok();
        }
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            writer.join().ok();
        }
    }
}

#[async_trait]
impl EventStore for SqliteStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities::new(true, true)
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let mut outcomes = self.append_many(vec![append]).await;
        outcomes
            .pop()
            .unwrap_or_else(|| Err(StoreError::new(StoreErrorKind::Closed, "appending to the log").into()))
    }

    async fn append_many(&self, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let what = "appending to the log";
        let asked = appends.len();
        let (answer, answered) = oneshot::channel();
        let failed = |kind| {
            let failure = || Err(StoreError::new(kind, what).into());
            (0..asked).map(|_| failure()).collect()
        };
        if let Err(error) = send(self.jobs.as_ref(), Job::Append(appends, answer), what).await {
            return failed(error.kind);
        }
        // If the writer died over it, nobody knows how far it came.
        answered.await.unwrap_or_else(|_| failed(StoreErrorKind::Unknown))
    }

    async fn read_stream(&self, stream: &StreamId, from: Version, limit: usize) -> Result<Page, StoreError> {
        let stream = stream.clone();
        let read = move |reader: &mut Reader| reader.read_stream(&stream, from.0, limit);
        self.ask("reading a stream", read).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, StoreError> {
        let read = move |reader: &mut Reader| reader.read_all(after.0, limit);
        self.ask("reading the log", read).await
    }

    async fn read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let (stream, after) = (stream.clone(), after.cloned());
        let read = move |reader: &mut Reader| reader.read_canonical(&stream, after.as_ref(), limit);
        self.ask("reading a stream in canonical order", read).await
    }

    async fn versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, StoreError> {
        let streams = streams.to_vec();
        let read = move |reader: &mut Reader| reader.versions(&streams);
        let versions = self.ask("reading versions", read).await?;
        Ok(versions.into_iter().map(Version).collect())
    }

    async fn streams_tagged(&self, tenant: &TenantId, tag: Uuid) -> Result<Vec<StreamId>, StoreError> {
        let tenant = tenant.clone();
        let read = move |reader: &mut Reader| reader.streams_tagged(&tenant, tag);
        self.ask("looking for a tag", read).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        let read = |reader: &mut Reader| reader.head();
        self.ask("looking for the end of the log", read).await.map(Position)
    }

    async fn wait_beyond(&self, position: Position) -> Result<(), StoreError> {
        let mut heads = self.shared.heads();
        let _waiter = self.poller.wait();
        if self.head().await? > position {
            return Ok(());
        }
        let closed = |_| StoreError::new(StoreErrorKind::Closed, "waiting for the log to grow");
        heads.wait_for(|head| *head > position.0).await.map(drop).map_err(closed)
    }

    async fn checkpoint(&self, name: &str) -> Result<Checkpoint, StoreError> {
        let name = name.to_owned();
        let read = move |reader: &mut Reader| derived::checkpoint(reader.db(), &name);
        self.ask("reading a checkpoint", read).await
    }

    async fn save_checkpoint(
        &self,
        name: &str,
        expected: Checkpoint,
        new: Checkpoint,
        due: Vec<Due>,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.derive(Derived::Checkpoint { name, expected, new, due }).await
    }

    async fn due_by(&self, now: Micros, limit: usize) -> Result<Vec<Due>, StoreError> {
        let read = move |reader: &mut Reader| derived::due_by(reader.db(), now, limit);
        self.ask("reading what is due", read).await
    }

    async fn save_snapshot(&self, stream: &StreamId, bytes: Option<Vec<u8>>) -> Result<(), StoreError> {
        let stream = stream.clone();
        self.derive(Derived::Snapshot { stream, bytes }).await.map(drop)
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Vec<u8>>, StoreError> {
        let stream = stream.clone();
        let read = move |reader: &mut Reader| derived::snapshot(reader.db(), &stream);
        self.ask("reading a snapshot", read).await
    }

    async fn drop_derived(&self) -> Result<(), StoreError> {
        self.derive(Derived::DropAll).await.map(drop)
    }
}
