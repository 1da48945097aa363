//! The table of frames: events by position.

use super::failure::Failure;
use super::frame::{Accepted, EventRef, Frame, FrameWriter};
use rusqlite::{Connection, Rows};
use std::ops::ControlFlow;

/// The position of the last event; 0 for an empty log.
pub(super) fn head(db: &Connection) -> Result<u64, Failure> {
    let mut last = db.prepare_cached("SELECT first, count FROM frames ORDER BY first DESC LIMIT 1")?;
    let mut rows = last.query(())?;
    Ok(match rows.next()? {
        Some(row) => (row.get::<_, i64>(0)? + row.get::<_, i64>(1)? - 1) as u64,
        None => 0,
    })
}

/// Appends events as frames of at most `frame_bytes`, except where one event has more.
pub(super) fn write<'a>(
    db: &Connection,
    events: impl IntoIterator<Item = &'a Accepted>,
    frame_bytes: usize,
) -> Result<(), Failure> {
    let mut insert = db.prepare_cached("INSERT INTO frames(first, count, bytes) VALUES(?1, ?2, ?3)")?;
    let mut frame = FrameWriter::default();
    let mut finish = |frame: &mut FrameWriter| {
        let (first, count, bytes) = frame.finish();
        insert.execute((first as i64, count as i64, bytes))
    };
    for event in events {
        if !frame.has_room_for(event, frame_bytes) {
            finish(&mut frame)?;
        }
        frame.push(event);
    }
    if !frame.is_empty() {
        finish(&mut frame)?;
    }
    Ok(())
}

/// Visits the events from a position on, until there are no more or the visitor has enough.
pub(super) fn walk<B>(
    db: &Connection,
    from: u64,
    mut visit: impl FnMut(EventRef<'_>) -> ControlFlow<B>,
) -> Result<ControlFlow<B>, Failure> {
    let mut select = db.prepare_cached(
        "SELECT first, count, bytes FROM frames WHERE first >=
            coalesce((SELECT first FROM frames WHERE first <= ?1 ORDER BY first DESC LIMIT 1), 0)
         ORDER BY first",
    )?;
    let mut rows = select.query((i64::try_from(from).unwrap_or(i64::MAX),))?;
    let mut next = None;
    while let Some(flow) = frame_of(&mut rows, |frame| {
        if next.is_some_and(|next| next != frame.first) || (next.is_none() && frame.first > from.max(1)) {
            return Err(Failure::damaged("frames are missing from the log"));
        }
        next = Some(frame.first + frame.count);
        for event in frame.events_from(from)? {
            if let ControlFlow::Break(found) = visit(event?) {
                return Ok(ControlFlow::Break(found));
            }
        }
        Ok(ControlFlow::Continue(()))
    })? {
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Visits the events at ascending positions, each frame once.
pub(super) fn pick<B>(
    db: &Connection,
    positions: &[u64],
    mut visit: impl FnMut(EventRef<'_>) -> ControlFlow<B>,
) -> Result<ControlFlow<B>, Failure> {
    let mut select = db.prepare_cached(
        "SELECT first, count, bytes FROM frames WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
    )?;
    let mut left = positions;
    while let Some(&position) = left.first() {
        let mut rows = select.query((position as i64,))?;
        let flow = frame_of(&mut rows, |frame| {
            let here = left.partition_point(|p| *p < frame.first + frame.count);
            if here == 0 {
                return Err(Failure::damaged("an index names an event that the log does not have"));
            }
            for &position in &left[..here] {
                if let Some(event) = frame.event_at(position)?
                    && let ControlFlow::Break(found) = visit(event)
                {
                    return Ok(ControlFlow::Break(found));
                }
            }
            left = &left[here..];
            Ok(ControlFlow::Continue(()))
        })?;
        match flow {
            Some(ControlFlow::Continue(())) => {}
            Some(flow) => return Ok(flow),
            None => {
                return Err(Failure::damaged("an index names a frame that the log does not have"));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Hands the next row's frame to `read`; `None` when there is no further row.
fn frame_of<R>(
    rows: &mut Rows<'_>,
    read: impl FnOnce(&Frame<'_>) -> Result<R, Failure>,
) -> Result<Option<R>, Failure> {
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let (first, count): (i64, i64) = (row.get(0)?, row.get(1)?);
    let frame = Frame::parse(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)?;
    if (first as u64, count as u64) != (frame.first, frame.count) {
        return Err(Failure::damaged("a frame is not in its place"));
    }
    read(&frame).map(Some)
}
