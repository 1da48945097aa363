//! Keeps the indexes in shape: the tail becomes a run, runs of one level become one of the next, and the small
//! frames of small commits become frames of full size.
//!
//! Each step is a transaction of its own after the appends were answered. None of them is needed for an answer
//! to be right, only for it to be quick, so a crash between two steps needs no repair.

use super::catalog::{Catalog, IDS, Mark, STREAMS, TAGS};
use super::failure::Failure;
use super::frame::{Accepted, Names};
use super::index::{FANOUT, Index, Run, TOP_LEVEL};
use super::shared::Shared;
use super::writer::commit;
use super::{fingerprint, log};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Merges what there is to merge and returns the mark after it.
pub(super) fn merge_all(db: &mut Connection, shared: &Shared, mut mark: Mark) -> Result<Mark, Failure> {
    for level in 0..TOP_LEVEL {
        mark = merge(db, shared, level, mark)?;
    }
    Ok(mark)
}

fn begin<'a>(db: &'a mut Connection, shared: &Shared) -> Result<(Transaction<'a>, Mark), Failure> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mark = Mark::read(&tx)?;
    shared.catch_up(&tx, mark)?;
    Ok((tx, mark))
}

/// Writes the tail as runs of level 0, and returns the mark after it.
pub(super) fn flush(db: &mut Connection, shared: &Shared, frame_bytes: usize) -> Result<Mark, Failure> {
    let (tx, mark) = begin(db, shared)?;
    if !shared.tail_is_long(mark) {
        // Another process did it.
        return Ok(mark);
    }
    let (ids, streams, tags) = {
        let catalog = shared.catalog();
        (tail(&catalog.ids), tail(&catalog.streams), tail(&catalog.tags))
    };
    let ids = write(&tx, IDS, mark.head, &ids)?;
    let streams = write(&tx, STREAMS, mark.head, &streams)?;
    let tags = write(&tx, TAGS, mark.head, &tags)?;
    join_small_frames(&tx, mark.indexed_to, frame_bytes)?;
    let after = mark.advance(&tx, mark.head)?;
    commit(tx)?;
    replace(shared, mark, after, |catalog| {
        catalog.ids.runs.extend(ids);
        catalog.streams.runs.extend(streams);
        catalog.tags.runs.extend(tags);
        catalog.drop_tail_through(after.indexed_to);
    });
    Ok(after)
}

/// Merges the oldest runs of a level in each index that has enough of them.
fn merge(db: &mut Connection, shared: &Shared, level: u8, before: Mark) -> Result<Mark, Failure> {
    let is_due = {
        let catalog = shared.catalog();
        oldest(&catalog.ids, level).is_some()
            || oldest(&catalog.streams, level).is_some()
            || oldest(&catalog.tags, level).is_some()
    };
    if !is_due {
        return Ok(before);
    }
    let (tx, mark) = begin(db, shared)?;
    let (ids, streams, tags) = {
        let catalog = shared.catalog();
        (oldest(&catalog.ids, level), oldest(&catalog.streams, level), oldest(&catalog.tags, level))
    };
    let ids = ids.map(|runs| Run::merge(&tx, IDS, &runs)).transpose()?;
    let streams = streams.map(|runs| Run::merge(&tx, STREAMS, &runs)).transpose()?;
    let tags = tags.map(|runs| Run::merge(&tx, TAGS, &runs)).transpose()?;
    let after = mark.advance(&tx, mark.indexed_to)?;
    commit(tx)?;
    replace(shared, mark, after, |catalog| {
        put_in_place(&mut catalog.ids, level, ids);
        put_in_place(&mut catalog.streams, level, streams);
        put_in_place(&mut catalog.tags, level, tags);
    });
    Ok(after)
}

/// Changes the catalog as the file was changed, unless a reader has learnt it from the file already.
fn replace(shared: &Shared, before: Mark, after: Mark, change: impl FnOnce(&mut Catalog)) {
    let mut catalog = shared.catalog_mut();
    if catalog.mark.generation == before.generation {
        change(&mut catalog);
        catalog.mark.generation = after.generation;
        catalog.mark.indexed_to = after.indexed_to;
    }
}

fn tail<const W: usize>(index: &Index<W>) -> Vec<[u8; W]> {
    index.tail.iter().copied().collect()
}

fn write<const W: usize>(
    db: &Connection,
    kind: u8,
    upto: u64,
    entries: &[[u8; W]],
) -> Result<Option<Arc<Run<W>>>, Failure> {
    if entries.is_empty() {
        return Ok(None);
    }
    Run::write(db, kind, 0, upto, entries).map(|run| Some(Arc::new(run)))
}

fn oldest<const W: usize>(index: &Index<W>, level: u8) -> Option<Vec<Arc<Run<W>>>> {
    let runs = index.runs.iter().filter(|r| r.level == level);
    let oldest: Vec<_> = runs.take(FANOUT).cloned().collect();
    (oldest.len() == FANOUT).then_some(oldest)
}

/// Puts a merged run where its parts were: they are neighbours, since older runs have higher levels.
fn put_in_place<const W: usize>(index: &mut Index<W>, level: u8, merged: Option<Run<W>>) {
    if let Some(merged) = merged
        && let Some(at) = index.runs.iter().position(|r| r.level == level)
    {
        index.runs.splice(at..at + FANOUT, [Arc::new(merged)]);
    }
}

/// Rewrites the frames after a position, if they are small on average. Positions stay as they are.
fn join_small_frames(db: &Connection, after: u64, frame_bytes: usize) -> Result<(), Failure> {
    let mean: Option<f64> = db
        .prepare_cached("SELECT avg(length(bytes)) FROM frames WHERE first > ?1")?
        .query_one((after as i64,), |r| r.get(0))?;
    if mean.is_none_or(|mean| mean * 2.0 >= frame_bytes as f64) {
        return Ok(());
    }
    let mut events = Vec::new();
    let mut names = Names::default();
    let flow = log::walk(db, after + 1, |event| {
        let owned = names.own(&event).map(|stored| Accepted {
            stream_key: fingerprint::of_stream(&stored.stream),
            stream: stored.stream,
            position: stored.recorded.position.0,
            version: stored.recorded.version.0,
            recorded_at: stored.recorded.recorded_at,
            event: stored.recorded.event,
        });
        match owned {
            Ok(event) => {
                events.push(event);
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    })?;
    if let ControlFlow::Break(error) = flow {
        return Err(error.into());
    }
    db.prepare_cached("DELETE FROM frames WHERE first > ?1")?.execute((after as i64,))?;
    log::write(db, &events, frame_bytes)
}
