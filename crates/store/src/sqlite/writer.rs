//! The one thread that writes: takes everything that waits, commits it together, and answers each caller.

use super::admission::{Group, Heads};
use super::catalog::Mark;
use super::derived::Derived;
use super::failure::Failure;
use super::lookup::Lookup;
use super::options::SqliteOptions;
use super::shared::Shared;
use super::{log, maintain};
use crate::append::{Append, Appended};
use crate::error::{AppendError, StoreError};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// What an append answers.
pub(super) type Outcome = Result<Appended, AppendError>;

/// Something to write, and where the answer goes.
#[derive(Debug)]
pub(super) enum Job {
    Append(Vec<Append>, oneshot::Sender<Vec<Outcome>>),
    Derived(Derived, oneshot::Sender<Result<bool, StoreError>>),
}

/// Appends of one caller, some of them answered already.
#[derive(Debug)]
struct Waiting {
    appends: std::vec::IntoIter<Append>,
    outcomes: Vec<Outcome>,
    answer: oneshot::Sender<Vec<Outcome>>,
}

/// The writing end of the store.
#[derive(Debug)]
pub(super) struct Writer {
    db: Connection,
    shared: Arc<Shared>,
    heads: Heads,
    /// The mark after this writer's last commit; anything else was another process.
    last: Mark,
    group_max_events: usize,
    frame_bytes: usize,
    may_merge: bool,
}

const APPENDING: &str = "appending to the log";

impl Writer {
    pub(super) fn new(db: Connection, shared: Arc<Shared>, options: &SqliteOptions) -> Self {
        Self {
            db,
            shared,
            heads: Heads::default(),
            last: Mark::default(),
            group_max_events: options.group_max_events,
            frame_bytes: options.frame_bytes,
            may_merge: true,
        }
    }

    /// Works until every sender is gone and everything that was sent is done.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut next = Some(first);
            let mut waiting = Vec::new();
            let mut events = 0;
            while let Some(job) = next.take() {
                match job {
                    Job::Append(appends, answer) => {
                        events += appends.iter().map(Append::len).sum::<usize>();
                        waiting.push(Waiting {
                            outcomes: Vec::with_capacity(appends.len()),
                            appends: appends.into_iter(),
                            answer,
                        });
                        if events < self.group_max_events {
                            next = jobs.try_recv().ok();
                        }
                    }
                    Job::Derived(job, answer) => {
                        // What was asked for earlier is done earlier.
                        self.append_all(std::mem::take(&mut waiting));
                        self.derived(job, answer);
                    }
                }
            }
            self.append_all(waiting);
            self.maintain();
        }
    }

    /// Commits group after group until every caller has an answer.
    fn append_all(&mut self, mut waiting: Vec<Waiting>) {
        while !waiting.is_empty() {
            let before: Vec<usize> = waiting.iter().map(|w| w.outcomes.len()).collect();
            if let Err(failure) = self.group(&mut waiting) {
                self.heads.clear();
                // None of the group was acknowledged, and the failure says whether any of it can be in the log.
                // A conflict may have been one with an append that now was not made, so it is none either.
                for (waiting, before) in waiting.iter_mut().zip(before) {
                    for outcome in &mut waiting.outcomes[before..] {
                        if !matches!(outcome, Err(AppendError::Malformed(_))) {
                            *outcome = Err(failure.during(APPENDING).into());
                        }
                    }
                }
            }
            // The callers are served in order, so those that are done are at the front.
            let open = waiting.iter().position(|w| w.appends.len() > 0);
            for done in waiting.drain(..open.unwrap_or(waiting.len())) {
                // A caller that no longer waits is told nothing; its events are in the log.
                done.answer.send(done.outcomes).ok();
            }
        }
    }

    /// One commit: as many appends as fit.
    fn group(&mut self, waiting: &mut [Waiting]) -> Result<(), Failure> {
        let begun = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(Failure::from)
            .and_then(|tx| Ok((Mark::read(&tx)?, tx)))
            .and_then(|(mark, tx)| self.shared.catch_up(&tx, mark).map(|()| (mark, tx)));
        let (mark, tx) = match begun {
            Ok(begun) => begun,
            Err(failure) => {
                fail_next(waiting, &failure, self.group_max_events);
                return Ok(());
            }
        };
        if mark != self.last {
            self.heads.clear();
        }
        let catalog = self.shared.catalog();
        let lookup = Lookup { db: &tx, catalog: &catalog, head: mark.head };
        let mut group = Group::new(lookup, &mut self.heads);
        'full: for waiting in waiting.iter_mut() {
            for append in waiting.appends.by_ref() {
                waiting.outcomes.push(group.admit(append));
                if group.len() >= self.group_max_events {
                    break 'full;
                }
            }
        }
        let accepted = group.into_accepted();
        drop(catalog);
        if accepted.is_empty() {
            self.last = mark;
            return Ok(());
        }
        log::write(&tx, &accepted, self.frame_bytes)?;
        commit(tx)?;
        self.last = Mark { head: mark.head + accepted.len() as u64, ..mark };
        self.shared.committed(mark, &accepted);
        Ok(())
    }

    fn derived(&mut self, job: Derived, answer: oneshot::Sender<Result<bool, StoreError>>) {
        let what = job.what();
        let done = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(Failure::from)
            .and_then(|tx| {
                let done = job.run(&tx)?;
                commit(tx)?;
                Ok(done)
            });
        answer.send(done.map_err(|f| f.during(what))).ok();
    }

    /// Keeps the indexes in shape. A failure here, say for want of space, hurts nobody: the tail stays in memory
    /// and the next commit tries again.
    fn maintain(&mut self) {
        let mark = self.shared.catalog().mark;
        if !self.shared.tail_is_long(mark) {
            return;
        }
        let Ok(mut mark) = maintain::flush(&mut self.db, &self.shared, self.frame_bytes) else {
            return;
        };
        if self.may_merge {
            match maintain::merge_all(&mut self.db, &self.shared, mark) {
                Ok(merged) => mark = merged,
                // A damaged block would be found again and again; whoever needs it will be told of it.
                Err(failure) => self.may_merge = failure.kind().is_retryable(),
            }
        }
        // Runs that this writer made are no reason to forget versions; a foreign commit in between is.
        if mark.head == self.last.head {
            self.last = mark;
        }
    }
}

/// Commits, and tells a failure that happened before anything was written from one that did not.
pub(super) fn commit(tx: Transaction<'_>) -> Result<(), Failure> {
    tx.commit().map_err(|error| Failure::Commit(Box::new(Failure::Sql(error))))
}

/// Answers what would have been the next group with a failure that happened before it began.
fn fail_next(waiting: &mut [Waiting], failure: &Failure, group_max_events: usize) {
    let mut events = 0;
    for waiting in waiting {
        while events < group_max_events {
            let Some(append) = waiting.appends.next() else {
                break;
            };
            events += append.len();
            waiting.outcomes.push(Err(failure.during(APPENDING).into()));
        }
    }
}
