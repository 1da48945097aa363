//! How a store is opened.

use super::SqliteStore;
use crate::error::StoreError;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What an acknowledged append has survived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Synchronous {
    /// The loss of power: every commit waits for the device (`synchronous=FULL`).
    #[default]
    Full,
    /// The end of the process. After a loss of power the last commits may be missing; the log is sound
    /// (`synchronous=NORMAL`).
    Normal,
}

/// Options of a [`SqliteStore`]. The defaults are right for a service; each can be set before [`open`](Self::open).
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    pub(super) path: PathBuf,
    pub(super) synchronous: Synchronous,
    pub(super) page_bytes: u32,
    pub(super) cache_bytes: u32,
    pub(super) busy_timeout: Duration,
    pub(super) group_max_events: usize,
    pub(super) frame_bytes: usize,
    pub(super) tail_events: u64,
    pub(super) readers: usize,
    pub(super) poll: Duration,
    pub(super) max_pages: Option<u32>,
}

impl SqliteOptions {
    /// The defaults for a file, which is made if it is not there.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            synchronous: Synchronous::Full,
            page_bytes: 8_192,
            cache_bytes: 16 << 20,
            busy_timeout: Duration::from_secs(10),
            group_max_events: 16_384,
            frame_bytes: 8_120,
            tail_events: 32_768,
            readers: 2,
            poll: Duration::from_millis(50),
            max_pages: None,
        }
    }

    /// What an acknowledged append survives; [`Synchronous::Full`] unless set.
    #[must_use]
    pub fn synchronous(self, synchronous: Synchronous) -> Self {
        Self { synchronous, ..self }
    }

    /// The size of a page in bytes, a power of two from 512 to 65,536; 8,192 unless set. Only for a new file.
    #[must_use]
    pub fn page_bytes(self, page_bytes: u32) -> Self {
        Self { page_bytes, ..self }
    }

    /// The memory for pages, in bytes for each connection; 16 MiB unless set.
    #[must_use]
    pub fn cache_bytes(self, cache_bytes: u32) -> Self {
        Self { cache_bytes, ..self }
    }

    /// How long to wait for another process before answering [`Busy`](crate::error::StoreErrorKind::Busy);
    /// 10 seconds unless set.
    #[must_use]
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self { busy_timeout, ..self }
    }

    /// The number of events after which a commit takes no further append; 16,384 unless set, at least 1.
    #[must_use]
    pub fn group_max_events(self, group_max_events: usize) -> Self {
        Self { group_max_events: group_max_events.max(1), ..self }
    }

    /// The most bytes of a frame of several events; 8,120 unless set. A frame that just fits a page, some 70 bytes
    /// less than [`page_bytes`](Self::page_bytes), is read at once and wastes nothing.
    #[must_use]
    pub fn frame_bytes(self, frame_bytes: usize) -> Self {
        Self { frame_bytes, ..self }
    }

    /// The events after which the part of the indexes that is kept in memory is written as a run; 32,768 unless
    /// set, at least 1. It is what opening the store reads again, and about 100 bytes of memory an event.
    #[must_use]
    pub fn tail_events(self, tail_events: u64) -> Self {
        Self { tail_events: tail_events.max(1), ..self }
    }

    /// The number of threads that read, each with a connection; 2 unless set, at least 1.
    #[must_use]
    pub fn readers(self, readers: usize) -> Self {
        Self { readers: readers.max(1), ..self }
    }

    /// How often a waiting reader looks for appends of other processes; 50 milliseconds unless set. Appends of
    /// this process wake it at once.
    #[must_use]
    pub fn poll_interval(self, poll: Duration) -> Self {
        Self { poll, ..self }
    }

    /// The most pages that the file may have: a limit after which appends fail with
    /// [`Full`](crate::error::StoreErrorKind::Full). None unless set.
    #[must_use]
    pub fn max_pages(self, max_pages: u32) -> Self {
        Self { max_pages: Some(max_pages), ..self }
    }

    /// Opens the store. Blocks: it reads the tail of the log.
    pub fn open(self) -> Result<SqliteStore, StoreError> {
        SqliteStore::open_with(self)
    }
}
