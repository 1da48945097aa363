//! What a clause's test looks at, and how it says what is wrong.

use core::fmt::Debug;
use thiserror::Error;
use throughline_core::event::{Position, Version};
use throughline_core::order::CanonicalKey;
use throughline_store::contract::EventStore;
use throughline_store::error::{AppendError, StoreError};
use throughline_store::read::{Page, StoredEvent};
use throughline_store::stream::StreamId;

/// How a store broke a clause.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Violation(String);

impl Violation {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl From<AppendError> for Violation {
    fn from(error: AppendError) -> Self {
        Self(format!("an append failed that should not have: {error}"))
    }
}

impl From<StoreError> for Violation {
    fn from(error: StoreError) -> Self {
        Self(format!("the store failed where it should not have: {error}"))
    }
}

/// The claim that two values are equal.
pub(crate) fn same<T: PartialEq + Debug>(what: &str, found: &T, wanted: &T) -> Result<(), Violation> {
    if found == wanted {
        return Ok(());
    }
    Err(Violation(format!("{what}:\n   found {found:?}\n  wanted {wanted:?}")))
}

/// The claim that something is so.
pub(crate) fn claim(is_so: bool, what: &str) -> Result<(), Violation> {
    if is_so { Ok(()) } else { Err(Violation::new(what)) }
}

/// More pages than any clause's log has: a reader that is sent in circles ends here instead of never.
const PAGES: usize = 10_000;
const PAGE: usize = 50;

/// All events after a position, read page by page.
pub(crate) async fn log_after(
    store: &dyn EventStore,
    mut after: Position,
) -> Result<Vec<StoredEvent>, Violation> {
    let mut events = Vec::new();
    for _ in 0..PAGES {
        let page = store.read_all(after, PAGE).await?;
        match page.last_position() {
            None => return Ok(events),
            Some(last) => after = last,
        }
        events.extend(page.events);
    }
    Err(Violation::new("reading the log does not come to an end"))
}

/// The whole log, read page by page.
pub(crate) async fn log(store: &dyn EventStore) -> Result<Vec<StoredEvent>, Violation> {
    log_after(store, Position(0)).await
}

/// The whole of a stream, read page by page.
pub(crate) async fn stream(store: &dyn EventStore, name: &StreamId) -> Result<Vec<StoredEvent>, Violation> {
    let mut events: Vec<StoredEvent> = Vec::new();
    for _ in 0..PAGES {
        let from = events.last().map_or(1, |last| last.recorded.version.0 + 1);
        let page = store.read_stream(name, Version(from), PAGE).await?;
        if page.events.is_empty() {
            return Ok(events);
        }
        events.extend(page.events);
    }
    Err(Violation::new("reading a stream does not come to an end"))
}

/// A stream in canonical order after a key, read page by page.
pub(crate) async fn canonical(
    store: &dyn EventStore,
    name: &StreamId,
    after: Option<CanonicalKey>,
    limit: usize,
) -> Result<Vec<StoredEvent>, Violation> {
    let mut events: Vec<StoredEvent> = Vec::new();
    let mut after = after;
    for _ in 0..PAGES {
        let page = store.read_canonical(name, after.as_ref(), limit).await?;
        match page.events.last() {
            None => return Ok(events),
            Some(last) => after = Some(last.recorded.event.canonical_key()),
        }
        events.extend(page.events);
    }
    Err(Violation::new("reading a stream in canonical order does not come to an end"))
}

/// The events of a page as they went in.
pub(crate) fn ids(events: &[StoredEvent]) -> Vec<throughline_core::ids::EventId> {
    events.iter().map(|stored| stored.recorded.event.id).collect()
}

/// A page must be as long as asked, or as long as what is left: a reader may take a short page for the last.
pub(crate) fn page_is_within(page: &Page, limit: usize, left: usize) -> Result<(), Violation> {
    claim(page.events.len() <= limit, "a page is longer than its limit")?;
    claim(page.events.len() >= limit.min(left), "a page is short although there is more to read")
}
