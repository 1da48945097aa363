//! Bulk replay: whole histories, all cores, one digest.
//!
//! Two steps, so that one history can be judged by many rulebooks. A [`History`] is gathered from a log, a store
//! or events in memory: facts are interned, thrown into buckets by customer, and each bucket is sorted once into
//! canonical order. A [`Replay`] then folds it, customer by customer, with the same evaluator as the live engine.
//! Customers are independent and the digest adds up, so one thread or many give the same bytes.
//!
//! Memory: a history takes some 130 bytes an event while it is gathered and 100 when it is done.

mod arrange;
mod fold;
mod gather;
mod history;
mod names;
mod report;
mod sources;
pub mod what_if;

pub use gather::Gathering;
pub use history::{History, ReadReport};
pub(crate) use report::grouped;
pub use report::{ChurnReport, ReplayReport};
pub use sources::SourceError;

pub(crate) use fold::{Folded, Observer, add_counts};

use fold::Worker;
use history::Bucket;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use throughline_core::name::Interner;
use throughline_core::time::Micros;
use throughline_rules::evaluate::{Discard, Evaluator};
use throughline_rules::rulebook::{DEFAULT, RulebookError, Rulebooks};

/// Says how far long work is: how much is done, of how much in all where that is known.
pub type Progress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// Folds histories by a rulebook.
#[derive(Clone)]
pub struct Replay {
    document: String,
    threads: NonZeroUsize,
    as_of: Option<Micros>,
    progress: Option<Progress>,
}

impl Default for Replay {
    fn default() -> Self {
        Self { document: DEFAULT.to_owned(), threads: all_cores(), as_of: None, progress: None }
    }
}

impl Replay {
    /// A replay by the rulebook that ships, on all cores, as of the last fact.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another rulebook, as the text of its document. It is checked by [`run`](Self::run). Where rulebooks were activated in
    /// the store that a history is from, it is in force until the first of them is.
    #[must_use]
    pub fn rulebook(mut self, document: impl Into<String>) -> Self {
        self.document = document.into();
        self
    }

    /// Another number of threads. The result is the same.
    #[must_use]
    pub const fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// As of another instant than that of the last fact. Facts dated later are left out and counted.
    #[must_use]
    pub fn as_of(mut self, as_of: impl Into<Micros>) -> Self {
        self.as_of = Some(as_of.into());
        self
    }

    /// Whom to tell how many facts are folded. Called from several threads, some hundred times in all.
    #[must_use]
    pub fn progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Folds a history.
    pub fn run(&self, history: &History) -> Result<ReplayReport, RulebookError> {
        self.observed(history, |_, _| Discard).map(|run| run.found)
    }

    /// The instant to judge a history at.
    pub(crate) fn instant(&self, history: &History) -> Micros {
        self.as_of.or(history.last_occurred_at()).unwrap_or(Micros(0))
    }

    /// Folds a history while observers look on, one a thread.
    pub(crate) fn observed<O: Observer>(
        &self,
        history: &History,
        observer: impl Fn(&Rulebooks, &Interner) -> O + Sync,
    ) -> Result<Run<O>, RulebookError> {
        let mut names = history.names().clone();
        let rules = history.rulebooks(&self.document, &mut names)?;
        let evaluator = Evaluator::new(&rules);
        let as_of = self.instant(history);
        let total = self.on_all_threads(
            history,
            || Worker::new(evaluator, &names, as_of, observer(&rules, &names)),
            Worker::fold,
            Worker::add,
        );
        let found = ReplayReport::of(&total, history, &rules, &names, as_of);
        let observed = total.observed();
        Ok(Run { found, observed, rules, names, as_of })
    }

    /// Hands the buckets of a history to workers, one a thread, and adds up what they found.
    fn on_all_threads<W: Send>(
        &self,
        history: &History,
        start: impl Fn() -> W + Sync,
        fold: impl Fn(&mut W, &Bucket) + Sync,
        add: impl Fn(&mut W, W),
    ) -> W {
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || {
            let mut worker = start();
            while let Some(bucket) = history.bucket(next.fetch_add(1, Ordering::Relaxed)) {
                fold(&mut worker, bucket);
                let so_far = done.fetch_add(bucket.facts.len(), Ordering::Relaxed) + bucket.facts.len();
                if let Some(progress) = &self.progress {
                    progress(so_far as u64, Some(history.facts() as u64));
                }
            }
            worker
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..self.threads.get()).map(|_| scope.spawn(work)).collect();
            let mut total = work();
            for other in others {
                add(&mut total, other.join().unwrap_or_else(|e| std::panic::resume_unwind(e)));
            }
            total
        })
    }
}

/// A replay that observers looked on, and what is needed to spell out what they saw.
pub(crate) struct Run<O> {
    pub(crate) found: ReplayReport,
    pub(crate) observed: O,
    pub(crate) rules: Rulebooks,
    pub(crate) names: Interner,
    pub(crate) as_of: Micros,
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay")
            .field("threads", &self.threads)
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}

/// The number of cores that this process may use.
pub(crate) fn all_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
