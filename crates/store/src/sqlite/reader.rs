//! The threads that read. Each has a connection; a question is a closure that runs on whichever is free.

use super::catalog::Mark;
use super::failure::Failure;
use super::frame::{EventRef, FrameError, Names};
use super::log;
use super::lookup::Lookup;
use super::shared::Shared;
use crate::read::{Page, StoredEvent};
use crate::stream::{StreamId, TenantId};
use core::fmt;
use rusqlite::{Connection, Transaction};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use throughline_core::order::CanonicalKey;
use tokio::sync::mpsc;
use uuid::Uuid;

/// How often a read begins anew because the indexes changed under it. More is impossible in a sound file.
const MOST_ATTEMPTS: usize = 1_000;

/// Something to read.
pub(super) struct Question(pub(super) Box<dyn FnOnce(&mut Reader) + Send>);

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Question(..)")
    }
}

/// A reading end of the store.
#[derive(Debug)]
pub(super) struct Reader {
    db: Connection,
    shared: Arc<Shared>,
}

impl Reader {
    pub(super) fn new(db: Connection, shared: Arc<Shared>) -> Self {
        Self { db, shared }
    }

    /// Answers until every sender is gone.
    pub(super) fn run(mut self, questions: &Mutex<mpsc::Receiver<Question>>) {
        loop {
            // Whoever holds the lock waits for the next question; the others wait for the lock.
            let next = questions.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
            match next {
                Some(Question(ask)) => ask(&mut self),
                None => return,
            }
        }
    }

    /// The connection, for questions to one table only.
    pub(super) fn db(&self) -> &Connection {
        &self.db
    }

    /// The head of the log, told to those who wait for it.
    pub(super) fn head(&self) -> Result<u64, Failure> {
        let head = log::head(&self.db)?;
        self.shared.announce(head);
        Ok(head)
    }

    /// The events after a position.
    pub(super) fn read_all(&mut self, after: u64, limit: usize) -> Result<Page, Failure> {
        let mut collector = Collector::new(limit);
        let _ = log::walk(&self.db, after.saturating_add(1), |event| collector.take(&event))?;
        collector.page()
    }

    /// A stream's events from a version on.
    pub(super) fn read_stream(
        &mut self,
        stream: &StreamId,
        from: u64,
        limit: usize,
    ) -> Result<Page, Failure> {
        let limit = limit.max(1);
        let tx = self.db.transaction()?;
        let mut collector = Collector::new(limit);
        let (mut from, mut wanted) = (from, limit);
        loop {
            let places = with_indexes(&tx, &self.shared, |lookup| lookup.places(stream, from, wanted))?;
            let _ = log::pick(&tx, &places, |event| {
                if event.is_in(stream) && event.version.0 >= from {
                    collector.take(&event)
                } else {
                    ControlFlow::Continue(())
                }
            })?;
            if places.len() < wanted || collector.is_done() {
                return collector.page();
            }
            // Some places were of another stream with the same fingerprint: look further.
            from = collector.next_version().unwrap_or(from);
            wanted = wanted.saturating_mul(2);
        }
    }

    /// A stream's events after a canonical key. Holds the whole stream in memory, which is one customer's.
    pub(super) fn read_canonical(
        &mut self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, Failure> {
        let events = self.read_stream(stream, 1, usize::MAX)?.events;
        let mut keyed: Vec<_> = events
            .into_iter()
            .map(|event| (event.recorded.event.canonical_key(), event))
            .filter(|(key, _)| after.is_none_or(|after| key > after))
            .collect();
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        keyed.truncate(limit.max(1));
        Ok(Page { events: keyed.into_iter().map(|(_, event)| event).collect() })
    }

    /// The last version of each stream.
    pub(super) fn versions(&mut self, streams: &[StreamId]) -> Result<Vec<u64>, Failure> {
        let tx = self.db.transaction()?;
        with_indexes(&tx, &self.shared, |lookup| {
            streams.iter().map(|stream| lookup.version(stream)).collect()
        })
    }

    /// The tenant's streams that hold an event with a tag.
    pub(super) fn streams_tagged(&mut self, tenant: &TenantId, tag: Uuid) -> Result<Vec<StreamId>, Failure> {
        let tx = self.db.transaction()?;
        let places = with_indexes(&tx, &self.shared, |lookup| lookup.tagged(tag))?;
        let mut names = Names::default();
        let mut streams = BTreeSet::new();
        let flow = log::pick(&tx, &places, |event| {
            if event.tag == Some(tag) && event.tenant == tenant.as_str() {
                match names.stream(&event) {
                    Ok(stream) => {
                        streams.insert(stream);
                    }
                    Err(error) => return ControlFlow::Break(error),
                }
            }
            ControlFlow::Continue(())
        })?;
        match flow {
            ControlFlow::Break(error) => Err(error.into()),
            ControlFlow::Continue(()) => Ok(streams.into_iter().collect()),
        }
    }
}

/// Asks the indexes as this transaction sees them.
fn with_indexes<R>(
    tx: &Transaction<'_>,
    shared: &Shared,
    ask: impl Fn(Lookup<'_>) -> Result<R, Failure>,
) -> Result<R, Failure> {
    for _ in 0..MOST_ATTEMPTS {
        let mark = Mark::read(tx)?;
        let catalog = shared.catalog();
        if catalog.covers(mark) {
            return ask(Lookup { db: tx, catalog: &catalog, head: mark.head });
        }
        let is_stale = catalog.mark.generation > mark.generation;
        drop(catalog);
        if is_stale {
            // Runs that this transaction could still see are no longer known: begin again with a newer view.
            tx.execute_batch("COMMIT; BEGIN")?;
        } else {
            shared.catch_up(tx, mark)?;
        }
    }
    Err(Failure::damaged("the indexes are newer than the file"))
}

/// Gathers a page.
#[derive(Debug)]
struct Collector {
    limit: usize,
    names: Names,
    events: Vec<StoredEvent>,
    error: Option<FrameError>,
}

impl Collector {
    fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), names: Names::default(), events: Vec::new(), error: None }
    }

    fn take(&mut self, event: &EventRef<'_>) -> ControlFlow<()> {
        match self.names.own(event) {
            Ok(event) => self.events.push(event),
            Err(error) => self.error = Some(error),
        }
        if self.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn is_done(&self) -> bool {
        self.error.is_some() || self.events.len() == self.limit
    }

    fn next_version(&self) -> Option<u64> {
        self.events.last().map(|e| e.recorded.version.0 + 1)
    }

    fn page(self) -> Result<Page, Failure> {
        match self.error {
            Some(error) => Err(error.into()),
            None => Ok(Page { events: self.events }),
        }
    }
}
