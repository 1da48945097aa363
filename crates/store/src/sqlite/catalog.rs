//! What a process keeps in memory of the indexes, and how it knows that this is still what the file says.
//!
//! The file's truth is its [`Mark`]: a generation, which every change of the runs raises, and the head of the
//! log. Whoever uses the catalog reads the mark inside the transaction in which it will read the rest, and lets
//! the catalog [catch up](Catalog::catch_up) first. So it does not matter which process, or which thread, wrote.

use super::failure::Failure;
use super::frame::{Accepted, EventRef};
use super::index::{Index, Run, WIDTH_PLACE, WIDTH_STREAM, place_entry, stream_entry};
use super::{fingerprint, log};
use rusqlite::Connection;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The numbers of the indexes in the column `kind` of the table `runs`.
pub(super) const IDS: u8 = 0;
pub(super) const STREAMS: u8 = 1;
pub(super) const TAGS: u8 = 2;

/// How far the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Mark {
    /// Raised by every change of the runs.
    pub(super) generation: i64,
    /// The last position that is in runs.
    pub(super) indexed_to: u64,
    /// The last position of the log.
    pub(super) head: u64,
}

/// The indexes as they are known in memory.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub(super) mark: Mark,
    pub(super) ids: Index<WIDTH_PLACE>,
    pub(super) streams: Index<WIDTH_STREAM>,
    pub(super) tags: Index<WIDTH_PLACE>,
}

impl Mark {
    /// The file's mark, as this transaction sees it.
    pub(super) fn read(db: &Connection) -> Result<Self, Failure> {
        let mut select = db.prepare_cached("SELECT generation, indexed_to FROM catalog")?;
        let (generation, indexed_to) =
            select.query_one((), |r| Ok((r.get(0)?, r.get::<_, i64>(1)? as u64)))?;
        let head = log::head(db)?;
        if head < indexed_to {
            return Err(Failure::damaged("the log ends before its indexes do"));
        }
        Ok(Self { generation, indexed_to, head })
    }

    /// Writes a new generation and returns its mark.
    pub(super) fn advance(self, db: &Connection, indexed_to: u64) -> Result<Self, Failure> {
        let generation = self.generation + 1;
        db.prepare_cached("UPDATE catalog SET generation = ?1, indexed_to = ?2")?
            .execute((generation, indexed_to as i64))?;
        Ok(Self { generation, indexed_to, ..self })
    }
}

impl Catalog {
    /// Whether everything is known that a transaction with this mark sees. More may be known: positions after
    /// the mark's head are then to be ignored.
    pub(super) fn covers(&self, mark: Mark) -> bool {
        self.mark.generation == mark.generation && self.mark.head >= mark.head
    }

    /// Learns what is new in the file: runs that were made, events that were appended. If it fails half-way,
    /// the next call begins at the same place again.
    pub(super) fn catch_up(&mut self, db: &Connection, mark: Mark) -> Result<(), Failure> {
        if self.mark.generation != mark.generation {
            let ids = load(db, IDS, &self.ids.runs)?;
            let streams = load(db, STREAMS, &self.streams.runs)?;
            let tags = load(db, TAGS, &self.tags.runs)?;
            (self.ids.runs, self.streams.runs, self.tags.runs) = (ids, streams, tags);
            self.drop_tail_through(mark.indexed_to);
            self.mark.head = self.mark.head.max(mark.indexed_to);
            self.mark.indexed_to = mark.indexed_to;
            self.mark.generation = mark.generation;
        }
        if self.mark.head < mark.head {
            let flow = log::walk(db, self.mark.head + 1, |event| {
                self.note(&event);
                ControlFlow::<()>::Continue(())
            })?;
            debug_assert!(flow.is_continue());
            self.mark.head = mark.head;
        }
        Ok(())
    }

    /// Adds what this process has just committed, without reading it again.
    pub(super) fn note_committed(&mut self, before: Mark, events: &[Accepted]) {
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            return;
        };
        // A reader may have caught up from the file already; or there is a gap, which the next reader closes.
        if self.mark.generation != before.generation || self.mark.head + 1 != first.position {
            return;
        }
        for accepted in events {
            let event = &accepted.event;
            self.ids.tail.insert(place_entry(fingerprint::of_id(event.id.0), accepted.position));
            self.streams.tail.insert(stream_entry(accepted.stream_key, accepted.version, accepted.position));
            if let Some(tag) = event.data.tag {
                self.tags.tail.insert(place_entry(fingerprint::of_id(tag), accepted.position));
            }
        }
        self.mark.head = last.position;
    }

    /// Forgets the part of the tails that is in runs now.
    pub(super) fn drop_tail_through(&mut self, position: u64) {
        self.ids.drop_tail_through(position, self.mark.head);
        self.streams.drop_tail_through(position, self.mark.head);
        self.tags.drop_tail_through(position, self.mark.head);
    }

    fn note(&mut self, event: &EventRef<'_>) {
        let position = event.position.0;
        self.ids.tail.insert(place_entry(fingerprint::of_id(event.id.0), position));
        let stream = fingerprint::of_parts(event.tenant, event.stream_kind, event.stream_id);
        self.streams.tail.insert(stream_entry(stream, event.version.0, position));
        if let Some(tag) = event.tag {
            self.tags.tail.insert(place_entry(fingerprint::of_id(tag), position));
        }
    }
}

/// The runs of an index, oldest first; those that are known are not read again.
fn load<const W: usize>(
    db: &Connection,
    kind: u8,
    known: &[Arc<Run<W>>],
) -> Result<Vec<Arc<Run<W>>>, Failure> {
    let mut select = db.prepare_cached("SELECT id FROM runs WHERE kind = ?1 ORDER BY upto")?;
    let ids: Vec<i64> = select.query_map((kind,), |r| r.get(0))?.collect::<Result<_, _>>()?;
    let mut select = db.prepare_cached(
        "SELECT id, level, upto, first_block, fences, filter, checksum FROM runs WHERE id = ?1",
    )?;
    ids.iter()
        .map(|id| {
            if let Some(run) = known.iter().find(|r| r.id == *id) {
                return Ok(run.clone());
            }
            let mut rows = select.query((id,))?;
            let row = rows.next()?.ok_or(Failure::damaged("a run is missing"))?;
            Run::load(row).map(Arc::new)
        })
        .collect()
}
