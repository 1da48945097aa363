//! Stores that are wrong on purpose, each in one way.
//!
//! A suite that nothing fails proves nothing. A [`Mutant`] is a store in memory with one [`Flaw`], each of them a
//! mistake that a backend could make; `tests/mutants.rs` states which clauses must accuse it, and that no other
//! does. Who adds a clause adds the flaw that it is there to find.

mod append;
mod derived;
mod read;
mod store;

use crate::conformance::Subject;
use crate::conformance::sample;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use throughline_core::event::Position;
use throughline_core::ids::EventId;
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::contract::EventStore;
use throughline_store::memory::MemoryStore;
use throughline_store::read::Due;

macro_rules! flaws {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// One mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Flaw { $($(#[$doc])* $name,)* }

        impl Flaw {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

flaws! {
    /// An exact version is taken for any.
    StaleWriterAccepted,
    /// Of an append that is refused, the streams before the fault are written all the same.
    HalfOfAnAppendStays,
    /// Versions are 1, 3, 5, …
    VersionsWithGaps,
    /// `Exists` is not looked at.
    ExistsIsAny,
    /// A conflict says that the stream is empty, whatever it holds.
    ConflictMisinforms,
    /// A conflict looks like a full disk, which a retry could help against.
    ConflictLooksTransient,
    /// A part of an append that has no events is not looked at.
    ExpectationWithoutEventsIgnored,
    /// An event that is there is written once more.
    RetryWritesAgain,
    /// An event that is there is refused as if its content were other.
    RetryIsRefused,
    /// Expectations are checked although every event was there.
    RetryIsCheckedAgain,
    /// An id that stands for something else is taken for a retry.
    ReusedIdUnnoticed,
    /// Streams and ids that are named twice are put together.
    NamedTwiceAccepted,
    /// After one of many appends failed, the rest are not made.
    ManyStopAtFailure,
    /// Versions are looked at, and then, a moment later, events are written.
    CheckThenAct,
    /// What was acknowledged last is gone after reopening.
    LastAppendForgotten,
    /// The first position is not 1.
    PositionsStartLate,
    /// The events of one append are written last to first.
    WrittenBackwards,
    /// Now and then an event is shown only after a later one was.
    ReaderSkips,
    /// A stream is read after a version, and not from it on.
    ReadsAfterVersion,
    /// All streams of one key are one when they are read.
    KindsOfStreamMixed,
    /// The log is read in the order of when things happened.
    LogByTime,
    /// A stream's canonical order is the order in which events came.
    CanonicalByArrival,
    /// Sequence numbers are compared as signed ones.
    SequenceIsSigned,
    /// A page holds as much as there is.
    LimitIgnored,
    /// Reading a stream that does not exist is an error.
    MissingStreamFails,
    /// Versions are answered in the order of the streams' names.
    VersionsSorted,
    /// A stream is named once for each of its events that has the tag.
    TagNamedTwice,
    /// The tag of the first event counts, and no other.
    TagOfFirstEventOnly,
    /// Personal sections are not kept.
    PersonalSectionDropped,
    /// When an event was recorded is when it happened.
    RecordedAtLost,
    /// All tenants are one.
    TenantsMixed,
    /// Waiting ends at once.
    WakesAtOnce,
    /// A checkpoint is saved whatever is there.
    CheckpointUnconditional,
    /// Due entries are saved also when the checkpoint is not.
    DueSavedAlone,
    /// A stream's earlier due entry stays beside the later one.
    DueNotReplaced,
    /// What is due is listed latest first.
    DueLatestFirst,
    /// Dropping what can be made again drops the log as well.
    DroppingLosesEvents,
    /// Dropping what can be made again leaves the snapshots.
    DroppingLeavesSnapshots,
    /// The first snapshot of a stream stays.
    SnapshotStale,
}

/// A store in memory with at most one flaw.
#[derive(Debug, Default)]
pub struct Mutant {
    flaw: Option<Flaw>,
    inner: Mutex<MemoryStore>,
    notes: Mutex<Notes>,
}

/// What some flaws need to remember.
#[derive(Debug, Default)]
struct Notes {
    /// The ids under which events were written again, with the ids they were given.
    aliases: BTreeMap<EventId, EventId>,
    /// All due entries there ever were.
    due: Vec<Due>,
}

impl Mutant {
    /// A store with one flaw.
    pub fn new(flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..Self::default() }
    }

    /// A store with none. It shows that the wrapping itself breaks nothing.
    pub fn sound() -> Self {
        Self::default()
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn inner(&self) -> MemoryStore {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace_inner(&self) {
        *self.inner.lock().unwrap_or_else(PoisonError::into_inner) = MemoryStore::new();
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A flaw stands for the stores that have it.
#[async_trait]
impl Subject for Flaw {
    async fn fresh(&self) -> Arc<dyn EventStore> {
        Arc::new(Mutant::new(*self))
    }

    /// Only the flaw that is about reopening has a store that can be: it writes all but the last event anew.
    async fn reopen(&self, store: Arc<dyn EventStore>) -> Option<Arc<dyn EventStore>> {
        if *self != Self::LastAppendForgotten {
            return None;
        }
        let opened = Mutant::new(*self);
        let page = store.read_all(Position(0), usize::MAX).await.ok()?;
        let kept = page.events.len().saturating_sub(1);
        for stored in page.events.into_iter().take(kept) {
            let events = vec![stored.recorded.event];
            let append = Append::to(stored.stream, ExpectedVersion::Any, events, sample::RECORDED);
            opened.append(append).await.ok()?;
        }
        Some(Arc::new(opened))
    }
}
