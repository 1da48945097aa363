//! Bulk reading: every event of a range, borrowed, on the caller's own thread.

use super::failure::Failure;
use super::frame::EventRef;
use super::{SqliteStore, log, schema};
use crate::error::StoreError;
use std::ops::ControlFlow;
use throughline_core::event::Position;

/// Positions from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionRange {
    /// The first position.
    pub first: Position,
    /// The last position. A range whose last is before its first is empty.
    pub last: Position,
}

impl PositionRange {
    /// A range with both ends.
    pub const fn new(first: Position, last: Position) -> Self {
        Self { first, last }
    }

    /// How many positions it has.
    pub const fn len(self) -> u64 {
        (self.last.0 + 1).saturating_sub(self.first.0)
    }

    /// Whether it has none.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// At most `parts` ranges of about equal length that follow each other and make up this one.
    /// ```
    /// use throughline_core::event::Position;
    /// use throughline_store::sqlite::PositionRange;
    ///
    /// let halves = PositionRange::new(Position(1), Position(5)).split(2);
    /// assert_eq!(halves[0], PositionRange::new(Position(1), Position(3)));
    /// assert_eq!(halves[1], PositionRange::new(Position(4), Position(5)));
    /// ```
    pub fn split(self, parts: usize) -> Vec<Self> {
        let step = self.len().div_ceil(parts.max(1) as u64).max(1);
        let starts = (self.first.0..=self.last.0).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        starts
            .map(|first| Self { first: Position(first), last: Position((first + step - 1).min(self.last.0)) })
            .collect()
    }
}

/// Events that one read transaction visits, so that a long scan does not keep the write-ahead log from being
/// reset.
const STRETCH: u64 = 1 << 18;

impl SqliteStore {
    /// All positions that the log has now.
    pub fn range(&self) -> Result<PositionRange, StoreError> {
        let what = "looking for the end of the log";
        let db = schema::open_reader(self.options()).map_err(|f| f.during(what))?;
        let head = log::head(&db).map_err(|f| f.during(what))?;
        Ok(PositionRange::new(Position(1), Position(head)))
    }

    /// Visits every event of a range in order of position, until the visitor breaks.
    ///
    /// Blocks, on a connection of its own: call it from several threads over the ranges of
    /// [`PositionRange::split`]. Nothing is allocated for an event; what it borrows ends with the call.
    /// ```no_run
    /// # use std::ops::ControlFlow;
    /// # use throughline_store::sqlite::SqliteStore;
    /// # fn main() -> Result<(), throughline_store::error::StoreError> {
    /// let store = SqliteStore::open("log.sqlite")?;
    /// let mut bytes = 0;
    /// let flow = store.scan(store.range()?, |event| {
    ///     bytes += event.plain.len();
    ///     ControlFlow::<()>::Continue(())
    /// })?;
    /// assert!(flow.is_continue());
    /// # Ok(()) }
    /// ```
    pub fn scan<B>(
        &self,
        range: PositionRange,
        mut visit: impl FnMut(EventRef<'_>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, StoreError> {
        let mut scan = || -> Result<ControlFlow<B>, Failure> {
            let db = schema::open_reader(self.options())?;
            let mut next = range.first.0.max(1);
            while next <= range.last.0 {
                let end = range.last.0.min(next.saturating_add(STRETCH - 1));
                let mut seen = next - 1;
                let flow = log::walk(&db, next, |event| {
                    if event.position.0 > end {
                        return ControlFlow::Break(None);
                    }
                    seen = event.position.0;
                    match visit(event) {
                        ControlFlow::Break(found) => ControlFlow::Break(Some(found)),
                        ControlFlow::Continue(()) if seen == end => ControlFlow::Break(None),
                        ControlFlow::Continue(()) => ControlFlow::Continue(()),
                    }
                })?;
                match flow {
                    ControlFlow::Break(Some(found)) => return Ok(ControlFlow::Break(found)),
                    ControlFlow::Break(None) => next = end + 1,
                    // The log ends before the range does.
                    ControlFlow::Continue(()) => break,
                }
            }
            Ok(ControlFlow::Continue(()))
        };
        scan().map_err(|failure| failure.during("scanning the log"))
    }
}
